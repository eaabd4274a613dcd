// Losses and margins against lambda_m: means over seeds with bands from the smallest to the
// largest.
#include "ui/path/path_plots.h"

#include <algorithm>
#include <cmath>

#include "figures/path/path_curves.h"
#include "ui/flow.h"
#include "ui/path/band_plot.h"
#include "ui/path/plot_parts.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

bool nothing_done(const PathFrame* path) {
    return path == nullptr ||
           std::none_of(path->cells.begin(), path->cells.end(),
                        [](const PathCell& c) { return c.status == CellStatus::done; });
}

using SharedPath = std::shared_ptr<const PathFrame>;

void seeds_choice(PathView& view, const SharedPath& path, const Theme& theme, bool same_line) {
    const char* words = "Each seed";
    if (same_line) flow(button_width(words), theme.px(8));
    switch_button(theme, words, view.look.seed_lines, "Each seed as a thin line behind the means");
    seeds_note(view.bands.shared(path), theme, true);
    splits_note(*path, theme);
}

void unit_choice(PathView& view, const SharedPath& path, const Theme& theme) {
    int unit = view.relative ? 1 : 0;
    if (segmented(theme, "unit", {"noise absolute", "noise × RMS"}, unit))
        view.relative = unit == 1;
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "A model can look robust to absolute noise by growing its embeddings: look at both "
            "units.");
    seeds_choice(view, path, theme, true);
}

ImPlotMarker marker_of(std::size_t k) {
    constexpr ImPlotMarker kMarkers[] = {ImPlotMarker_Circle, ImPlotMarker_Square,
                                         ImPlotMarker_Diamond, ImPlotMarker_Up, ImPlotMarker_Down};
    return kMarkers[k % std::size(kMarkers)];
}

/// Own models first, then each rival trained with noise: the same hue, open markers.
void add_series(std::vector<BandSeries>& all, const PathFrame& path, const CellQuantity& quantity,
                const std::string& label, ImU32 color) {
    const ImPlotMarker marker = marker_of(all.size());
    for (const double noise : train_noises_of(path)) {
        BandSeries series{quantity, noise, quantity.name, label, color, marker};
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

float width_for(std::initializer_list<const std::vector<BandSeries>*> plots, const Theme& theme) {
    std::vector<std::string> words;
    for (const std::vector<BandSeries>* all : plots)
        for (const BandSeries& series : *all) words.push_back(series.label);
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
    const SharedPath& path = frames.path;
    if (nothing_done(path.get())) {
        empty_state(theme, "No losses yet",
                    "Clean and noisy cross-entropy against lambda_m appear as soon as the first "
                    "model is done.");
        return;
    }
    unit_choice(view, path, theme);
    std::vector<BandSeries> all;
    add_series(all, *path, clean_loss(), "clean", theme.text);
    const std::vector<double> sigmas = sigmas_of(*path, view.relative);
    for (std::size_t k = 0; k < sigmas.size(); ++k)
        add_series(all, *path, noisy_loss(sigmas[k], view.relative),
                   "σ " + format_number(sigmas[k]), noise_color(theme, k, sigmas.size()));
    const SmallWords small(theme);
    const char* label = view.relative ? "cross-entropy, nats; σ in RMS" : "cross-entropy, nats";
    draw_band_plot({.id = "##losses",
                    .y_label = label,
                    .height = std::max(theme.px(120), ImGui::GetContentRegionAvail().y),
                    .label_width = width_for({&all}, theme),
                    .seeds = view.look.seed_lines},
                   path, all, view.relative, view.bands, theme);
}

void draw_path_margins(const Frames& frames, PathView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const SharedPath& path = frames.path;
    if (nothing_done(path.get())) {
        empty_state(theme, "No margins yet",
                    "sigma_min and log|det J| against lambda_m appear here, side by side: a large "
                    "lambda_m can raise the one without the other.");
        return;
    }
    seeds_choice(view, path, theme, false);
    // The nearer to the boundary a quantile looks, the more of the accent it has.
    std::vector<BandSeries> singular, volume, scale;
    const auto near = [](double t) { return to_u32(sample(ColorMap::margin, t)); };
    add_series(singular, *path, sigma_min_median(), "median", theme.text);
    add_series(singular, *path, sigma_min_p5(), "5 %", near(0.3));
    add_series(singular, *path, sigma_min_smallest(), "smallest", theme.accent);
    add_series(volume, *path, logdet_mean(), "mean", theme.text);
    add_series(scale, *path, embedding_rms(), "RMS", theme.text);
    const SmallWords small(theme);
    const float width = width_for({&singular, &volume, &scale}, theme);
    const float axis = theme.px(34), gap = 2 * ImGui::GetStyle().ItemSpacing.y;
    const float room = std::max(theme.px(150), ImGui::GetContentRegionAvail().y - axis - gap);
    if (!ImPlot::BeginAlignedPlots("##margins")) return;
    const bool seeds = view.look.seed_lines;
    draw_band_plot({"##singular", "σ_min", std::floor(room * 0.44F), width, false, true, seeds},
                   path, singular, view.relative, view.bands, theme);
    draw_band_plot({"##volume", "log|det J|", std::floor(room * 0.28F), width, false, false, seeds},
                   path, volume, view.relative, view.bands, theme);
    draw_band_plot(
        {"##scale", "embeddings", std::floor(room * 0.28F) + axis, width, true, false, seeds}, path,
        scale, view.relative, view.bands, theme);
    ImPlot::EndAlignedPlots();
}

}  // namespace marginscope
