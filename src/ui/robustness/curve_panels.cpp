// Which curves, above their differences.
#include "ui/robustness/curve_panels.h"

#include <implot.h>

#include <algorithm>

#include "figures/robustness/robustness_curves.h"
#include "ui/flow.h"
#include "ui/path/plot_parts.h"
#include "ui/robustness/level_plot.h"
#include "ui/robustness/not_measured.h"
#include "ui/run_hue.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

struct CurvePanel {
    std::string kind = "noise";
    RobustnessQuantity quantity = RobustnessQuantity::loss;
    bool tokens = false;  // support tokens against random ones of the same model
};

/// Noise, or a way to spoil characters, where there are several.
void kind_choice(const std::vector<std::string>& kinds, RobustnessLook& look, const Theme& theme) {
    if (kinds.size() < 2) return;
    if (!begin_list("##kind", kind_words(look.shown), theme.px(180), theme)) return;
    for (const std::string& kind : kinds)
        if (ImGui::Selectable(kind_words(kind).c_str(), kind == look.shown)) look.shown = kind;
    ImGui::EndCombo();
}

void log_choice(RobustnessLook& look, const Theme& theme, bool same_line) {
    const char* words = "log axis";
    if (same_line) flow(button_width(words), theme.px(8));
    switch_button(theme, words, look.log_levels,
                  "Sigmas and rates by their logarithm, 0 in a place of its own");
}

std::vector<LegendEntry> legend_of(const std::vector<LevelCurve>& curves, const Theme& theme) {
    std::vector<LegendEntry> entries;
    for (const LevelCurve& curve : curves)
        entries.push_back({curve.name, run_hue(theme, static_cast<int>(curve.model)),
                           curve.open             ? Mark::ring
                           : curve.model % 2 == 1 ? Mark::square
                                                  : Mark::disc});
    return entries;
}

void words_with_hint(const Theme& theme, ImU32 color, const std::string& words,
                     const std::string& hint) {
    if (words.empty()) return;
    small_paragraph(theme, color, words.c_str());
    if (hint.empty() || !ImGui::IsItemHovered()) return;
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(theme.px(380));
    ImGui::TextUnformatted(hint.c_str());
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

/// What stands beside the axis: the panel's name says the rest.
const char* short_axis(RobustnessQuantity quantity) {
    if (quantity == RobustnessQuantity::loss) return "nats";
    return quantity == RobustnessQuantity::flips ? "% changed" : "% well-formed";
}

/// The plots in the room that is left, the differences below where there are any.
void draw_plots(const RobustnessCurves& curves, const CurvePanel& panel, bool log,
                const Theme& theme) {
    const std::vector<LevelCurve> all = level_curves(curves, panel.kind, panel.quantity);
    const std::vector<LevelCurve> less =
        level_differences(curves, panel.kind, panel.quantity, panel.tokens);
    const std::string first = panel.tokens ? "random tokens" : model_names(curves.models).front();
    const std::string axis = level_axis(curves, panel.kind);
    // Of many models the first two; hovering tells of all.
    const std::vector<LevelCurve> told(
        less.begin(), less.begin() + std::min<std::ptrdiff_t>(2, std::ssize(less)));
    words_with_hint(theme, theme.text, difference_sentence(told, panel.quantity, first, axis),
                    "Window by window: pairing tells more than two bands that overlap. " +
                        difference_sentence(less, panel.quantity, first, axis));
    const std::vector<LegendEntry> legend = legend_of(all, theme);
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float spacing = ImGui::GetStyle().ItemSpacing.y;
    const float below = legend_height(legend, room.x, theme) + spacing;
    const float height = std::max(theme.px(less.empty() ? 110 : 210), room.y - below);
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    if (ImPlot::BeginAlignedPlots("##curves")) {
        LevelPlot plot{.id = "##values",
                       .x_label = axis,
                       .y_label = short_axis(panel.quantity),
                       .height = less.empty() ? height : std::floor(height * 0.56F),
                       .quantity = panel.quantity,
                       .log = log,
                       .x_words = less.empty()};
        draw_level_plot(plot, all, theme);
        if (!less.empty()) {
            plot.id = "##less";
            plot.y_label = panel.tokens ? "less random" : "less the first";
            plot.height = std::floor(height * 0.44F) - spacing;
            plot.zero_line = plot.x_words = true;
            draw_level_plot(plot, less, theme);
        }
        ImPlot::EndAlignedPlots();
    }
    ImGui::PopFont();
    draw_legend(legend, room.x, theme);
}

void unpaired_note(const RobustnessCurves& curves, const Theme& theme) {
    for (const std::string& sentence : curves.unpaired)
        small_paragraph(theme, theme.dim, sentence.c_str());
}

void draw_shown(const Frames& frames, RobustnessView& view, PanelContext& context,
                RobustnessQuantity quantity, const NotMeasured& nothing) {
    const RobustnessFrame* frame = frames.robustness.get();
    const std::vector<std::string> kinds =
        frame != nullptr ? shown_kinds(*frame) : std::vector<std::string>{};
    if (kinds.empty()) return draw_not_measured(nothing, frames, view, context);
    RobustnessLook& look = view.look;
    if (std::find(kinds.begin(), kinds.end(), look.shown) == kinds.end())
        look.shown = kinds.front();
    const RobustnessCurves* curves = curves_of(*frame, look.shown);
    if (curves == nullptr) return draw_not_measured(nothing, frames, view, context);
    kind_choice(kinds, look, context.theme);
    log_choice(look, context.theme, kinds.size() > 1);
    words_with_hint(context.theme, context.theme.dim, measured_words(*curves, look.shown),
                    "Bands are 95 % bootstrap intervals over windows; every model and every level "
                    "sees the same draws.");
    unpaired_note(*curves, context.theme);
    draw_plots(*curves, {look.shown, quantity, false}, look.log_levels, context.theme);
}

}  // namespace

