// Looks again after each news.
#include "ui/settled_frames.h"

#include <algorithm>
#include <chrono>

#include "ui/workspaces.h"

namespace marginscope {
namespace {

bool of_asked_character(const Frames& frames, const SetView& view) {
    if (frames.decode == nullptr || frames.boundary == nullptr) return true;
    const int last = frames.decode->cursor - 1;
    const int asked = view.index < 0 || view.index > last ? last : view.index;
    return frames.decode->selected == asked && frames.boundary->index == asked &&
           frames.boundary->revision == frames.decode->selected_revision &&
           frames.boundary->plane == view.plane;
}

bool all_margins_known(const Frames& frames, const SetView& view) {
    if (frames.margins == nullptr) return true;
    if (frames.margins->kind != view.kind || frames.margins->windows != view.windows) return false;
    if (frames.margins->view != view.view) return false;
    // The engine searches the geometric margins of a whole text only where they order it.
    if (view.kind != MarginKind::geometric || view.view != MarginView::stage) return true;
    return std::all_of(frames.margins->cells.begin(), frames.margins->cells.end(),
                       [](const MarginCell& cell) { return !cell.valid || cell.geometric_known; });
}

// The twin of the asked noise; without noise there is none.
bool twin_is_there(const Frames& frames) {
    if (frames.decode == nullptr || frames.decode->noise.sigma <= 0) return true;
    return frames.twin != nullptr && frames.twin->noise == frames.decode->noise &&
           frames.twin->pending == 0 && !frames.twin->cells.empty();
}

// The explanation of the asked character with every head, where it is asked for.
bool why_is_there(const Frames& frames, const SetView& view) {
    if (!view.why || frames.decode == nullptr) return true;
    return frames.why != nullptr && frames.why->revision == frames.decode->selected_revision &&
           static_cast<int>(frames.why->effects.size()) == frames.why->layers * frames.why->heads;
}

}  // namespace

Frames settled_frames(std::string_view workspace, const SetView& view, FrameSource& source,
                      TrainHistory& history, double timeout_secs) {
    const Workspace* row = find_workspace(workspace);
    const auto begin = std::chrono::steady_clock::now();
    for (;;) {
        history.take(source.take_training_events());
        const Frames frames = source.frames();
        const bool arrived =
            row == nullptr || row->arrived == nullptr ||
            (row->arrived(frames) &&
             (!row->shows_text ||
              (of_asked_character(frames, view) && all_margins_known(frames, view) &&
               twin_is_there(frames) && why_is_there(frames, view))));
        const double secs =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        if (arrived || secs > timeout_secs) return frames;
        source.wait_for_news(0.1);
    }
}

}  // namespace marginscope
