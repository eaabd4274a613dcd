// Fields from core's values.
#include "engine/playground/playground_frames.h"

#include <algorithm>
#include <cmath>

#include "core/linear/spectra.h"
#include "core/playground/barrier_play.h"
#include "core/playground/lambda_rests.h"
#include "core/playground/linear_svm.h"
#include "core/playground/noise_cloud.h"
#include "core/playground/plane_margins.h"
#include "core/playground/plane_shapes.h"
#include "core/playground/position_map.h"

namespace marginscope {
namespace {

constexpr int kRound = 72;  // points of a circle's image
constexpr int kDraws = 400;
constexpr int kCurve = 161;

PlanarPoint token_of(const PlaygroundDocument& document, int i) {
    return document.tokens[static_cast<std::size_t>(i)];
}

PlaygroundToken token_frame(const PositionMargins& m, PlanarPoint at) {
    PlaygroundToken token;
    token.has_boundary = m.has_boundary;
    token.det = m.det;
    token.logdet = m.logdet.value;
    token.sign = m.logdet.sign;
    token.crossings = m.crossings;
    token.sigma_min = m.sigma_min;
    token.geometric = m.geometric->value;
    token.searched_radius = m.geometric->searched_radius;
    if (token.geometric)
        token.nearest = {at.x + m.geometric->point(0), at.y + m.geometric->point(1)};
    return token;
}

}  // namespace

void fill_tokens(const PlaygroundDocument& document, PlaygroundFrame& frame) {
    const std::vector<PositionMargins> margins = plane_margins(document, stage_of(document));
    frame.tokens.clear();
    for (const PositionMargins& m : margins)
        frame.tokens.push_back(token_frame(m, token_of(document, m.position)));
    frame.support = plane_support(margins);
    frame.least = least_token(document, frame.support);
}

PlaygroundLook playground_look(const PlaygroundDocument& document, PlanarPoint at, bool pointer) {
    PlaygroundLook look;
    look.at = at;
    look.pointer = pointer;
    const PositionMap map(document, document.asked);
    const PositionMap::View view = map.view(at);
    look.weights = view.weights;
    look.mean = view.mean;
    if (!view.weights.empty()) look.ellipse = ellipse(view.mean, view.covariance, kRound);
    // The stage with the token where it is looked at, so that its numbers are the displayed ones.
    PlaygroundDocument moved = document;
    moved.tokens[static_cast<std::size_t>(document.asked)] = at;
    const Stage stage = stage_of(moved);
    const PositionMargins m = stage.margins(document.asked);
    look.logdet = m.logdet.value;
    look.sign = m.logdet.sign;
    look.crossings = m.crossings;
    look.sigma_min = m.sigma_min;
    const Matrix j = stage.jacobian(document.asked);
    look.jacobian = {j(0, 0), j(0, 1), j(1, 0), j(1, 1)};
    look.circle = image_of_circle(look.jacobian, kRound);
    const Eigen::VectorXcd spectrum = stage.spectrum(document.asked);
    for (const auto& value : spectrum) look.spectrum.push_back({value.real(), value.imag()});
    return look;
}

PlaygroundCloud playground_cloud(const PlaygroundDocument& document) {
    NoiseCloud cloud = noise_cloud(document, kDraws);
    return {std::move(cloud.before), std::move(cloud.after), std::move(cloud.crossed),
            cloud.share_crossed};
}

PlaygroundDescent playground_descent(const PlaygroundDocument& document,
                                     const std::vector<PlanarPoint>& trail) {
    PlaygroundDescent descent;
    const PlanarPoint token = token_of(document, document.asked);
    const PlayValue value = play_value(document, token);
    descent.pull = value.pull;
    descent.barrier = value.barrier;
    descent.total = value.total;
    descent.slope = value.gradient;
    descent.trail = trail;
    const auto curve = play_curve(document, trail.empty() ? token : trail.front(), kCurve);
    for (const PlayCurvePoint& point : curve) {
        descent.along.push_back(point.along);
        descent.pull_curve.push_back(point.pull);
        descent.barrier_curve.push_back(point.barrier);
        descent.total_curve.push_back(point.total);
    }
    descent.line_from = curve.front().at;
    descent.line_to = curve.back().at;
    const double length = curve.back().along;
    const double x = (descent.line_to.x - descent.line_from.x) / length;
    const double y = (descent.line_to.y - descent.line_from.y) / length;
    descent.token_along = (token.x - descent.line_from.x) * x + (token.y - descent.line_from.y) * y;
    return descent;
}

std::shared_ptr<const LambdaRests> playground_rests(const PlaygroundDocument& document) {
    std::vector<LambdaRest> rests;
    for (const double lambda : rest_lambdas())
        rests.push_back(lambda_rest(document, token_of(document, document.asked), lambda));
    return std::make_shared<const LambdaRests>(lambda_rests(std::move(rests), document.noise));
}

PlaygroundSvm playground_svm(const SvmSet& set) {
    const LinearSvm solved = solve_linear_svm(set);
    PlaygroundSvm svm{solved.has_line, solved.w,     solved.b,       solved.margin,
                      solved.gap,      solved.kkt,   solved.alphas,  solved.slack,
                      solved.support,  std::nullopt, solved.sentence};
    if (!svm.has_line) return svm;
    double farthest = -HUGE_VAL;
    for (std::size_t k = 0; k < set.points.size(); ++k) {
        const double over =
            set.labels[k] * (svm.w.x * set.points[k].x + svm.w.y * set.points[k].y + svm.b);
        if (svm.alphas[k] > 0 || over <= farthest) continue;
        farthest = over;
        svm.least = static_cast<int>(k);
    }
    return svm;
}

PlaygroundFrame playground_frame(const PlaygroundDocument& document) {
    PlaygroundFrame frame;
    frame.document = document;
    frame.axes = axes_form(document.a);
    fill_tokens(document, frame);
    frame.look = playground_look(document, token_of(document, document.asked), false);
    frame.cloud = playground_cloud(document);
    frame.descent = playground_descent(document, {});
    frame.svm = playground_svm(document.svm);
    return frame;
}

}  // namespace marginscope
