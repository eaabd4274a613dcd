// Figures of Robustness.
//
// Pure functions, any thread.
#pragma once

#include "figures/figure.h"
#include "figures/figure_source.h"

namespace marginscope {

void make_robustness_loss_figure(const FigureSource& source, Figure& figure);
void make_robustness_flips_figure(const FigureSource& source, Figure& figure);
void make_support_noise_figure(const FigureSource& source, Figure& figure);
void make_stories_figure(const FigureSource& source, Figure& figure);
void make_fragility_figure(const FigureSource& source, Figure& figure);
void make_predictors_figure(const FigureSource& source, Figure& figure);

}  // namespace marginscope
