// What predictors together say against the same computed by hand, and against the noise curves.
#include "nn/posterior/predictive.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "files/run_folder.h"
#include "nn/measure/evaluate.h"
#include "nn/model/config_json.h"
#include "nn/posterior/ensemble_law.h"
#include "nn/posterior/ensemble_paths.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using testing_support::random_text;
using testing_support::TemporaryFolder;
using testing_support::tiny_model;

class Predictives : public testing::Test {
protected:
    void SetUp() override {
        for (unsigned seed = 1; seed <= 2; ++seed)
            save_model(tiny_model(false, true, seed), file(seed));
    }
    fs::path file(unsigned seed) const {
        return folder_.path() / ("model-" + std::to_string(seed) + ".safetensors");
    }
    PredictiveRequest request(std::vector<Predictor> predictors) const {
        PredictiveRequest made;
        made.predictors = std::move(predictors);
        made.text = random_text(1300, 7);
        made.threads = 1;
        return made;
    }

    TemporaryFolder folder_;
};

TEST_F(Predictives, AreMeansOfProbabilitiesAndWhatFollowsFromThem) {
    const PredictiveReport report =
        evaluate_predictors(request({{"one", {file(1)}}, {"both", {file(1), file(2)}}}));
    ASSERT_EQ(report.predictors.size(), 2U);
    ASSERT_EQ(report.windows, 10U);  // of 12 predictions each in the last 130 characters
    const std::string text = random_text(1300, 7).substr(1170);
    const at::NoGradGuard no_grad;
    double ce = 0.0, brier = 0.0, entropy = 0.0, expected = 0.0, right = 0.0, first_ce = 0.0;
    std::vector<Model> models;
    for (unsigned seed = 1; seed <= 2; ++seed) models.push_back(load_model(file(seed)));
    for (int window = 0; window < 10; ++window) {
        const TokenIds ids = models[0].tokenizer().encode_narrow(text.substr(window * 12, 13));
        at::Tensor in = at::empty({1, 12}, at::kLong);
        for (int t = 0; t < 12; ++t)
            in[0][t] = static_cast<std::int64_t>(ids[static_cast<std::size_t>(t)]);
        std::vector<at::Tensor> laws;
        for (const Model& model : models)
            laws.push_back(at::softmax(
                model.gpt.logits_from_embeddings(model.gpt.embed(in)).to(at::kDouble), -1)[0]);
        const at::Tensor mean = (laws[0] + laws[1]) / 2.0;
        const auto entropy_of_rows = [](const at::Tensor& p) {
            return -(p * p.log()).sum().item<double>();
        };
        entropy += entropy_of_rows(mean);
        expected += (entropy_of_rows(laws[0]) + entropy_of_rows(laws[1])) / 2.0;
        for (int t = 0; t < 12; ++t) {
            const int came = ids[static_cast<std::size_t>(t) + 1];
            ce -= std::log(mean[t][came].item<double>());
            first_ce -= std::log(laws[0][t][came].item<double>());
            at::Tensor apart = mean[t].clone();
            apart[came] -= 1.0;
            brier += apart.square().sum().item<double>();
            right += mean[t].argmax().item<std::int64_t>() == came ? 1.0 : 0.0;
        }
    }
    const Predictive& both = report.predictors[1];
    EXPECT_NEAR(both.ce.value, ce / 120.0, 1e-9);
    EXPECT_NEAR(report.predictors[0].ce.value, first_ce / 120.0, 1e-9);
    EXPECT_NEAR(both.ce_difference.value, (ce - first_ce) / 120.0, 1e-9);
    EXPECT_NEAR(both.brier.value, brier / 120.0, 1e-9);
    EXPECT_NEAR(both.entropy, entropy / 120.0, 1e-9);
    EXPECT_NEAR(both.expected_entropy, expected / 120.0, 1e-9);
    EXPECT_NEAR(both.mutual_information, (entropy - expected) / 120.0, 1e-9);
    EXPECT_NEAR(both.accuracy, right / 120.0, 1e-12);
    EXPECT_EQ(both.calibration.count, 120U);
    EXPECT_EQ(both.passes, 2U);
    EXPECT_GT(both.mutual_information, 0.001);
    EXPECT_LT(both.ce.value, both.members_ce);  // Jensen
    EXPECT_EQ(report.predictors[0].ce_difference.high, 0.0);
}

TEST_F(Predictives, AreAveragesOfTheLawsAlongAWindow) {
    const PredictiveReport report = evaluate_predictors(request({{"both", {file(1), file(2)}}}));
    const Ensemble ensemble = load_ensemble({file(1), file(2)});
    const TokenIds ids =
        ensemble.first().tokenizer().encode_narrow(random_text(1300, 7).substr(1170));
    double ce = 0.0, expected = 0.0, information = 0.0;
    for (std::size_t begin = 0; begin + 13 <= ids.size(); begin += 12) {
        std::vector<int> window;
        for (std::size_t k = 0; k < 12; ++k) window.push_back(ids[begin + k]);
        const std::vector<MeanLaw> laws = ensemble_laws(ensemble, window);
        ASSERT_EQ(laws.size(), 12U);
        for (std::size_t k = 0; k < 12; ++k) {
            ce -= laws[k].logprob[static_cast<std::size_t>(ids[begin + k + 1])] / 120.0;
            expected += laws[k].expected_entropy / 120.0;
            information += laws[k].mutual_information() / 120.0;
        }
        const std::vector<MeanLaw> last = ensemble_laws(ensemble, window, 11);
        ASSERT_EQ(last.size(), 1U);
        EXPECT_EQ(last[0].logprob, laws[11].logprob);
    }
    EXPECT_NEAR(ce, report.predictors[0].ce.value, 1e-6);
    EXPECT_NEAR(expected, report.predictors[0].expected_entropy, 1e-6);
    EXPECT_NEAR(information, report.predictors[0].mutual_information, 1e-6);
}

