// Figures of a path.
//
// Pure functions, any thread.
#pragma once

#include "figures/figure.h"
#include "figures/figure_source.h"

namespace marginscope {

void make_grid_figure(const FigureSource& source, Figure& figure);
void make_path_losses_figure(const FigureSource& source, Figure& figure);
void make_path_margins_figure(const FigureSource& source, Figure& figure);
void make_pareto_figure(const FigureSource& source, Figure& figure);
void make_path_changes_figure(const FigureSource& source, Figure& figure);
void make_path_comparison_figure(const FigureSource& source, Figure& figure);
void make_proposal_figure(const FigureSource& source, Figure& figure);

/// Folder and sizes; a figure's sentence instead where nothing is done. Used by all of them.
bool has_path(const FigureSource& source, bool needs_done, Figure& figure);

}  // namespace marginscope
