// A folder of samples in the window: one of them is shown, all of them say how sure they are
// together; every number against the models themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/decode/session_file.h"
#include "engine/engine_fixture.h"
#include "files/run_folder.h"
#include "nn/measure/evaluate.h"
#include "nn/model/config_json.h"
#include "nn/posterior/ensemble_law.h"
#include "nn/posterior/ensemble_paths.h"
#include "nn/train/stage_fit.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

class EnsembleTest : public EngineTest {
protected:
    static void SetUpTestSuite() {
        EngineTest::SetUpTestSuite();
        TrainRun run = TrainRun::start(tiny_config(), small_corpus(), {});
        for (int sample = 1; sample <= 3; ++sample) {
            for (int k = 0; k < 15; ++k) run.step();
            const Model model = run.trainer().model()->clone();
            RunFolder::create(samples() / ("sample-1-000" + std::to_string(sample)),
                              config_to_json(model.config))
                .write_final(model_to_file(model));
        }
        std::ofstream(samples() / "posterior.json") << "{}";
    }
    static fs::path samples() { return folder_ / "drawn"; }

    /// Everything is there: the engine rests and the last character's law with it.
    static bool complete(const Frames& frames) {
        const DecodeFrame& decode = *frames.decode;
        return !decode.ensemble.empty() && decode.cursor > 0 && !decode.candidates.empty() &&
               !std::isnan(decode.candidates[0].mean_probability) &&
               std::all_of(decode.line.begin() + 1, decode.line.begin() + decode.cursor,
                           [](const TokenCell& cell) { return !std::isnan(cell.mean_logprob); });
    }

    /// By the rule of windows, one position at a time.
    static void expect_laws(const Frames& frames) {
        const Ensemble ensemble = load_ensemble(ensemble_paths(samples()));
        const DecodeFrame& decode = *frames.decode;
        const auto count = static_cast<std::size_t>(decode.cursor);
        std::vector<int> ids;
        for (std::size_t k = 0; k < count; ++k) ids.push_back(decode.line[k].token);
        for (std::size_t k = 1; k < count; ++k) {
            const std::size_t begin = block_of(k, 16, WindowRule::half).begin;
            const MeanLaw law =
                ensemble_laws(ensemble, std::span(ids).subspan(begin, k - begin)).back();
            const TokenCell& cell = decode.line[k];
            EXPECT_NEAR(cell.mean_logprob, law.logprob[static_cast<std::size_t>(ids[k])], 1e-4)
                << k;
            EXPECT_NEAR(cell.expected_entropy, law.expected_entropy, 1e-4) << k;
            EXPECT_NEAR(cell.mutual_information, law.mutual_information(), 1e-4) << k;
            EXPECT_GT(cell.mutual_information, 0.0F) << k;
        }
        const auto begin = static_cast<std::size_t>(decode.window_begin);
        const MeanLaw next = ensemble_laws(ensemble, std::span(ids).subspan(begin)).back();
        for (const CandidateCell& cell : decode.candidates)
            EXPECT_NEAR(cell.mean_probability,
                        std::exp(next.logprob[static_cast<std::size_t>(cell.token)]), 1e-5);
    }
};

TEST_F(EnsembleTest, OneIsShownAndAllSayHowSureTheyAre) {
    EngineOptions asked = options();
    asked.model = samples().string();
    Engine engine(asked);
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    ASSERT_TRUE(wait_for(engine, complete));
    const Frames frames = engine.frames();
    EXPECT_EQ(frames.decode->model_label, "drawn, sample 1 of 3");
    EXPECT_EQ(frames.decode->ensemble, "3 samples");
    EXPECT_EQ(frames.decode->ensemble_path, samples().string());
    EXPECT_EQ(frames.decode->model_path, (samples() / "sample-1-0001/final.safetensors").string());
    expect_laws(frames);
    // The text's own law is the first sample's.
    const Ensemble first = load_ensemble({samples() / "sample-1-0001"});
    std::vector<int> ids;
    for (int k = 0; k < frames.decode->cursor; ++k)
        ids.push_back(frames.decode->line[static_cast<std::size_t>(k)].token);
    const MeanLaw own = ensemble_laws(first, std::span(ids).subspan(0, 4)).back();
    EXPECT_NEAR(frames.decode->line[4].logprob, own.logprob[static_cast<std::size_t>(ids[4])],
                1e-4);
    EXPECT_TRUE(said(engine, "sample 1 of 3"));
}

TEST_F(EnsembleTest, FollowsTheTextThroughItsWindowsAndBack) {
    Engine engine(options());
    engine.send(OpenFile{samples().string()});
    engine.send(SetPrompt{small_corpus().text.substr(0, 70)});  // four windows
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    ASSERT_TRUE(wait_for(engine, complete));
    expect_laws(engine.frames());
    engine.send(StepDecode{5});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    ASSERT_TRUE(wait_for(engine, complete));
    expect_laws(engine.frames());
    engine.send(JumpDecode{20});
    engine.send(ChooseToken{3});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    ASSERT_TRUE(wait_for(engine, complete));
    EXPECT_EQ(engine.frames().decode->cursor, 22);
    expect_laws(engine.frames());
    // One model again: nothing of the others stays.
    engine.send(LoadModel{(folder_ / "tiny.safetensors").string()});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const DecodeFrame& alone = *engine.frames().decode;
    EXPECT_TRUE(alone.ensemble.empty());
    EXPECT_EQ(alone.model_path, (folder_ / "tiny.safetensors").string());
    for (const TokenCell& cell : alone.line) {
        EXPECT_TRUE(std::isnan(cell.mean_logprob));
        EXPECT_TRUE(std::isnan(cell.expected_entropy));
    }
    for (const CandidateCell& cell : alone.candidates)
        EXPECT_TRUE(std::isnan(cell.mean_probability));
}

