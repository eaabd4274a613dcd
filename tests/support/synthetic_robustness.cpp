// Losses that rise with sigma, margins that go with the noise a prediction bears.
#include "support/synthetic_robustness.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace marginscope::synthetic {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kWindow = 64;

Interval around(double value, double half, int count = 256) {
    return {value, value - half, value + half, count};
}

double uniform(std::mt19937& generator) {
    return std::uniform_real_distribution<double>(0, 1)(generator);
}

RobustnessCurve curve(std::size_t model, const std::vector<double>& levels,
                      const std::string& tokens, const std::string& change) {
    RobustnessCurve one;
    one.model = model;
    one.unit = change.empty() ? "rms" : "rate";
    one.where = change.empty() ? "embeddings" : "characters";
    one.tokens = tokens;
    one.change = change;
    one.rms = 0.151;
    one.noisy_tokens = 5, one.noisy_place = 31.4;
    one.windows = 256, one.context = kWindow;
    one.members = model == 1 ? 8 : 1;
    const double weight = tokens == "random" ? 0.15 : tokens == "support" ? 0.2 : 1.0;
    for (const double level : levels) {
        RobustnessPoint point;
        point.level = level;
        point.ce = around(1.4 + 0.02 * static_cast<double>(model) +
                              weight * level * level / (1 + 0.4 * static_cast<double>(model)),
                          0.03);
        point.flips = around(weight * 0.4 * level / (1 + level), 0.01);
        point.errors = around(0.4 + 0.1 * level, 0.01);
        point.brier = around(0.55 + 0.1 * level, 0.01);
        point.ece = 0.013 + 0.02 * level, point.ece_if_calibrated = 0.004;
        if (model == 1)
            point.members = RobustnessMembers{around(point.ce.value + 0.05, 0.03),
                                              around(point.flips.value * 1.2, 0.01),
                                              around(point.errors.value + 0.02, 0.01)};
        point.draws = level > 0 ? 8 : 1;
        if (!change.empty()) point.clean_ce = 1.4, point.share_changed = level;
        if (change.empty() && tokens == "all")
            point.stories = StoryShare{around(1 / (1 + level), 0.05, 8), 120, 90};
        one.points.push_back(point);
    }
    return one;
}

void add_difference(RobustnessCurves& all, std::size_t curve, std::size_t to) {
    RobustnessDifference& difference = all.differences.emplace_back();
    difference.curve = curve;
    difference.to = to;
    for (std::size_t k = 0; k < all.curves[curve].points.size(); ++k) {
        const RobustnessPoint &a = all.curves[curve].points[k], &b = all.curves[to].points[k];
        difference.points.push_back({a.level, around(a.ce.value - b.ce.value, 0.02),
                                     around(a.flips.value - b.flips.value, 0.005)});
    }
}

std::shared_ptr<RobustnessCurves> curves(const RobustnessSize& size) {
    auto all = std::make_shared<RobustnessCurves>();
    all->text_label = "built-in stories";
    for (int m = 0; m < size.models; ++m)
        all->models.push_back({m == 0 ? "barrier.safetensors" : "run-" + std::to_string(m),
                               "/models/" + std::to_string(m) + "/final.safetensors"});
    return all;
}

std::vector<double> levels_of(int count, double most) {
    std::vector<double> levels = {0};
    for (int k = 1; k < count; ++k) levels.push_back(most * k / (count - 1));
    return levels;
}

std::shared_ptr<const RobustnessCurves> noise(const RobustnessSize& size) {
    auto all = curves(size);
    all->settings.sigmas = levels_of(size.levels, 1);
    for (std::size_t m = 0; m < all->models.size(); ++m)
        all->curves.push_back(curve(m, all->settings.sigmas, "all", ""));
    for (std::size_t k = 1; k < all->curves.size(); ++k) add_difference(*all, k, 0);
    return all;
}

