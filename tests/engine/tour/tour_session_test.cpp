// Tours beside a real model: the copy they run on, their steps, their answers, and their file while
// it is being written.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

#include "core/messages/tour.h"
#include "engine/engine.h"
#include "files/temp_folder.h"

namespace marginscope {
namespace {

using testing_files::TempFolder;

constexpr const char* kTour = R"({
"tour": 1, "title": "Two models", "teaches": "A test.",
"steps": [
 {"title": "One", "text": "{characters}", "workspace": "decode",
  "set": [{"command": "load_model", "path": "models/plain.safetensors"},
          {"command": "set_prompt", "text": "Once upon a time there was a fox who lived near"}],
  "numbers": ["share_beyond"],
  "ask": {"question": "Which?", "point": {"quantity": "support_token"}}},
 {"title": "Two", "text": "b", "workspace": "decode", "select": "support_token",
  "set": [{"command": "load_model", "path": "models/barrier.safetensors"}],
  "numbers": ["share_beyond"],
  "ask": {"question": "Now?", "choice": [
    {"text": "fewer", "quantity": "share_beyond", "since": 1, "below": 0},
    {"text": "more", "quantity": "share_beyond", "since": 1, "from": 0}]}}
]})";

class Tours : public testing::Test {
protected:
    Tours() {
        EngineOptions options;
        options.prompt = "The old cat";
        options.state_folder = (folder_ / "state").string();
        engine_ = std::make_unique<Engine>(options);
        write(kTour);
        settle();
    }

    void write(const std::string& text) { std::ofstream(folder_ / "tour.json") << text; }
    std::string file() const { return (folder_ / "tour.json").string(); }

    Frames settle() {
        EXPECT_TRUE(engine_->wait_until_idle(120));
        return engine_->frames();
    }
    Frames after(Command command) {
        engine_->send(std::move(command));
        return settle();
    }
    /// Waits for what comes by itself.
    bool comes(const std::function<bool(const Frames&)>& wanted) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!wanted(engine_->frames())) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return true;
    }

    TempFolder folder_;
    std::unique_ptr<Engine> engine_;
};

TEST_F(Tours, RunOnACopyAndGiveAllBack) {
    Frames before = after(StepDecode{30});
    after(RenameBranch{0, "mine"});
    SetView view;
    view.kind = MarginKind::singular;
    view.index = 7;
    before = after(view);
    before = after(SetDecodeNoise{0.1, true, 5});
    Frames during = after(StartTour{file()});
    ASSERT_TRUE(during.tour->on);
    EXPECT_NE(during.decode->model_path, before.decode->model_path);
    EXPECT_NE(during.decode->text, before.decode->text);
    EXPECT_EQ(during.history->steps.size(), 1U) << "the copy has a history of its own";
    EXPECT_EQ(during.history->file, "");
    after(StepDecode{5});
    after(PruneBranch{3, true});
    after(Undo{});
    const Frames given = after(EndTour{});
    EXPECT_FALSE(given.tour->on);
    EXPECT_EQ(given.decode->text, before.decode->text);
    EXPECT_EQ(given.decode->model_path, before.decode->model_path);
    EXPECT_EQ(given.decode->model_label, before.decode->model_label);
    EXPECT_EQ(given.decode->view, before.decode->view);
    EXPECT_EQ(given.decode->noise, before.decode->noise);
    EXPECT_EQ(given.decode->tree.size(), before.decode->tree.size());
    EXPECT_EQ(given.history->steps, before.history->steps);
    EXPECT_EQ(given.history->position, before.history->position);
    ASSERT_EQ(given.margins->cells.size(), before.margins->cells.size());
    for (std::size_t k = 0; k < given.margins->cells.size(); ++k)
        if (before.margins->cells[k].valid) {
            EXPECT_EQ(given.margins->cells[k].sigma_min, before.margins->cells[k].sigma_min) << k;
        }
    after(Undo{});
    EXPECT_NE(engine_->frames().decode->noise, before.decode->noise) << "undo goes on as before";
}

