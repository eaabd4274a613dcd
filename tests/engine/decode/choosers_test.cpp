// The choosers in the shown text: it writes what a chooser alone would write, stops where a
// threshold says so, and shows the candidates as they will be drawn.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <span>
#include <string>

#include "engine/decode/decode_session.h"
#include "engine/decode/document_bench.h"
#include "nn/probability/decode_run.h"
#include "nn/probability/noise_averaged.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using testing_support::tiny_model;

class ShownChoosers : public ::testing::Test {
protected:
    void show(const SamplingSettings& settings) {
        session.set_prompt("abc de");
        session.set_model(model, "model", "fitted");
        session.set_sampling(settings);
    }
    std::shared_ptr<const Model> model = std::make_shared<const Model>(tiny_model());
    DecodeSession session;
};

TEST_F(ShownChoosers, WriteWhatAChooserAloneWrites) {
    for (const ChooserSettings& chooser :
         {ChooserSettings{.margin_weight = 0.8},
          ChooserSettings{.noise_draws = 3, .noise_sigma = 0.3, .noise_relative = true}}) {
        SamplingSettings settings;
        settings.chooser = chooser;
        show(settings);
        Decoder decoder(model->gpt, Decoder::Reading::steps);
        NoiseAveraged average(model->gpt);
        TokenChooser alone(*model, decoder, average.source());
        decoder.append(model->vocabulary.encode("abc de"));
        for (int step = 0; step < 12; ++step) {
            const TokenChoice chosen = alone.choose(settings);
            ASSERT_TRUE(chosen);
            ASSERT_TRUE(session.step_forward());
            decoder.append(std::span(&chosen->token, 1));
        }
        EXPECT_EQ(session.text(), model->vocabulary.decode(decoder.ids()));
    }
}

TEST_F(ShownChoosers, GoOnWithTheSameNoiseAfterGoingBack) {
    SamplingSettings settings;
    settings.chooser = {.noise_draws = 3, .noise_sigma = 0.5, .noise_relative = true};
    show(settings);
    for (int step = 0; step < 8; ++step) ASSERT_TRUE(session.step_forward());
    const std::string first = session.text();
    session.set_prompt("abc de");  // the future that was walked is gone
    for (int step = 0; step < 8; ++step) ASSERT_TRUE(session.step_forward());
    EXPECT_EQ(session.text(), first);
}

TEST_F(ShownChoosers, SayWhyNothingWasWritten) {
    SamplingSettings settings;
    settings.chooser.abstain_entropy = 0.0;
    show(settings);
    EXPECT_FALSE(session.step_forward());
    EXPECT_EQ(session.text(), "abc de");
    EXPECT_TRUE(session.why_stopped().starts_with("Abstained: the entropy"));
    settings.chooser = {};
    settings.min_margin = 1e9;
    session.set_sampling(settings);
    EXPECT_FALSE(session.step_forward());
    EXPECT_EQ(session.why_stopped(), "No candidate is left above the least margin.");
}

TEST_F(ShownChoosers, CandidatesHaveTheProbabilitiesTheyAreDrawnWith) {
    SamplingSettings settings;
    settings.chooser = {.margin_weight = 1.5, .noise_draws = 2, .noise_sigma = 0.3};
    show(settings);
    const auto frame = session.take_decode_frame();
    Decoder decoder(model->gpt, Decoder::Reading::steps);
    NoiseAveraged average(model->gpt);
    TokenChooser alone(*model, decoder, average.source());
    decoder.append(model->vocabulary.encode("abc de"));
    const NextLaw law = alone.law(settings);
    EXPECT_NEAR(frame->next_entropy, law.distribution.entropy, 1e-5);
    std::size_t found = 0;
    float before = 1.0F;
    for (const CandidateCell& cell : frame->candidates) {
        EXPECT_LE(cell.probability, before) << "the likeliest first, as they are drawn";
        before = cell.probability;
        for (const Candidate& one : alone.candidates(settings, law)) {
            if (one.token != cell.token) continue;
            ++found;
            EXPECT_NEAR(cell.probability, one.probability, 1e-6);
            EXPECT_NEAR(cell.logprob, one.logprob, 1e-5);
        }
    }
    EXPECT_EQ(found, frame->candidates.size());
    EXPECT_GE(found, 5u);
}

