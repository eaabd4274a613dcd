// Figures of a training run.
//
// Pure functions, any thread.
#pragma once

#include "figures/figure.h"
#include "figures/figure_source.h"

namespace marginscope {

void make_loss_figure(const FigureSource& source, Figure& figure);
void make_margin_history_figure(const FigureSource& source, Figure& figure);
void make_head_history_figure(const FigureSource& source, Figure& figure);

}  // namespace marginscope
