// The list of the Train workspace's panels and their default arrangement.
#include "ui/train/train_panels.h"

#include <algorithm>
#include <array>

#include "ui/train/figures.h"
#include "ui/train/loss.h"
#include "ui/train/margin_history.h"
#include "ui/train/run_controls.h"

namespace marginscope {
namespace {

const std::array kPanels = std::to_array<PanelInfo>({
    {"train.run", "Run", Workspace::train, true,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_run_controls(f, s.train, c); }},
    {"train.form", "Next run", Workspace::train, false,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_run_form(f, s.train.form, c); }},
    {"train.loss", "Loss", Workspace::train, true,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_losses(f, s.train_series, s.train.loss, c);
     }},
    {"train.margins", "Margins over time", Workspace::train, false,
     [](const Frames&, UiState& s, PanelContext& c) {
         draw_margin_history(s.train_series, s.train.histogram, c);
     }},
    {"train.sample", "Sample", Workspace::train, false,
     [](const Frames& f, UiState&, PanelContext& c) { draw_sample(f, c); }},
    {"train.figures", "Figures", Workspace::train, false,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_run_figures(f, s.train_series, s.loop, c);
     }},
});

}  // namespace

std::span<const PanelInfo> train_panels() { return kPanels; }

void dock_train_panels(DockArea& area) {
    const float width = std::max(1.0F, area.size.x);
    const float height = std::max(1.0F, area.size.y);
    const float px = area.scale;
    const DockSplit left =
        split_dock(area.main, DockSide::left, std::clamp(292 * px / width, 0.2F, 0.45F));
    const DockSplit run =
        split_dock(left.part, DockSide::top, std::clamp(306 * px / height, 0.25F, 0.6F));
    const DockSplit bottom = split_dock(left.rest, DockSide::bottom, 0.40F);
    const DockSplit margins = split_dock(bottom.part, DockSide::left, 0.52F);
    const DockSplit figures = split_dock(area.right, DockSide::bottom, 0.62F);
    area.right = figures.rest;
    dock_panel("train.run", kPanels, run.part);
    dock_panel("train.form", kPanels, run.rest);
    dock_panel("train.loss", kPanels, bottom.rest);
    dock_panel("train.margins", kPanels, margins.part);
    dock_panel("train.sample", kPanels, margins.rest);
    dock_panel("train.figures", kPanels, figures.part);
}

}  // namespace marginscope
