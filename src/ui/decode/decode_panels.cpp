// The list of the Decode workspace's panels and their default arrangement.
#include "ui/decode/decode_panels.h"

#include <algorithm>
#include <array>

#include "ui/decode/attention.h"
#include "ui/decode/boundary.h"
#include "ui/decode/branches.h"
#include "ui/decode/candidates.h"
#include "ui/decode/causes.h"
#include "ui/decode/controls.h"
#include "ui/decode/text_strip.h"
#include "ui/decode/traces.h"

namespace marginscope {
namespace {

void draw_text(const Frames& frames, UiState& state, PanelContext& context) {
    draw_transport(frames, state.decode.controls, context);
    draw_text_strip(frames, state.decode.text, context);
}

const std::array kPanels = std::to_array<PanelInfo>({
    {"decode.text", "Text", Workspace::decode, true, draw_text},
    {"decode.candidates", "Next character", Workspace::decode, false,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_candidates(f, s.decode.candidates, c);
     }},
    {"decode.attention", "Attention", Workspace::decode, false,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_attention(f, s.decode.attention, c);
     }},
    {"decode.boundary", "Boundary", Workspace::decode, true,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_boundary(f, s.decode.boundary, c); }},
    {"decode.causes", "Causes", Workspace::decode, false,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_causes(f, s.decode.causes, c); }},
    {"decode.traces", "Traces", Workspace::decode, false,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_traces(f, s.decode.traces, c); }},
    {"decode.branches", "Branches", Workspace::decode, false,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_branches(f, s.decode.tree, c); }},
    {"decode.sampling", "Sampling and noise", Workspace::decode, false,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_sampling(f, s.decode.controls, c); }},
});

}  // namespace

std::span<const PanelInfo> decode_panels() { return kPanels; }

void dock_decode_panels(DockArea& area) {
    const float height = std::max(1.0F, area.size.y);
    const float px = area.scale;
    const DockSplit top =
        split_dock(area.main, DockSide::top, std::clamp(226 * px / height, 0.21F, 0.5F));
    const DockSplit bottom =
        split_dock(top.rest, DockSide::bottom, std::clamp(176 * px / height, 0.19F, 0.5F));
    const DockSplit next = split_dock(top.part, DockSide::right, 0.27F);
    const DockSplit attention = split_dock(bottom.rest, DockSide::left, 0.345F);
    const DockSplit causes = split_dock(attention.rest, DockSide::right, 0.36F);
    const DockSplit sampling =
        split_dock(area.right, DockSide::bottom, std::clamp(222 * px / height, 0.15F, 0.6F));
    area.right = sampling.rest;
    dock_panel("decode.text", kPanels, next.rest);
    dock_panel("decode.candidates", kPanels, next.part);
    dock_panel("decode.attention", kPanels, attention.part);
    dock_panel("decode.boundary", kPanels, causes.rest);
    dock_panel("decode.causes", kPanels, causes.part);
    dock_panel("decode.traces", kPanels, bottom.part);
    dock_panel("decode.branches", kPanels, bottom.part);
    dock_panel("decode.sampling", kPanels, sampling.part);
}

}  // namespace marginscope
