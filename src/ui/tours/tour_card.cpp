// Words that scroll, and under them the buttons, which do not.
#include "ui/tours/tour_card.h"

#include <algorithm>
#include <cmath>

#include "core/messages/tour_words.h"
#include "ui/tours/tour_question.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

// Which step of how many; each mark leads to its step.
void draw_progress(const TourFrame& tour, PanelContext& context) {
    const Theme& theme = context.theme;
    const float size = theme.px(9), gap = theme.px(7);
    ImDrawList& draw = *ImGui::GetWindowDrawList();
    for (int k = 0; k < static_cast<int>(tour.steps.size()); ++k) {
        ImGui::PushID(k);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        if (ImGui::InvisibleButton("##step", ImVec2(size + gap, size + gap)) && k != tour.step)
            context.out.push_back(GoToTourStep{k});
        const ImVec2 center(at.x + (size + gap) / 2, at.y + (size + gap) / 2);
        const bool hovered = ImGui::IsItemHovered();
        if (k == tour.step)
            draw.AddCircleFilled(center, size / 2, theme.select);
        else
            draw.AddCircle(center, size / 2 - 1, hovered ? theme.text : theme.faint, 0,
                           theme.px(1.5F));
        if (hovered)
            ImGui::SetTooltip("%d. %s", k + 1, tour.steps[static_cast<std::size_t>(k)].c_str());
        ImGui::PopID();
        ImGui::SameLine(0, 0);
    }
    ImGui::NewLine();
}

void draw_numbers(const Frames& frames, const TourFrame& tour, const Theme& theme) {
    if (tour.numbers.empty()) return;
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    for (const TourNumber& number : tour.numbers) {
        const std::string name(words_of(number.quantity).name);
        small_paragraph(theme, theme.dim, name.c_str());
        ImGui::PushFont(theme.fonts.mono_bold, type::kTitle);
        ImGui::PushTextWrapPos(0.0F);
        text_colored(theme.text, value_words(number.quantity, number.value, frames).c_str());
        ImGui::PopTextWrapPos();
        ImGui::PopFont();
        if (number.before && number.value && *number.before != *number.value)
            small_paragraph(
                theme, theme.faint,
                ("in the step before: " + value_words(number.quantity, number.before, frames))
                    .c_str());
    }
}

void draw_troubles(const TourFrame& tour, const Theme& theme) {
    if (!tour.trouble.empty()) small_paragraph(theme, theme.error, tour.trouble.c_str());
    for (const TourFault& fault : tour.faults)
        small_paragraph(
            theme, theme.error,
            ("Its file, line " + std::to_string(fault.line) + ": " + fault.sentence).c_str());
    if (!tour.faults.empty())
        small_paragraph(theme, theme.faint, "What is shown is its last good state.");
}

void draw_words(const Frames& frames, UiState& state, PanelContext& context) {
    const TourFrame& tour = *frames.tour;
    const Theme& theme = context.theme;
    small_paragraph(theme, theme.faint,
                    (tour.title + ", step " + std::to_string(tour.step + 1) + " of " +
                     std::to_string(tour.steps.size()))
                        .c_str());
    draw_progress(tour, context);
    ImGui::PushFont(theme.fonts.semibold, type::kTitle);
    ImGui::PushTextWrapPos(0.0F);
    text_colored(theme.text, tour.steps[static_cast<std::size_t>(tour.step)].c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopFont();
    paragraph(theme, theme.text, tour.text.c_str());
    draw_tour_question(frames, state, context);
    draw_numbers(frames, tour, theme);
    draw_troubles(tour, theme);
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    small_paragraph(theme, theme.faint,
                    "A tour works on a copy: what you had comes back at its end.");
}

// What the buttons take, in as many rows as they need.
float draw_buttons(const TourFrame& tour, PanelContext& context) {
    const Theme& theme = context.theme;
    const float begin = ImGui::GetCursorPosY();
    const bool last = tour.step + 1 == static_cast<int>(tour.steps.size());
    const float room = ImGui::GetContentRegionAvail().x;
    const auto width = [&](const char* words) {
        return theme.fonts.semibold->CalcTextSizeA(theme.px(type::kBody), FLT_MAX, 0, words).x +
               2 * ImGui::GetStyle().FramePadding.x + ImGui::GetStyle().ItemSpacing.x;
    };
    const char* on = last ? "End the tour" : "Next";
    if (primary_button(theme, on)) context.asked.emplace_back(last ? "tours.end" : "tours.next");
    float used = width(on);
    const auto button = [&](const char* words, const char* action, bool enabled) {
        if (used + width(words) <= room)
            ImGui::SameLine();
        else
            used = 0;
        used += width(words);
        ImGui::BeginDisabled(!enabled);
        if (ImGui::Button(words)) context.asked.emplace_back(action);
        ImGui::EndDisabled();
    };
    button("Back", "tours.previous", tour.step > 0);
    button("Anew", "tours.anew", true);
    if (!last) button("End", "tours.end", true);
    return ImGui::GetCursorPosY() - begin;
}

}  // namespace

float tour_card_width(const Frames& frames, UiState& state, ImVec2 window) {
    if (running_tour(frames) == nullptr || !state.view<TourView>().card) return 0;
    const float usual = std::clamp(0.24F * window.x, state.theme.px(280), state.theme.px(420));
    return std::round(std::min(usual, 0.45F * window.x));
}

void draw_tour_card(const Frames& frames, UiState& state, PanelContext& context, ImVec2 at,
                    ImVec2 size) {
    const Theme& theme = state.theme;
    ImGui::SetNextWindowPos(at);
    ImGui::SetNextWindowSize(size);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0F);
    ImGui::Begin("##tour", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground |
                     ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNavInputs |
                     ImGuiWindowFlags_NoBringToFrontOnFocus);
    ImGui::PopStyleVar();
    state.backdrops.push_back({at, size, theme.panel});
    ImGui::GetWindowDrawList()->AddRectFilled(ImVec2(at.x + size.x - theme.px(2), at.y),
                                              ImVec2(at.x + size.x, at.y + size.y), theme.select);
    // The buttons' height of the frame before: their rows depend on the width alone.
    float* buttons = ImGui::GetStateStorage()->GetFloatRef(ImGui::GetID("buttons"), theme.px(64));
    ImGui::BeginChild("##words", ImVec2(0, -*buttons), 0, ImGuiWindowFlags_NoNavInputs);
    draw_words(frames, state, context);
    ImGui::EndChild();
    *buttons = draw_buttons(*frames.tour, context) + ImGui::GetStyle().ItemSpacing.y;
    ImGui::End();
}

}  // namespace marginscope
