// The histogram of margins over the steps: one column an evaluation, log|det J| upwards.
#include "ui/train/margin_history.h"

#include <algorithm>
#include <cmath>

#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr float kBinWidth = (kHistogramMax - kHistogramMin) / kHistogramBins;

/// Top row the largest log|det|; evaluations without a histogram become NaN columns.
void refresh(const TrainSeries& series, HistogramView& view) {
    if (view.version == series.version) return;
    view.version = series.version;
    view.columns = static_cast<int>(series.evals.size());
    view.cells.assign(series.evals.size() * kHistogramBins, kNoValue);
    for (std::size_t column = 0; column < series.evals.size(); ++column) {
        const std::vector<float>& shares = series.evals[column].histogram;
        for (std::size_t bin = 0; bin < shares.size() && bin < kHistogramBins; ++bin)
            view.cells[(kHistogramBins - 1 - bin) * series.evals.size() + column] = shares[bin];
    }
}

float share_below(const EvalSample& eval, float threshold) {
    float share = 0;
    for (std::size_t bin = 0; bin < eval.histogram.size(); ++bin) {
        const float low = kHistogramMin + static_cast<float>(bin) * kBinWidth;
        share += eval.histogram[bin] * std::clamp((threshold - low) / kBinWidth, 0.0F, 1.0F);
    }
    return share;
}

struct Place {
    ImVec2 at{0, 0}, size{0, 0};
    float y_of(float logdet) const {
        return at.y + size.y * (kHistogramMax - logdet) / (kHistogramMax - kHistogramMin);
    }
    float logdet_of(float y) const {
        return kHistogramMax - (y - at.y) / size.y * (kHistogramMax - kHistogramMin);
    }
};

void draw_axes(const TrainSeries& series, const Place& place, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float font_px = theme.px(11);
    for (int tick = static_cast<int>(kHistogramMin); tick <= static_cast<int>(kHistogramMax);
         tick += 4) {
        const float y = place.y_of(static_cast<float>(tick));
        const std::string words = std::to_string(tick);
        const float width = theme.fonts.mono->CalcTextSizeA(font_px, 1e9F, 0, words.c_str()).x;
        draw->AddText(
            theme.fonts.mono, font_px,
            ImVec2(place.at.x - width - theme.px(5),
                   std::clamp(y - font_px / 2, place.at.y, place.at.y + place.size.y - font_px)),
            theme.dim, words.c_str());
        draw->AddLine(ImVec2(place.at.x - theme.px(3), y), ImVec2(place.at.x, y),
                      theme.line_strong);
    }
    const float bottom = place.at.y + place.size.y + theme.px(3);
    const auto put = [&](const std::string& words, float anchor) {
        const float width = theme.fonts.mono->CalcTextSizeA(font_px, 1e9F, 0, words.c_str()).x;
        draw->AddText(theme.fonts.mono, font_px,
                      ImVec2(place.at.x + (place.size.x - width) * anchor, bottom), theme.dim,
                      words.c_str());
    };
    const std::string first = "step " + std::to_string(series.evals.front().step);
    if (series.evals.size() == 1) {
        put(first + ", the only evaluation so far", 0.5F);
    } else {
        put(first, 0);
        put("step " + std::to_string(series.evals.back().step), 1);
    }
}

void draw_threshold(const Place& place, HistogramView& view, const Theme& theme) {
    const float y = place.y_of(view.threshold);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const bool near = ImGui::IsItemHovered() && std::abs(mouse.y - y) < theme.px(6);
    if (ImGui::IsItemActive())
        view.threshold = std::clamp(place.logdet_of(mouse.y), kHistogramMin, kHistogramMax);
    if (near || ImGui::IsItemActive()) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    // A dark line beneath, for where the map itself is bright.
    draw->AddLine(ImVec2(place.at.x, y), ImVec2(place.at.x + place.size.x, y),
                  IM_COL32(0, 0, 0, 120), theme.px(3));
    for (float x = place.at.x; x < place.at.x + place.size.x; x += theme.px(8))
        draw->AddLine(ImVec2(x, y), ImVec2(std::min(x + theme.px(5), place.at.x + place.size.x), y),
                      with_alpha(theme.accent, near ? 1.0F : 0.9F), theme.px(1.5F));
}

