// Joining the segments of the zero contour and rounding them with centripetal Catmull-Rom splines.
#include "core/zero_lines.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>

namespace marginscope {
namespace {

constexpr double kMinSpacing = 1.0 / 3.0;

using Key = std::pair<double, double>;

double distance(ContourPoint a, ContourPoint b) { return std::hypot(b.x - a.x, b.y - a.y); }

// Follows the segments head to tail. Two cells compute the crossing on their common edge from the
// same numbers, so ends meet exactly.
std::vector<ZeroLine> chain(const std::vector<Segment>& segments) {
    std::multimap<Key, std::size_t> starting;
    std::map<Key, int> ending;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        starting.emplace(Key{segments[i].x0, segments[i].y0}, i);
        ++ending[{segments[i].x1, segments[i].y1}];
    }
    std::vector<bool> used(segments.size(), false);
    const auto follow = [&](std::size_t first) {
        ZeroLine line;
        line.points.push_back({segments[first].x0, segments[first].y0});
        std::size_t current = first;
        for (bool more = true; more;) {
            used[current] = true;
            const Key end{segments[current].x1, segments[current].y1};
            line.points.push_back({end.first, end.second});
            more = false;
            const auto [from, to] = starting.equal_range(end);
            for (auto next = from; next != to; ++next) {
                if (used[next->second]) continue;
                current = next->second;
                more = true;
                break;
            }
        }
        const ContourPoint& a = line.points.front();
        const ContourPoint& b = line.points.back();
        line.closed = line.points.size() > 3 && a.x == b.x && a.y == b.y;
        return line;
    };
    std::vector<ZeroLine> lines;
    // Open lines first, from where nothing leads in; what remains is closed.
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const Key start{segments[i].x0, segments[i].y0};
        if (!used[i] && !ending.contains(start)) lines.push_back(follow(i));
    }
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (!used[i]) lines.push_back(follow(i));
    }
    return lines;
}

// Ends stay where they are: on the rim of the picture, or where the ring closes.
std::vector<ContourPoint> thinned(const std::vector<ContourPoint>& points) {
    std::vector<ContourPoint> kept = {points.front()};
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        if (distance(kept.back(), points[i]) >= kMinSpacing) kept.push_back(points[i]);
    }
    if (kept.size() > 2 && distance(kept.back(), points.back()) < kMinSpacing) kept.pop_back();
    kept.push_back(points.back());
    return kept;
}

ContourPoint blend(ContourPoint a, ContourPoint b, double ta, double tb, double t) {
    const double share = tb > ta ? (t - ta) / (tb - ta) : 0.0;
    return {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
}

// Between b and c, at u in [0, 1]. Knots by the square root of the distance: no loops and no
// overshoot at sharp bends.
ContourPoint spline(ContourPoint a, ContourPoint b, ContourPoint c, ContourPoint d, double u) {
    const double ta = 0.0;
    const double tb = ta + std::sqrt(distance(a, b));
    const double tc = tb + std::sqrt(distance(b, c));
    const double td = tc + std::sqrt(distance(c, d));
    const double t = tb + u * (tc - tb);
    const ContourPoint ab = blend(a, b, ta, tb, t);
    const ContourPoint bc = blend(b, c, tb, tc, t);
    const ContourPoint cd = blend(c, d, tc, td, t);
    return blend(blend(ab, bc, ta, tc, t), blend(bc, cd, tb, td, t), tb, tc, t);
}

ZeroLine rounded(const ZeroLine& line, double step) {
    const std::vector<ContourPoint> p = thinned(line.points);
    if (p.size() < 3) return {p, line.closed};
    const std::size_t last = p.size() - 1;
    const auto mirrored = [](ContourPoint end, ContourPoint inner) {
        return ContourPoint{2 * end.x - inner.x, 2 * end.y - inner.y};
    };
    ZeroLine result{{p.front()}, line.closed};
    for (std::size_t i = 0; i < last; ++i) {
        const ContourPoint before =
            i > 0 ? p[i - 1] : (line.closed ? p[last - 1] : mirrored(p[0], p[1]));
        const ContourPoint after =
            i + 2 <= last ? p[i + 2] : (line.closed ? p[1] : mirrored(p[last], p[last - 1]));
        const int pieces =
            std::max(1, static_cast<int>(std::ceil(distance(p[i], p[i + 1]) / step)));
        for (int k = 1; k < pieces; ++k) {
            result.points.push_back(
                spline(before, p[i], p[i + 1], after, static_cast<double>(k) / pieces));
        }
        result.points.push_back(p[i + 1]);
    }
    return result;
}

}  // namespace

std::vector<ZeroLine> zero_lines(const BoundaryField& field, double step) {
    std::vector<ZeroLine> lines = chain(zero_contour(field));
    for (ZeroLine& line : lines) line = rounded(line, step);
    return lines;
}

}  // namespace marginscope