TEST_F(Tours, AnswersComeFromWhatIsComputed) {
    Frames frames = after(StartTour{file()});
    EXPECT_EQ(frames.tour->text, "47");
    EXPECT_FALSE(frames.tour->prediction.known);
    EXPECT_TRUE(frames.tour->numbers.empty()) << "they might tell what is asked";
    const int support = frames.margins->support.front();
    frames = after(AnswerPrediction{static_cast<double>(support == 9 ? 10 : 9)});
    EXPECT_TRUE(frames.tour->prediction.known);
    EXPECT_FALSE(frames.tour->prediction.right);
    EXPECT_EQ(frames.tour->prediction.answer, support);
    ASSERT_EQ(frames.tour->numbers.size(), 1U);
    const double plain = frames.tour->numbers[0].value.value();
    EXPECT_NEAR(plain, 100 * frames.margins->share_beyond, 1e-9);
    frames = after(AnswerPrediction{static_cast<double>(support)});
    EXPECT_TRUE(frames.tour->prediction.right);

    frames = after(GoToTourStep{1});
    EXPECT_EQ(frames.decode->selected, frames.margins->support.front()) << "select follows";
    frames = after(AnswerPrediction{0});
    EXPECT_EQ(frames.tour->numbers[0].before, plain);
    const double barrier = frames.tour->numbers[0].value.value();
    EXPECT_TRUE(frames.tour->prediction.known);
    EXPECT_NEAR(*frames.tour->prediction.measured, barrier - plain, 1e-9);
    EXPECT_EQ(frames.tour->prediction.right, barrier < plain);
}

TEST_F(Tours, AStepIsFoundAsItWasLeftOrAnew) {
    after(StartTour{file()});
    const std::string begun = engine_->frames().decode->text;
    const std::string played = after(StepDecode{4}).decode->text;
    EXPECT_NE(played, begun);
    Frames frames = after(GoToTourStep{1});
    EXPECT_EQ(frames.decode->text, begun) << "what was played stays in its step";
    frames = after(GoToTourStep{0});
    EXPECT_EQ(frames.decode->text, played);
    EXPECT_NE(frames.decode->model_path.find("plain"), std::string::npos);
    frames = after(GoToTourStep{0, true});
    EXPECT_EQ(frames.decode->text, begun);
    after(AnswerPrediction{3});
    EXPECT_TRUE(engine_->frames().tour->prediction.given.has_value());
    frames = after(GoToTourStep{0, true});
    EXPECT_FALSE(frames.tour->prediction.given.has_value());
    frames = after(GoToTourStep{5});
    EXPECT_EQ(frames.tour->step, 0) << "there is no such step";
}

TEST_F(Tours, AFileThatIsBeingWrittenIsFollowed) {
    after(StartTour{file()});
    after(StepDecode{4});
    const std::string played = engine_->frames().decode->text;
    std::string text = kTour;
    text.replace(text.find("\"One\""), 5, "\"Uno\"");
    write(text);
    ASSERT_TRUE(comes([](const Frames& f) { return f.tour->steps[0] == "Uno"; }));
    EXPECT_EQ(settle().decode->text, played) << "only words changed";
    text.replace(text.find("\"Uno\","), 6, "\"Uno\"");
    write(text);
    ASSERT_TRUE(comes([](const Frames& f) { return !f.tour->faults.empty(); }));
    EXPECT_EQ(engine_->frames().tour->steps[0], "Uno") << "the last good state stays";
    EXPECT_NE(engine_->frames().tour->faults[0].sentence.find("JSON"), std::string::npos);
    write(kTour);
    ASSERT_TRUE(
        comes([](const Frames& f) { return f.tour->faults.empty() && f.tour->steps[0] == "One"; }));
    text = kTour;
    text.replace(text.find("there was a fox"), 15, "there was an owl");
    write(text);
    ASSERT_TRUE(comes([](const Frames& f) {
        return f.decode->text.find("there was an owl") != std::string::npos;
    }));
}

TEST_F(Tours, BeginByOpeningTheirFileAndEndByOpeningAnother) {
    const std::string session = (folder_ / "mine.mscope").string();
    after(SaveSession{session});
    Frames frames = after(OpenFile{file()});
    EXPECT_TRUE(frames.tour->on);
    EXPECT_EQ(frames.tour->title, "Two models");
    frames = after(OpenFile{session});
    EXPECT_FALSE(frames.tour->on) << "what is opened is the user's own";
    EXPECT_EQ(frames.history->file, session);
    EXPECT_EQ(frames.decode->text.rfind("The old cat", 0), 0U);
}

TEST_F(Tours, RefusedOnesChangeNothing) {
    const Frames before = settle();
    write("{\"tour\": 1,\n\"title\": \"x\"}");
    engine_->take_log();
    const Frames after_it = after(StartTour{file()});
    EXPECT_FALSE(after_it.tour->on);
    EXPECT_EQ(after_it.decode->text, before.decode->text);
    std::string said;
    for (const LogLine& line : engine_->take_log()) said += line.text + "\n";
    EXPECT_NE(said.find("tour.json', line 1: "), std::string::npos) << said;
    after(AnswerPrediction{1});
    after(GoToTourStep{1});
    EXPECT_FALSE(engine_->frames().tour->on);
}