void hover(const TrainSeries& series, const Place& place, const HistogramView& view,
           const Theme& theme) {
    if (!ImGui::IsItemHovered() || ImGui::IsItemActive()) return;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const auto count = static_cast<int>(series.evals.size());
    const int column = std::clamp(
        static_cast<int>((mouse.x - place.at.x) / place.size.x * static_cast<float>(count)), 0,
        count - 1);
    const EvalSample& eval = series.evals[static_cast<std::size_t>(column)];
    const int bin =
        std::clamp(static_cast<int>((place.logdet_of(mouse.y) - kHistogramMin) / kBinWidth), 0,
                   kHistogramBins - 1);
    const float low = kHistogramMin + static_cast<float>(bin) * kBinWidth;
    const bool known = static_cast<std::size_t>(bin) < eval.histogram.size();
    value_card(theme, "step " + std::to_string(eval.step),
               {{"log|det| " + format_number(low, 3) + " … " + format_number(low + kBinWidth, 3),
                 known ? format_percent(eval.histogram[static_cast<std::size_t>(bin)]) : "none"},
                {"below the threshold", format_percent(share_below(eval, view.threshold))},
                {"mean log|det|", format_number(eval.val_logdet_mean)},
                {"smallest sigma_min", format_number(eval.sigma_min_min)},
                {"share beyond", format_percent(eval.share_beyond)}});
}

}  // namespace

void draw_margin_history(const TrainSeries& series, HistogramView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const bool none = std::none_of(series.evals.begin(), series.evals.end(),
                                   [](const EvalSample& e) { return !e.histogram.empty(); });
    if (none) {
        empty_state(theme, "No margins yet",
                    "At every evaluation the histogram of log|det J| adds a column here.");
        return;
    }
    refresh(series, view);
    const EvalSample& last = series.evals.back();
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    quantity_label(theme, Quantity::logdet, {}, "log|det J|, validation windows");
    ImGui::SameLine(0, theme.px(16));
    const std::string words = format_percent(share_below(last, view.threshold)) + " below " +
                              format_number(view.threshold, 3);
    text_colored(theme.accent, words.c_str());
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "Share of positions under the dashed threshold at step %ld; drag the line.",
            static_cast<long>(last.step));
    ImGui::PopFont();

    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const float bar = theme.px(34);
    Place place{ImVec2(at.x + theme.px(24), at.y + theme.px(2)),
                ImVec2(std::max(theme.px(40), room.x - theme.px(28)),
                       std::max(theme.px(24), room.y - theme.px(20) - bar))};
    const float top_share =
        *std::max_element(view.cells.begin(), view.cells.end(),
                          [](float a, float b) { return std::isnan(a) || a < b; });
    const MatrixStyle style{
        ColorMap::viridis,
        {0.0, std::max(1e-3F, std::isfinite(top_share) ? top_share : 1.0F), false, false},
        false,
        outside_color(theme.dark())};
    if (context.pictures != nullptr)
        if (const ImTextureID texture = context.pictures->matrix(
                "margin history", {view.cells.data(), kHistogramBins, view.columns, 0},
                view.version, style))
            ImGui::GetWindowDrawList()->AddImage(
                texture, place.at, ImVec2(place.at.x + place.size.x, place.at.y + place.size.y));
    ImGui::SetCursorScreenPos(place.at);
    ImGui::InvisibleButton("##history", place.size);
    draw_threshold(place, view, theme);
    hover(series, place, view, theme);
    draw_axes(series, place, theme);
    ImGui::SetCursorScreenPos(ImVec2(place.at.x, place.at.y + place.size.y + theme.px(17)));
    color_bar(theme, ColorMap::viridis, style.scale, "share of positions",
              std::min(place.size.x, theme.px(240)));
}

}  // namespace marginscope
