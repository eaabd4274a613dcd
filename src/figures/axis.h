// One axis of a figure: range, mapping to pixels, ticks. Linear, or logarithmic with a slot of its
// own for exact zeros, because lambda = 0 belongs on the axis of a lambda path. Any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace marginscope {

struct PlotAxis {
    std::string label;  // with the unit
    bool log = false;   // exact zeros go into their slot; negative values are not shown
    std::optional<double> min, max;             // otherwise from the data
    std::vector<double> ticks;                  // otherwise chosen
    std::vector<std::string> tick_labels = {};  // of `ticks`, for what is no number; else both
    bool downwards = false;                     // a y axis that counts from the top
    bool names = false;  // ticks are rows of words: no strokes, and none is left out
};

struct PlotTick {
    double value = 0;
    double pixel = 0;
    std::string label;
};

class AxisScale {
public:
    // `first_pixel` is where small values lie; it may be the larger number (y grows downwards).
    AxisScale(const PlotAxis& axis, std::span<const double> values, double first_pixel,
              double last_pixel);

    // Nothing for NaN, infinities and what a logarithmic axis cannot show.
    std::optional<double> pixel(double value) const;
    bool in_zero_slot(double value) const { return has_zero_slot_ && value == 0.0; }
    bool has_zero_slot() const { return has_zero_slot_; }
    double break_pixel() const;  // between the slot and the rest
    const std::vector<PlotTick>& ticks() const { return ticks_; }

private:
    void choose_range(const PlotAxis& axis, std::span<const double> values);
    std::vector<double> chosen_ticks() const;
    double transform(double value) const;

    bool log_ = false;
    bool has_zero_slot_ = false;
    double low_ = 0, high_ = 1;  // of the transformed values
    double first_, last_;
    std::vector<PlotTick> ticks_;
};

// "0.005", "1e-05", "−3": short, for people.
std::string tick_label(double value);

}  // namespace marginscope