TEST_F(Predictives, TheSameModelTwiceIsThatModel) {
    const PredictiveReport report =
        evaluate_predictors(request({{"one", {file(1)}}, {"twice", {file(1), file(1)}}}));
    const Predictive &one = report.predictors[0], &twice = report.predictors[1];
    EXPECT_NEAR(one.ce.value, twice.ce.value, 1e-12);
    EXPECT_NEAR(one.calibration.ece, twice.calibration.ece, 1e-12);
    EXPECT_NEAR(twice.mutual_information, 0.0, 1e-12);
    EXPECT_EQ(one.mutual_information, 0.0);
}

TEST_F(Predictives, NoiseIsThatOfTheNoiseCurves) {
    PredictiveRequest asked = request({{"noisy", {file(1)}, 0.4, 3}});
    asked.seed = 5;
    const PredictiveReport report = evaluate_predictors(asked);
    NoiseRequest curve;
    curve.model = file(1);
    curve.text = asked.text;
    curve.sigmas = {0.4};
    curve.relative = true;
    curve.draws = 3;
    curve.seed = 5;
    curve.threads = 1;
    EXPECT_NEAR(report.predictors[0].members_ce, evaluate_noise(curve).points[0].ce, 1e-5);
    EXPECT_LT(report.predictors[0].ce.value, report.predictors[0].members_ce);
    EXPECT_EQ(report.predictors[0].passes, 3U);
}

TEST_F(Predictives, StopBetweenBatchesAndSayWhatWasWhole) {
    std::stop_source stop;
    const PredictiveReport report = evaluate_predictors(
        request({{"one", {file(1)}}, {"two", {file(2)}}}),
        [&](std::size_t, std::size_t total) {
            EXPECT_EQ(total, 2U);
            stop.request_stop();
        },
        stop.get_token());
    EXPECT_TRUE(report.stopped);
    ASSERT_EQ(report.predictors.size(), 1U);
    EXPECT_EQ(report.predictors[0].name, "one");
}

TEST_F(Predictives, RefuseModelsOfOtherCharacters) {
    save_model(tiny_model(false, true, 3, Vocabulary::from_text("xyz .\n")), file(3));
    EXPECT_THROW(evaluate_predictors(request({{"both", {file(1), file(3)}}})), UserError);
    EXPECT_THROW(evaluate_predictors(request({{"one", {file(1)}}, {"other", {file(3)}}})),
                 UserError);
    PredictiveRequest brief = request({{"one", {file(1)}}});
    brief.text = "abc";
    EXPECT_THROW(evaluate_predictors(brief), UserError);
}

TEST_F(Predictives, ComeFromFoldersOfRuns) {
    EXPECT_EQ(ensemble_paths(file(1)), std::vector{file(1)});
    const fs::path runs = folder_.path() / "runs";
    for (const char* name : {"b", "a"}) {
        const Model model = tiny_model();
        RunFolder::create(runs / name, config_to_json(model.config))
            .write_final(model_to_file(model));
    }
    EXPECT_EQ(ensemble_paths(runs), (std::vector{runs / "a", runs / "b"}));
    EXPECT_EQ(ensemble_paths(runs / "b"), std::vector{runs / "b"});
    fs::create_directories(runs / "c");
    fs::copy_file(file(1), runs / "c" / "fitted.safetensors");
    EXPECT_EQ(ensemble_paths(runs).back(), runs / "c" / "fitted.safetensors");
    fs::create_directories(folder_.path() / "empty");
    EXPECT_THROW(ensemble_paths(folder_.path() / "empty"), UserError);
    // What is broken is named.
    fs::resize_file(runs / "c" / "fitted.safetensors", 200);
    try {
        (void)load_ensemble(ensemble_paths(runs));
        ADD_FAILURE();
    } catch (const UserError& error) {
        EXPECT_NE(std::string(error.what()).find("c/fitted.safetensors"), std::string::npos);
    }
    // A folder of samples: the draws alone, and one sentence where one model is wanted.
    std::ofstream(runs / "posterior.json") << "{}";
    fs::rename(runs / "a", runs / "sample-1-0001");
    EXPECT_EQ(ensemble_paths(runs), std::vector{runs / "sample-1-0001"});
    EXPECT_EQ(shown_member(runs), runs / "sample-1-0001");
    EXPECT_EQ(shown_member(runs / "b"), runs / "b");
    try {
        (void)load_model(runs);
        ADD_FAILURE();
    } catch (const UserError& error) {
        EXPECT_NE(std::string(error.what()).find("sample-1-0001"), std::string::npos);
    }
}

}  // namespace
}  // namespace marginscope
