// View state of the panels of the Decode workspace: what is unfolded, zoomed and dragged. Numbers
// of the model never live here.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/messages/command.h"
#include "ui/decode/why_view.h"

namespace marginscope {

struct TextStripView {
    // Where the cells were in the last frame, for hit tests and for tests.
    ImVec2 first_cell{0, 0};
    ImVec2 cell_size{0, 0};
    std::vector<int> line_begin;  // index of the first cell of each line
    // To scroll only when what shall be in sight has changed.
    int selected_seen = -1;
    ImVec2 window_seen{0, 0};
    float cell_seen = 0;
    bool show_future = true;
};

/// The text being edited in place.
struct TextEditView {
    bool open = false;
    bool focus = false;  // the field takes the keyboard in the next frame
    std::string text;
};

struct NoiseView {
    SetDecodeNoise noise;  // follows the engine's except while a control is held
    bool held = false;
};

struct ControlsView {
    std::string prompt;
    SamplingSettings sampling;  // follows the engine's except while a control is held
    bool sampling_held = false;
    float tokens_per_s = 8.0F;
    NoiseView noise;
};

struct TwinView {
    NoiseView controls;
    // Where the cells were in the last frame, for hit tests and for tests.
    ImVec2 first_cell{0, 0};
    ImVec2 cell_size{0, 0};
    int selected_seen = -1;  // to scroll only when it has changed
};

struct CandidatesView {
    ImVec2 first_row{0, 0};
    float row_height = 0;
};

struct TreeView {
    std::uint64_t version = 0;  // of the layout below
    std::vector<ImVec2> place;  // per node: column (depth), row
    int rows = 0;
    int columns = 0;
    int cursor_seen = -1;
    ImVec2 origin{0, 0};
    ImVec2 step{0, 0};
};

enum class BranchOrder { tree, probability, margin };

struct BranchListView {
    BranchOrder order = BranchOrder::tree;
    bool as_tree = false;  // the drawn tree instead of the list
    int renaming = -1;     // node whose name is being typed
    bool focus = false;
    std::string name;
    std::vector<int> sorted;  // rows of the frame below, in the chosen order
    std::uint64_t version = 0;
    BranchOrder sorted_by = BranchOrder::tree;
};

struct AttentionView {
    bool log_scale = true;   // most weights are small: linear shows little more than the diagonal
    ImVec2 matrix_at{0, 0};  // of the large matrix in the last frame
    ImVec2 matrix_size{0, 0};
    ImVec2 thumb_at{0, 0};
    float thumb_step = 0;
};

constexpr int kMostSupport = 20;  // support tokens that can be asked for

struct BoundaryView {
    SetView request;  // plane, margin, zoom: what is asked for
    bool dragging = false;
    int drag_index = -1;
    PlanePoint drag_to;
    ImVec2 grab{0, 0};                 // from the token's centre to the mouse when the drag began
    float fill_min = 0, fill_max = 0;  // log|det| at the ends of the fill, for the colour bar
    ImVec2 token_pixel{0, 0};          // of the draggable token in the last frame
    ImVec2 plot_at{0, 0}, plot_size{0, 0};
};

struct CausesView {
    bool volume_share = true;  // bars show the volume share, else the trace share
};

struct TracesView {
    float threshold = -2.0F;  // log|det J| below which a margin counts as low; then sigma_min, g
    float threshold_singular = 0.1F;
    float threshold_geometric = 0.05F;
    float& threshold_of(MarginKind kind) {
        return kind == MarginKind::determinant ? threshold
               : kind == MarginKind::singular  ? threshold_singular
                                               : threshold_geometric;
    }
    bool dragging = false;  // the threshold line is held
    ImVec2 plot_at{0, 0}, plot_size{0, 0};
};

struct ParticlesView {
    SetParticles asked;      // by the next button
    SetParticles answered;   // of the frame seen last
    std::uint64_t seen = 0;  // its version
    ImVec2 first_row{0, 0};  // in the last frame, for hit tests and for tests
    float row_height = 0;
};

struct DecodeView {
    TextStripView text;
    TextEditView edit;
    ControlsView controls;
    CandidatesView candidates;
    TreeView tree;
    BranchListView branches;
    AttentionView attention;
    BoundaryView boundary;
    CausesView causes;
    HeadsMapView heads;
    WhyView why;
    TracesView traces;
    TwinView twin;
    ParticlesView particles;
};

}  // namespace marginscope
