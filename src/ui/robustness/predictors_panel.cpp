// How well each margin, and each rival without one, predicts the smallest noise that flips.
#include <algorithm>
#include <cmath>

#include "figures/robustness/fragility_points.h"
#include "ui/robustness/fragility_panels.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

/// A row of the list: name, bar from 0 with its interval, numbers. True when it was clicked.
bool predictor_row(const FragilityFrame& frame, std::size_t k, bool chosen, float names,
                   float numbers, const Theme& theme) {
    const FragilityPredictor& predictor = frame.predictors[k];
    const Interval& rho = predictor.rho;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x, height = theme.px(20);
    ImGui::PushID(static_cast<int>(k));
    const bool clicked = ImGui::InvisibleButton("##row", ImVec2(width, height));
    ImGui::PopID();
    const bool hovered = ImGui::IsItemHovered();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (chosen || hovered)
        draw->AddRectFilled(at, {at.x + width, at.y + height}, chosen ? theme.active : theme.hover,
                            theme.px(3));
    const float px = theme.px(type::kSmall), text_y = at.y + (height - px) / 2 - theme.px(1);
    const std::string name = shortened(theme.fonts.text, px, predictor.name, names - theme.px(10));
    draw->AddText(theme.fonts.text, px, {at.x + theme.px(4), text_y}, theme.text, name.c_str());
    const std::string value = std::isnan(rho.value) ? kNoNumber : format_number(rho.value, 2);
    const float value_width = width_of(theme.fonts.mono, px, value);
    draw->AddText(theme.fonts.mono, px, {at.x + width - value_width - theme.px(4), text_y},
                  theme.text, value.c_str());
    const float left = at.x + names, room = width - names - numbers, middle = left + room / 2;
    const auto x_of = [&](double r) {
        return middle + static_cast<float>(std::clamp(r, -1.0, 1.0)) * room / 2;
    };
    draw->AddLine({middle, at.y}, {middle, at.y + height}, theme.line_strong);
    if (room > theme.px(30) && std::isfinite(rho.value)) {
        const float a = std::min(middle, x_of(rho.value)), b = std::max(middle, x_of(rho.value));
        draw->AddRectFilled({a, at.y + theme.px(5)},
                            {std::max(b, a + theme.px(1)), at.y + height - theme.px(5)},
                            predictor.rival ? theme.dim : theme.select);
        if (std::isfinite(rho.low))
            draw->AddLine({x_of(rho.low), at.y + height / 2}, {x_of(rho.high), at.y + height / 2},
                          theme.text, theme.px(1.5F));
    }
    if (hovered)
        value_card(theme, predictor.name,
                   {{"Spearman's rho", rho_words(rho)},
                    {"characters", std::to_string(rho.count)},
                    {"click", "shows it on the scatter's axis", theme.dim}});
    return clicked;
}

}  // namespace

void draw_predictors(const Frames& frames, RobustnessView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const FragilityFrame* frame = shown_fragility(frames, view);
    if (frame == nullptr) return draw_no_fragility(frames, view, context);
    small_paragraph(theme, theme.text, frame->sentence.c_str());
    const std::string measured = frame->model.label + ", " + measured_words(*frame);
    small_paragraph(theme, theme.dim, measured.c_str());
    if (!frame->has_stage)
        small_paragraph(theme, theme.dim,
                        "This model has no fitted stage, so the stage's margins are left out: F "
                        "fits one to the shown model.");
    const auto chosen = predictor_named(*frame, view.look.predictor);
    float names = 0;
    for (const FragilityPredictor& predictor : frame->predictors)
        names = std::max(names, width_of(theme.fonts.text, theme.px(type::kSmall), predictor.name));
    names = std::min(names + theme.px(16), ImGui::GetContentRegionAvail().x * 0.55F);
    const float numbers =
        width_of(theme.fonts.mono, theme.px(type::kSmall), "-0.00") + theme.px(12);
    for (const bool rival : {false, true}) {
        heading(theme, rival ? "Without any margin" : "Margins");
        for (const std::size_t k : ranked_predictors(*frame, rival))
            if (predictor_row(*frame, k, chosen == k, names, numbers, theme))
                view.look.predictor = frame->predictors[k].name;
    }
}

}  // namespace marginscope