TEST_F(Tours, ASavedFileIsAskedForAndSavedDuringATour) {
    const std::string session = (folder_ / "mine.mscope").string();
    after(SaveSession{session});
    const std::string mine = after(StepDecode{6}).decode->text;
    after(StartTour{file()});
    ASSERT_TRUE(engine_->has_unsaved_work());
    EXPECT_EQ(engine_->unsaved_work().session, session);
    after(SaveSession{session});
    EXPECT_FALSE(engine_->has_unsaved_work());
    after(EndTour{});
    const Frames opened = after(OpenFile{session});
    EXPECT_EQ(opened.decode->text, mine);
}

// Not of the copy, whatever a step opened in it.
TEST_F(Tours, AnUnsavedPlaygroundIsAskedForDuringATour) {
    const std::string plane = (folder_ / "mine.json").string();
    after(SavePlayground{plane});
    const PlaygroundDocument mine =
        after(MovePlaygroundToken{0, {1.25, -0.5}}).playground->document;
    const Frames during = after(StartTour{file()});
    EXPECT_EQ(during.playground->file, "");
    after(OpenPlayground{"fold"});
    ASSERT_TRUE(engine_->has_unsaved_work());
    EXPECT_NE(engine_->unsaved_work().sentence.find("mine.json"), std::string::npos);
    EXPECT_NE(engine_->unsaved_work().sentence.find("when the tour ends"), std::string::npos);
    const Frames ended = after(EndTour{});
    EXPECT_EQ(ended.playground->document, mine);
    EXPECT_EQ(ended.playground->file, plane);
    EXPECT_EQ(engine_->unsaved_work().sentence.find("when the tour ends"), std::string::npos);
    after(SavePlayground{});
    EXPECT_FALSE(engine_->has_unsaved_work());
    after(StartTour{file()});
    after(OpenPlayground{"fold"});
    EXPECT_FALSE(engine_->has_unsaved_work()) << "what the tour opens is not the user's";
}

// Whoever quits in the midst of a tour finds her own text again, and the tour at its beginning.
TEST_F(Tours, ThePlaceInATourIsNotKept) {
    const std::string mine = after(StepDecode{6}).decode->text;
    after(StartTour{file()});
    after(GoToTourStep{1, true});
    EngineOptions options;
    options.state_folder = (folder_ / "state").string();
    engine_.reset();
    engine_ = std::make_unique<Engine>(options);
    settle();
    EXPECT_FALSE(engine_->frames().tour->on);
    const Frames last = after(OpenFile{(folder_ / "state" / "last.mscope").string()});
    EXPECT_EQ(last.decode->text, mine);
    EXPECT_EQ(after(StartTour{file()}).tour->step, 0);
}

// Every step of every tour that ships can be set, every number is known, every question has an
// answer that can be given, and another that is wrong.
TEST_F(Tours, ThatShipCanBeWalked) {
    const std::vector<TourSummary> shelf = engine_->frames().tour->shelf;
    ASSERT_GE(shelf.size(), 5U);
    for (const TourSummary& tour : shelf) {
        Frames frames = after(StartTour{tour.file});
        ASSERT_TRUE(frames.tour->on) << tour.file;
        for (int step = 0; step < tour.steps; ++step) {
            const std::string where = tour.title + ", step " + std::to_string(step + 1);
            frames = after(GoToTourStep{step, true});
            EXPECT_EQ(frames.tour->trouble, "") << where;
            EXPECT_EQ(frames.tour->text.find("…"), std::string::npos)
                << where << ": " << frames.tour->text;
            const auto numbers_known = [&] {
                for (const TourNumber& number : frames.tour->numbers)
                    EXPECT_TRUE(number.value.has_value())
                        << where << ", " << words_of(number.quantity).name;
            };
            numbers_known();
            if (frames.tour->prediction.kind == TourQuestion::none) continue;
            EXPECT_EQ(frames.tour->prediction.after, "") << where;
            frames = after(AnswerPrediction{-99});
            ASSERT_TRUE(frames.tour->prediction.known) << where;
            EXPECT_FALSE(frames.tour->prediction.right) << where;
            ASSERT_TRUE(frames.tour->prediction.answer.has_value()) << where;
            std::printf("%s: %s -> %g (%g)\n", where.c_str(),
                        frames.tour->prediction.question.c_str(), *frames.tour->prediction.answer,
                        frames.tour->prediction.measured.value_or(0));
            frames = after(AnswerPrediction{*frames.tour->prediction.answer});
            EXPECT_TRUE(frames.tour->prediction.right) << where;
            numbers_known();
            EXPECT_EQ(frames.tour->prediction.after.find("…"), std::string::npos) << where;
        }
        after(EndTour{});
    }
}

}  // namespace
}  // namespace marginscope
