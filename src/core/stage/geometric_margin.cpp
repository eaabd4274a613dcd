// The geometric margin (E10): where to start, and what is reported.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/linear/log_det.h"
#include "core/linear/spectra.h"
#include "core/random.h"
#include "core/stage/boundary_search.h"
#include "core/stage/stage.h"

namespace marginscope {
namespace {

constexpr int kStarts = 24;
constexpr int kFewDimensions = 16;            // so few that four times the starts cost little
constexpr double kRadii[] = {0.1, 0.3, 0.8};  // of |u_i|
constexpr int kGrid = 160;
constexpr std::size_t kGridEdges = 6;

// Half of the directions are isotropic; the others combine the keys, outside of whose span det J
// does not change: with few tokens in many dimensions isotropic ones hardly move anything.
Vector start_direction(const Matrix& keys, std::uint64_t seed, int position, int start) {
    CounterRng rng({seed, DrawPurpose::geometric_starts, static_cast<std::uint64_t>(start), 0,
                    static_cast<std::uint64_t>(position)});
    const auto normals = [&rng](Eigen::Index size) {
        return Vector(Vector::NullaryExpr(size, [&rng] { return rng.normal(); }));
    };
    Vector direction = normals(keys.cols());
    if (start / 3 % 2 == 1) {
        Vector weights = normals(keys.rows());
        weights.array() -= weights.mean();
        const Vector combined = keys.transpose() * weights;
        if (combined.norm() > 0.0) direction = combined;
    }
    return direction / direction.norm();
}

struct Edge {
    double length;
    std::size_t a, b;  // grid points of opposite sign
};

// The shortest edges of a grid along which det J changes its sign.
std::vector<Edge> flipped_edges(const std::vector<std::int8_t>& sign, const std::vector<double>& xs,
                                const std::vector<double>& ys) {
    std::vector<Edge> edges;
    const std::size_t columns = xs.size();
    const auto consider = [&](std::size_t a, std::size_t b) {
        if (sign[a] * sign[b] >= 0) return;
        const double length = std::min(std::hypot(xs[a % columns], ys[a / columns]),
                                       std::hypot(xs[b % columns], ys[b / columns]));
        edges.push_back({length, a, b});
    };
    for (std::size_t at = 0; at < sign.size(); ++at) {
        if (at % columns + 1 < columns) consider(at, at + 1);
        if (at + columns < sign.size()) consider(at, at + columns);
    }
    const std::size_t kept = std::min(edges.size(), kGridEdges);
    std::partial_sort(edges.begin(), edges.begin() + static_cast<std::ptrdiff_t>(kept), edges.end(),
                      [](const Edge& x, const Edge& y) { return x.length < y.length; });
    edges.resize(kept);
    return edges;
}

// In one or two dimensions a grid sees islands that no start leads to.
void search_grid(const Stage& stage, int i, double radius, BoundarySearch& search) {
    const int d = stage.width();
    std::vector<double> xs, ys{0.0};
    for (int k = 0; k < kGrid; ++k) xs.push_back(radius * (2.0 * k / (kGrid - 1) - 1.0));
    if (d == 2) ys = xs;
    const Vector e1 = Vector::Unit(d, 0);
    const Vector e2 = d == 2 ? Vector(Vector::Unit(d, 1)) : Vector(Vector::Zero(d));
    std::vector<float> logdet(xs.size() * ys.size());
    std::vector<std::int8_t> sign(logdet.size());
    stage.log_det_on_plane(i, stage.embeddings().row(i), e1, e2, xs, ys, logdet, sign);
    const auto delta = [&](std::size_t at) {
        return Vector(xs[at % xs.size()] * e1 + ys[at / xs.size()] * e2);
    };
    for (const Edge& edge : flipped_edges(sign, xs, ys)) {
        search.between(delta(edge.a), delta(edge.b));
    }
}

std::optional<BoundarySearch::Point> search_from_starts(const Matrix& keys, int position,
                                                        std::uint64_t seed,
                                                        BoundarySearch& search) {
    search.plain_newton();
    search.approach(search.origin().delta);
    const int starts = keys.cols() <= kFewDimensions ? 4 * kStarts : kStarts;
    for (int start = 0; start < starts && !search.stopped(); ++start) {
        const double length = kRadii[start % 3] * 0.5 * search.radius();
        search.approach(length * start_direction(keys, seed, position, start));
    }
    return search.best();
}

GeometricMargin not_found(double radius) {
    GeometricMargin result;
    result.sigma_min_at_point = result.kkt = std::numeric_limits<double>::quiet_NaN();
    result.searched_radius = radius;
    result.first_order = std::numeric_limits<double>::infinity();
    return result;
}

void take(const Stage& stage, int i, std::optional<BoundarySearch::Point> found,
          GeometricMargin& result) {
    if (!found) return;
    const Vector token = stage.embeddings().row(i);
    result.value = found->length();
    result.kkt = found->kkt();
    result.sigma_min_at_point =
        linear::smallest_singular_value(stage.jacobian_at(i, token + found->delta));
    result.point = std::move(found->delta);
}

}  // namespace

GeometricMargin Stage::geometric_margin(int i, std::uint64_t seed, std::stop_token stop) const {
    const Vector token = u_.row(i);
    GeometricMargin result = not_found(2.0 * token.norm());
    if (!has_margin(i)) return result;

    TokenProblem problem(*this, i);
    BoundarySearch search(problem, token, stop);
    result.first_order = search.origin().at.distance();
    std::optional<BoundarySearch::Point> found =
        search_from_starts(problem.keys(), i, seed, search);
    if (width() <= 2 && !search.stopped()) {
        // Once over everything, once more finely over what is nearer than the best so far.
        search_grid(*this, i, search.radius(), search);
        if (found) search_grid(*this, i, found->length(), search);
        std::optional<BoundarySearch::Point> other = search.best();
        if (other && (!found || other->length() < found->length())) found = std::move(other);
    }
    take(*this, i, std::move(found), result);
    return result;
}

GeometricMargin Stage::geometric_margin_from(int i, double radius,
                                             std::span<const BoundarySegment> across) const {
    GeometricMargin result = not_found(radius);
    if (!has_margin(i)) return result;
    const Vector token = u_.row(i);
    TokenProblem problem(*this, i);
    BoundarySearch search(problem, token, {}, radius);
    result.first_order = search.origin().at.distance();
    search.approach(search.origin().delta);
    for (const BoundarySegment& segment : across) search.between(segment.a, segment.b);
    take(*this, i, search.best(), result);
    return result;
}

}  // namespace marginscope
