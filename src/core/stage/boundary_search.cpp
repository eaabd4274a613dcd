// Newton onto det J = 0, then along it towards the token (E10).
#include "core/stage/boundary_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace marginscope {
namespace {

constexpr double kRadiusFactor = 2.0;  // R = 2 |u_i|
constexpr int kApproachSteps = 24;
constexpr int kProjectedSteps = 6;  // then plain Newton: the projection may cycle far off
constexpr double kNear = 0.02;      // near enough to be a candidate, relative to |delta|
constexpr int kNewtonSteps = 60;
constexpr int kSlideSteps = 120;
constexpr int kStepHalvings = 16;
constexpr double kKktGoal = 1e-10;
constexpr double kOnBoundary = 1e-14;  // relative to the token's length
constexpr std::size_t kPolished = 3;   // candidates followed to the end
constexpr int kSegmentPoints = 12;

bool usable(const DetSlope& at) {
    const double norm = at.slope_norm();
    return std::isfinite(at.height) && std::isfinite(norm) && norm > 0.0;
}

bool singular(const DetSlope& at) { return at.logdet.sign == 0 && !std::isnan(at.logdet.value); }

// A full Newton step against the gradient, no longer than `longest`.
Vector newton_step(const DetSlope& at, double longest) {
    Vector step = -(at.height / at.slope.squaredNorm()) * at.slope;
    const double length = step.norm();
    if (length > longest) step *= longest / length;
    return step;
}

// E10's iteration: the nearest point to the token on the boundary's linear model.
Vector projected_step(const Vector& delta, const DetSlope& at) {
    return ((at.slope.dot(delta) - at.height) / at.slope.squaredNorm()) * at.slope;
}

Vector tangential(const Vector& delta, const Vector& slope) {
    return delta - (slope.dot(delta) / slope.squaredNorm()) * slope;
}

// L-BFGS: pairs of a step and the change of the gradient over it.
class BendMemory {
public:
    bool empty() const { return pairs_.empty(); }
    void clear() { pairs_.clear(); }

    void add(Vector step, Vector change) {
        const double product = step.dot(change);
        if (!(product > 1e-10 * step.norm() * change.norm())) return;
        if (pairs_.size() == kRemembered) pairs_.erase(pairs_.begin());
        pairs_.push_back({std::move(step), std::move(change), product});
    }

    // -(approximate inverse Hessian) * gradient.
    Vector direction(Vector gradient) const {
        std::vector<double> weights(pairs_.size());
        for (std::size_t k = pairs_.size(); k-- > 0;) {
            weights[k] = pairs_[k].step.dot(gradient) / pairs_[k].product;
            gradient -= weights[k] * pairs_[k].change;
        }
        if (!pairs_.empty()) gradient *= pairs_.back().product / pairs_.back().change.squaredNorm();
        for (std::size_t k = 0; k < pairs_.size(); ++k) {
            const double back = pairs_[k].change.dot(gradient) / pairs_[k].product;
            gradient += (weights[k] - back) * pairs_[k].step;
        }
        return -gradient;
    }

private:
    static constexpr std::size_t kRemembered = 12;
    struct Pair {
        Vector step, change;
        double product;
    };
    std::vector<Pair> pairs_;
};

}  // namespace

double BoundarySearch::Point::kkt() const {
    const double product = delta.norm() * at.slope_norm();
    return product > 0.0 ? 1.0 - std::abs(delta.dot(at.slope)) / product : 0.0;
}

BoundarySearch::BoundarySearch(TokenProblem& problem, const Vector& token, std::stop_token stop,
                               std::optional<double> radius)
    : problem_(problem),
      token_(token),
      radius_(radius.value_or(kRadiusFactor * token.norm())),
      stop_(std::move(stop)),
      origin_(evaluate(Vector::Zero(token.size()))) {
    if (singular(origin_.at)) candidates_.push_back(origin_);
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
        Vector next = step < kProjectedSteps
                          ? projected_step(point.delta, point.at)
                          : Vector(point.delta + newton_step(point.at, 0.5 * length));
        const double longest = radius_ > 0.0 ? radius_ / next.norm() : 0.0;
        if (longest < 1.0) next *= longest;
        point = evaluate(std::move(next));
    }
}

bool BoundarySearch::restore(Point& point, double tolerance) {
    const double floor = kOnBoundary * token_.norm();
    for (int step = 0; step < kNewtonSteps; ++step) {
        if (singular(point.at)) return true;
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

// `tangent` is the gradient of |delta|^2 / 2 along the boundary, `direction` goes down it.
bool BoundarySearch::step_along(Point& point, const Vector& tangent, const Vector& direction) {
    const double length = point.length();
    const double descent = -tangent.dot(direction) / length;  // of |delta|
    double step = std::min(1.0, 0.5 * length / direction.norm());
    for (int attempt = 0; attempt < kStepHalvings && !stopped(); ++attempt, step *= 0.4) {
        Point trial = evaluate(point.delta + step * direction);
        if (!restore(trial, 0.02 * step * descent)) continue;
        if (trial.length() > length - 0.05 * step * descent) continue;
        point = std::move(trial);
        return true;
    }
    return false;
}

// Descends |delta| along the boundary. The first step is E10's iteration, which alone cycles where
// the boundary bends away from the token; L-BFGS learns the bends.
BoundarySearch::Point BoundarySearch::slide(Point point) {
    BendMemory memory;
    for (int k = 0; k < kSlideSteps && !stopped(); ++k) {
        if (point.length() == 0.0 || !usable(point.at) || point.kkt() <= kKktGoal) break;
        // What a step can gain must stand out from how far the point is off the boundary.
        Vector tangent = tangential(point.delta, point.at.slope);
        Point exact = point;
        if (!restore(exact, 0.01 * tangent.squaredNorm() / point.length())) break;
        point = std::move(exact);
        tangent = tangential(point.delta, point.at.slope);
        Vector direction = tangential(memory.direction(tangent), point.at.slope);
        if (!(direction.dot(tangent) < -1e-6 * direction.norm() * tangent.norm())) {
            memory.clear();
            direction = -tangent;
        }
        const Vector before = point.delta;
        if (!step_along(point, tangent, direction)) {
            if (memory.empty()) break;
            memory.clear();
            continue;
        }
        if (!usable(point.at)) break;
        // Both differences in the new tangent space.
        const Vector& slope = point.at.slope;
        memory.add(tangential(point.delta - before, slope),
                   tangential(point.delta - tangent, slope));
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