// The trace along the text is of the laws that characters were drawn from.
TEST_F(ShownChoosers, TheTraceIsOfTheAveragedLaws) {
    SamplingSettings settings;
    settings.chooser = {.noise_draws = 4, .noise_sigma = 0.3, .noise_relative = true};
    show(settings);
    for (int step = 0; step < 12; ++step) ASSERT_TRUE(session.step_forward());
    while (session.work(std::chrono::milliseconds(1000))) {
    }
    const auto frame = session.take_decode_frame();
    ASSERT_EQ(frame->line.size(), 18u);
    const std::vector<int> ids = model->vocabulary.encode(session.text());
    NoiseAveraged average(model->gpt);
    Decoder decoder(model->gpt);
    EXPECT_TRUE(std::isnan(frame->line[0].expected_entropy)) << "nothing predicts the first";
    for (std::size_t i = 1; i < ids.size(); ++i) {
        decoder.append(std::span(&ids[i - 1], 1));
        const NextLaw law = average.law(decoder, settings);
        if (i == 12)
            continue;  // the first of a window: read with the half before it, drawn with all
        EXPECT_NEAR(frame->line[i].expected_entropy, *law.expected_entropy, 2e-4) << i;
        EXPECT_NEAR(frame->line[i].mutual_information, *law.mutual_information(), 2e-4) << i;
    }
    settings.chooser = {};
    session.set_sampling(settings);
    EXPECT_TRUE(std::isnan(session.take_decode_frame()->line[5].expected_entropy));
}

// The same continuations as the command writes, the best of them at the cursor, the rest as
// branches.
TEST_F(ShownChoosers, TheBestOfSeveralIsTheCommands) {
    testing_support::TemporaryFolder folder;
    save_model(*model, folder.path() / "model.safetensors");
    for (const BestBy by : {BestBy::logprob, BestBy::margin, BestBy::both}) {
        SamplingSettings settings;
        settings.chooser = {.best_of = 5, .best_by = by};
        const DecodeResult told = run_decode({.model = folder.path() / "model.safetensors",
                                              .prompt = "abc de",
                                              .tokens = 9,
                                              .sampling = settings});
        show(settings);
        ASSERT_TRUE(session.writes_best());
        EXPECT_TRUE(session.write_best(9));
        EXPECT_EQ(session.text(), "abc de" + told.text);
        int ends = 0;
        for (const TreeNode& node : session.take_decode_frame()->tree) ends += node.depth == 14;
        EXPECT_GE(ends, 3);
        session.jump(5);
        EXPECT_FALSE(session.writes_best()) << "what was walked comes first";
    }
}

// Playing writes the best of several as steps of ten do, and walks it one by one.
TEST(PlayedChoosers, WriteTheBestTenAtATime) {
    const auto begun = [](DocumentBench& bench, const ChooserSettings& chooser) {
        bench.begin("Once upon a");
        SamplingSettings sampling = bench.value().sampling;
        sampling.chooser = chooser;
        bench.send(SetSampling{sampling});
    };
    const ChooserSettings best{.best_of = 3, .best_by = BestBy::both};
    DocumentBench stepped, played, plain;
    begun(stepped, best);
    stepped.send(StepDecode{10});
    stepped.send(StepDecode{10});
    begun(played, best);
    EXPECT_TRUE(played.play(13));
    EXPECT_EQ(played.value().tree.cursor_length(), 11 + 13);
    EXPECT_EQ(played.value().tree.line().size(), 11U + 20U) << "the rest lies ahead";
    EXPECT_TRUE(played.play(7));
    EXPECT_EQ(played.value().tree.text(), stepped.value().tree.text());
    begun(plain, {});
    EXPECT_TRUE(plain.play(20));
    EXPECT_NE(plain.value().tree.text(), stepped.value().tree.text());
}

TEST(PlayedChoosers, StopWhereAThresholdSaysSo) {
    for (const int best_of : {1, 3}) {
        DocumentBench bench;
        bench.begin("Once upon a");
        SamplingSettings sampling = bench.value().sampling;
        sampling.chooser.best_of = best_of;
        sampling.chooser.abstain_probability = 1.0;
        bench.send(SetSampling{sampling});
        EXPECT_FALSE(bench.play(20));
        EXPECT_NE(bench.context.told.find("Decoding stopped. Abstained:"), std::string::npos)
            << bench.context.told;
        EXPECT_EQ(bench.value().tree.text(), "Once upon a");
    }
}

TEST_F(ShownChoosers, AWeightWithoutAStageIsShownAsNone) {
    model = std::make_shared<const Model>(tiny_model(false, false));
    SamplingSettings settings;
    settings.chooser.margin_weight = 1.5;
    show(settings);
    EXPECT_FALSE(session.take_decode_frame()->candidates.empty());
}

}  // namespace
}  // namespace marginscope
