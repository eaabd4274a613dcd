// Fields of det with a known zero line, sampled as the texture and the contour take them.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/zero_contour.h"

namespace marginscope {

struct SampledField {
    std::vector<float> logdet;
    std::vector<std::int8_t> sign;
    int rows = 0;
    int cols = 0;

    BoundaryField view() const { return {logdet, sign, rows, cols}; }

    void set(int row, int col, double det) {
        set(row, col, std::log(std::abs(det)), det > 0 ? 1 : det < 0 ? -1 : 0);
    }
    void set(int row, int col, double log_det, int det_sign) {
        const auto i = static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) +
                       static_cast<std::size_t>(col);
        logdet[i] = static_cast<float>(log_det);
        sign[i] = static_cast<std::int8_t>(det_sign);
    }
};

inline SampledField make_field(int rows, int cols) {
    const auto nodes = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
    return {std::vector<float>(nodes, 0.0F), std::vector<std::int8_t>(nodes, 1), rows, cols};
}

// det = (r² − R²) exp(slope · x + offset) over [-1, 1]²; positive outside the circle. The
// exponential is what makes real determinants hard: they change by powers of e within a cell.
inline SampledField circle_field(int rows, int cols, double radius, double slope, double offset) {
    SampledField field = make_field(rows, cols);
    for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < cols; ++c) {
            const double x = -1.0 + 2.0 * c / (cols - 1);
            const double y = -1.0 + 2.0 * r / (rows - 1);
            const double form = x * x + y * y - radius * radius;
            field.set(r, c, std::log(std::abs(form)) + slope * x + offset, form > 0 ? 1 : -1);
        }
    }
    return field;
}

}  // namespace marginscope
