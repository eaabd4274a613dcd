// Spirals, circles and parabolas.
#include "support/synthetic_playground.h"

#include <cmath>
#include <limits>

#include "core/playground/lambda_rests.h"

namespace marginscope::synthetic {
namespace {

std::vector<PlanarPoint> circle(PlanarPoint center, double radius) {
    std::vector<PlanarPoint> points;
    for (int k = 0; k <= 48; ++k) {
        const double angle = 2 * M_PI * (k % 48) / 48;
        points.push_back(
            {center.x + radius * std::cos(angle), center.y + radius * std::sin(angle)});
    }
    return points;
}

void fill_tokens(PlaygroundFrame& frame, int tokens) {
    for (int k = 0; k < tokens; ++k) {
        const double angle = 2.4 * k;
        const double radius = 0.5 + 0.18 * k;
        frame.document.tokens.push_back({radius * std::cos(angle), radius * std::sin(angle)});
        PlaygroundToken token;
        token.has_boundary = k >= 2;
        token.logdet = -0.4 * k;
        token.det = std::exp(token.logdet);
        token.sigma_min = 0.3 / (1 + k);
        token.crossings = k == 4 ? 1 : 0;
        token.sign = k == 4 ? -1 : 1;
        if (k >= 2 && k != 5) {
            token.geometric = k == 3 ? 0.12 : 0.3 + 0.07 * k;
            const PlanarPoint at = frame.document.tokens.back();
            token.nearest = {at.x + *token.geometric, at.y};
        }
        frame.tokens.push_back(token);
    }
    if (tokens > 3) frame.support = {3};
    if (tokens > 4) frame.least = 1;
    frame.document.asked = tokens - 1;
}

void fill_descent(PlaygroundFrame& frame) {
    PlaygroundDescent& d = frame.descent;
    for (int k = 0; k <= 60; ++k) {
        const double x = 0.05 * k;
        d.along.push_back(x);
        d.pull_curve.push_back(0.5 * x * x);
        d.barrier_curve.push_back(-0.1 * std::log(std::abs(x - 1.5)));
        d.total_curve.push_back(d.pull_curve.back() + d.barrier_curve.back());
    }
    d.line_to = {3, 0};
    d.token_along = 2;
    d.pull = 2, d.barrier = 0.7, d.total = 2.07;
    d.trail = {{2.4, 0.3}, {2.3, 0.25}, {2.2, 0.2}};
}

void fill_rests(PlaygroundFrame& frame) {
    std::vector<LambdaRest> rests;
    for (const double lambda : rest_lambdas()) {
        LambdaRest rest;
        rest.lambda = lambda;
        rest.through = lambda == 0;
        rest.crossings = lambda == 0 ? 1 : 0;
        rest.away = lambda == 0 ? 0 : 0.6 + 0.4 * std::log10(1 + 100 * lambda);
        rest.pull = rest.away * rest.away / 2;
        rest.noise = lambda == 0 ? 0.2 : 0.02 / lambda;
        if (lambda > 0) rest.geometric = rest.away - 0.59;
        rest.share_crossed = lambda == 0 ? 0.1 : 0.4 / (1 + 10 * lambda);
        rests.push_back(rest);
    }
    frame.rests = std::make_shared<const LambdaRests>(lambda_rests(rests, 0.15));
}

void fill_svm(PlaygroundFrame& frame) {
    SvmSet& set = frame.document.svm;
    PlaygroundSvm& svm = frame.svm;
    for (int k = 0; k < 12; ++k) {
        const int label = k % 2 == 0 ? 1 : -1;
        set.points.push_back({label * (0.6 + 0.15 * k), 1.5 * std::sin(1.7 * k)});
        set.labels.push_back(label);
        svm.alphas.push_back(k < 3 ? 0.4 : 0.0);
        svm.slack.push_back(k == 1 ? 0.3 : 0.0);
    }
    svm.has_line = true;
    svm.w = {1.25, 0.1};
    svm.margin = 0.797;
    svm.support = {0, 1, 2};
    svm.least = 11;
    svm.gap = 1e-15;
    svm.kkt = 2e-16;
}

}  // namespace

std::shared_ptr<PlaygroundFrame> make_playground(int tokens) {
    auto frame = std::make_shared<PlaygroundFrame>();
    frame->version = 1;
    frame->document.title = "Tokens on a spiral";
    fill_tokens(*frame, tokens);
    PlaygroundLook& look = frame->look;
    look.at = frame->document.tokens.back();
    for (int k = 0; k + 1 < tokens; ++k) look.weights.push_back(1.0 / (tokens - 1));
    look.mean = {0.1, -0.2};
    look.ellipse = circle(look.mean, 0.8);
    look.circle = circle({0, 0}, 0.9);
    look.spectrum = {{0.7, 0.2}, {0.7, -0.2}};
    look.logdet = -0.9;
    look.sigma_min = 0.21;
    for (int k = 0; k < 40; ++k) {
        const PlanarPoint off{0.2 * std::cos(0.9 * k), 0.2 * std::sin(1.3 * k)};
        frame->cloud.before.push_back({look.at.x + off.x, look.at.y + off.y});
        frame->cloud.after.push_back(
            {look.at.x - look.mean.x + 0.6 * off.x, look.at.y - look.mean.y + off.y});
        frame->cloud.crossed.push_back(k % 5 == 0);
    }
    frame->cloud.share_crossed = 0.2;
    fill_descent(*frame);
    fill_rests(*frame);
    fill_svm(*frame);
    frame->undo = "Move token c";
    frame->presets = {"across", "fold", "near", "negative", "one-token", "safe", "two-clusters"};
    return frame;
}

void spoil(PlaygroundFrame& frame) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double inf = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < frame.tokens.size(); ++k) {
        PlaygroundToken& token = frame.tokens[k];
        token.logdet = k % 2 ? nan : -inf;
        token.det = token.sigma_min = nan;
        if (token.geometric) token.geometric = k % 2 ? nan : inf;
        token.nearest = {nan, inf};
    }
    frame.document.tokens[1] = {nan, inf};
    frame.look.logdet = frame.look.sigma_min = nan;
    frame.look.mean = {nan, nan};
    for (double& weight : frame.look.weights) weight = nan;
    for (PlanarPoint& p : frame.look.spectrum) p = {nan, inf};
    for (std::size_t k = 0; k < frame.look.circle.size(); k += 2) frame.look.circle[k] = {nan, inf};
    for (std::size_t k = 0; k < frame.cloud.after.size(); k += 2)
        frame.cloud.after[k] = frame.cloud.before[k] = {inf, nan};
    frame.cloud.share_crossed = nan;
    PlaygroundDescent& d = frame.descent;
    d.pull = nan, d.barrier = inf, d.total = nan, d.token_along = nan;
    for (std::size_t k = 0; k < d.along.size(); k += 2)
        d.barrier_curve[k] = inf, d.total_curve[k] = nan, d.pull_curve[k] = -inf;
    d.trail[1] = {nan, nan};
    LambdaRests rests = *frame.rests;
    for (std::size_t k = 0; k < rests.rests.size(); ++k) {
        rests.rests[k].pull = k % 3 ? nan : inf;
        rests.rests[k].noise = k % 2 ? inf : -inf;
        rests.rests[k].away = rests.rests[k].share_crossed = nan;
        rests.rests[k].geometric = nan;
    }
    frame.rests = std::make_shared<const LambdaRests>(rests);
    frame.rests_lag = true;
    frame.svm.margin = frame.svm.kkt = frame.svm.gap = nan;
    frame.svm.alphas[0] = nan;
    frame.svm.slack[1] = inf;
    frame.svm.w = {nan, inf};
}

std::shared_ptr<PlaygroundFrame> wide_playground() {
    auto frame = make_playground(kMostTokens);
    frame->document.a = {-1.23456, 2.34567, -0.00012345, 1.99999};
    frame->document.title = "A title as long as what somebody writes who wants to say it all in it";
    frame->note =
        "Without the support token d: the smallest margin 0.0001234 → 0.1234567. Token e "
        "is the support token now.";
    frame->svm_note = "Without a support vector: the line moves, its margin 0.7971234 → 0.8123456.";
    frame->svm.sentence =
        "Two points of different classes coincide: one of them has slack wherever the line is.";
    for (PlaygroundToken& token : frame->tokens) {
        token.logdet = -123.4567;
        token.sigma_min = 1.2345e-7;
        if (token.geometric) token.geometric = 1.2345e-5;
        token.crossings = 2;
    }
    frame->look.logdet = -123.4567;
    frame->look.sigma_min = 1.2345e-7;
    frame->look.crossings = 2;
    frame->look.pointer = true;
    frame->descent.total = 12345.678;
    frame->document.pull.lambda = 0.0012345;
    frame->svm.kkt = 1.2345e-9;
    return frame;
}

}  // namespace marginscope::synthetic
