// The smallest noise that flips a prediction: the search against thresholds that are known, answers
// of a model against passes made one by one, and the report against both.
#include "nn/measure/fragility.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/error.h"
#include "core/stage/stage.h"
#include "nn/measure/flip_oracle.h"
#include "nn/measure/flip_search.h"
#include "nn/measure/noise.h"
#include "nn/measure/probes.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using testing_support::random_text;
using testing_support::TemporaryFolder;
using testing_support::tiny_model;

TEST(FlipSearch, FindsKnownThresholds) {
    const FlipLadder ladder{3.0};
    EXPECT_DOUBLE_EQ(ladder.strength(FlipLadder::kRungs - 1), 3.0);
    EXPECT_NEAR(ladder.strength(0), 3.0 / 256, 1e-15);
    std::mt19937 rng(1);
    std::uniform_real_distribution<double> exponent(-10, 2);
    std::vector<std::vector<double>> threshold(20, std::vector<double>(5));
    for (auto& of_place : threshold)
        for (double& one : of_place) one = 3.0 * std::exp2(exponent(rng));
    std::size_t asked = 0;
    const auto rungs = first_flips(20, 5, [&](std::span<const FlipQuestion> questions) {
        std::vector<char> answers;
        for (const FlipQuestion& at : questions)
            answers.push_back(ladder.strength(at.rung) >=
                              threshold[at.place][static_cast<std::size_t>(at.direction)]);
        asked += questions.size();
        return answers;
    });
    EXPECT_LE(asked, 20u * 5 * (33 + 3));
    int lowest = 0, never = 0;
    for (std::size_t place = 0; place < 20; ++place)
        for (std::size_t d = 0; d < 5; ++d) {
            const int rung = rungs[place][d];
            const double truth = threshold[place][d];
            if (truth > 3.0) {
                EXPECT_EQ(rung, FlipLadder::kRungs);
                ++never;
            } else if (truth <= ladder.strength(0)) {
                EXPECT_EQ(rung, 0);
                ++lowest;
            } else {
                EXPECT_GE(ladder.strength(rung), truth);
                EXPECT_LT(ladder.strength(rung - 1), truth);
            }
        }
    EXPECT_GT(lowest, 0);
    EXPECT_GT(never, 0);
    EXPECT_EQ(median_strength(ladder, {256, 0, FlipLadder::kRungs}), 3.0);
    EXPECT_TRUE(
        std::isinf(median_strength(ladder, {256, 0, FlipLadder::kRungs, FlipLadder::kRungs})));
    EXPECT_DOUBLE_EQ(median_strength(ladder, {256, 224}), 2.25);
}

// Where several strengths flip and others in between do not, the lowest coarse one decides.
TEST(FlipSearch, TakesTheFirstFlipThatTheLadderSees) {
    const auto rungs = first_flips(1, 1, [](std::span<const FlipQuestion> questions) {
        std::vector<char> answers;
        for (const FlipQuestion& at : questions)
            answers.push_back((at.rung >= 61 && at.rung <= 70) || at.rung >= 200);
        return answers;
    });
    EXPECT_EQ(rungs[0][0], 61);
}

at::Tensor embedded(const Model& model, std::size_t length, unsigned seed) {
    const std::vector<int> ids = model.vocabulary.encode(random_text(length, seed));
    return model.gpt.embed(
        at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong).unsqueeze(0));
}

// Every answer beside a pass of the beginning up to that place alone.
TEST(WindowFlips, AnswersAreThoseOfSinglePasses) {
    const at::NoGradGuard no_grad;
    const Model model = tiny_model();
    const at::Tensor u = embedded(model, 12, 4);
    const std::vector<int> places = {0, 2, 5, 11};
    for (const bool own_token : {false, true}) {
        FlipNoise noise{.ladder = {2.0}, .seed = 6, .directions = 3, .own_token = own_token};
        WindowFlips flips(model.gpt, u, 36, places, noise);
        std::vector<FlipQuestion> questions;
        for (std::size_t place = 0; place < places.size(); ++place)
            for (int direction = 0; direction < 3; ++direction)
                for (const int rung : {0, 100, 180, 220, 256})
                    questions.push_back({place, direction, rung});
        const std::vector<char> answers = flips.flipped(questions);
        int flipped = 0;
        for (std::size_t k = 0; k < questions.size(); ++k) {
            const FlipQuestion& at = questions[k];
            const std::int64_t place = places[at.place];
            const std::vector<std::uint64_t> windows = {36};
            at::Tensor draw = standard_noise(
                {.seed = 6, .draw = static_cast<std::uint64_t>(at.direction)}, windows, 12, 8);
            if (own_token) draw.narrow(1, 0, place).zero_();
            const at::Tensor read = u.narrow(1, 0, place + 1);
            const at::Tensor noisy =
                read + draw.narrow(1, 0, place + 1) * noise.ladder.strength(at.rung);
            const at::Tensor before = model.gpt.logits_from_embeddings(read)[0][place];
            const at::Tensor after = model.gpt.logits_from_embeddings(noisy)[0][place];
            const bool other =
                before.argmax().item<std::int64_t>() != after.argmax().item<std::int64_t>();
            EXPECT_EQ(answers[k] != 0, other) << at.place << " " << at.direction << " " << at.rung;
            flipped += other;
        }
        EXPECT_GT(flipped, 5);
        EXPECT_LT(flipped, static_cast<int>(questions.size()) - 5);
        EXPECT_NEAR(flips.clean().exp().sum().item<double>(), 4.0, 1e-5);
    }
}