TEST_F(EnsembleTest, NoiseThatTheChooserAveragesOverComesFirst) {
    EngineOptions asked = options();
    asked.model = samples().string();
    Engine engine(asked);
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    ASSERT_TRUE(wait_for(engine, complete));
    const float before = engine.frames().decode->line[5].mutual_information;
    SamplingSettings sampling;
    sampling.chooser.noise_draws = 4;
    sampling.chooser.noise_sigma = 0.3;
    sampling.chooser.noise_relative = true;
    engine.send(SetSampling{sampling});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const DecodeFrame& noisy = *engine.frames().decode;
    EXPECT_FALSE(std::isnan(noisy.line[5].mutual_information));
    EXPECT_NE(noisy.line[5].mutual_information, before);
    EXPECT_FALSE(std::isnan(noisy.line[5].mean_logprob)) << "that is the models' all the same";
}

TEST_F(EnsembleTest, ASessionKeepsTheFolder) {
    const fs::path file = folder_ / "together.mscope";
    {
        EngineOptions asked = options();
        asked.model = samples().string();
        Engine engine(asked);
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
        engine.send(SaveSession{file.string()});
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
    }
    const DecodeDocument document = read_session(file);
    EXPECT_EQ(document.model.path, samples().string());
    EXPECT_EQ(model_trouble(document.model), "");
    Engine engine(options());
    engine.send(OpenFile{file.string()});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    ASSERT_TRUE(wait_for(engine, complete));
    EXPECT_FALSE(engine.frames().status->message_is_error) << engine.frames().status->message;
    expect_laws(engine.frames());
    ModelLink changed = document.model;
    changed.hash = std::string(64, '0');
    EXPECT_NE(model_trouble(changed), "");
}

TEST_F(EnsembleTest, ABrokenSampleIsToldAndTheFirstIsShownAlone) {
    const fs::path broken = folder_ / "broken";
    fs::copy(samples(), broken, fs::copy_options::recursive);
    fs::resize_file(broken / "sample-1-0003" / "final.safetensors", 400);
    Engine engine(options());
    engine.send(OpenFile{broken.string()});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    ASSERT_TRUE(
        wait_for(engine, [](const Frames& frames) { return frames.status->message_is_error; }));
    EXPECT_TRUE(said(engine, "sample-1-0003"));
    engine.take_log();
    engine.send(StepDecode{3});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().decode->model_label, "broken, sample 1 of 3");
    EXPECT_FALSE(said(engine, "sample-1-0003")) << "told once";
    EXPECT_TRUE(std::isnan(engine.frames().decode->line[3].mean_logprob));
    EXPECT_FALSE(std::isnan(engine.frames().decode->line[3].logprob));
}

TEST_F(EnsembleTest, IsOneLineOfRobustness) {
    Engine engine(options());
    StartRobustness wish;
    wish.settings.models = {"", samples().string()};
    wish.settings.sigmas = {0, 0.5};
    wish.settings.draws = 2;
    wish.settings.max_windows = 12;
    wish.settings.story_characters = 20;
    wish.parts = {.noise = true, .stories = true};
    engine.send(wish);
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const auto frame = engine.frames().robustness;
    ASSERT_NE(frame, nullptr);
    ASSERT_NE(frame->noise, nullptr);
    ASSERT_EQ(frame->noise->curves.size(), 2U);
    EXPECT_EQ(frame->noise->models[1].label, "drawn, 3 samples together");
    NoiseRequest request;
    request.model = samples();
    request.together = ensemble_paths(samples());
    request.text = small_corpus().text;
    request.sigmas = {0, 0.5};
    request.relative = true;
    request.draws = 2;
    request.max_windows = 12;
    request.threads = 1;
    const NoiseCurve direct = evaluate_noise(request);
    const RobustnessCurve& shown = frame->noise->curves[1];
    EXPECT_EQ(shown.members, 3U);
    EXPECT_EQ(frame->noise->curves[0].members, 1U);
    for (std::size_t k = 0; k < 2; ++k) {
        EXPECT_EQ(shown.points[k].ce.value, direct.points[k].ce);
        ASSERT_TRUE(shown.points[k].members.has_value());
        EXPECT_EQ(shown.points[k].members->ce.value, direct.points[k].members->ce.value);
        EXPECT_LT(shown.points[k].ce.value, shown.points[k].members->ce.value);
        EXPECT_EQ(shown.points[k].ece, direct.points[k].calibration.ece);
        EXPECT_EQ(shown.points[k].brier.value, direct.points[k].brier.value);
    }
    // A text is written by one model.
    ASSERT_EQ(frame->failures.size(), 1U);
    EXPECT_NE(frame->failures[0].sentence.find("sample-1-0001"), std::string::npos);
}

}  // namespace
}  // namespace marginscope
