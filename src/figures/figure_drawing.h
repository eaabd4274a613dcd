// Draws a whole figure: title, parts one under the other, caption.
//
// One thread per canvas.
#pragma once

#include "figures/canvas.h"
#include "figures/figure.h"

namespace marginscope {

struct FigureSize {
    double width = 720, height = 480;  // pixels at 96 dpi
};

/// A figure's own size: tall enough for its text or table.
FigureSize natural_size(const Figure& figure);

void draw_figure(const Figure& figure, FigureSize size, Canvas& canvas);

}  // namespace marginscope
