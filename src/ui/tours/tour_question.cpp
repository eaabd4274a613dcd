// A choice, a number or a character of the text.
#include "ui/tours/tour_question.h"

#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/messages/tour_words.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

// A button as wide as the card whose words wrap.
bool option_button(const Theme& theme, const std::string& words, ImU32 edge, bool enabled) {
    const float width = ImGui::GetContentRegionAvail().x, pad = theme.px(8);
    const float size = theme.px(type::kBody);
    const float wrap = std::max(1.0F, width - 2 * pad);
    const ImVec2 words_size = theme.fonts.text->CalcTextSizeA(size, FLT_MAX, wrap, words.c_str());
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 end(at.x + width, at.y + words_size.y + 2 * pad);
    ImGui::BeginDisabled(!enabled);
    const bool pressed = ImGui::InvisibleButton("##option", ImVec2(width, end.y - at.y));
    ImGui::EndDisabled();
    ImDrawList& draw = *ImGui::GetWindowDrawList();
    const bool hovered = enabled && ImGui::IsItemHovered();
    draw.AddRectFilled(at, end, hovered ? theme.hover : theme.raised, theme.px(4));
    if (edge != 0) outline(draw, at, end, edge, theme.px(4), theme.px(2));
    draw.AddText(theme.fonts.text, size, ImVec2(at.x + pad, at.y + pad),
                 enabled || edge != 0 ? theme.text : theme.dim, words.c_str(), nullptr, wrap);
    return pressed;
}

// What is so is framed in the colour of good; a wrong guess in that of errors.
void draw_options(const TourPrediction& asked, PanelContext& context) {
    for (std::size_t k = 0; k < asked.options.size(); ++k) {
        const auto is = [&](const std::optional<double>& one) {
            return one && *one == static_cast<double>(k);
        };
        const ImU32 edge = asked.known && is(asked.answer)  ? context.theme.good
                           : asked.known && is(asked.given) ? context.theme.error
                           : is(asked.given)                ? context.theme.select
                                                            : 0;
        ImGui::PushID(static_cast<int>(k));
        if (option_button(context.theme, asked.options[k], edge, !asked.given))
            context.out.push_back(AnswerPrediction{static_cast<double>(k)});
        ImGui::PopID();
    }
}

void draw_number(TourView& view, const TourPrediction& asked, PanelContext& context) {
    const Theme& theme = context.theme;
    const std::string unit(words_of(asked.quantity).unit);
    if (std::exchange(view.to_number, false)) ImGui::SetKeyboardFocusHere();
    const bool entered = input_text("##number", view.number, "a number", theme.px(100),
                                    ImGuiInputTextFlags_EnterReturnsTrue);
    if (!unit.empty()) {
        ImGui::SameLine();
        ImGui::AlignTextToFramePadding();
        text_colored(theme.dim, unit.c_str());
    }
    char* end = nullptr;
    const double number = std::strtod(view.number.c_str(), &end);
    const bool good = !view.number.empty() && *end == 0 && std::isfinite(number);
    if ((primary_button(theme, "Answer", good) || entered) && good)
        context.out.push_back(AnswerPrediction{number});
}

void draw_point(const Frames& frames, const UiState& state, PanelContext& context) {
    const Theme& theme = context.theme;
    const int index = selected_index(state.selection, frames.decode.get());
    if (index < 0) return small_paragraph(theme, theme.faint, "Click a character of the text.");
    const std::string chosen = value_words(TourQuantity::selected_character, index, frames);
    small_paragraph(theme, theme.dim, ("Click one in the text. Chosen: " + chosen).c_str());
    if (primary_button(theme, "This one"))
        context.out.push_back(AnswerPrediction{static_cast<double>(index)});
}

void draw_verdict(const Frames& frames, const TourPrediction& asked, const Theme& theme) {
    if (!asked.known) return small_paragraph(theme, theme.faint, "Being computed…");
    ImGui::PushFont(theme.fonts.semibold, type::kBody);
    text_colored(asked.right ? theme.good : theme.error, asked.right ? "Right." : "Not so.");
    ImGui::PopFont();
    const bool choice = asked.kind == TourQuestion::choice;
    if (!choice)
        small_paragraph(
            theme, theme.dim,
            ("You said " + value_words(asked.quantity, asked.given, frames) + ".").c_str());
    const char* is = asked.difference ? "The difference: " : choice ? "Measured: " : "It is ";
    if (asked.measured)
        paragraph(theme, theme.text, (is + measured_words(asked, frames) + ".").c_str());
    if (!asked.after.empty()) paragraph(theme, theme.text, asked.after.c_str());
}

}  // namespace

void draw_tour_question(const Frames& frames, UiState& state, PanelContext& context) {
    const TourPrediction& asked = frames.tour->prediction;
    if (asked.kind == TourQuestion::none) return;
    const Theme& theme = context.theme;
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    ImGui::PushFont(theme.fonts.semibold, type::kBody);
    ImGui::PushTextWrapPos(0.0F);
    text_colored(theme.text, asked.question.c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopFont();
    if (asked.kind == TourQuestion::choice)
        draw_options(asked, context);
    else if (!asked.given && asked.kind == TourQuestion::number)
        draw_number(state.view<TourView>(), asked, context);
    else if (!asked.given)
        draw_point(frames, state, context);
    if (asked.given) draw_verdict(frames, asked, theme);
}

}  // namespace marginscope
