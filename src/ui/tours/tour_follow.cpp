// Keeping, following, giving back; a veil over what is not spoken of.
#include "ui/tours/tour_follow.h"

#include <algorithm>
#include <utility>

#include "ui/presenting.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

constexpr float kVeil = 0.62F;

KeptWindow kept_window(const UiState& state) {
    return {state.workspace, state.selection, state.hidden, state.maximized, state.only_main};
}

void give_back(KeptWindow kept, UiState& state) {
    show_workspace(state, kept.workspace);
    // The selected character comes back with the document's view.
    kept.selection.index = state.selection.index;
    state.selection = std::move(kept.selection);
    state.hidden = std::move(kept.hidden);
    state.maximized = std::move(kept.maximized);
    state.only_main = kept.only_main;
}

void show_step(const TourFrame& tour, UiState& state) {
    TourView& view = state.view<TourView>();
    view.number.clear();
    view.to_raise.clear();
    const Workspace* workspace = find_workspace(tour.workspace);
    if (workspace == nullptr) return;
    show_workspace(state, workspace->id);
    for (const std::string& id : tour.panels) state.hidden.erase(id);
    // On a projector a step that speaks of one panel has all the room for it.
    if (state.view<PresentingView>().on && tour.panels.size() == 1)
        state.maximized = tour.panels.front();
    // The first one named comes to the front last: it stays in front where two share a place.
    view.to_raise.assign(tour.panels.rbegin(), tour.panels.rend());
}

bool spoken_of(const TourFrame& tour, const std::string& id) {
    return std::ranges::find(tour.panels, id) != tour.panels.end();
}

}  // namespace

void follow_tour(const Frames& frames, UiState& state) {
    TourView& view = state.view<TourView>();
    view.drawn.clear();
    const TourFrame* tour = running_tour(frames);
    if (tour == nullptr) {
        if (view.kept) give_back(*std::exchange(view.kept, std::nullopt), state);
        return;
    }
    if (!view.kept) view.kept = kept_window(state);
    if (tour->entered != view.entered) {
        view.entered = tour->entered;
        show_step(*tour, state);
    }
    if (state.raise.empty() && !view.to_raise.empty()) {
        state.raise = view.to_raise.front();
        view.to_raise.pop_front();
    }
}

void dim_other_panels(const Frames& frames, UiState& state) {
    const TourFrame* tour = running_tour(frames);
    if (tour == nullptr || tour->panels.empty() || tour->workspace != state.workspace) return;
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    ImGui::SetNextWindowPos(screen->Pos);
    ImGui::SetNextWindowSize(screen->Size);
    ImGui::Begin("##veil", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoInputs |
                     ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoSavedSettings |
                     ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoDocking);
    ImDrawList& draw = *ImGui::GetWindowDrawList();
    draw.PushClipRectFullScreen();
    for (const DrawnPanel& panel : state.view<TourView>().drawn) {
        const ImVec2 end(panel.at.x + panel.size.x, panel.at.y + panel.size.y);
        if (spoken_of(*tour, panel.id) || ImGui::IsMouseHoveringRect(panel.at, end, false))
            continue;
        draw.AddRectFilled(panel.at, end, with_alpha(state.theme.ground, kVeil));
    }
    draw.PopClipRect();
    ImGui::End();
}

}  // namespace marginscope
