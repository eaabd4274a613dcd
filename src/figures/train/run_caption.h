// What figures of a run say of it: model, text, step, lambda_m, seed; the metadata come along.
//
// Pure; any thread.
#pragma once

#include <string>

#include "figures/figure.h"
#include "figures/figure_source.h"

namespace marginscope {

std::string run_caption(const FigureSource& source, Figure& figure);

}  // namespace marginscope
