// Losses and margins against lambda_m: means over seeds with bands from the smallest to the
// largest.
#include "ui/path/path_plots.h"

#include <implot.h>

#include <algorithm>
#include <cmath>

#include "ui/path/path_curves.h"
#include "ui/path/plot_parts.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr ImPlotFlags kFlags =
    ImPlotFlags_NoTitle | ImPlotFlags_NoLegend | ImPlotFlags_NoMouseText | ImPlotFlags_NoMenus;

bool nothing_done(const PathFrame* path) {
    return path == nullptr ||
           std::none_of(path->cells.begin(), path->cells.end(),
                        [](const PathCell& c) { return c.status == CellStatus::done; });
}

/// The lambda axis with its slot for 0, marked by a tick of its own.
void set_up_lambda(const LambdaAxis& axis, const std::vector<double>& lambdas, bool words_shown) {
    std::vector<double> ticks;
    std::vector<std::string> words;
    for (const double lambda : lambdas) {
        ticks.push_back(axis.at(lambda));
        words.push_back(format_number(lambda, 3));
    }
    std::vector<const char*> labels;
    for (const std::string& word : words) labels.push_back(word.c_str());
    ImPlot::SetupAxis(
        ImAxis_X1, words_shown ? "lambda_m, log with a slot for 0" : nullptr,
        ImPlotAxisFlags_NoHighlight | (words_shown ? 0 : ImPlotAxisFlags_NoTickLabels));
    ImPlot::SetupAxisTicks(ImAxis_X1, ticks.data(), static_cast<int>(ticks.size()), labels.data());
    ImPlot::SetupAxisLimits(ImAxis_X1, axis.zero_at - 0.12, std::log10(axis.largest) + 0.12,
                            ImPlotCond_Always);
}

struct Series {
    CellQuantity quantity;
    double train_noise = 0;
    std::string name;
    std::string label;  // at the line's end
    ImU32 color = 0;
    ImPlotMarker marker = ImPlotMarker_Circle;

    bool rival() const { return train_noise > 0; }
};

struct PlotSpec {
    const char* id;
    const char* y_label;
    float height;
    float label_width;
    bool lambda_words = true;  // under the axis
    bool log_y = false;        // where all values are above 0
};

// ImPlot has no dashes: rivals are drawn thinner, with open markers.
void plot_band(const Series& series, const std::vector<BandPoint>& points, const LambdaAxis& axis,
               const Theme& theme) {
    if (points.empty()) return;
    std::vector<double> x, mean, low, high;
    for (const BandPoint& point : points) {
        x.push_back(axis.at(point.lambda));
        mean.push_back(point.mean);
        low.push_back(point.low);
        high.push_back(point.high);
    }
    const auto count = static_cast<int>(x.size());
    ImPlotSpec shade;
    shade.FillColor = to_vec4(series.color);
    shade.FillAlpha = 0.16F;
    ImPlot::PlotShaded(series.name.c_str(), x.data(), low.data(), high.data(), count, shade);
    ImPlotSpec line;
    line.LineColor = to_vec4(series.color);
    line.LineWeight = theme.px(series.rival() ? 1.0F : 1.75F);
    line.Marker = series.marker;
    line.MarkerSize = theme.px(3.5F);
    line.MarkerLineColor = to_vec4(series.color);
    line.MarkerFillColor = to_vec4(series.rival() ? theme.panel : series.color);
    ImPlot::PlotLine(series.name.c_str(), x.data(), mean.data(), count, line);
}

/// The numbers of the lambda nearest the mouse, for every series.
void hover(const PathFrame& path, const std::vector<Series>& all, const LambdaAxis& axis,
           bool relative, const Theme& theme) {
    if (!ImPlot::IsPlotHovered()) return;
    const double x = ImPlot::GetPlotMousePos().x;
    double nearest = 0, distance = INFINITY;
    for (const double lambda : lambdas_of(path))
        if (std::abs(axis.at(lambda) - x) < distance) {
            distance = std::abs(axis.at(lambda) - x);
            nearest = lambda;
        }
    std::vector<CardLine> lines;
    for (const Series& series : all)
        for (const BandPoint& point : band(path, series.quantity, series.train_noise, relative))
            if (point.lambda == nearest)
                lines.push_back({series.name,
                                 format_number(point.mean, 5) + "  (" + format_number(point.low) +
                                     " … " + format_number(point.high) + ", " +
                                     std::to_string(point.seeds) +
                                     (point.seeds == 1 ? " seed)" : " seeds)"),
                                 series.color});
    const bool proposed = path.proposal && path.proposal->lambda == nearest;
    value_card(theme, "lambda_m " + format_number(nearest) + (proposed ? ", proposed" : ""), lines);
}

