// The table of correspondences, and the same experiment in both.
#include <array>

#include "ui/flow.h"
#include "ui/playground/playground_panels.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

struct Likeness {
    const char* svm;
    const char* attention;
};

constexpr std::array kAlike = std::to_array<Likeness>({
    {"margin 1/|w|: from the line to the nearest point",
     "geometric margin: from a token to its nearest det J = 0"},
    {"support vectors hold the line", "the support token decides how safe the sequence is"},
    {"C and the hinge: what slack costs", "lambda_m and the log-barrier: what nearness costs"},
});
constexpr std::array kUnlike = std::to_array<Likeness>({
    {"one line for all points", "every token has a boundary of its own, which moves with its past"},
    {"the hinge acts on few points", "the log-barrier acts on every token"},
    {"a point may lie on the wrong side, for a price",
     "the barrier is infinite on the boundary: it holds a token on its side, whichever that is"},
});

template <std::size_t kRows>
void draw_table(const char* id, const std::array<Likeness, kRows>& rows, const Theme& theme) {
    if (!ImGui::BeginTable(id, 2, ImGuiTableFlags_SizingStretchSame)) return;
    for (const Likeness& row : rows) {
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        small_paragraph(theme, theme.text, row.svm);
        ImGui::TableNextColumn();
        small_paragraph(theme, theme.text, row.attention);
    }
    ImGui::EndTable();
}

bool button(const Theme& theme, const char* words, const char* hint, bool enabled, bool first) {
    if (!first) flow(button_width(words), theme.px(6));
    ImGui::BeginDisabled(!enabled);
    const bool pressed = ImGui::Button(words);
    ImGui::EndDisabled();
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) ImGui::SetTooltip("%s", hint);
    return pressed;
}

void draw_attention(const PlaygroundFrame& frame, PanelContext& context) {
    const Theme& theme = context.theme;
    const bool enough = frame.document.size() > kLeastTokens;
    if (button(theme, "Remove the least",
               "A token that matters little to the support token's margin",
               enough && frame.least.has_value(), true))
        context.out.push_back(RemovePlaygroundToken{*frame.least});
    if (button(theme, "Remove the support", "The token with the smallest margin",
               enough && !frame.support.empty(), false))
        context.out.push_back(RemovePlaygroundToken{frame.support.front()});
    if (!frame.note.empty()) small_paragraph(theme, theme.text, frame.note.c_str());
}

void draw_svm(const PlaygroundFrame& frame, PanelContext& context) {
    const Theme& theme = context.theme;
    const PlaygroundSvm& svm = frame.svm;
    if (button(theme, "Remove the least##svm", "A point that matters little: far on its own side",
               svm.least.has_value(), true))
        context.out.push_back(RemoveSvmPoint{*svm.least});
    if (button(theme, "Remove a support##svm", "A support vector",
               svm.has_line && !svm.support.empty(), false))
        context.out.push_back(RemoveSvmPoint{svm.support.front()});
    if (!frame.svm_note.empty()) small_paragraph(theme, theme.text, frame.svm_note.c_str());
}

}  // namespace

void draw_playground_likeness(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    if (!playground_shown(frames, theme)) return;
    const PlaygroundFrame& frame = *frames.playground;
    heading(theme, "Tokens");
    draw_attention(frame, context);
    heading(theme, "SVM");
    draw_svm(frame, context);
    small_paragraph(theme, theme.dim, "Undo brings back what was removed.");
    heading(theme, "Alike: an SVM, and attention");
    draw_table("alike", kAlike, theme);
    heading(theme, "Where it ends");
    draw_table("unlike", kUnlike, theme);
}

}  // namespace marginscope
