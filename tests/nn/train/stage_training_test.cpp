// A stage that trains along, and one fitted afterwards.
#include "nn/train/stage_training.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nn/model/checkpoint.h"
#include "nn/small_training.h"
#include "nn/train/stage_fit.h"
#include "nn/train/trainer.h"

namespace marginscope {
namespace {

using testing_support::small_corpus;
using testing_support::small_training;

void steps(Trainer& trainer, int count) {
    for (int k = 0; k < count; ++k) trainer.step();
}

// What the rule asks of sigma holds at every step, and a live change goes on from where sigma is.
TEST(StageTraining, SigmaFollowsItsRule) {
    RunConfig config = small_training(4);
    set_field(config, "stage.sigma", "learned:0.5");
    config.stage.input_rms = 0.0;
    Trainer trainer(config, small_corpus());
    steps(trainer, 3);
    EXPECT_NEAR(trainer.report().stage_sigma, 0.5, 0.5 * 3 * config.stage.lr);
    EXPECT_LT(trainer.report().stage_sigma, 0.5);  // far above what the residuals ask for
    trainer.set_live("stage.sigma", std::string("3"));
    trainer.step();
    EXPECT_NEAR(trainer.report().stage_sigma, 3 * trainer.report().u_rms,
                1e-5 * trainer.report().stage_sigma);
    const double before = trainer.report().stage_sigma;
    trainer.set_live("stage.sigma", std::string("learned"));
    trainer.step();
    EXPECT_NEAR(trainer.report().stage_sigma, before, 1e-12);
    // From any rule the closed form is found at once, not after the average has forgotten a start.
    trainer.set_live("stage.sigma", std::string("closed"));
    trainer.step();
    EXPECT_LT(trainer.report().stage_sigma, 1.5 * trainer.report().u_rms);
    trainer.set_live("stage.sigma_floor", std::string("2"));
    trainer.step();
    EXPECT_GE(trainer.report().stage_sigma, 1.999 * trainer.report().u_rms);
    trainer.set_live("stage.sigma_floor", std::string("0"));
    trainer.set_live("stage.input_rms", std::string("0.7"));
    trainer.step();
    EXPECT_NEAR(trainer.model()->stage->input_scale.item<double>() * trainer.report().u_rms, 0.7,
                1e-5);
}

// What is reported is what was weighed: without a stage's own share, the model at a lambda_m that
// has fallen to nothing trains on as one without.
TEST(StageTraining, LambdaFallsAsItsScheduleSays) {
    RunConfig config = small_training(4);
    config.train.steps = 5;
    config.barrier.lambda = 0.3;
    config.barrier.lambda_end = 0.0;
    Trainer falling(config, small_corpus());
    std::vector<double> seen;
    for (int k = 0; k < 5; ++k) {
        if (k == 4) {
            const SafeTensors here = falling.checkpoint();
            config.barrier.lambda = 0.0;
            Trainer none = Trainer::resume(here, "test", config, small_corpus());
            none.step();
            falling.step();
            EXPECT_TRUE(at::equal(none.model()->gpt.token_embeddings(),
                                  falling.model()->gpt.token_embeddings()));
        } else {
            falling.step();
        }
        seen.push_back(falling.report().lambda);
    }
    const std::vector<double> wanted = {0.3, 0.225, 0.15, 0.075, 0.0};
    for (std::size_t k = 0; k < wanted.size(); ++k) EXPECT_NEAR(seen[k], wanted[k], 1e-15);
}

TEST(StageFit, RaisesThePseudoLikelihood) {
    Trainer trainer(small_training(4), small_corpus());
    steps(trainer, 60);
    Model model = trainer.model()->clone();
    const double early = fit_stage(model, small_corpus(), 5).likelihood.nats_per_position;
    const StageFitReport report = fit_stage(model, small_corpus(), 300);
    EXPECT_EQ(report.steps, 300);
    EXPECT_GT(report.likelihood.nats_per_position, early + 0.5);
    EXPECT_NEAR(report.likelihood.sigma, std::exp(model.stage->log_sigma()), 1e-12);
    Model again = trainer.model()->clone();
    (void)fit_stage(again, small_corpus(), 300);
    EXPECT_TRUE(at::equal(again.stage->w_q, model.stage->w_q));
}

TEST(StageFit, StopKeepsWhatIsThere) {
    Trainer trainer(small_training(4), small_corpus());
    Model model = trainer.model()->clone();
    std::stop_source source;
    const auto progress = [&](std::size_t done, std::size_t) {
        if (done == 7) source.request_stop();
    };
    const StageFitReport report =
        fit_stage(model, small_corpus(), 300, 0, progress, source.get_token());
    EXPECT_TRUE(report.stopped);
    EXPECT_EQ(report.steps, 7);
}

}  // namespace
}  // namespace marginscope