void vertical_line(const char* id, double x, ImU32 color) {
    ImPlotSpec spec;
    spec.LineColor = to_vec4(color);
    spec.Flags = ImPlotItemFlags_NoFit;
    ImPlot::PlotInfLines(id, &x, 1, spec);
}

using Bands = std::vector<std::vector<BandPoint>>;

void set_up_values(const PlotSpec& spec, const Bands& bands) {
    std::vector<double> values;
    for (const auto& points : bands)
        for (const BandPoint& point : points) values.insert(values.end(), {point.low, point.high});
    const bool log = spec.log_y && !values.empty() &&
                     std::all_of(values.begin(), values.end(), [](double v) { return v > 0; });
    const AxisLimits limits = padded_limits(values, log);
    ImPlot::SetupAxis(ImAxis_Y1, spec.y_label, ImPlotAxisFlags_NoHighlight);
    if (log) ImPlot::SetupAxisScale(ImAxis_Y1, ImPlotScale_Log10);
    ImPlot::SetupAxisLimits(ImAxis_Y1, limits.low, limits.high, ImPlotCond_Always);
}

void plot(const PlotSpec& spec, const PathFrame& path, const std::vector<Series>& all,
          bool relative, const Theme& theme) {
    Bands bands;
    for (const Series& series : all)
        bands.push_back(band(path, series.quantity, series.train_noise, relative));
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::BeginGroup();
    if (ImPlot::BeginPlot(spec.id,
                          ImVec2(std::max(width * 0.5F, width - spec.label_width), spec.height),
                          kFlags)) {
        const std::vector<double> lambdas = lambdas_of(path);
        const LambdaAxis axis(lambdas);
        set_up_lambda(axis, lambdas, spec.lambda_words);
        set_up_values(spec, bands);
        vertical_line("##slot", (axis.zero_at + std::log10(axis.smallest)) / 2, theme.line_strong);
        if (path.proposal)
            vertical_line("##proposal", axis.at(path.proposal->lambda),
                          with_alpha(theme.good, 0.8F));
        std::vector<EndLabel> labels;
        for (std::size_t k = 0; k < all.size(); ++k) {
            plot_band(all[k], bands[k], axis, theme);
            if (bands[k].empty()) continue;
            const BandPoint& last = bands[k].back();
            labels.push_back({all[k].label, all[k].name, all[k].color,
                              ImPlot::PlotToPixels(axis.at(last.lambda), last.mean)});
        }
        hover(path, all, axis, relative, theme);
        const ImVec2 at = ImPlot::GetPlotPos(), size = ImPlot::GetPlotSize();
        ImPlot::EndPlot();
        draw_end_labels(labels, at.x + size.x, at.y, at.y + size.y, theme);
    }
    ImGui::EndGroup();
}

void unit_choice(PathView& view, const PathFrame& path, const Theme& theme) {
    int unit = view.relative ? 1 : 0;
    if (segmented(theme, "unit", {"noise absolute", "noise × RMS"}, unit))
        view.relative = unit == 1;
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "A model can look robust to absolute noise by growing its embeddings: look at both "
            "units.");
    seeds_note(path, theme, true);
}

ImPlotMarker marker_of(std::size_t k) {
    constexpr ImPlotMarker kMarkers[] = {ImPlotMarker_Circle, ImPlotMarker_Square,
                                         ImPlotMarker_Diamond, ImPlotMarker_Up, ImPlotMarker_Down};
    return kMarkers[k % std::size(kMarkers)];
}