std::shared_ptr<const RobustnessCurves> support(const RobustnessSize& size) {
    auto all = curves(size);
    all->settings.sigmas = levels_of(size.levels, 1);
    for (std::size_t m = 0; m < all->models.size(); ++m) {
        all->curves.push_back(curve(m, all->settings.sigmas, "random", ""));
        all->curves.push_back(curve(m, all->settings.sigmas, "support", ""));
        add_difference(*all, 2 * m + 1, 2 * m);
        if (m > 0) add_difference(*all, 2 * m, 0);
    }
    return all;
}

std::shared_ptr<const RobustnessCurves> characters(const RobustnessSize& size) {
    auto all = curves(size);
    all->settings.rates = levels_of(std::max(1, size.levels / 2), 0.1);
    for (std::size_t m = 0; m < all->models.size(); ++m)
        for (const std::string& change : all->settings.characters)
            all->curves.push_back(curve(m, all->settings.rates, "", change));
    for (std::size_t k = 4; k < all->curves.size(); ++k) add_difference(*all, k, k % 4);
    return all;
}

void add_place(FragilityFrame& frame, std::size_t k, std::mt19937& generator) {
    const std::size_t window = k / (kWindow / 2);
    if (frame.read.size() <= window) {
        FragileWindow& read = frame.read.emplace_back();
        read.begin = window * kWindow;
        for (int c = 0; c < kWindow; ++c)
            read.characters.emplace_back(
                1, "the cat sat down.\n"[(k + static_cast<std::size_t>(c)) % 18]);
    }
    FragilePlace place;
    place.window = window;
    place.i = frame.read[window].begin + kWindow / 2 + k % (kWindow / 2);
    place.token = "a", place.predicted = "b";
    const double margin = -4 * uniform(generator);
    place.sigma = k % 17 == 3 ? kInfinity : 0.05 * std::exp(1.5 + margin / 3 + uniform(generator));
    place.flipped = 8;
    frame.places.push_back(place);
    frame.predictors[0].values.push_back(margin);
    frame.predictors[1].values.push_back(std::exp(margin));
    frame.predictors[2].values.push_back(k % 11 == 0 ? kNan : std::exp(margin) * 3);
    frame.predictors[3].values.push_back(2 * uniform(generator));
    frame.predictors[4].values.push_back(uniform(generator));
}

std::shared_ptr<FragilityFrame> fragility(int places) {
    std::mt19937 generator(11);
    auto frame = std::make_shared<FragilityFrame>();
    frame->text_label = "built-in stories";
    frame->model = {"barrier.safetensors", "/models/0/final.safetensors"};
    frame->rms = 0.151;
    frame->predictors = {{"stage determinant", false, {}, {0.31, 0.24, 0.38, places}},
                         {"stage singular", false, {}, {0.22, 0.15, 0.29, places}},
                         {"layer 1 singular", false, {}, {-0.05, -0.12, 0.02, places}},
                         {"entropy", true, {}, {-0.55, -0.6, -0.5, places}},
                         {"top probability", true, {}, {0.52, 0.46, 0.58, places}}};
    for (int k = 0; k < places; ++k) add_place(*frame, static_cast<std::size_t>(k), generator);
    frame->best_margin = 0;
    frame->best_rival = 3;
    frame->windows = frame->read.size();
    frame->censored = static_cast<std::size_t>(
        std::count_if(frame->places.begin(), frame->places.end(),
                      [](const FragilePlace& at) { return std::isinf(at.sigma); }));
    frame->has_stage = true;
    frame->sentence =
        "Of 3 margins the stage determinant margin predicts best, moderately: the larger it is, "
        "the more noise a prediction bears (rho +0.31, 95 % interval +0.24 to +0.38).";
    return frame;
}

}  // namespace

