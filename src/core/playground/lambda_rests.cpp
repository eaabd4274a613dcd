// One descent for each lambda_m, and the map where it ends.
#include "core/playground/lambda_rests.h"

#include <cmath>
#include <utility>

#include "core/playground/barrier_play.h"
#include "core/playground/noise_cloud.h"
#include "core/playground/plane_margins.h"

namespace marginscope {
namespace {

constexpr int kDraws = 200;
constexpr int kDecades = 4;
constexpr int kPerDecade = 6;

// |J^-1|_F^2, in two dimensions |J|_F^2 / det^2.
double inverse_norm(const Matrix& j) {
    const double det = j(0, 0) * j(1, 1) - j(0, 1) * j(1, 0);
    return j.squaredNorm() / (det * det);
}

}  // namespace

std::vector<double> rest_lambdas() {
    std::vector<double> lambdas{0};
    for (int k = kDecades * kPerDecade; k >= 0; --k)
        lambdas.push_back(kLargestLambda * std::pow(10.0, -static_cast<double>(k) / kPerDecade));
    return lambdas;
}

LambdaRest lambda_rest(const PlaygroundDocument& document, PlanarPoint from, double lambda) {
    PlaygroundDocument moved = document;
    moved.pull.lambda = lambda;
    PlanarPoint& u = moved.tokens[static_cast<std::size_t>(document.asked)];
    u = from;
    const DescentEnd end = descent_end(moved, from);
    u = end.at;
    LambdaRest rest;
    rest.through = end.through;
    rest.lambda = lambda;
    rest.at = u;
    rest.away = std::hypot(u.x - moved.pull.target.x, u.y - moved.pull.target.y);
    const Stage stage = stage_of(moved);
    rest.geometric = plane_margin(moved, stage, moved.asked).value;
    rest.crossings = stage.margins(moved.asked).crossings;
    const double scale = 1 / (2 * moved.pull.sigma * moved.pull.sigma);
    rest.pull = scale * rest.away * rest.away;
    if (moved.noise > 0)
        rest.noise = scale * moved.noise * moved.noise * inverse_norm(stage.jacobian(moved.asked));
    rest.share_crossed = noise_cloud(moved, kDraws).share_crossed;
    return rest;
}

LambdaRests lambda_rests(std::vector<LambdaRest> rests, double noise) {
    LambdaRests all{std::move(rests), std::nullopt};
    if (noise <= 0) return all;
    for (std::size_t k = 0; k < all.rests.size(); ++k) {
        const LambdaRest& rest = all.rests[k];
        if (rest.crossings > 0 || rest.through || !std::isfinite(rest.sum())) continue;
        if (!all.best || rest.sum() < all.rests[*all.best].sum()) all.best = k;
    }
    return all;
}

}  // namespace marginscope