/// Own models first, then each rival trained with noise: the same hue, open markers.
void add_series(std::vector<Series>& all, const PathFrame& path, const CellQuantity& quantity,
                const std::string& label, ImU32 color) {
    const ImPlotMarker marker = marker_of(all.size());
    for (const double noise : train_noises_of(path)) {
        Series series{quantity, noise, quantity.name, label, color, marker};
        if (series.rival()) {
            series.name += ", trained with noise " + format_number(noise);
            series.label += ", trained " + format_number(noise);
        }
        all.push_back(std::move(series));
    }
}

/// Louder noise is further along the map; the clean loss has the colour of words.
ImU32 noise_color(const Theme& theme, std::size_t k, std::size_t count) {
    const double t = static_cast<double>(k + 1) / static_cast<double>(count);
    return to_u32(sample(ColorMap::cividis, theme.dark() ? 0.4 + 0.55 * t : 0.55 * (1 - t)));
}

float width_for(std::initializer_list<const std::vector<Series>*> plots, const Theme& theme) {
    std::vector<std::string> words;
    for (const std::vector<Series>* all : plots)
        for (const Series& series : *all) words.push_back(series.label);
    return end_label_width(words, theme);
}

class SmallWords {
public:
    explicit SmallWords(const Theme& theme) { ImGui::PushFont(theme.fonts.text, type::kSmall); }
    ~SmallWords() { ImGui::PopFont(); }
    SmallWords(const SmallWords&) = delete;
    SmallWords& operator=(const SmallWords&) = delete;
};

}  // namespace

void draw_path_losses(const Frames& frames, PathView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const PathFrame* path = frames.path.get();
    if (nothing_done(path)) {
        empty_state(theme, "No losses yet",
                    "Clean and noisy cross-entropy against lambda_m appear as soon as the first "
                    "model is done.");
        return;
    }
    unit_choice(view, *path, theme);
    std::vector<Series> all;
    add_series(all, *path, clean_loss(), "clean", theme.text);
    const std::vector<double> sigmas = sigmas_of(*path, view.relative);
    for (std::size_t k = 0; k < sigmas.size(); ++k)
        add_series(all, *path, noisy_loss(sigmas[k], view.relative),
                   "σ " + format_number(sigmas[k]), noise_color(theme, k, sigmas.size()));
    const SmallWords small(theme);
    const char* label = view.relative ? "cross-entropy, nats; σ in RMS" : "cross-entropy, nats";
    plot({"##losses", label, -1, width_for({&all}, theme)}, *path, all, view.relative, theme);
}

void draw_path_margins(const Frames& frames, PathView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const PathFrame* path = frames.path.get();
    if (nothing_done(path)) {
        empty_state(theme, "No margins yet",
                    "sigma_min and log|det J| against lambda_m appear here, side by side: a large "
                    "lambda_m can raise the one without the other.");
        return;
    }
    seeds_note(*path, theme, false);
    // The nearer to the boundary a quantile looks, the more of the accent it has.
    std::vector<Series> singular, volume, scale;
    const auto near = [](double t) { return to_u32(sample(ColorMap::margin, t)); };
    add_series(singular, *path, sigma_min_median(), "median", theme.text);
    add_series(singular, *path, sigma_min_p5(), "5 %", near(0.3));
    add_series(singular, *path, sigma_min_smallest(), "smallest", theme.accent);
    add_series(volume, *path, logdet_mean(), "mean", theme.text);
    add_series(scale, *path, embedding_rms(), "RMS", theme.text);
    const SmallWords small(theme);
    const float width = width_for({&singular, &volume, &scale}, theme);
    const float axis = theme.px(34), gap = 2 * ImGui::GetStyle().ItemSpacing.y;
    const float room = std::max(theme.px(90), ImGui::GetContentRegionAvail().y - axis - gap);
    if (!ImPlot::BeginAlignedPlots("##margins")) return;
    plot({"##singular", "σ_min", std::floor(room * 0.44F), width, false, true}, *path, singular,
         view.relative, theme);
    plot({"##volume", "log|det J|", std::floor(room * 0.28F), width, false}, *path, volume,
         view.relative, theme);
    plot({"##scale", "embeddings", std::floor(room * 0.28F) + axis, width}, *path, scale,
         view.relative, theme);
    ImPlot::EndAlignedPlots();
}

}  // namespace marginscope