std::shared_ptr<RobustnessFrame> make_robustness(const RobustnessSize& size) {
    auto frame = std::make_shared<RobustnessFrame>();
    frame->noise = noise(size);
    frame->characters = characters(size);
    frame->support = support(size);
    frame->fragility = fragility(size.places);
    frame->progress = 1;
    frame->passes_per_s = 812.5;
    frame->sentence = "Measured in 34 s.";
    return frame;
}

std::shared_ptr<RobustnessFrame> spoilt_robustness() {
    std::mt19937 generator(5);
    const auto spoil = [&](double& value) {
        const double u = uniform(generator);
        if (u < 0.5) value = u < 0.1 ? kInfinity : kNan;
    };
    const auto spoil_all = [&](Interval& value) {
        spoil(value.value), spoil(value.low), spoil(value.high);
    };
    auto frame = make_robustness();
    const auto spoil_curves = [&](std::shared_ptr<const RobustnessCurves>& of) {
        auto curves = std::make_shared<RobustnessCurves>(*of);
        for (RobustnessCurve& one : curves->curves)
            for (RobustnessPoint& point : one.points) {
                spoil_all(point.ce), spoil_all(point.flips), spoil(one.noisy_place);
                if (point.stories) spoil_all(point.stories->share);
            }
        for (RobustnessDifference& one : curves->differences)
            for (RobustnessDifference::Point& point : one.points)
                spoil_all(point.ce), spoil_all(point.flips);
        of = curves;
    };
    spoil_curves(frame->noise), spoil_curves(frame->support), spoil_curves(frame->characters);
    auto fragile = std::make_shared<FragilityFrame>(*frame->fragility);
    for (FragilePlace& place : fragile->places) spoil(place.sigma);
    for (FragilityPredictor& predictor : fragile->predictors) {
        for (double& value : predictor.values) spoil(value);
        spoil_all(predictor.rho);
    }
    frame->fragility = fragile;
    frame->progress = frame->eta_secs = frame->passes_per_s = kNan;
    frame->running = true;
    return frame;
}

std::shared_ptr<RobustnessFrame> wide_robustness() {
    auto frame = make_robustness({5, 9, 900});
    const std::string label =
        "lambda-0.0123456_seed-1338_noise-0.0123456/checkpoints-of-a-long-run";
    const auto widen = [&](std::shared_ptr<const RobustnessCurves>& of) {
        auto curves = std::make_shared<RobustnessCurves>(*of);
        for (RobustnessModel& model : curves->models) model.label = label;
        curves->text_label = "a text with a long name that somebody gave it.txt";
        curves->unpaired = {label + " and " + label +
                            " did not see the same windows, so they are not compared window by "
                            "window."};
        for (RobustnessCurve& one : curves->curves)
            for (RobustnessPoint& point : one.points) {
                point.level *= 12.34567;
                point.ce = around(1234.5678 * point.ce.value, 1.2345678e-4);
            }
        for (RobustnessDifference& one : curves->differences)
            for (RobustnessDifference::Point& point : one.points) point.level *= 12.34567;
        of = curves;
    };
    widen(frame->noise), widen(frame->support), widen(frame->characters);
    auto fragile = std::make_shared<FragilityFrame>(*frame->fragility);
    fragile->model.label = label;
    fragile->has_stage = false;
    for (int layer = 1; layer <= 12; ++layer)
        fragile->predictors.push_back({"layer " + std::to_string(layer) + " determinant",
                                       false,
                                       fragile->predictors[0].values,
                                       {-0.123456, -0.234567, -0.0123456, 123456}});
    frame->fragility = fragile;
    frame->running = true;
    frame->doing = "characters inserted, " + label + ", 123 of 234";
    frame->progress = 0.123456;
    frame->eta_secs = 12345.6;
    frame->failures = {{label, "The file /home/somebody/models/a folder with a long name/" + label +
                                   "/final.safetensors does not exist: give a checkpoint or a run "
                                   "folder."}};
    return frame;
}

}  // namespace marginscope::synthetic
