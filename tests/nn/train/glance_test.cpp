// What is looked at between evaluations: the same numbers as elsewhere, and nothing is disturbed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nn/model/checkpoint.h"
#include "nn/small_training.h"
#include "nn/train/trainer.h"

namespace marginscope {
namespace {

using testing_support::small_corpus;
using testing_support::small_training;

TEST(Glance, SeesTheEvaluationsPositions) {
    for (const BarrierSite site :
         {BarrierSite::embeddings, BarrierSite::projected, BarrierSite::heads}) {
        RunConfig config = small_training(4);
        config.barrier.site = site;
        config.barrier.projected_width = 6;
        Trainer trainer(config, small_corpus());
        for (int k = 0; k < 12; ++k) trainer.step();
        // Eight windows of 24: all that an evaluation has, so the same numbers.
        const Glance glance = trainer.glance();
        EvalReport eval = trainer.evaluate();
        std::erase_if(eval.logdets, [](float value) { return std::isnan(value); });
        std::sort(eval.logdets.begin(), eval.logdets.end());
        ASSERT_EQ(glance.logdets.size(), eval.logdets.size());
        for (std::size_t k = 0; k < eval.logdets.size(); ++k)
            EXPECT_NEAR(glance.logdets[k], eval.logdets[k], 1e-5);
        EXPECT_DOUBLE_EQ(glance.share_beyond, eval.share_beyond);
        EXPECT_EQ(glance.step, 12);
    }
}

TEST(Glance, EntropyAndScoresAreThoseOfTheirDefinition) {
    // One layer whose queries and keys are made known: all 0 spreads attention evenly.
    RunConfig config = small_training(4);
    Trainer trainer(config, small_corpus());
    const auto even = trainer.model();
    for (NamedTensor& one : even->gpt.parameters())
        if (one.name.find("attn.c_attn.weight") != std::string::npos) one.value.data().zero_();
    const Glance glance = trainer.glance();
    double expected = 0;
    for (int t = 1; t <= config.model.context; ++t) expected += std::log(t) / config.model.context;
    ASSERT_EQ(glance.head_entropies.size(), 4U) << "two layers of two heads";
    for (const float entropy : glance.head_entropies) EXPECT_NEAR(entropy, expected, 1e-5);
    for (const float score : glance.head_logits) EXPECT_EQ(score, 0.0F);
}

TEST(Glance, ChangesNothingThatTrains) {
    RunConfig config = small_training(4);
    config.train.dropout = 0.1;
    config.train.noise = 0.1;
    config.barrier.fraction = 0.5;
    Trainer looked(config, small_corpus()), left_alone(config, small_corpus());
    for (int k = 0; k < 8; ++k) {
        (void)looked.glance();
        looked.step();
        left_alone.step();
        EXPECT_EQ(looked.report().ce, left_alone.report().ce);
    }
    const SafeTensors a = looked.checkpoint(), b = left_alone.checkpoint();
    ASSERT_EQ(a.tensors.size(), b.tensors.size());
    for (std::size_t k = 0; k < a.tensors.size(); ++k)
        EXPECT_EQ(a.tensors[k].bytes, b.tensors[k].bytes) << a.tensors[k].name;
}

}  // namespace
}  // namespace marginscope