void draw_noise_losses(const Frames& frames, RobustnessView& view, PanelContext& context) {
    draw_shown(frames, view, context, RobustnessQuantity::loss,
               {"No losses under noise yet",
                "How much worse each model predicts the text when noise is added inside it, with "
                "the same draws for all.",
                "Measure loss and flips",
                {.noise = true}});
}

void draw_noise_flips(const Frames& frames, RobustnessView& view, PanelContext& context) {
    draw_shown(frames, view, context, RobustnessQuantity::flips,
               {"No changed predictions yet",
                "The share of positions where noise makes another character the likeliest.",
                "Measure loss and flips",
                {.noise = true}});
}

void draw_support_noise(const Frames& frames, RobustnessView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const RobustnessFrame* frame = frames.robustness.get();
    if (frame == nullptr || frame->support == nullptr || frame->support->curves.empty())
        return draw_not_measured(
            {"Support tokens are not compared yet",
             "Noise on the tokens nearest the boundary against the same noise on as many random "
             "ones: do predictions hang on support tokens?",
             "Compare support with random",
             {.support = true}},
            frames, view, context);
    const RobustnessCurves& curves = *frame->support;
    int shown = view.look.support_flips ? 1 : 0;
    if (segmented(theme, "support", {"loss", "changed predictions"}, shown))
        view.look.support_flips = shown == 1;
    log_choice(view.look, theme, true);
    std::string places = measured_words(curves, "noise");
    for (const RobustnessCurve& curve : curves.curves)
        places += "\n" + curves.models[curve.model].label + ", " + curve.tokens + ": mean place " +
                  format_number(curve.noisy_place, 3) + " of 0 to " +
                  std::to_string(curve.context - 1);
    words_with_hint(theme, theme.dim,
                    "Each support token is replaced by a random one of its window: filled against "
                    "open markers.",
                    places + "\nAn early token is read by more predictions than a late one.");
    draw_plots(
        curves,
        {"noise", view.look.support_flips ? RobustnessQuantity::flips : RobustnessQuantity::loss,
         true},
        view.look.log_levels, theme);
}

void draw_stories(const Frames& frames, RobustnessView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const RobustnessFrame* frame = frames.robustness.get();
    const bool any = frame != nullptr && frame->noise != nullptr &&
                     !level_curves(*frame->noise, "noise", RobustnessQuantity::stories).empty();
    if (!any)
        return draw_not_measured(
            {"No stories yet",
             "Each model writes under noise; the share of its sentences that keep the rules of the "
             "built-in stories. It means something for models of those stories alone.",
             "Let the models write",
             {.stories = true}},
            frames, view, context);
    log_choice(view.look, theme, false);
    const RobustnessSettings& settings = frame->noise->settings;
    words_with_hint(theme, theme.dim,
                    std::to_string(settings.draws) + " texts of " +
                        std::to_string(settings.story_characters) +
                        " characters at each sigma, temperature 0.8, seed " +
                        std::to_string(settings.seed) + ".",
                    "Bands are 95 % bootstrap intervals over texts; the sampler's draws are the "
                    "same at every sigma and for every model.");
    draw_plots(*frame->noise, {"noise", RobustnessQuantity::stories, false}, view.look.log_levels,
               theme);
}

}  // namespace marginscope
