// Weighted moments of the past, and det(I - Sigma A) from them.
#include "core/playground/position_map.h"

#include <algorithm>
#include <cmath>

namespace marginscope {
namespace {

constexpr double kLargestLogit = 300.0;  // products of exponentials of such stay finite

double dot(PlanarPoint a, PlanarPoint b) { return a.x * b.x + a.y * b.y; }

double det_of(const PlanarMatrix& m) { return m[0] * m[3] - m[1] * m[2]; }

double largest(std::span<const double> values) {
    double most = 0;
    for (const double v : values) most = std::max(most, std::abs(v));
    return most;
}

}  // namespace

PositionMap::PositionMap(const PlaygroundDocument& document, int i)
    : a_(document.a), strict_(document.strict) {
    for (double& entry : a_) entry *= document.scale;
    for (int s = 0; s < i; ++s) {
        const PlanarPoint u = document.tokens[static_cast<std::size_t>(s)];
        past_.push_back({u, {a_[0] * u.x + a_[2] * u.y, a_[1] * u.x + a_[3] * u.y}});
    }
}

void PositionMap::Moments::add(double weight, PlanarPoint at) {
    sum += weight;
    x += weight * at.x;
    y += weight * at.y;
    xx += weight * at.x * at.x;
    xy += weight * at.x * at.y;
    yy += weight * at.y * at.y;
}

double PositionMap::own_logit(PlanarPoint u) const {
    return u.x * (a_[0] * u.x + a_[1] * u.y) + u.y * (a_[2] * u.x + a_[3] * u.y);
}

// About the place itself, so that a far-off past loses no digits.
PositionMap::Moments PositionMap::moments(PlanarPoint u) const {
    double top = strict_ ? -HUGE_VAL : own_logit(u);
    for (const Token& token : past_) top = std::max(top, dot(token.key, u));
    Moments m;
    for (const Token& token : past_)
        m.add(std::exp(dot(token.key, u) - top), {token.at.x - u.x, token.at.y - u.y});
    if (!strict_) {
        m.own = std::exp(own_logit(u) - top);
        m.add(m.own, {0, 0});
    }
    return m;
}

// J = I - Sigma A, and with itself - alpha_i (I + (u - mean)(A u)^T). Moments are about u.
PlanarMatrix PositionMap::jacobian(const Moments& m, PlanarPoint u) const {
    if (m.sum == 0) return {1, 0, 0, 1};
    const PlanarPoint mean{m.x / m.sum, m.y / m.sum};
    const double xx = m.xx / m.sum - mean.x * mean.x;
    const double xy = m.xy / m.sum - mean.x * mean.y;
    const double yy = m.yy / m.sum - mean.y * mean.y;
    PlanarMatrix j{1 - (xx * a_[0] + xy * a_[2]), -(xx * a_[1] + xy * a_[3]),
                   -(xy * a_[0] + yy * a_[2]), 1 - (xy * a_[1] + yy * a_[3])};
    if (strict_) return j;
    const double own = m.own / m.sum;
    const PlanarPoint key{a_[0] * u.x + a_[1] * u.y, a_[2] * u.x + a_[3] * u.y};
    j[0] -= own * (1 - mean.x * key.x);
    j[1] += own * mean.x * key.y;
    j[2] += own * mean.y * key.x;
    j[3] -= own * (1 - mean.y * key.y);
    return j;
}

PositionMap::View PositionMap::view(PlanarPoint u) const {
    View view;
    const Moments m = moments(u);
    if (m.sum == 0) return view;
    double top = strict_ ? -HUGE_VAL : own_logit(u);
    for (const Token& token : past_) top = std::max(top, dot(token.key, u));
    for (const Token& token : past_)
        view.weights.push_back(std::exp(dot(token.key, u) - top) / m.sum);
    if (!strict_) view.weights.push_back(m.own / m.sum);
    const PlanarPoint mean{m.x / m.sum, m.y / m.sum};
    view.mean = {mean.x + u.x, mean.y + u.y};
    view.covariance = {m.xx / m.sum - mean.x * mean.x, m.xy / m.sum - mean.x * mean.y,
                       m.yy / m.sum - mean.y * mean.y};
    return view;
}

PlanarMatrix PositionMap::jacobian(PlanarPoint u) const { return jacobian(moments(u), u); }

double PositionMap::det(PlanarPoint u) const { return det_of(jacobian(u)); }

PlanarPoint PositionMap::residual(PlanarPoint u) const {
    const Moments m = moments(u);
    return m.sum == 0 ? u : PlanarPoint{-m.x / m.sum, -m.y / m.sum};
}

bool PositionMap::separable(std::span<const double> xs, std::span<const double> ys) const {
    const double x = largest(xs);
    const double y = largest(ys);
    for (const Token& token : past_)
        if (std::abs(token.key.x) * x > kLargestLogit || std::abs(token.key.y) * y > kLargestLogit)
            return false;
    return strict_ || largest(a_) * (x + y) * (x + y) < kLargestLogit;
}

// A past token's logit is linear in the place, so its weight is a product of one number of the
// column and one of the row: no exponential is left inside.
std::vector<std::int8_t> PositionMap::signs(std::span<const double> xs,
                                            std::span<const double> ys) const {
    std::vector<std::int8_t> out;
    out.reserve(xs.size() * ys.size());
    const auto sign_of = [](double det) {
        return static_cast<std::int8_t>(det > 0 ? 1 : det < 0 ? -1 : 0);
    };
    if (!separable(xs, ys)) {
        for (const double y : ys)
            for (const double x : xs) out.push_back(sign_of(det({x, y})));
        return out;
    }
    std::vector<double> columns;  // of each column, one a token
    for (const double x : xs)
        for (const Token& token : past_) columns.push_back(std::exp(token.key.x * x));
    std::vector<double> row(past_.size());
    for (const double y : ys) {
        for (std::size_t s = 0; s < past_.size(); ++s) row[s] = std::exp(past_[s].key.y * y);
        const double* column = columns.data();
        for (const double x : xs) {
            Moments m;
            for (std::size_t s = 0; s < past_.size(); ++s)
                m.add(row[s] * column[s], {past_[s].at.x - x, past_[s].at.y - y});
            column += past_.size();
            if (!strict_) {
                m.own = std::exp(own_logit({x, y}));
                m.sum += m.own;
            }
            out.push_back(sign_of(det_of(jacobian(m, {x, y}))));
        }
    }
    return out;
}

}  // namespace marginscope
