// Figures of the Playground.
//
// Pure functions, any thread.
#pragma once

#include "figures/figure.h"
#include "figures/figure_source.h"

namespace marginscope {

void make_plane_figure(const FigureSource& source, Figure& figure);
void make_tokens_figure(const FigureSource& source, Figure& figure);
void make_objective_figure(const FigureSource& source, Figure& figure);
void make_rests_figure(const FigureSource& source, Figure& figure);
void make_svm_figure(const FigureSource& source, Figure& figure);

/// Says why where there is no playground, or none with sound numbers.
bool has_playground(const FigureSource& source, Figure& figure);

}  // namespace marginscope
