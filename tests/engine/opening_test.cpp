// Whatever file is given is recognised once, in the engine; what cannot be opened changes nothing.
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/engine_fixture.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

class EngineOpeningTest : public EngineTest {
protected:
    static std::string shown_text(const Frames& frames) {
        std::string text;
        for (int k = 0; k < frames.decode->cursor; ++k)
            text += (*frames.decode->symbols)[static_cast<std::size_t>(
                frames.decode->line[static_cast<std::size_t>(k)].token)];
        return text;
    }
};

TEST_F(EngineOpeningTest, ATextIsTrainedOnAndShown) {
    Engine engine(options());
    const fs::path file = folder_ / "own.txt";
    std::ofstream(file) << "A fox sat near the old barn.";
    engine.send(OpenFile{file.string()});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const Frames frames = engine.frames();
    EXPECT_EQ(frames.training->corpus_label, "own.txt");
    EXPECT_EQ(frames.decode->cursor, 28) << shown_text(frames);
    EXPECT_EQ(frames.decode->line.size(), 28u);
}

TEST_F(EngineOpeningTest, ModelsRunsAndPathsAreOpenedAsWhatTheyAre) {
    const fs::path run = folder_ / "opened-run";
    {
        TrainRun training = TrainRun::start(tiny_config(), small_corpus(), run);
        while (training.step()) {
        }
    }
    Engine engine(options());
    engine.send(OpenFile{run.string()});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().decode->model_label, "opened-run");
    engine.send(OpenFile{(run / "final.safetensors").string()});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().decode->model_label, "opened-run/final.safetensors");
    const fs::path renamed = folder_ / "weights without an ending";
    fs::copy_file(folder_ / "tiny.safetensors", renamed);
    engine.send(OpenFile{renamed.string()});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().decode->model_label, renamed.filename().string());
    EXPECT_EQ(engine.frames().training->corpus_label, "text.txt") << "no text was opened";
}

TEST_F(EngineOpeningTest, WhatCannotBeOpenedLeavesEverythingAsItWas) {
    std::ofstream(folder_ / "a.mscope") << "{\"format\": 1}";
    std::ofstream(folder_ / "bad.txt") << "fine until here \xff\xfe and on";
    std::ofstream(folder_ / "cut.safetensors") << "\x10";
    std::ofstream(folder_ / "empty.txt");
    fs::create_directories(folder_ / "empty");
    Engine engine(options());
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    engine.take_log();
    const Frames before = engine.frames();
    for (const char* name : {"a.mscope", "bad.txt", "cut.safetensors", "empty.txt", "empty",
                             "missing", "missing/path.json"}) {
        engine.send(OpenFile{(folder_ / name).string()});
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
        EXPECT_TRUE(said(engine, folder_.filename().string())) << name << ": the file is named";
        EXPECT_TRUE(engine.frames().status->message_is_error) << name;
        const Frames after = engine.frames();
        EXPECT_EQ(after.decode, before.decode) << name;
        EXPECT_EQ(after.margins, before.margins) << name;
        EXPECT_EQ(after.attention, before.attention) << name;
        EXPECT_EQ(after.boundary, before.boundary) << name;
        EXPECT_EQ(after.training, before.training) << name;
        EXPECT_EQ(after.path, before.path) << name;
    }
}

TEST_F(EngineOpeningTest, ASessionBringsItsTextAndItsModel) {
    const fs::path folder = folder_ / "kept";
    fs::create_directories(folder / "models");
    fs::copy_file(folder_ / "tiny.safetensors", folder / "models/m.safetensors");
    std::vector<float> before;
    {
        EngineOptions own = options();
        own.model = (folder / "models/m.safetensors").string();
        Engine engine(own);
        engine.send(
            {EditText{"Once more"}, StepDecode{9}, StepDecode{-4}, SaveSession{folder / "s"}});
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
        before = logprobs(engine.frames());
    }
    // Moved as a whole: the path in it is relative.
    fs::rename(folder, folder_ / "moved");
    Engine engine(options());
    engine.send(OpenFile{(folder_ / "moved/s.mscope").string()});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const Frames frames = engine.frames();
    EXPECT_EQ(frames.decode->model_label, "m.safetensors");
    EXPECT_EQ(frames.decode->cursor, 14);
    EXPECT_EQ(frames.decode->line.size(), 18u) << "the future that was walked is there";
    EXPECT_EQ(logprobs(frames), before);
    EXPECT_EQ(frames.history->steps.size(), 1u);
    EXPECT_FALSE(frames.history->unsaved);

    fs::remove(folder_ / "moved/models/m.safetensors");
    engine.send(OpenFile{(folder_ / "moved/s.mscope").string()});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(said(engine, "is not there any more"));
    EXPECT_EQ(engine.frames().decode->cursor, 14) << "the text is shown beside the model at hand";
}

}  // namespace
}  // namespace marginscope
