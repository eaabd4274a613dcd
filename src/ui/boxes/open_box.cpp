// Choosing a file: by its path, among recent ones, or through folders.
#include "core/shown.h"
#include "ui/boxes/box.h"
#include "ui/robustness/robustness_form.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

struct Words {
    const char* title;
    const char* button;
    const char* hint;
    const char* about;
};

/// Saving in the Playground saves the playground.
bool of_playground(const UiState& state) {
    return state.boxes.wish == FileWish::save_session && state.workspace == "playground";
}

Words words_of(const UiState& state) {
    if (of_playground(state))
        return {"Save the playground", "Save", "Path of the file: name.json",
                "Its tokens, A, the barrier's settings and the SVM, in the form of the presets."};
    switch (state.boxes.wish) {
        case FileWish::save_model:
            return {"Save the model", "Save", "Path of the new file: model.safetensors",
                    "The weights as they are now, with the vocabulary and the stage."};
        case FileWish::save_session:
            return {"Save the session", "Save", "Path of the file: name.mscope",
                    "The text with all its branches, noise, drags and settings; the model by its "
                    "path and hash."};
        case FileWish::open:
            break;
    }
    return {"Open", "Open",
            "Path of a session, a text, a checkpoint, a run, samples or a path folder",
            "A .mscope file is a session, a .safetensors file or a run folder a model, a folder of "
            "samples models that predict together, a .json file with tokens and A a playground; "
            "anything else is read as text. Dropping a file on the window does the same."};
}

Words words_of(RobustnessFile file, const UiState& state) {
    switch (file) {
        case RobustnessFile::model:
            return {"Measure a model", "Add", "Path of a checkpoint, a run or a folder of samples",
                    "It is measured beside the others in Robustness; what is shown stays."};
        case RobustnessFile::text:
            return {"Measure on a text", "Choose", "Path of a UTF-8 text",
                    "Robustness reads it; what is shown and trained on stays."};
        case RobustnessFile::none:
            break;
    }
    return words_of(state);
}

/// Robustness takes the file, where the box is open for it.
bool take_for_robustness(UiState& state, const std::string& path) {
    RobustnessView& view = state.view<RobustnessView>();
    if (view.file == RobustnessFile::none) return false;
    if (view.file == RobustnessFile::model)
        add_model(view.form, path);
    else
        view.form.settings.text = path;
    return true;
}

void carry_out(ActionContext& c, const std::string& path) {
    UiState& state = c.state;
    if (take_for_robustness(state, path)) {
        state.recent.add(path);
        state.boxes.open = Box::none;
        return;
    }
    switch (state.boxes.wish) {
        case FileWish::open:
            c.out.push_back(OpenFile{path});
            break;
        case FileWish::save_model:
            c.out.push_back(SaveModel{path});
            break;
        case FileWish::save_session:
            if (of_playground(state))
                c.out.push_back(SavePlayground{path});
            else
                c.out.push_back(SaveSession{path});
            break;
    }
    state.recent.add(path);
    state.boxes.open = Box::none;
}

bool would_replace(const UiState& state, const std::string& path) {
    const FileWish wish = state.boxes.wish;
    if (wish == FileWish::open || path.empty()) return false;
    fs::path file = path;
    const char* ending = of_playground(state) ? ".json" : ".mscope";
    if (wish == FileWish::save_session && file.extension() != ending) file += ending;
    std::error_code error;
    return fs::is_regular_file(file, error);
}

bool row(const Theme& theme, const std::string& words, bool chosen) {
    const std::string fits = shortened(ImGui::GetFont(), ImGui::GetFontSize(), shown_text(words),
                                       ImGui::GetContentRegionAvail().x - theme.px(8));
    return ImGui::Selectable((fits + "##row").c_str(), chosen);
}

// The path that a row stands for; "" while none was clicked.
std::string draw_recent(const ActionContext& c) {
    std::string clicked;
    const Theme& theme = c.state.theme;
    int id = 0;
    for (const std::string& path : c.state.recent.paths()) {
        ImGui::PushID(id++);
        if (row(theme, path, path == c.state.boxes.path.c_str())) clicked = path;
        ImGui::PopID();
    }
    return clicked;
}

void draw_folder(BoxState& boxes, const Theme& theme) {
    FolderListing& listing = boxes.listing;
    if (listing.folder.empty()) listing = list_folder(".");
    fs::path next;
    if (row(theme, ".. (" + listing.folder.parent_path().string() + ")", false))
        next = listing.folder.parent_path();
    if (!listing.trouble.empty()) small_paragraph(theme, theme.error, listing.trouble.c_str());
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(listing.files.size()));
    while (clipper.Step())
        for (int k = clipper.DisplayStart; k < clipper.DisplayEnd; ++k) {
            const ListedFile& file = listing.files[static_cast<std::size_t>(k)];
            const fs::path path = listing.folder / file.name;
            ImGui::PushID(k);
            if (row(theme, file.folder ? file.name + "/" : file.name,
                    path == fs::path(boxes.path.c_str()))) {
                // A folder is entered, and may be what is meant: a run or a path.
                boxes.path = path.string();
                if (file.folder) next = path;
            }
            ImGui::PopID();
        }
    if (listing.cut) small_paragraph(theme, theme.dim, "There are more: type the path.");
    if (!next.empty()) listing = list_folder(next);
}

}  // namespace

void draw_open_box(ActionContext& c) {
    const Theme& theme = c.state.theme;
    BoxState& boxes = c.state.boxes;
    const Words words = words_of(c.state.view<RobustnessView>().file, c.state);
    begin_box(c.state, words.title, ImVec2(640, 460));
    if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
    const bool enter =
        input_text("##path", boxes.path, words.hint, -1.0F, ImGuiInputTextFlags_EnterReturnsTrue);
    paragraph(theme, theme.dim, words.about);
    const bool recent = boxes.wish == FileWish::open && !c.state.recent.paths().empty();
    if (recent) segmented(theme, "from", {"Recent", "Folder"}, boxes.from_folder);
    const float foot = 2 * ImGui::GetFrameHeightWithSpacing() + theme.px(6);
    ImGui::BeginChild("##files",
                      ImVec2(0, std::max(theme.px(44), ImGui::GetContentRegionAvail().y - foot)),
                      ImGuiChildFlags_Borders, ImGuiWindowFlags_NoNavInputs);
    if (recent && boxes.from_folder == 0) {
        if (const std::string clicked = draw_recent(c); !clicked.empty()) boxes.path = clicked;
    } else {
        draw_folder(boxes, theme);
    }
    ImGui::EndChild();
    const std::string path = boxes.path.c_str();
    if (would_replace(c.state, path))
        small_paragraph(theme, theme.dim, "A file of that name exists and will be replaced.");
    const bool clicked = primary_button(theme, words.button, !path.empty());
    if (!path.empty() && (clicked || enter)) carry_out(c, path);
    end_box();
}

}  // namespace marginscope
