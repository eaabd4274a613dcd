// Line breaking and hit tests of the text strip.
#include "ui/decode/cell_layout.h"

#include <algorithm>
#include <cmath>

#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {

void break_lines(const DecodeFrame& decode, int columns, std::vector<int>& line_begin) {
    line_begin.assign(1, 0);
    int column = 0;
    const int count = static_cast<int>(decode.line.size());
    for (int i = 0; i < count; ++i) {
        ++column;
        const int token = decode.line[static_cast<std::size_t>(i)].token;
        const bool newline =
            decode.symbols != nullptr && token >= 0 &&
            token < static_cast<int>(decode.symbols->size()) &&
            visible_symbol((*decode.symbols)[static_cast<std::size_t>(token)]) == "↵";
        if ((newline || column >= columns) && i + 1 < count) {
            line_begin.push_back(i + 1);
            column = 0;
        }
    }
}

ImVec2 cell_place(const TextStripView& view, int index) {
    const auto after = std::upper_bound(view.line_begin.begin(), view.line_begin.end(), index);
    const auto line = static_cast<int>(after - view.line_begin.begin()) - 1;
    const int column = index - view.line_begin[static_cast<std::size_t>(line)];
    return ImVec2(view.first_cell.x + static_cast<float>(column) * view.cell_size.x,
                  view.first_cell.y + static_cast<float>(line) * view.cell_size.y);
}

int cell_under(const TextStripView& view, ImVec2 pixel, int count) {
    const int line = static_cast<int>(std::floor((pixel.y - view.first_cell.y) / view.cell_size.y));
    const int column =
        static_cast<int>(std::floor((pixel.x - view.first_cell.x) / view.cell_size.x));
    if (line < 0 || column < 0 || line >= static_cast<int>(view.line_begin.size())) return -1;
    const auto at = static_cast<std::size_t>(line);
    const int end = at + 1 < view.line_begin.size() ? view.line_begin[at + 1] : count;
    const int index = view.line_begin[at] + column;
    return index < end ? index : -1;
}

}  // namespace marginscope
