// The signed area under each edge, spread over the pixels it passes; a running sum along each row
// turns it into coverage.
#include "figures/polygon_coverage.h"

#include <algorithm>
#include <cmath>

namespace marginscope {
namespace {

// One edge within one row: `height` of it (signed), from x = a to b. The pixels it passes get the
// part to the right of it; all pixels further right get the whole.
void add_piece(float* row, int width, double a, double b, double height) {
    if (a > b) std::swap(a, b);
    const double last = width, length = b - a;
    if (a < 0) {  // what passes left of the row covers all of it
        const double outside = length > 0 ? (std::min(b, 0.0) - a) / length : 1;
        row[0] += static_cast<float>(height * outside);
    }
    if (b < 0 || a >= last) return;
    if (length > 0) height *= (std::min(b, last) - std::max(a, 0.0)) / length;
    a = std::max(a, 0.0), b = std::min(b, last);
    const int first = std::min(static_cast<int>(a), width),
              end = std::min(static_cast<int>(std::ceil(b)), width);
    if (first >= end) {  // an upright edge on a pixel's border
        row[first] += static_cast<float>(height);
        return;
    }
    double before = 0;  // of the edge's area that pixels to the left have
    for (int x = first; x < end; ++x) {
        const double left = std::max(a, static_cast<double>(x)),
                     right = std::min(b, static_cast<double>(x + 1));
        const double part = b > a ? (right - left) / (b - a) : 1;
        const double middle = (left + right) / 2 - x;
        // This pixel holds the area right of the piece in it; what is below of it begins here.
        const double here = height * part * (1 - middle);
        row[x] += static_cast<float>(here + before);
        before = height * part - here;
        if (x + 1 == end) row[x + 1] += static_cast<float>(before);
    }
}

}  // namespace

std::vector<float> polygon_coverage(std::span<const CanvasPoint> corners, int left, int top,
                                    int width, int height) {
    const auto stride = static_cast<std::size_t>(width) + 2;
    std::vector<float> sums(stride * static_cast<std::size_t>(std::max(height, 0)));
    for (std::size_t i = 0; i < corners.size(); ++i) {
        CanvasPoint a = corners[i], b = corners[(i + 1) % corners.size()];
        if (!std::isfinite(a.x + a.y + b.x + b.y) || a.y == b.y) continue;
        const double sign = a.y < b.y ? 1 : -1;
        if (sign < 0) std::swap(a, b);
        const double slope = (b.x - a.x) / (b.y - a.y);
        const int first = std::max(0, static_cast<int>(std::floor(a.y - top))),
                  end = std::min(height, static_cast<int>(std::ceil(b.y - top)));
        for (int y = first; y < end; ++y) {
            const double from = std::max(a.y, static_cast<double>(top + y)),
                         to = std::min(b.y, static_cast<double>(top + y + 1));
            if (to <= from) continue;
            add_piece(&sums[stride * static_cast<std::size_t>(y)], width,
                      a.x + (from - a.y) * slope - left, a.x + (to - a.y) * slope - left,
                      sign * (to - from));
        }
    }
    std::vector<float> coverage(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (int y = 0; y < height; ++y) {
        double sum = 0;
        for (int x = 0; x < width; ++x) {
            sum += static_cast<double>(
                sums[stride * static_cast<std::size_t>(y) + static_cast<std::size_t>(x)]);
            coverage[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                     static_cast<std::size_t>(x)] =
                static_cast<float>(std::min(1.0, std::abs(sum)));
        }
    }
    return coverage;
}

}  // namespace marginscope
