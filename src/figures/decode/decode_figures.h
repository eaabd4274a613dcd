// Figures of the Decode workspace, one for each panel that shows numbers.
//
// Pure functions, any thread. Each fills in parts, caption and table, or a sentence.
#pragma once

#include "figures/figure.h"
#include "figures/figure_source.h"

namespace marginscope {

void make_text_figure(const FigureSource& source, Figure& figure);
void make_support_figure(const FigureSource& source, Figure& figure);
void make_candidates_figure(const FigureSource& source, Figure& figure);
void make_traces_figure(const FigureSource& source, Figure& figure);
void make_attention_figure(const FigureSource& source, Figure& figure);
void make_heads_figure(const FigureSource& source, Figure& figure);
void make_head_margins_figure(const FigureSource& source, Figure& figure);
void make_boundary_figure(const FigureSource& source, Figure& figure);
void make_spectrum_figure(const FigureSource& source, Figure& figure);
void make_causes_figure(const FigureSource& source, Figure& figure);
void make_branches_figure(const FigureSource& source, Figure& figure);
void make_comparison_figure(const FigureSource& source, Figure& figure);
void make_twin_figure(const FigureSource& source, Figure& figure);
void make_why_figure(const FigureSource& source, Figure& figure);
void make_holes_figure(const FigureSource& source, Figure& figure);
void make_fillings_figure(const FigureSource& source, Figure& figure);
void make_particles_figure(const FigureSource& source, Figure& figure);
void make_particle_worth_figure(const FigureSource& source, Figure& figure);

}  // namespace marginscope
