// Samples laid out over the steps.
#include "figures/train/margin_columns.h"

#include <algorithm>
#include <cmath>

#include "core/colormap.h"

namespace marginscope {
namespace {

constexpr int kMostColumns = 512;
constexpr int kFewestRows = 12;
constexpr int kMostRows = 48;
constexpr float kOuter = 0.01F;  // share of a sample's positions that the outer rows may swallow
constexpr float kLeastWidth = 0.05F;
constexpr double kLastShare = 0.05;  // of the steps so far that the last sample's column may take

struct Reach {
    float low = INFINITY, high = -INFINITY;
};

/// What all but the outer values of every sample span; the values are sorted.
Reach reach_of(const std::vector<MarginSample>& margins) {
    Reach reach;
    for (const MarginSample& sample : margins) {
        const std::size_t count = sample.logdets.size();
        if (count == 0) continue;
        const auto outer = static_cast<std::size_t>(kOuter * static_cast<float>(count));
        const float low = sample.logdets[outer], high = sample.logdets[count - 1 - outer];
        if (std::isfinite(low)) reach.low = std::min(reach.low, low);
        if (std::isfinite(high)) reach.high = std::max(reach.high, high);
    }
    return reach;
}

/// 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, …: the least that spans `length` in kMostRows.
float round_width(float length) {
    float decade = kLeastWidth;
    for (;; decade *= 10)
        for (const float factor : {1.0F, 2.0F, 4.0F})
            if (length <= decade * factor * static_cast<float>(kMostRows)) return decade * factor;
}

/// First and last step, and how many columns show them; false without a sample.
bool lay_out(const std::vector<MarginSample>& margins, StepColumns& into) {
    if (margins.empty()) return false;
    const auto last = static_cast<double>(margins.back().step);
    into.first = static_cast<double>(margins.front().step);
    const double gap =
        margins.size() > 1 ? last - static_cast<double>(margins[margins.size() - 2].step) : 1.0;
    into.end = last + std::max(1.0, std::min(gap, kLastShare * (last - into.first)));
    into.columns = std::clamp(static_cast<int>(into.end - into.first), 1, kMostColumns);
    return true;
}

}  // namespace

int MarginColumns::bin_of(float logdet) const {
    const float at = std::floor((logdet - low) / bin_width);
    return static_cast<int>(std::clamp(at, 0.0F, static_cast<float>(rows - 1)));
}

std::size_t margins_at(const std::vector<MarginSample>& margins, double step) {
    const auto after = std::upper_bound(
        margins.begin(), margins.end(), step,
        [](double at, const MarginSample& one) { return at < static_cast<double>(one.step); });
    return after == margins.begin() ? 0 : static_cast<std::size_t>(after - margins.begin()) - 1;
}

float share_below(const MarginSample& sample, float threshold) {
    if (sample.logdets.empty()) return kNoValue;
    const auto below = std::lower_bound(sample.logdets.begin(), sample.logdets.end(), threshold) -
                       sample.logdets.begin();
    return static_cast<float>(below) / static_cast<float>(sample.logdets.size());
}

std::vector<float> shares_of(const MarginSample& sample, const MarginColumns& bins) {
    std::vector<float> shares(static_cast<std::size_t>(bins.rows), 0.0F);
    for (const float value : sample.logdets)
        shares[static_cast<std::size_t>(bins.bin_of(value))] +=
            1.0F / static_cast<float>(sample.logdets.size());
    return shares;
}

MarginColumns margin_columns(const std::vector<MarginSample>& margins) {
    MarginColumns result;
    if (!lay_out(margins, result)) return result;
    Reach reach = reach_of(margins);
    if (!(reach.high >= reach.low)) reach = {-1, 1};
    result.bin_width = round_width(reach.high - reach.low + 2 * kLeastWidth);
    // A bin of air on either side, and enough rows for a shape.
    const float low = std::floor(reach.low / result.bin_width) - 1;
    const float high = std::floor(reach.high / result.bin_width) + 2;
    const float more =
        std::max(0.0F, std::ceil((static_cast<float>(kFewestRows) - (high - low)) / 2));
    result.rows = static_cast<int>(high - low + 2 * more);
    result.low = (low - more) * result.bin_width;
    result.cells.assign(static_cast<std::size_t>(result.rows * result.columns), kNoValue);
    for (int column = 0; column < result.columns; ++column) {
        const MarginSample& sample = margins[margins_at(margins, result.step_of(column))];
        if (sample.logdets.empty()) continue;
        const std::vector<float> shares = shares_of(sample, result);
        for (int row = 0; row < result.rows; ++row) {
            const float share = shares[static_cast<std::size_t>(result.rows - 1 - row)];
            result.cells[static_cast<std::size_t>(row * result.columns + column)] =
                share > 0 ? share : kOutsideValue;
            result.largest = std::max(result.largest, share);
        }
    }
    return result;
}

const std::vector<float>& head_values(const MarginSample& sample, HeadFigure figure) {
    return figure == HeadFigure::entropy ? sample.head_entropies : sample.head_logits;
}

const char* head_figure_words(HeadFigure figure) {
    return figure == HeadFigure::entropy ? "entropy of attention, nats" : "largest score q·k / √p";
}

ColorScale scale_of_heads(const StepColumns& columns) {
    ColorScale scale{INFINITY, -INFINITY, false, false};
    for (const float value : columns.cells)
        if (std::isfinite(value)) {
            scale.min = std::min(scale.min, static_cast<double>(value));
            scale.max = std::max(scale.max, static_cast<double>(value));
        }
    if (!(scale.max > scale.min)) scale = {0, std::max(1.0, scale.max), false, false};
    return scale;
}

StepColumns head_columns(const std::vector<MarginSample>& margins, HeadFigure figure) {
    StepColumns result;
    if (!lay_out(margins, result)) return result;
    result.rows = static_cast<int>(head_values(margins.back(), figure).size());
    result.cells.assign(static_cast<std::size_t>(result.rows * result.columns), kNoValue);
    for (int column = 0; column < result.columns; ++column) {
        const std::vector<float>& values =
            head_values(margins[margins_at(margins, result.step_of(column))], figure);
        if (static_cast<int>(values.size()) != result.rows) continue;
        for (int row = 0; row < result.rows; ++row)
            result.cells[static_cast<std::size_t>(row * result.columns + column)] =
                values[static_cast<std::size_t>(row)];
    }
    return result;
}

}  // namespace marginscope
