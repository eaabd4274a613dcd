// Pull, barrier and descent.
#include "core/playground/barrier_play.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/playground/plane_margins.h"
#include "core/stage/token_problem.h"

namespace marginscope {
namespace {

constexpr double kStep = 0.1;         // of the way that the pull alone would go
constexpr double kLongestStep = 0.1;  // in units of the plane: steps are to be seen
constexpr int kHalvings = 40;
constexpr int kMostSteps = 1000;

// lambda 0 takes the barrier out, on the boundary too, where 0 times infinity is not a number.
double weighted(double lambda, double barrier) { return lambda == 0 ? 0.0 : lambda * barrier; }

class Objective {
public:
    explicit Objective(const PlaygroundDocument& document)
        : pull_(document.pull), stage_(stage_of(document)), problem_(stage_, document.asked) {}

    PlayValue value(PlanarPoint u) {
        PlayValue value;
        const DetSlope slope = problem_.det_slope(Eigen::Vector2d(u.x, u.y));
        const double variance = pull_.sigma * pull_.sigma;
        const PlanarPoint off{u.x - pull_.target.x, u.y - pull_.target.y};
        value.pull = (off.x * off.x + off.y * off.y) / (2 * variance);
        value.barrier = -slope.logdet.value;
        value.sign = slope.logdet.sign;
        value.total = value.pull + weighted(pull_.lambda, value.barrier);
        const Eigen::Vector2d up = -slope.slope / slope.height;
        value.gradient = {off.x / variance + weighted(pull_.lambda, up(0)),
                          off.y / variance + weighted(pull_.lambda, up(1))};
        return value;
    }

private:
    BarrierPull pull_;
    Stage stage_;
    TokenProblem problem_;
};

PlanarPoint step(Objective& objective, const BarrierPull& pull, PlanarPoint u) {
    const PlayValue here = objective.value(u);
    const double slope = std::hypot(here.gradient.x, here.gradient.y);
    if (!std::isfinite(slope) || slope == 0) return u;
    double length = std::min(kStep * pull.sigma * pull.sigma, kLongestStep / slope);
    for (int k = 0; k < kHalvings; ++k, length *= 0.5) {
        const PlanarPoint next{std::clamp(u.x - length * here.gradient.x, -kPlaneHalf, kPlaneHalf),
                               std::clamp(u.y - length * here.gradient.y, -kPlaneHalf, kPlaneHalf)};
        if (pull.lambda == 0) return next;
        const PlayValue there = objective.value(next);
        if (there.sign == here.sign && there.total < here.total) return next;
    }
    return u;
}

// The point of det J = 0 between two on opposite sides, where the barrier is infinite.
PlayCurvePoint crossing(Objective& objective, const BarrierPull& pull,
                        const std::function<PlanarPoint(double)>& place, double low, double high) {
    const int sign = objective.value(place(low)).sign;
    for (int k = 0; k < 50; ++k) {
        const double middle = 0.5 * (low + high);
        (objective.value(place(middle)).sign == sign ? low : high) = middle;
    }
    PlayCurvePoint point;
    point.along = high;
    point.at = place(high);
    point.pull = objective.value(point.at).pull;
    point.barrier = weighted(pull.lambda, HUGE_VAL);
    point.total = point.pull + point.barrier;
    return point;
}

}  // namespace

PlayValue play_value(const PlaygroundDocument& document, PlanarPoint u) {
    return Objective(document).value(u);
}

PlanarPoint descent_step(const PlaygroundDocument& document, PlanarPoint u) {
    Objective objective(document);
    return step(objective, document.pull, u);
}

DescentEnd descent_end(const PlaygroundDocument& document, PlanarPoint u) {
    Objective objective(document);
    const int sign = objective.value(u).sign;
    DescentEnd end{u};
    for (int k = 0; k < kMostSteps; ++k) {
        const PlanarPoint next = step(objective, document.pull, end.at);
        const double length = std::hypot(next.x - end.at.x, next.y - end.at.y);
        end.at = next;
        end.through = end.through || objective.value(next).sign != sign;
        if (length < kAtRest) break;
    }
    return end;
}

std::vector<PlayCurvePoint> play_curve(const PlaygroundDocument& document, PlanarPoint through,
                                       int count) {
    const PlanarPoint target = document.pull.target;
    PlanarPoint way{through.x - target.x, through.y - target.y};
    const double length = std::hypot(way.x, way.y);
    way = length > 1e-9 ? PlanarPoint{way.x / length, way.y / length}
                        : PlanarPoint{target.x > 0 ? -1.0 : 1.0, 0.0};
    const auto room = [](double at, double direction) {
        return direction == 0 ? HUGE_VAL : (std::copysign(kPlaneHalf, direction) - at) / direction;
    };
    const double far = std::max(std::min(room(target.x, way.x), room(target.y, way.y)), 1e-3);
    Objective objective(document);
    const auto place = [&](double along) {
        return PlanarPoint{target.x + along * way.x, target.y + along * way.y};
    };
    std::vector<PlayCurvePoint> curve;
    int sign = 0;
    for (int k = 0; k < count; ++k) {
        PlayCurvePoint point;
        point.along = far * k / (count - 1);
        point.at = place(point.along);
        const PlayValue value = objective.value(point.at);
        point.pull = value.pull;
        point.barrier = weighted(document.pull.lambda, value.barrier);
        point.total = value.total;
        if (sign * value.sign < 0)
            curve.push_back(
                crossing(objective, document.pull, place, curve.back().along, point.along));
        sign = value.sign;
        curve.push_back(point);
    }
    return curve;
}

}  // namespace marginscope
