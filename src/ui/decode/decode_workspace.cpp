// The row of the Decode workspace: its panels, where they stand, and what gives them something to
// show.
#include "ui/decode/decode_workspace.h"

#include <array>

#include "ui/decode/attention.h"
#include "ui/decode/boundary.h"
#include "ui/decode/branch_list.h"
#include "ui/decode/candidates.h"
#include "ui/decode/causes.h"
#include "ui/decode/compare.h"
#include "ui/decode/controls.h"
#include "ui/decode/decode_actions.h"
#include "ui/decode/decode_view.h"
#include "ui/decode/heads_map.h"
#include "ui/decode/history_list.h"
#include "ui/decode/holes.h"
#include "ui/decode/particles.h"
#include "ui/decode/support_list.h"
#include "ui/decode/text_edit.h"
#include "ui/decode/text_legend.h"
#include "ui/decode/text_strip.h"
#include "ui/decode/traces.h"
#include "ui/decode/twin.h"
#include "ui/decode/why.h"

namespace marginscope {
namespace {

void draw_text(const Frames& frames, UiState& state, PanelContext& context) {
    auto& view = state.view<DecodeView>();
    if (view.edit.open) return draw_text_edit(view.edit, context);
    draw_transport(frames, view.controls, context);
    draw_text_legend(frames, view.boundary.request, context.theme);
    draw_text_strip(frames, view.text, context);
}

const std::array kPanels =
    std::to_array<PanelInfo>(
        {
            {"decode.text", "Text", false, draw_text},
            {"decode.candidates", "Next character", true,
             [](const Frames& f, UiState& s, PanelContext& c) {
                 draw_candidates(f, s.view<DecodeView>().candidates, c);
             }},
            {"decode.support", "Support tokens", false,
             [](const Frames& f, UiState& s, PanelContext& c) {
                 draw_support_list(f, s.view<DecodeView>().boundary.request.support, c);
             }},
            {"decode.attention", "Attention", false,
             [](const Frames& f, UiState& s, PanelContext& c) {
                 draw_attention(f, s.view<DecodeView>().attention, c);
             }},
            {"decode.boundary", "Boundary", false,
             [](const Frames& f, UiState& s, PanelContext& c) {
                 draw_boundary(f, s.view<DecodeView>().boundary, c);
             }},
            {"decode.causes", "Causes", false,
             [](const Frames& f, UiState& s, PanelContext& c) {
                 draw_causes(f, s.view<DecodeView>().causes, c);
             }},
            {"decode.why", "Why", false,
             [](const Frames& f, UiState& s, PanelContext& c) {
                 draw_why(f, s.view<DecodeView>().why, c);
             }},
            {"decode.heads", "Heads", false,
             [](const Frames& f, UiState& s,
                PanelContext& c) { draw_heads_map(f, s.view<DecodeView>().heads, c); }},
            {"decode.traces", "Traces", false,
             [](const Frames& f, UiState& s,
                PanelContext& c) { draw_traces(f, s.view<DecodeView>().traces, c); }},
            {"decode.branches", "Branches", false,
             [](const Frames& f, UiState& s, PanelContext& c) {
                 DecodeView& view = s.view<DecodeView>();
                 draw_branches(f, view.tree, view.branches, c);
             }},
            {"decode.compare", "Compare", false,
             [](const Frames& f, UiState&, PanelContext& c) { draw_comparison(f, c); }},
            {"decode.twin", "Twin", false,
             [](const Frames& f, UiState& s,
                PanelContext& c) { draw_twin(f, s.view<DecodeView>().twin, c); }},
            {"decode.holes", "Holes", false,
             [](const Frames& f, UiState&, PanelContext& c) { draw_holes(f, c); }},
            {"decode.particles", "Particles", false,
             [](const Frames& f, UiState& s, PanelContext& c) {
                 draw_particles(f, s.view<DecodeView>().particles, c);
             }},
            {"decode.history", "History", true,
             [](const Frames& f, UiState&, PanelContext& c) { draw_history(f, c); }},
            {"decode.sampling", "Sampling and noise", true,
             [](const Frames& f, UiState& s, PanelContext& c) {
                 draw_sampling(f, s.view<DecodeView>().controls, c);
             }},
        });

// Everything in sight at once.
void dock_large(DockArea& area) {
    const float height = std::max(1.0F, area.size.y), px = area.scale;
    const bool tall = height > 800 * px;
    const DockSplit top = split_dock(area.main, DockSide::top,
                                     std::clamp((tall ? 300 : 240) * px / height, 0.2F, 0.5F));
    const DockSplit bottom =
        split_dock(top.rest, DockSide::bottom,
                   std::clamp((tall ? 280 : 190) * px / (height - 240 * px), 0.2F, 0.5F));
    const DockSplit next = split_dock(top.part, DockSide::right, 0.27F);
    const DockSplit attention = split_dock(bottom.rest, DockSide::left, 0.33F);
    const DockSplit causes = split_dock(attention.rest, DockSide::right, 0.35F);
    const DockSplit sampling =
        split_dock(area.right, DockSide::bottom, std::clamp(248 * px / height, 0.15F, 0.6F));
    area.right = sampling.rest;
    dock_panel("decode.text", kPanels, next.rest);
    dock_panel("decode.candidates", kPanels, next.part);
    dock_panel("decode.support", kPanels, next.part);
    dock_panel("decode.attention", kPanels, attention.part);
    dock_panel("decode.boundary", kPanels, causes.rest);
    dock_panel("decode.causes", kPanels, causes.part);
    dock_panel("decode.why", kPanels, causes.part);
    dock_panel("decode.traces", kPanels, bottom.part);
    dock_panel("decode.branches", kPanels, bottom.part);
    dock_panel("decode.compare", kPanels, bottom.part);
    dock_panel("decode.twin", kPanels, bottom.part);
    dock_panel("decode.heads", kPanels, bottom.part);
    dock_panel("decode.holes", kPanels, bottom.part);
    dock_panel("decode.particles", kPanels, bottom.part);
    dock_panel("decode.sampling", kPanels, sampling.part);
    dock_panel("decode.history", kPanels, sampling.part);
    show_tab("decode.causes", kPanels, causes.part);
    show_tab("decode.traces", kPanels, bottom.part);
    show_tab("decode.sampling", kPanels, sampling.part);
}

// A small window or a large scale: the text beside one picture at a time, the rest in tabs.
void dock_small(DockArea& area) {
    const bool low = area.size.y < 260 * area.scale;
    const DockSplit split =
        low ? DockSplit{area.main, area.right} : split_dock(area.main, DockSide::top, 0.55F);
    dock_panel("decode.text", kPanels, split.part);
    for (const char* id : {"decode.candidates", "decode.support", "decode.traces",
                           "decode.branches", "decode.compare", "decode.twin", "decode.heads",
                           "decode.holes", "decode.particles", "decode.sampling", "decode.history"})
        dock_panel(id, kPanels, split.rest);
    for (const char* id : {"decode.boundary", "decode.attention", "decode.causes", "decode.why"})
        dock_panel(id, kPanels, area.right);
    show_tab("decode.boundary", kPanels, area.right);
}

void dock(DockArea& area) {
    if (area.small)
        dock_small(area);
    else
        dock_large(area);
}

CommandList example() { return {StepDecode{48}}; }

/// Every margin of the text is there, and the slice is drawn in full.
bool arrived(const Frames& f) {
    if (!f.decode || !f.margins || !f.attention || !f.boundary || f.decode->line.empty())
        return false;
    if (f.boundary->geometric_pending || f.boundary->field_pending) return false;
    if (f.twin && f.twin->pending > 0) return false;
    if ((f.holes && f.holes->running) || (f.particles && f.particles->running)) return false;
    if (!f.margins->measurable()) return true;
    return static_cast<int>(f.margins->cells.size()) == f.decode->cursor && f.margins->pending == 0;
}

}  // namespace

Workspace decode_workspace() {
    return {.id = "decode",
            .title = "Decode",
            .question = "Which tokens decide how safe this sequence is?",
            .panels = kPanels,
            .actions = decode_actions(),
            .dock = dock,
            .shows_text = true,
            .example = example,
            .arrived = arrived};
}

}  // namespace marginscope
