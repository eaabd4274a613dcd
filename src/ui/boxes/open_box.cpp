// One path to type: what to open, or where to save the model.
#include "ui/boxes/box.h"
#include "ui/widgets.h"

namespace marginscope {

void draw_open_box(ActionContext& c) {
    const Theme& theme = c.state.theme;
    BoxState& boxes = c.state.boxes;
    const bool save = boxes.to_save;
    begin_box(c.state, save ? "Save the model" : "Open", ImVec2(560, 190));
    if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
    const bool enter = input_text("##path", boxes.path,
                                  save ? "Path of the new file: model.safetensors"
                                       : "Path of a text, a checkpoint, a run or a path folder",
                                  -1.0F, ImGuiInputTextFlags_EnterReturnsTrue);
    const std::string path = boxes.path.c_str();
    paragraph(theme, theme.dim,
              save ? "The weights as they are now, with the vocabulary and the stage."
                   : "A .safetensors file or a run folder is a model; anything else is read as "
                     "text. Dropping a file on the window does the same.");
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    const bool clicked = primary_button(theme, save ? "Save" : "Open", !path.empty());
    if (!path.empty() && (clicked || enter)) {
        if (save)
            c.out.push_back(SaveModel{path});
        else
            c.out.push_back(OpenFile{path});
        boxes.open = Box::none;
    }
    end_box();
}

}  // namespace marginscope
