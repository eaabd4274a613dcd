// A field over the whole panel.
#include "ui/decode/text_edit.h"

#include <utility>

#include "ui/widgets.h"

namespace marginscope {
namespace {

int resized(ImGuiInputTextCallbackData* data) {
    if (data->EventFlag != ImGuiInputTextFlags_CallbackResize) return 0;
    auto* text = static_cast<std::string*>(data->UserData);
    text->resize(static_cast<std::size_t>(data->BufTextLen));
    data->Buf = text->data();
    return 0;
}

}  // namespace

void draw_text_edit(TextEditView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    bool done = primary_button(theme, "Take over", !view.text.empty());
    ImGui::SameLine();
    bool left = ImGui::Button("Leave");
    ImGui::SameLine();
    text_small(theme, theme.dim, "Ctrl+Enter takes it over, Esc leaves it.");
    if (std::exchange(view.focus, false)) ImGui::SetKeyboardFocusHere();
    ImGui::PushFont(theme.fonts.mono, type::kToken);
    const ImVec2 room(-1, std::max(theme.px(60), ImGui::GetContentRegionAvail().y));
    done |= ImGui::InputTextMultiline("##text", view.text.data(), view.text.capacity() + 1, room,
                                      ImGuiInputTextFlags_EnterReturnsTrue |
                                          ImGuiInputTextFlags_CallbackResize |
                                          ImGuiInputTextFlags_WordWrap,
                                      resized, &view.text);
    ImGui::PopFont();
    left |= ImGui::IsKeyPressed(ImGuiKey_Escape, false);
    if (done && !left) {
        view.text = view.text.c_str();
        context.selection.index = -1;
        context.out.push_back(EditText{view.text});
    }
    if (done || left) view.open = false;
}

}  // namespace marginscope
