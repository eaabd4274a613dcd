// Marching squares over log|det| and sign, with crossings solved in the logarithmic domain.
#include "core/zero_contour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <string>

#include "core/error.h"

namespace marginscope {
namespace {

constexpr int kBisections = 40;  // 1e-12 of a cell, far below what float inputs carry

// Root of a function that is negative at 0 and positive at 1.
template <typename F>
double increasing_root(const F& function) {
    double low = 0.0;
    double high = 1.0;
    for (int i = 0; i < kBisections; ++i) {
        const double middle = 0.5 * (low + high);
        (function(middle) < 0.0 ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

// Crossing between nodes 1 and 2 of g = log|det| at x = -1, 0, 1, 2; outer nodes are used when they
// are given. Each case asks that the highest difference of g(k) - log|k - x| vanish; each left side
// is monotone in x.
double solve_crossing(const std::array<double, 4>& g, bool has_before, bool has_after) {
    if (std::isinf(g[1])) return g[1] < 0.0 ? 0.0 : 1.0;
    if (std::isinf(g[2])) return g[2] < 0.0 ? 1.0 : 0.0;
    if (has_before && has_after) {
        const double difference = g[3] - 3.0 * g[2] + 3.0 * g[1] - g[0];
        return increasing_root([&](double x) {
            return std::log(2.0 - x) - 3.0 * std::log(1.0 - x) + 3.0 * std::log(x) -
                   std::log(1.0 + x) - difference;
        });
    }
    if (has_after) {
        const double difference = g[3] - 2.0 * g[2] + g[1];
        return increasing_root([&](double x) {
            return std::log(2.0 - x) - 2.0 * std::log(1.0 - x) + std::log(x) - difference;
        });
    }
    if (has_before) {
        const double difference = g[2] - 2.0 * g[1] + g[0];
        return increasing_root([&](double x) {
            return -std::log(1.0 - x) + 2.0 * std::log(x) - std::log(1.0 + x) + difference;
        });
    }
    return 1.0 / (1.0 + std::exp(g[2] - g[1]));
}

class Crossings {
public:
    explicit Crossings(const BoundaryField& field) : field_(field) {
        const auto nodes = static_cast<std::size_t>(std::max(field.rows, 0)) *
                           static_cast<std::size_t>(std::max(field.cols, 0));
        if (field.rows < 2 || field.cols < 2 || field.logdet.size() != nodes ||
            field.sign.size() != nodes) {
            throw UserError(
                "A boundary field needs at least 2 x 2 nodes with a log|det| and a sign each, and "
                "got " +
                std::to_string(field.rows) + " x " + std::to_string(field.cols) + " with " +
                std::to_string(field.logdet.size()) + " and " + std::to_string(field.sign.size()) +
                ".");
        }
    }

    std::vector<EdgeCrossing> run() const {
        std::vector<EdgeCrossing> result(field_.logdet.size());
        for (int r = 0; r < field_.rows; ++r) {
            for (int c = 0; c < field_.cols; ++c) {
                EdgeCrossing& node = result[index(r, c)];
                node.node_sign = static_cast<float>(sign(r, c));
                if (c + 1 < field_.cols) node.right = crossing(r, c, 0, 1);
                if (r + 1 < field_.rows) node.down = crossing(r, c, 1, 0);
                if (r + 1 < field_.rows && c + 1 < field_.cols)
                    node.positive_joined = joined(r, c) ? 1.0F : 0.0F;
            }
        }
        return result;
    }

private:
    std::size_t index(int r, int c) const {
        return static_cast<std::size_t>(r) * static_cast<std::size_t>(field_.cols) +
               static_cast<std::size_t>(c);
    }
    bool inside(int r, int c) const {
        return r >= 0 && c >= 0 && r < field_.rows && c < field_.cols;
    }
    double log_at(int r, int c) const { return static_cast<double>(field_.logdet[index(r, c)]); }
    // 0 only for a node without a value; an exactly singular node counts as positive and the line
    // passes through it.
    int sign(int r, int c) const {
        if (std::isnan(field_.logdet[index(r, c)])) return 0;
        return field_.sign[index(r, c)] < 0 ? -1 : 1;
    }

    float crossing(int r, int c, int dr, int dc) const {
        const int s1 = sign(r, c);
        const int s2 = sign(r + dr, c + dc);
        if (s1 * s2 >= 0) return -1.0F;
        const auto usable = [&](int row, int col, int wanted) {
            return inside(row, col) && sign(row, col) == wanted && std::isfinite(log_at(row, col));
        };
        const bool before = usable(r - dr, c - dc, s1);
        const bool after = usable(r + 2 * dr, c + 2 * dc, s2);
        const std::array<double, 4> g = {before ? log_at(r - dr, c - dc) : 0.0, log_at(r, c),
                                         log_at(r + dr, c + dc),
                                         after ? log_at(r + 2 * dr, c + 2 * dc) : 0.0};
        return static_cast<float>(std::clamp(solve_crossing(g, before, after), 0.0, 1.0));
    }

    // The sign of the bilinear interpolant at its saddle point: the diagonal with the larger
    // product wins.
    bool joined(int r, int c) const {
        const double main = log_at(r, c) + log_at(r + 1, c + 1);
        const double other = log_at(r, c + 1) + log_at(r + 1, c);
        return sign(r, c) > 0 ? main > other : other > main;
    }

    const BoundaryField& field_;
};

struct Point {
    double x = 0, y = 0;
};

double side_of(Point a, Point b, Point p) {
    return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

// One cell: its corners' signs and where the line crosses its edges.
struct Cell {
    double x = 0, y = 0;
    const EdgeCrossing &n00, &n10, &n01, &n11;  // nx,y

    Point top() const { return {x + n00.right, y}; }
    Point left() const { return {x, y + n00.down}; }
    Point bottom() const { return {x + n01.right, y + 1.0}; }
    Point right() const { return {x + 1.0, y + n10.down}; }
    bool has_nan() const {
        return n00.node_sign * n10.node_sign * n01.node_sign * n11.node_sign == 0.0F;
    }

    // So directed that the corner farthest from the segment lies on the side its sign asks for; a
    // nearer one may lie on it.
    Segment directed(Point a, Point b, std::initializer_list<int> corners) const {
        const std::array<Point, 4> points = {Point{x, y}, {x + 1, y}, {x, y + 1}, {x + 1, y + 1}};
        const std::array<float, 4> signs = {n00.node_sign, n10.node_sign, n01.node_sign,
                                            n11.node_sign};
        double farthest = 0.0;
        for (const int i : corners) {
            const auto k = static_cast<std::size_t>(i);
            const double side = side_of(a, b, points[k]) * signs[k];
            if (std::abs(side) > std::abs(farthest)) farthest = side;
        }
        return farthest >= 0.0 ? Segment{a.x, a.y, b.x, b.y} : Segment{b.x, b.y, a.x, a.y};
    }
};

void append_segments(const Cell& cell, std::vector<Segment>& segments) {
    if (cell.has_nan()) return;
    std::array<Point, 4> found;
    std::size_t count = 0;
    if (cell.n00.right >= 0.0F) found[count++] = cell.top();
    if (cell.n00.down >= 0.0F) found[count++] = cell.left();
    if (cell.n01.right >= 0.0F) found[count++] = cell.bottom();
    if (cell.n10.down >= 0.0F) found[count++] = cell.right();
    if (count == 2) {
        segments.push_back(cell.directed(found[0], found[1], {0, 1, 2, 3}));
    } else if (count == 4) {
        // The two corners of the sign that is not joined through the middle are cut off.
        const bool cut_00 = (cell.n00.node_sign > 0.0F) != (cell.n00.positive_joined > 0.5F);
        if (cut_00) {
            segments.push_back(cell.directed(cell.left(), cell.top(), {0}));
            segments.push_back(cell.directed(cell.right(), cell.bottom(), {3}));
        } else {
            segments.push_back(cell.directed(cell.top(), cell.right(), {1}));
            segments.push_back(cell.directed(cell.left(), cell.bottom(), {2}));
        }
    }
}

}  // namespace

std::vector<EdgeCrossing> edge_crossings(const BoundaryField& field) {
    return Crossings(field).run();
}

std::vector<Segment> zero_contour(const BoundaryField& field) {
    const std::vector<EdgeCrossing> nodes = edge_crossings(field);
    const auto at = [&](int r, int c) -> const EdgeCrossing& {
        return nodes[static_cast<std::size_t>(r) * static_cast<std::size_t>(field.cols) +
                     static_cast<std::size_t>(c)];
    };
    std::vector<Segment> segments;
    for (int r = 0; r + 1 < field.rows; ++r) {
        for (int c = 0; c + 1 < field.cols; ++c) {
            const Cell cell{static_cast<double>(c), static_cast<double>(r), at(r, c),
                            at(r, c + 1),           at(r + 1, c),           at(r + 1, c + 1)};
            append_segments(cell, segments);
        }
    }
    return segments;
}

}  // namespace marginscope
