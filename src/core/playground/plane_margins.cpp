// Where the boundary is near in the plane, and what a token's removal does.
#include "core/playground/plane_margins.h"

#include <algorithm>
#include <cmath>

#include "core/playground/position_map.h"

namespace marginscope {
namespace {

constexpr int kLattice = 61;        // over the plane: a node every tenth of a unit
constexpr int kFineLattice = 41;    // over what is nearer than the best so far
constexpr std::size_t kEdges = 10;  // whose crossings are looked at exactly
constexpr std::size_t kFollowed = 2;

struct Edge {
    double length;
    PlanarPoint a, b;
};

double distance(PlanarPoint a, PlanarPoint b) { return std::hypot(a.x - b.x, a.y - b.y); }

std::vector<double> nodes(double low, double high, int count) {
    std::vector<double> at;
    for (int k = 0; k < count; ++k) at.push_back(low + (high - low) * k / (count - 1));
    return at;
}

// Halves the edge until its crossing's distance is known well enough to be ranked.
void bisect(const PositionMap& map, PlanarPoint from, Edge& edge) {
    const double side = map.det(edge.a);
    for (int k = 0; k < 12; ++k) {
        const PlanarPoint middle{0.5 * (edge.a.x + edge.b.x), 0.5 * (edge.a.y + edge.b.y)};
        (map.det(middle) * side > 0 ? edge.a : edge.b) = middle;
    }
    edge.length = distance(from, edge.a);
}

// The nearest edges of a lattice along which det J changes its sign, shortened to their crossings.
std::vector<Edge> crossings(const PositionMap& map, PlanarPoint from, const std::vector<double>& xs,
                            const std::vector<double>& ys) {
    const std::vector<std::int8_t> sign = map.signs(xs, ys);
    const std::size_t columns = xs.size();
    const auto place = [&](std::size_t at) {
        return PlanarPoint{xs[at % columns], ys[at / columns]};
    };
    std::vector<Edge> edges;
    const auto consider = [&](std::size_t a, std::size_t b) {
        if (sign[a] * sign[b] >= 0) return;
        edges.push_back(
            {std::min(distance(from, place(a)), distance(from, place(b))), place(a), place(b)});
    };
    for (std::size_t at = 0; at < sign.size(); ++at) {
        if (at % columns + 1 < columns) consider(at, at + 1);
        if (at + columns < sign.size()) consider(at, at + columns);
    }
    const auto shorter = [](const Edge& x, const Edge& y) { return x.length < y.length; };
    const std::size_t kept = std::min(edges.size(), kEdges);
    std::partial_sort(edges.begin(), edges.begin() + static_cast<std::ptrdiff_t>(kept), edges.end(),
                      shorter);
    edges.resize(kept);
    for (Edge& edge : edges) bisect(map, from, edge);
    std::sort(edges.begin(), edges.end(), shorter);
    return edges;
}

// The nearest crossings that do not lie beside one another.
void add_apart(const std::vector<Edge>& edges, double apart, std::vector<Edge>& chosen) {
    std::size_t added = 0;
    for (const Edge& edge : edges) {
        const bool beside = std::any_of(chosen.begin(), chosen.end(), [&](const Edge& other) {
            return distance(edge.a, other.a) < apart;
        });
        if (beside || added == kFollowed) continue;
        chosen.push_back(edge);
        ++added;
    }
}

}  // namespace

Stage stage_of(const PlaygroundDocument& document) {
    Matrix u(document.size(), 2);
    for (int i = 0; i < document.size(); ++i) {
        const PlanarPoint at = document.tokens[static_cast<std::size_t>(i)];
        u.row(i) << at.x, at.y;
    }
    // W_K is the identity, so W_Q is A but for E1's sqrt(p).
    StageWeights weights;
    weights.w_k = Matrix::Identity(2, 2);
    weights.w_q.resize(2, 2);
    weights.w_q << document.a[0], document.a[1], document.a[2], document.a[3];
    weights.w_q *= std::sqrt(2.0) * document.scale;
    weights.strict = document.strict;
    return Stage(std::move(u), std::move(weights));
}

GeometricMargin plane_margin(const PlaygroundDocument& document, const Stage& stage, int i) {
    const PlanarPoint from = document.tokens[static_cast<std::size_t>(i)];
    const double radius = std::hypot(kPlaneHalf + std::abs(from.x), kPlaneHalf + std::abs(from.y));
    if (!stage.has_margin(i)) return stage.geometric_margin_from(i, radius, {});
    const PositionMap map(document, i);
    const std::vector<double> plane = nodes(-kPlaneHalf, kPlaneHalf, kLattice);
    std::vector<Edge> edges = crossings(map, from, plane, plane);
    std::vector<Edge> chosen;
    const double node = 2 * kPlaneHalf / (kLattice - 1);
    add_apart(edges, 3 * node, chosen);
    // What is nearer than the best so far may be smaller than the lattice.
    const double near = edges.empty() ? radius : std::max(edges.front().length, 2 * node);
    edges = crossings(map, from, nodes(from.x - near, from.x + near, kFineLattice),
                      nodes(from.y - near, from.y + near, kFineLattice));
    add_apart(edges, 3 * node, chosen);
    std::vector<BoundarySegment> across;
    for (const Edge& edge : chosen)
        across.push_back({Eigen::Vector2d(edge.a.x - from.x, edge.a.y - from.y),
                          Eigen::Vector2d(edge.b.x - from.x, edge.b.y - from.y)});
    return stage.geometric_margin_from(i, radius, across);
}

std::vector<PositionMargins> plane_margins(const PlaygroundDocument& document, const Stage& stage) {
    std::vector<PositionMargins> all;
    for (int i = 0; i < document.size(); ++i) {
        all.push_back(stage.margins(i));
        all.back().geometric = plane_margin(document, stage, i);
    }
    return all;
}

std::vector<int> plane_support(std::span<const PositionMargins> margins) {
    return support_tokens(margins, MarginKind::geometric, 1);
}

std::optional<int> least_token(const PlaygroundDocument& document, std::span<const int> support) {
    if (support.empty() || document.size() <= kLeastTokens) return {};
    const int held = support.front();
    const double before = stage_of(document).log_det(held).value;
    std::optional<int> least;
    double change = HUGE_VAL;
    for (int s = 0; s < document.size(); ++s) {
        if (std::find(support.begin(), support.end(), s) != support.end()) continue;
        double changed = 0;
        if (s < held)
            changed =
                std::abs(stage_of(without_token(document, s)).log_det(held - 1).value - before);
        if (changed < change) {
            change = changed;
            least = s;
        }
    }
    return least;
}

PlaygroundDocument without_token(const PlaygroundDocument& document, int index) {
    PlaygroundDocument less = document;
    less.tokens.erase(less.tokens.begin() + index);
    if (less.asked > index) --less.asked;
    less.asked = std::min(less.asked, less.size() - 1);
    return less;
}

}  // namespace marginscope
