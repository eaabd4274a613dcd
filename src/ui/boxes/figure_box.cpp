// Which figure, in which format and size, to which file.
#include <array>

#include "core/error.h"
#include "files/image.h"
#include "ui/boxes/box.h"
#include "ui/export/figure_export.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr std::array kFormats = {FigureFormat::png, FigureFormat::svg, FigureFormat::csv};

const FigureInfo* chosen(const UiState& state, const std::string& id) {
    const FigureInfo* first = nullptr;
    for (const FigureInfo& info : figure_list()) {
        if (info.id == id) return &info;
        if (first == nullptr && info.id.starts_with(state.workspace + ".")) first = &info;
    }
    return first;
}

void figure_choice(UiState& state, ExportView& view, const FigureInfo& now) {
    ImGui::SetNextItemWidth(-1.0F);
    if (!ImGui::BeginCombo("##figure", now.title)) return;
    for (const FigureInfo& info : figure_list()) {
        if (!info.id.starts_with(state.workspace + ".")) continue;
        if (ImGui::Selectable(info.title, info.id == now.id)) {
            view.figure = info.id;
            view.box_figure.reset();
            view.file.clear();
            view.width = view.height = 0;
        }
    }
    ImGui::EndCombo();
}

void number_field(const Theme& theme, const char* name, const char* id, double& value,
                  const char* hint) {
    ImGui::AlignTextToFramePadding();
    text_small(theme, theme.dim, name);
    ImGui::SameLine();
    ImGui::SetNextItemWidth(theme.px(72));
    ImGui::InputDouble(id, &value, 0, 0, "%.6g");
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", hint);
}

// True as long as a picture of that size can be made; says what it will be.
bool size_row(const Theme& theme, ExportView& view, const Figure& figure) {
    const FigureSize own = natural_size(figure);
    if (!(view.width > 0)) view.width = own.width;
    if (!(view.height > 0)) view.height = own.height;
    number_field(theme, "width", "##width", view.width, "In pixels at 96 to the inch");
    ImGui::SameLine(0, theme.px(12));
    number_field(theme, "height", "##height", view.height, "In pixels at 96 to the inch");
    if (kFormats[static_cast<std::size_t>(view.format)] != FigureFormat::png) return true;
    ImGui::SameLine(0, theme.px(12));
    number_field(theme, "dpi", "##dpi", view.dpi, "Pixels to the inch of the picture");
    const double scale = view.dpi / 96, most = kLargestPngSide;
    const bool fits = view.width >= 100 && view.height >= 80 && view.dpi >= 24 &&
                      view.width * scale <= most && view.height * scale <= most;
    const std::string words =
        fits ? format_number(view.width / 96, 3) + " × " + format_number(view.height / 96, 3) +
                   " inches, " + std::to_string(static_cast<int>(view.width * scale)) + " × " +
                   std::to_string(static_cast<int>(view.height * scale)) + " pixels"
             : "A picture has at least 100 × 80 and at most 16384 pixels a side";
    small_paragraph(theme, fits ? theme.dim : theme.error, words.c_str());
    return fits;
}

}  // namespace

void draw_figure_box(ActionContext& c) {
    const Theme& theme = c.state.theme;
    ExportView& view = c.state.view<ExportView>();
    begin_box(c.state, "Export a figure", ImVec2(560, 330));
    const FigureInfo* info = chosen(c.state, view.figure);
    if (info == nullptr) {
        paragraph(theme, theme.dim, "This workspace has no figures.");
        return end_box();
    }
    figure_choice(c.state, view, *info);
    const int before = view.format;
    segmented(theme, "format", {"PNG", "SVG", "CSV"}, view.format);
    const FigureFormat format = kFormats[static_cast<std::size_t>(view.format)];
    if (view.format != before || view.file.empty()) {
        const std::filesystem::path usual = usual_file(info->id, format, c.state);
        view.file = view.file.empty() ? usual.string()
                                      : std::filesystem::path(view.file)
                                            .replace_extension(std::string(name_of(format)))
                                            .string();
    }
    if (!view.box_figure || view.box_figure->id != info->id)
        view.box_figure = make_figure(*info, figure_source(c.frames, c.state));
    const Figure& figure = *view.box_figure;
    bool good = !figure.empty();
    if (!good) paragraph(theme, theme.dim, figure.sentence.c_str());
    if (format != FigureFormat::csv) good = size_row(theme, view, figure) && good;
    const bool enter = input_text("##file", view.file, "Path of the new file", -1.0F,
                                  ImGuiInputTextFlags_EnterReturnsTrue);
    const std::filesystem::path file(view.file);
    std::error_code error;
    const bool folder =
        !file.has_parent_path() || std::filesystem::is_directory(file.parent_path(), error);
    const bool named = figure_format_of(file) == format;
    const bool there = std::filesystem::exists(file, error);
    if (!folder)
        paragraph(theme, theme.error, "That folder does not exist.");
    else if (!named)
        paragraph(theme, theme.error,
                  ("The name must end in ." + std::string(name_of(format)) + ".").c_str());
    else if (there)
        paragraph(theme, theme.dim, "A file of that name exists and will be replaced.");
    good = good && folder && named;
    const bool clicked = primary_button(theme, there ? "Replace" : "Save", good);
    if (good && (clicked || (enter && !there))) {
        FigureFileOptions options;
        options.size = FigureSize{view.width, view.height};
        options.dpi = view.dpi;
        write_in_background(*info, figure_source(c.frames, c.state), file, options, c.state);
        c.state.boxes.open = Box::none;
    }
    end_box();
}

}  // namespace marginscope
