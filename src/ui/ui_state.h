// Everything the window remembers between two frames. Owned by the main loop; no other state exists
// in this room.
//
// Main thread only.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "figures/train/train_series.h"
#include "files/recent_files.h"
#include "ui/boxes/box_state.h"
#include "ui/key_queue.h"
#include "ui/pictures.h"
#include "ui/theme.h"
#include "ui/view_store.h"

namespace marginscope {

/// One selection, shared by all panels: hovering or choosing in one lights the same thing in the
/// others.
struct Selection {
    int index = -1;  // character of the shown text; -1 follows the cursor
    int layer = 0;
    int head = 0;
    int lit_index = -1;    // the character hovered in the last frame, anywhere
    int hover_index = -1;  // set by whoever is hovered in this frame; read lit_index
    std::string path_run;  // run folder of the chosen point of a path
};

/// The character all panels talk about: the chosen one, or the last before the cursor; -1 when
/// there is none.
inline int selected_index(const Selection& selection, const DecodeFrame* decode) {
    if (decode == nullptr || decode->cursor <= 0) return -1;
    const int last = decode->cursor - 1;
    return selection.index < 0 || selection.index > last ? last : selection.index;
}

/// What the window's own loop knows and the top bar shows.
struct LoopFigures {
    double fps = 0;
    double build_ms = 0;    // of the last frame: the interface itself, without drawing its textures
    double draw_share = 0;  // of one core
    int gl_errors = 0;
    std::string renderer;
    bool software = false;
};

/// A rectangle in one colour behind everything, in interface coordinates.
struct Backdrop {
    ImVec2 at;
    ImVec2 size;
    ImU32 color = 0;
};

struct UiState {
    std::string workspace = "decode";  // id of the one that is shown
    Selection selection;
    ViewStore views;

    ThemeKind theme_kind = ThemeKind::dark;
    float user_scale = 1.0F;  // 75–300 %, on top of the screen's own
    float screen_scale = 1.0F;
    Theme theme;  // made from the three above; fonts are set once by load_fonts()
    bool theme_dirty = true;

    std::set<std::string> hidden;  // ids of panels that are closed
    std::string maximized;         // id of the panel that fills the workspace, or ""
    std::string raise;             // id of a panel whose tab comes to the front; then ""
    bool only_main = false;        // Tab: the side panels step aside
    bool reset_layout = false;
    BoxState boxes;
    KeyQueue keys;
    RecentFiles recent;
    bool fullscreen = false, fullscreen_changed = false;
    bool quit = false, quit_confirmed = false;

    std::deque<LogEntry> log;  // the newest at the back, at most kLogLines
    LoopFigures loop;
    // What whoever owns the screen fills before it draws the interface: clearing costs a fifth of
    // ImGui's own fill where the processor draws. Written by draw_frame.
    std::vector<Backdrop> backdrops;
    SetView view_sent;
    bool view_known = false;       // view_sent is what the engine has
    std::uint64_t view_given = 0;  // DecodeFrame::view_given that the panels follow

    std::unique_ptr<Pictures>
        pictures;  // null where nothing can be drawn to a texture (tests without GL)

    TrainHistory history;

    template <typename View>
    View& view() {
        return views.get<View>();
    }
};

constexpr std::size_t kLogLines = 2000;

}  // namespace marginscope
