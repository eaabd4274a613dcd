// The histogram of margins over the steps: a column for each evaluation, log|det J| upwards.
#include "ui/train/margin_history.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "ui/flow.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

/// The smallest share that has a colour of its own.
constexpr double kFaintest = 0.002;

void refresh(const TrainSeries& series, HistogramView& view) {
    if (view.series_version == series.version) return;
    view.series_version = series.version;
    MarginColumns next = margin_columns(series.evals);
    const bool same = next.columns == view.picture.columns && next.rows == view.picture.rows &&
                      next.lowest_bin == view.picture.lowest_bin &&
                      std::memcmp(next.cells.data(), view.picture.cells.data(),
                                  next.cells.size() * sizeof(float)) == 0;
    if (!same) ++view.version;
    view.picture = std::move(next);
}

struct Place {
    ImVec2 at{0, 0}, size{0, 0};
    float low = 0, high = 1;              // log|det| at the lower and the upper edge
    double first_step = 0, end_step = 1;  // at the left and the right edge
    float y_of(float logdet) const { return at.y + size.y * (high - logdet) / (high - low); }
    float logdet_of(float y) const { return high - (y - at.y) / size.y * (high - low); }
    double step_of(float x) const {
        return first_step + static_cast<double>((x - at.x) / size.x) * (end_step - first_step);
    }
};

void draw_axes(const TrainSeries& series, const Place& place, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float font_px = theme.px(11);
    float last_y = place.at.y + place.size.y + 2 * font_px;
    const int every = place.high - place.low > 8 ? 4 : place.high - place.low > 4 ? 2 : 1;
    for (int tick = static_cast<int>(std::ceil(place.low / static_cast<float>(every))) * every;
         static_cast<float>(tick) <= place.high; tick += every) {
        const float y = place.y_of(static_cast<float>(tick));
        if (last_y - y < 1.5F * font_px) continue;  // its label would touch the one below
        last_y = y;
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
    const auto width_of = [&](const std::string& words) {
        return theme.fonts.mono->CalcTextSizeA(font_px, 1e9F, 0, words.c_str()).x;
    };
    const auto put = [&](const std::string& words, float left) {
        draw->AddText(theme.fonts.mono, font_px, ImVec2(left, bottom), theme.dim, words.c_str());
    };
    std::string first = "step " + std::to_string(series.evals.front().step);
    if (series.evals.size() == 1) {
        first += ", the only evaluation so far";
        put(first, place.at.x + std::max(0.0F, (place.size.x - width_of(first)) / 2));
        return;
    }
    const auto last_step = static_cast<double>(series.evals.back().step);
    const std::string last = "step " + std::to_string(series.evals.back().step);
    const auto share =
        static_cast<float>((last_step - place.first_step) / (place.end_step - place.first_step));
    const float left = place.at.x + (place.size.x - width_of(last)) * share;
    put(last, left);
    if (place.at.x + width_of(first) + theme.px(8) < left) put(first, place.at.x);
}

void draw_threshold(const Place& place, HistogramView& view, const Theme& theme) {
    const float y = place.y_of(view.threshold);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const bool near = ImGui::IsItemHovered() && std::abs(mouse.y - y) < theme.px(6);
    if (ImGui::IsItemActive())
        view.threshold = std::clamp(place.logdet_of(mouse.y), place.low, place.high);
    if (y < place.at.y || y > place.at.y + place.size.y) return;  // outside of all that occurs
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
    const EvalSample& eval = series.evals[eval_at(series.evals, place.step_of(mouse.x))];
    const int bin = std::clamp(
        static_cast<int>((place.logdet_of(mouse.y) - kHistogramMin) / kHistogramBinWidth), 0,
        kHistogramBins - 1);
    const float low = kHistogramMin + static_cast<float>(bin) * kHistogramBinWidth;
    const bool known = static_cast<std::size_t>(bin) < eval.histogram.size();
    std::vector<CardLine> lines = {
        {"log|det| " + format_number(low, 3) + " … " + format_number(low + kHistogramBinWidth, 3),
         known ? format_percent(eval.histogram[static_cast<std::size_t>(bin)]) : "not told"}};
    if (known)
        lines.push_back({"below the threshold", format_percent(share_below(eval, view.threshold))});
    const auto add = [&](const char* name, float value, bool percent) {
        if (std::isfinite(value))
            lines.push_back({name, percent ? format_percent(value) : format_number(value)});
    };
    add("mean log|det|", eval.val_logdet_mean, false);
    add("smallest sigma_min", eval.sigma_min_min, false);
    add("share beyond", eval.share_beyond, true);
    value_card(theme, "step " + std::to_string(eval.step), lines);
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
    quantity_label(theme, Quantity::logdet, {}, "log|det J|");
    const std::string words = format_percent(share_below(last, view.threshold)) + " below " +
                              format_number(view.threshold, 3);
    flow(ImGui::CalcTextSize(words.c_str()).x, theme.px(16));
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
                       std::max(theme.px(24), room.y - theme.px(20) - bar)),
                view.picture.low(),
                view.picture.high(),
                view.picture.first,
                view.picture.end};
    // Logarithmic, so that the one full bin of an untrained model does not drown the rest.
    const MatrixStyle style{
        ColorMap::viridis,
        {kFaintest, std::max(10 * kFaintest, static_cast<double>(view.picture.largest)), true,
         false},
        false,
        outside_color(theme.dark())};
    if (context.pictures != nullptr)
        if (const ImTextureID texture = context.pictures->matrix(
                "margin history",
                {view.picture.cells.data(), view.picture.rows, view.picture.columns, 0},
                view.version, style))
            ImGui::GetWindowDrawList()->AddImage(
                texture, place.at, ImVec2(place.at.x + place.size.x, place.at.y + place.size.y));
    ImGui::SetCursorScreenPos(place.at);
    ImGui::InvisibleButton("##history", place.size);
    draw_threshold(place, view, theme);
    hover(series, place, view, theme);
    draw_axes(series, place, theme);
    ImGui::SetCursorScreenPos(ImVec2(place.at.x, place.at.y + place.size.y + theme.px(17)));
    color_bar(theme, ColorMap::viridis, style.scale, "share of positions, log",
              std::min(place.size.x, theme.px(240)));
}

}  // namespace marginscope
