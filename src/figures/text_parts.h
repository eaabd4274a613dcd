// Strips of characters, tables and paragraphs of a figure. Internal to the room.
#pragma once

#include "figures/canvas.h"
#include "figures/figure.h"

namespace marginscope {

inline constexpr double kTableRow = 18, kTableText = 11.5;

/// All characters, as large as the place lets them be.
void draw_strip(const TextStrip& strip, CanvasRect place, Canvas& canvas);
/// Height of a strip in usual letters.
double strip_height(const TextStrip& strip, double width);

/// As many rows as the place has room for, and how many more there are.
void draw_table(const TextTable& table, CanvasRect place, Canvas& canvas);
double table_height(const TextTable& table);

void draw_paragraph(const Paragraph& paragraph, CanvasRect place, Canvas& canvas);
double paragraph_height(const Paragraph& paragraph, double width);

}  // namespace marginscope
