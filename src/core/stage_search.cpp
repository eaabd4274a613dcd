// Newton onto det J = 0, then along it towards the token (E10).
#include "core/stage_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace marginscope {
namespace {

constexpr double kRadiusFactor = 2.0;  // R = 2 |u_i|
constexpr int kApproachSteps = 24;
constexpr double kNear = 0.02;  // near enough to be a candidate, relative to |delta|
constexpr int kNewtonSteps = 60;
constexpr int kSlideSteps = 120;
constexpr double kKktGoal = 1e-10;
constexpr double kOnBoundary = 1e-14;  // relative to the token's length
constexpr std::size_t kPolished = 3;   // candidates followed to the end
constexpr int kSegmentPoints = 12;

bool usable(const DetSlope& at) {
    const double norm = at.slope_norm();
    return std::isfinite(at.height) && std::isfinite(norm) && norm > 0.0;
}

// A full Newton step against the gradient, no longer than `longest`.
Vector newton_step(const DetSlope& at, double longest) {
    Vector step = -(at.height / at.slope.squaredNorm()) * at.slope;
    const double length = step.norm();
    if (length > longest) step *= longest / length;
    return step;
}

Vector tangential(const Vector& delta, const Vector& slope) {
    return delta - (slope.dot(delta) / slope.squaredNorm()) * slope;
}

}  // namespace

double BoundarySearch::Point::kkt() const {
    const double product = delta.norm() * at.slope_norm();
    return product > 0.0 ? 1.0 - std::abs(delta.dot(at.slope)) / product : 0.0;
}

BoundarySearch::BoundarySearch(TokenProblem& problem, const Vector& token, std::stop_token stop)
    : problem_(problem),
      token_(token),
      radius_(kRadiusFactor * token.norm()),
      stop_(std::move(stop)),
      origin_(evaluate(Vector::Zero(token.size()))) {
    if (origin_.at.logdet.sign == 0) candidates_.push_back(origin_);
}

BoundarySearch::Point BoundarySearch::evaluate(Vector delta) {
    DetSlope at = problem_.det_slope(token_ + delta);
    return {std::move(delta), std::move(at)};
}

int BoundarySearch::sign_at(const Vector& delta) { return problem_.log_det(token_ + delta).sign; }

void BoundarySearch::keep(const Point& point) {
    if (point.length() > radius_) return;
    for (const Point& other : candidates_) {
        if ((other.delta - point.delta).norm() < 0.01 * point.length()) return;
    }
    candidates_.push_back(point);
}

void BoundarySearch::approach(const Vector& start) {
    Point point = evaluate(start);
    for (int step = 0; step < kApproachSteps && !stopped(); ++step) {
        if (!usable(point.at)) return;
        const double length = point.length();
        const bool flipped = point.at.logdet.sign * origin_.at.logdet.sign < 0;
        if (flipped && length <= radius_ && (!flip_ || length < flip_->norm())) {
            flip_ = point.delta;
        }
        if (length > 0.0 && point.at.distance() <= kNear * length) {
            keep(point);
            return;
        }
        // ((grad D . delta - D) / |grad D|^2) grad D
        const Vector& slope = point.at.slope;
        Vector next = ((slope.dot(point.delta) - point.at.height) / slope.squaredNorm()) * slope;
        const double longest = radius_ > 0.0 ? radius_ / next.norm() : 0.0;
        if (longest < 1.0) next *= longest;
        point = evaluate(std::move(next));
    }
}

bool BoundarySearch::restore(Point& point, double tolerance) {
    const double floor = kOnBoundary * token_.norm();
    for (int step = 0; step < kNewtonSteps; ++step) {
        if (point.at.logdet.sign == 0) return true;
        if (!usable(point.at)) return false;
        const double distance = point.at.distance();
        if (distance <= std::max(tolerance, floor)) return true;
        if (distance > radius_) return false;
        point = evaluate(point.delta + newton_step(point.at, radius_));
    }
    return false;
}

void BoundarySearch::plain_newton() {
    Point point = origin_;
    if (restore(point, 0.0)) keep(point);
}

void BoundarySearch::between(Vector a, Vector b) {
    const int sign = sign_at(a);
    for (int step = 0; step < 50 && (b - a).norm() > 1e-6 * b.norm(); ++step) {
        const Vector middle = 0.5 * (a + b);
        (sign_at(middle) == sign ? a : b) = middle;
    }
    Point point = evaluate(0.5 * (a + b));
    const double distance = (b - a).norm();
    if (restore(point, std::max(distance, 1e-8 * point.length()))) keep(point);
}

bool BoundarySearch::step_along(Point& point, const Vector& tangent, double& step) {
    const double length = point.length();
    const double slope = tangent.squaredNorm() / length;  // of |delta| against the tangent
    step = std::min(step, 0.5 * length / tangent.norm());
    for (int attempt = 0; attempt < 12 && !stopped(); ++attempt, step *= 0.3) {
        Point trial = evaluate(point.delta - step * tangent);
        if (!restore(trial, 0.02 * step * slope)) continue;
        if (trial.length() > length - 0.05 * step * slope) continue;
        point = std::move(trial);
        return true;
    }
    return false;
}

// Descends |delta| along the boundary with Barzilai-Borwein steps. A step of 1 is E10's iteration,
// which alone cycles where the boundary bends away from the token.
BoundarySearch::Point BoundarySearch::slide(Point point) {
    double step = 1.0;
    for (int k = 0; k < kSlideSteps && !stopped(); ++k) {
        if (point.length() == 0.0 || !usable(point.at) || point.kkt() <= kKktGoal) break;
        const Vector tangent = tangential(point.delta, point.at.slope);
        const Vector before = point.delta;
        if (!step_along(point, tangent, step)) break;
        if (!usable(point.at)) break;
        const Vector moved = point.delta - before;
        const Vector change = tangential(point.delta, point.at.slope) - tangent;
        const double curvature = moved.dot(change);
        step =
            curvature > 0.0 ? std::clamp(moved.squaredNorm() / curvature, 1e-3, 1e3) : 2.0 * step;
    }
    return point;
}

void BoundarySearch::nearer_on_segment(const Point& point) {
    for (int k = 1; k < kSegmentPoints; ++k) {
        const Vector delta = (static_cast<double>(k) / kSegmentPoints) * point.delta;
        if (sign_at(delta) * origin_.at.logdet.sign >= 0) continue;
        between(Vector::Zero(delta.size()), delta);
        return;
    }
}

void BoundarySearch::cross_flips() {
    if (!flip_) return;
    for (const Point& point : candidates_) {
        if (point.length() < flip_->norm()) return;
    }
    const Vector delta = *flip_;
    flip_.reset();
    between(Vector::Zero(delta.size()), delta);
}

std::optional<BoundarySearch::Point> BoundarySearch::best() {
    cross_flips();
    std::optional<Point> found;
    for (std::size_t polished = 0; polished < kPolished && !candidates_.empty(); ++polished) {
        const auto nearest = std::min_element(
            candidates_.begin(), candidates_.end(),
            [](const Point& a, const Point& b) { return a.length() < b.length(); });
        Point point = std::move(*nearest);
        candidates_.erase(nearest);
        if (!restore(point, 1e-3 * point.length())) continue;
        point = slide(std::move(point));
        if (!restore(point, 0.0) || point.length() > radius_) continue;
        if (!found || point.length() < found->length()) {
            nearer_on_segment(point);
            found = std::move(point);
        }
    }
    return found;
}

}  // namespace marginscope
