// A card for each tour, two beside each other where there is room.
#include "ui/tours/tour_list.h"

#include <filesystem>

#include "ui/tours/tour_view.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr const char* kAbout =
    "Short guided paths over the live program: read a step, look at the panels it speaks of, try "
    "what it says. A tour works on a copy; your text, model and view come back when it ends.";

std::string length_words(const TourSummary& tour) {
    return std::to_string(tour.steps) + (tour.steps == 1 ? " step" : " steps");
}

void draw_tour(const TourSummary& tour, const TourFrame& frame, PanelContext& context) {
    const Theme& theme = context.theme;
    const bool runs = frame.on && frame.file == tour.file;
    ImGui::PushID(tour.file.c_str());
    ImGui::PushFont(theme.fonts.semibold, type::kTitle);
    ImGui::PushTextWrapPos(0.0F);
    text_colored(theme.text, tour.title.empty()
                                 ? std::filesystem::path(tour.file).filename().c_str()
                                 : tour.title.c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopFont();
    if (!tour.teaches.empty()) paragraph(theme, theme.dim, tour.teaches.c_str());
    if (!tour.faults.empty()) {
        const TourFault& first = tour.faults.front();
        small_paragraph(theme, theme.error,
                        ("Line " + std::to_string(first.line) + ": " + first.sentence).c_str());
    } else if (runs) {
        text_small(theme, theme.select, "This one runs.");
        if (ImGui::Button("End the tour")) context.out.push_back(EndTour{});
    } else {
        if (primary_button(theme, "Begin")) context.out.push_back(StartTour{tour.file});
        ImGui::SameLine(0, theme.px(12));
        ImGui::AlignTextToFramePadding();
        text_small(theme, theme.faint, length_words(tour).c_str());
    }
    ImGui::Dummy(ImVec2(0, theme.px(14)));
    ImGui::PopID();
}

}  // namespace

void draw_tour_list(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.tour == nullptr || frames.tour->shelf.empty())
        return empty_state(theme, "No tours yet",
                           "Open a tour's file (Ctrl+O); docs/tours.md says how one is written.");
    ImGui::BeginChild("##tours", ImVec2(0, 0), 0, ImGuiWindowFlags_NoNavInputs);
    paragraph(theme, theme.dim, kAbout);
    ImGui::Dummy(ImVec2(0, theme.px(10)));
    const int columns = ImGui::GetContentRegionAvail().x >= theme.px(760) ? 2 : 1;
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, ImVec2(theme.px(14), theme.px(4)));
    if (ImGui::BeginTable("tours", columns, ImGuiTableFlags_SizingStretchSame)) {
        for (const TourSummary& tour : frames.tour->shelf) {
            ImGui::TableNextColumn();
            draw_tour(tour, *frames.tour, context);
        }
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
    small_paragraph(theme, theme.faint,
                    "A tour is a text file of your own making, too: docs/tours.md has the form; "
                    "Ctrl+O opens one, and it is read again whenever you save it.");
    ImGui::EndChild();
}

}  // namespace marginscope