class Fragility : public testing::Test {
protected:
    std::filesystem::path saved(const Model& model, const std::string& name = "model.safetensors") {
        save_model(model, folder_.path() / name);
        return folder_.path() / name;
    }
    TemporaryFolder folder_;
};

TEST_F(Fragility, ReportsMarginsAndFlipsOfTheSamePositions) {
    const Model model = tiny_model();
    const std::string text = random_text(60, 8);
    const FragilityReport report = measure_fragility({.model = saved(model),
                                                      .text = text,
                                                      .whole_text = true,
                                                      .directions = 3,
                                                      .max_sigma = 1.0,
                                                      .geometric = true,
                                                      .seed = 3});
    ASSERT_EQ(report.positions.size(), 58u) << "all but the first two";
    EXPECT_EQ(report.windows, 9u);
    std::vector<std::string> names;
    for (const Predictor& predictor : report.predictors) {
        names.push_back(predictor.name);
        EXPECT_EQ(predictor.values.size(), 58u);
        EXPECT_LE(std::abs(predictor.rho.value), 1.0);
        EXPECT_LE(predictor.rho.low, predictor.rho.high);
    }
    EXPECT_EQ(names, (std::vector<std::string>{
                         "stage determinant", "stage singular", "stage geometric",
                         "lowest head determinant", "lowest head singular", "layer 0 determinant",
                         "layer 1 determinant", "layer 0 singular", "layer 1 singular", "entropy",
                         "top probability", "lead over the second"}));
    const std::vector<int> ids = model.vocabulary.encode(text);
    const at::NoGradGuard no_grad;
    for (std::size_t k = 0; k < report.positions.size(); ++k) {
        const FragilePosition& at = report.positions[k];
        EXPECT_EQ(at.i, k + 2);
        const std::vector<int> window(ids.begin() + static_cast<std::ptrdiff_t>(at.window.begin),
                                      ids.begin() + static_cast<std::ptrdiff_t>(at.i) + 1);
        const Stage stage(stage_embeddings(model.gpt, window), stage_weights(model));
        const int place = static_cast<int>(window.size()) - 1;
        EXPECT_NEAR(report.predictors[0].values[k], stage.log_det(place).value, 1e-8);
        EXPECT_NEAR(report.predictors[1].values[k], stage.sigma_min(place), 1e-8);
        const at::Tensor u = model.gpt.embed(
            at::tensor(std::vector<std::int64_t>(window.begin(), window.end()), at::kLong)
                .unsqueeze(0));
        const at::Tensor p =
            at::softmax(model.gpt.logits_from_embeddings(u)[0][place].to(at::kDouble), -1);
        EXPECT_NEAR(report.predictors[9].values[k], -(p * p.log()).sum().item<double>(), 1e-5);
        EXPECT_NEAR(report.predictors[10].values[k], p.max().item<double>(), 1e-5);
        EXPECT_EQ(at.predicted,
                  model.vocabulary.symbol(static_cast<int>(p.argmax().item<std::int64_t>())));
        EXPECT_EQ(std::isinf(at.sigma), at.flipped < 2) << "of three directions";
    }
}

// The wider the lead, the more noise it takes: what must come out of any model.
TEST_F(Fragility, TheLeadPredictsAndTheSentenceNamesTheBest) {
    for (const bool own_token : {false, true}) {
        const FragilityReport report = measure_fragility({.model = saved(tiny_model(false, false)),
                                                          .text = random_text(4000, 9),
                                                          .max_positions = 240,
                                                          .own_token = own_token});
        EXPECT_FALSE(report.has_stage);
        EXPECT_EQ(report.predictors.front().name, "lowest head determinant");
        const auto rival = report.best(true);
        ASSERT_TRUE(rival);
        EXPECT_EQ(report.predictors.back().name, "lead over the second");
        EXPECT_GT(report.predictors.back().rho.low, 0.2);
        const auto margin = report.best(false);
        ASSERT_TRUE(margin);
        for (const Predictor& one : report.predictors)
            if (!one.rival && !std::isnan(one.rho.value)) {
                EXPECT_LE(std::abs(one.rho.value), std::abs(report.predictors[*margin].rho.value));
            }
        const std::string sentence = fragility_sentence(report);
        EXPECT_NE(sentence.find(report.predictors[*margin].name), std::string::npos);
        EXPECT_NE(sentence.find(report.predictors[*rival].name), std::string::npos);
        for (const char* nan : {" nan", "+nan", "-nan"})
            EXPECT_EQ(sentence.find(nan), std::string::npos) << sentence;
    }
}

TEST_F(Fragility, EndsEarlyAndRefuses) {
    std::stop_source stop;
    stop.request_stop();
    const auto path = saved(tiny_model());
    const std::string text = random_text(4000, 9);
    EXPECT_TRUE(measure_fragility({.model = path, .text = text}, {}, stop.get_token()).stopped);
    EXPECT_THROW(measure_fragility({.model = path, .text = "abcdefabcdef"}), UserError);
    EXPECT_THROW(measure_fragility({.model = path, .text = text, .directions = 0}), UserError);
    EXPECT_THROW(measure_fragility({.model = path, .text = text, .max_sigma = -1}), UserError);
}

}  // namespace
}  // namespace marginscope
