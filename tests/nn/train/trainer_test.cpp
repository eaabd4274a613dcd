// Training: every site, fit and prior learns; equal seeds give equal runs; a restored run goes on
// bit for bit.
#include "nn/train/trainer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <thread>

#include "core/error.h"
#include "nn/barrier/barrier_objective.h"
#include "nn/model/checkpoint.h"
#include "nn/model/device.h"
#include "nn/small_training.h"

namespace marginscope {
namespace {

using testing_support::small_corpus;

RunConfig small_config() {
    RunConfig config = testing_support::small_training(4);
    config.barrier.projected_width = 6;
    return config;
}

std::vector<TensorData> weights_of(const Trainer& trainer) { return trainer.checkpoint().tensors; }

void expect_same(const std::vector<TensorData>& a, const std::vector<TensorData>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t k = 0; k < a.size(); ++k) {
        ASSERT_EQ(a[k].name, b[k].name);
        EXPECT_EQ(a[k].bytes, b[k].bytes) << a[k].name;
    }
}

void steps(Trainer& trainer, int count) {
    for (int k = 0; k < count; ++k) trainer.step();
}

struct Variant {
    const char* name;
    BarrierSite site;
    StageFit fit;
    BarrierPrior prior;
    double lambda = 0.02;
    const char* sigma = "closed";
    double sigma_floor = 0.0;
    double input_rms = 0.0;
    bool tied = true;
};

class EveryBarrier : public testing::TestWithParam<Variant> {
protected:
    RunConfig config() const {
        RunConfig config = small_config();
        config.barrier.site = GetParam().site;
        config.stage.fit = GetParam().fit;
        config.barrier.prior = GetParam().prior;
        config.barrier.lambda = GetParam().lambda;
        set_field(config, "stage.sigma", GetParam().sigma);
        config.stage.sigma_floor = GetParam().sigma_floor;
        config.stage.input_rms = GetParam().input_rms;
        config.model.tied = GetParam().tied;
        return config;
    }
};
INSTANTIATE_TEST_SUITE_P(
    Variants, EveryBarrier,
    testing::Values(
        Variant{"none", BarrierSite::embeddings, StageFit::likelihood, BarrierPrior::margin, 0.0},
        Variant{"embeddings", BarrierSite::embeddings, StageFit::likelihood, BarrierPrior::margin},
        Variant{"embeddings_penalty", BarrierSite::embeddings, StageFit::penalty,
                BarrierPrior::margin},
        Variant{"embeddings_full", BarrierSite::embeddings, StageFit::likelihood,
                BarrierPrior::full, 0.002},
        Variant{"penalty_full", BarrierSite::embeddings, StageFit::penalty, BarrierPrior::full,
                0.002},
        Variant{"projected", BarrierSite::projected, StageFit::likelihood, BarrierPrior::margin},
        Variant{"projected_penalty", BarrierSite::projected, StageFit::penalty,
                BarrierPrior::margin},
        Variant{"heads", BarrierSite::heads, StageFit::likelihood, BarrierPrior::margin},
        Variant{"heads_none", BarrierSite::heads, StageFit::likelihood, BarrierPrior::margin, 0.0},
        Variant{"own_head_learned", BarrierSite::embeddings, StageFit::likelihood,
                BarrierPrior::margin, 0.02, "learned", 0.0, 0.0, false},
        Variant{"floor_reached", BarrierSite::embeddings, StageFit::likelihood,
                BarrierPrior::margin, 0.02, "learned:0.001", 1.0, 0.0, false},
        Variant{"closed_floor", BarrierSite::embeddings, StageFit::likelihood, BarrierPrior::margin,
                0.02, "closed", 2.0},
        Variant{"fixed_scaled", BarrierSite::embeddings, StageFit::likelihood, BarrierPrior::margin,
                0.02, "1.5", 0.0, 0.3, false},
        Variant{"projected_learned", BarrierSite::projected, StageFit::likelihood,
                BarrierPrior::margin, 0.02, "learned", 1.0, 0.2},
        Variant{"full_learned", BarrierSite::embeddings, StageFit::likelihood, BarrierPrior::full,
                0.002, "learned:0.5", 0.2}),
    [](const auto& tested) { return tested.param.name; });

TEST_P(EveryBarrier, LearnsWithFiniteNumbers) {
    Trainer trainer(config(), small_corpus());
    trainer.step();
    const double first = trainer.report().ce;
    steps(trainer, 39);
    const StepReport& report = trainer.report();
    EXPECT_EQ(report.step, 40);
    EXPECT_LT(report.ce, first - 0.3);
    for (const double value :
         {report.ce, report.barrier, report.logdet_mean, report.grad_norm, report.embedding_rms})
        EXPECT_TRUE(std::isfinite(value));
    const EvalReport eval = trainer.evaluate();
    EXPECT_TRUE(std::isfinite(eval.val_ce));
    EXPECT_LT(eval.val_ce, first);
    EXPECT_GE(eval.sigma_min_min, 0.0);
    EXPECT_FALSE(eval.logdets.empty());
    ASSERT_TRUE(trainer.model()->stage.has_value());
    EXPECT_GT(trainer.model()->stage->updates, 0);
}

TEST_P(EveryBarrier, ResumeEqualsTheStraightRunBitForBit) {
    Trainer straight(config(), small_corpus());
    steps(straight, 5);
    const SafeTensors saved = straight.checkpoint();
    steps(straight, 6);
    Trainer resumed = Trainer::resume(saved, "test", config(), small_corpus());
    EXPECT_EQ(resumed.step_count(), 5);
    steps(resumed, 6);
    expect_same(weights_of(straight), weights_of(resumed));
    EXPECT_EQ(straight.report().ce, resumed.report().ce);
    EXPECT_EQ(straight.evaluate().val_ce, resumed.evaluate().val_ce);
}

TEST_P(EveryBarrier, NumericTroubleIsReportedNotThrown) {
    Trainer trainer(config(), small_corpus());
    trainer.step();
    trainer.model()->gpt.parameters()[0].value.detach().fill_(std::nan(""));
    trainer.step();
    EXPECT_TRUE(std::isnan(trainer.report().ce));
    EXPECT_TRUE(std::isnan(trainer.evaluate().val_ce));
    EXPECT_GT(trainer.report().singular, 0);
}

// Products of bfloat16 numbers, everything else in float32. (Over hundreds of steps two trainings
// that differ in rounding part ways; `marginscope bench` compares whole ones.)
TEST(Trainer, Bfloat16FollowsFloat32) {
    if (!has_bfloat16(at::kCPU))
        GTEST_SKIP() << "this processor has no AVX512_BF16: bfloat16 was not tried";
    for (const BarrierSite site : {BarrierSite::embeddings, BarrierSite::heads}) {
        RunConfig config = small_config();
        config.model = {2, 2, 32, 32, true};
        config.train.eval_windows = 64;
        config.train.dropout =
            site == BarrierSite::heads ? 0.1 : 0.0;  // also where weights are held
        config.barrier.site = site;
        double losses[2], norms[2];
        for (const Precision precision : {Precision::float32, Precision::bfloat16}) {
            config.train.precision = precision;
            const auto which = static_cast<std::size_t>(precision);
            Trainer trainer(config, built_in_corpus());
            trainer.step();
            norms[which] = trainer.report().grad_norm;
            steps(trainer, 59);
            EXPECT_EQ(trainer.model()->gpt.dtype(), at::kFloat);
            losses[which] = trainer.evaluate().val_ce;
        }
        EXPECT_NEAR(norms[1] / norms[0], 1.0, 0.01);
        EXPECT_LT(losses[0], 3.5);  // from 4.1
        EXPECT_NEAR(losses[1] / losses[0], 1.0, 0.01);
        EXPECT_NE(losses[1], losses[0]);  // it was not float32
    }
}

TEST(Trainer, APrecisionThatTheProcessorLacksIsRefused) {
    if (has_bfloat16(at::kCPU)) GTEST_SKIP() << "this processor has bfloat16";
    RunConfig config = small_config();
    config.train.precision = Precision::bfloat16;
    EXPECT_THROW(Trainer(config, small_corpus()), UserError);
}

TEST(Trainer, ReportsOfManyStepsAreThoseOfEachStep) {
    RunConfig config = small_config();
    config.barrier.fraction = 0.1;  // most steps carry no barrier
    Trainer one_by_one(config, small_corpus()), at_once(config, small_corpus());
    std::vector<StepReport> expected;
    for (int k = 0; k < 12; ++k) {
        one_by_one.step();
        expected.push_back(one_by_one.report());
    }
    steps(at_once, 5);
    EXPECT_EQ(at_once.report().step, 5);  // reading is not taking
    steps(at_once, 7);
    const std::vector<StepReport> found = at_once.take_reports();
    ASSERT_EQ(found.size(), expected.size());
    int carried = 0;
    for (std::size_t k = 0; k < found.size(); ++k) {
        EXPECT_EQ(found[k].step, expected[k].step);
        EXPECT_EQ(found[k].ce, expected[k].ce);
        EXPECT_EQ(found[k].grad_norm, expected[k].grad_norm);
        EXPECT_EQ(found[k].lr, expected[k].lr);
        EXPECT_EQ(std::isnan(found[k].barrier), std::isnan(expected[k].barrier));
        carried += !std::isnan(found[k].barrier);
    }
    EXPECT_GT(carried, 0);
    EXPECT_LT(carried, 12);
    EXPECT_TRUE(at_once.take_reports().empty());
    EXPECT_EQ(at_once.report().step, 12);  // the last one stays known
}

TEST(Trainer, OfManyUntakenReportsTheLastAreKept) {
    RunConfig config = small_config();
    config.train.steps = 1000;
    Trainer trainer(config, small_corpus());
    steps(trainer, static_cast<int>(Trainer::kMostReports) + 9);
    const std::vector<StepReport> kept = trainer.take_reports();
    ASSERT_EQ(kept.size(), Trainer::kMostReports);
    EXPECT_EQ(kept.front().step, 10);
    EXPECT_EQ(kept.back().step, trainer.step_count());
}

TEST(Trainer, NoiseAndDropoutDependOnSeedAndStepAlone) {
    RunConfig config = small_config();
    config.train.dropout = 0.1;
    config.train.noise = 0.3;
    config.train.noise_relative = true;
    Trainer straight(config, small_corpus());
    Trainer twin(config, small_corpus());
    steps(straight, 4);
    const SafeTensors saved = straight.checkpoint();
    steps(straight, 4);
    steps(twin, 8);
    expect_same(weights_of(straight), weights_of(twin));
    Trainer resumed = Trainer::resume(saved, "test", config, small_corpus());
    steps(resumed, 4);
    expect_same(weights_of(straight), weights_of(resumed));

    RunConfig other = config;
    other.train.noise = 0.0;
    Trainer quiet(other, small_corpus());
    quiet.step();
    Trainer noisy(config, small_corpus());
    noisy.step();
    EXPECT_NE(quiet.report().ce, noisy.report().ce);
}

TEST(Trainer, TheBarrierLeavesTheStagesFitAlone) {
    // One step: the stage's first update must not depend on lambda, which scales the model's
    // gradient only.
    RunConfig config = small_config();
    config.train.clip = 0.0;
    config.barrier.lambda = 0.0;
    Trainer without(config, small_corpus());
    config.barrier.lambda = 0.5;
    Trainer with(config, small_corpus());
    without.step();
    with.step();
    EXPECT_TRUE(at::equal(without.model()->stage->w_q, with.model()->stage->w_q));
    EXPECT_TRUE(at::equal(without.model()->stage->w_k, with.model()->stage->w_k));
    EXPECT_FALSE(
        at::equal(without.model()->gpt.token_embeddings(), with.model()->gpt.token_embeddings()));
    EXPECT_EQ(without.report().ce, with.report().ce);
}

TEST(Trainer, TheBarrierRaisesTheDeterminant) {
    // The heads' matrices are the model's own; a fitted stage would follow the embeddings and hide
    // the effect.
    RunConfig config = small_config();
    config.barrier.site = BarrierSite::heads;
    config.barrier.lambda = 0.0;
    Trainer without(config, small_corpus());
    config.barrier.lambda = 1.0;
    Trainer with(config, small_corpus());
    steps(without, 60);
    steps(with, 60);
    EXPECT_GT(with.evaluate().logdet_mean, without.evaluate().logdet_mean);
}

TEST(BarrierSample, DrawsTheExpectedShareWithoutBias) {
    RunConfig config = small_config();
    EXPECT_EQ(barrier_sample(config, 8, 3).count, 8);
    EXPECT_EQ(barrier_sample(config, 8, 3).weight, 1.0);
    for (const double fraction : {0.3, 1.0 / 32}) {
        config.barrier.fraction = fraction;
        const double expected = 8 * fraction;
        constexpr int kSteps = 4000;
        double sum = 0, square = 0;
        for (int step = 0; step < kSteps; ++step) {
            const BarrierSample sample = barrier_sample(config, 8, step);
            EXPECT_TRUE(sample.count == std::floor(expected) ||
                        sample.count == std::floor(expected) + 1);
            sum += sample.weight;
            square += sample.weight * sample.weight;
        }
        const double mean = sum / kSteps;
        const double error = std::sqrt((square / kSteps - mean * mean) / kSteps);
        EXPECT_NEAR(mean, 1.0, 4 * error) << fraction;
    }
    config.barrier.sequences = 4;
    config.barrier.fraction = 0.5;
    EXPECT_EQ(barrier_sample(config, 8, 3).count, 2);
}

TEST(BarrierSample, AStepWithoutBarrierTrainsOnAndSaysSo) {
    RunConfig config = small_config();
    config.barrier.fraction = 0.01;
    Trainer trainer(config, small_corpus());
    int without = 0;
    for (int k = 0; k < 20; ++k) {
        trainer.step();
        EXPECT_TRUE(std::isfinite(trainer.report().ce));
        without += std::isnan(trainer.report().barrier);
    }
    EXPECT_GE(without, 15);
    EXPECT_TRUE(std::isfinite(trainer.evaluate().barrier));
}

TEST(Trainer, TheBarriersStandardErrorIsThatOfItsSequences) {
    const Corpus corpus = small_corpus();
    Trainer trainer(small_config(), corpus);
    steps(trainer, 10);
    const EvalReport report = trainer.evaluate();
    const std::size_t windows = 8, positions = report.logdets.size() / windows;
    std::vector<double> means(windows, 0.0);
    for (std::size_t k = 0; k < report.logdets.size(); ++k)
        means[k / positions] += report.logdets[k] / static_cast<double>(positions);
    double mean = 0, square = 0;
    for (const double value : means) mean += value / windows;
    for (const double value : means) square += (value - mean) * (value - mean);
    EXPECT_NEAR(report.barrier, -mean, 1e-5);
    EXPECT_NEAR(report.barrier_error, std::sqrt(square / (windows * (windows - 1))), 1e-5);
}

TEST(Trainer, LiveChangesTakeEffectAndOthersAreRefused) {
    Trainer trainer(small_config(), small_corpus());
    trainer.set_live("barrier.lambda", 0.5);
    trainer.set_live("lr", std::string("0.001"));
    EXPECT_EQ(trainer.config().barrier.lambda, 0.5);
    EXPECT_EQ(trainer.config().train.lr, 0.001);
    EXPECT_THROW(trainer.set_live("model.width", 32.0), UserError);
    EXPECT_THROW(trainer.set_live("barrier.lambda", -1.0), UserError);
    EXPECT_EQ(trainer.config().barrier.lambda, 0.5);
    trainer.step();
    EXPECT_EQ(trainer.report().lambda, 0.5);
}

TEST(Trainer, ResumeRefusesAnotherTextAndAModelWithoutState) {
    Trainer trainer(small_config(), small_corpus());
    trainer.step();
    Corpus other = small_corpus();
    other.text[5] = 't';
    EXPECT_THROW(Trainer::resume(trainer.checkpoint(), "test", small_config(), other), UserError);
    EXPECT_THROW(
        Trainer::resume(model_to_file(*trainer.model()), "test", small_config(), small_corpus()),
        UserError);
}

TEST(Trainer, StartsFromAModel) {
    Trainer first(small_config(), small_corpus());
    steps(first, 10);
    Trainer second(small_config(), small_corpus(), first.model().get());
    EXPECT_EQ(second.step_count(), 0);
    EXPECT_EQ(second.evaluate().val_ce, first.evaluate().val_ce);
    second.step();
    EXPECT_NE(second.evaluate().val_ce,
              first.evaluate().val_ce);  // and the first one's weights are its own
    Trainer third(small_config(), small_corpus(), first.model().get());
    EXPECT_EQ(third.evaluate().val_ce, first.evaluate().val_ce);
}

}  // namespace
}  // namespace marginscope
