// The settings of Train: what restarts, what the run takes over, and taking changes back.
#include <gtest/gtest.h>

#include <algorithm>

#include "../support/synthetic_frames.h"
#include "interface.h"
#include "ui/actions.h"
#include "ui/train/run_controls.h"
#include "ui/train/settings_history.h"
#include "ui/train/train_view.h"

namespace marginscope {
namespace {

class TrainSettings : public testing::Test {
protected:
    TrainSettings() { history_.begun = 1; }

    Runs runs() const { return {frames_, history_}; }
    RunConfig& run() { return run_->config; }
    // The engine's part: the run has what it was told.
    void obey() {
        for (const Command& command : out_)
            if (const auto* live = std::get_if<SetLive>(&command))
                find_field(live->field)->set(live->fork ? fork_->config : run(), live->value);
        out_.clear();
    }
    void set_live(const char* field, double value, bool of_fork = false) {
        settings_.set_live(field, value, of_fork, runs(), out_);
        obey();
    }
    void undo() { settings_.undo(form_, runs(), out_), obey(); }
    void redo() { settings_.redo(form_, runs(), out_), obey(); }

    std::shared_ptr<TrainingFrame> run_ = [] {
        auto run = std::make_shared<TrainingFrame>();
        run->state = TrainingState::running;
        return run;
    }();
    std::shared_ptr<TrainingFrame> fork_ = std::make_shared<TrainingFrame>(*run_);
    Frames frames_ = [this] {
        Frames frames;
        frames.training = run_;
        return frames;
    }();
    TrainHistory history_;
    SettingsHistory settings_;
    RunConfig form_;
    CommandList out_;
};

TEST_F(TrainSettings, AreTakenBackInTheOrderOfTheirChanges) {
    settings_.observe(form_, false);
    EXPECT_EQ(settings_.undo_words(runs()), "");
    form_.model.width = 64;
    settings_.observe(form_, true);  // still typed
    form_.model.width = 32;
    settings_.observe(form_, false);
    set_live("barrier.lambda", 0.5);
    form_.train.steps = 10;
    form_.train.batch = 3;
    settings_.observe(form_, false);

    EXPECT_NE(settings_.undo_words(runs()).find("2000"), std::string::npos);
    undo();
    EXPECT_EQ(form_.train.steps, 2000);
    EXPECT_EQ(form_.train.batch, 12);
    EXPECT_EQ(form_.model.width, 32);
    EXPECT_EQ(settings_.undo_words(runs()), "lambda_m back to 0.02 in the run");
    undo();
    EXPECT_EQ(run().barrier.lambda, 0.02);
    undo();
    EXPECT_EQ(form_.model.width, 128) << "what was typed on the way is no change";
    EXPECT_EQ(settings_.undo_words(runs()), "");
    undo();
    settings_.observe(form_, false);
    EXPECT_EQ(settings_.undo_words(runs()), "") << "an undo is not a change of its own";

    redo(), redo(), redo();
    EXPECT_EQ(form_.model.width, 32);
    EXPECT_EQ(run().barrier.lambda, 0.5);
    EXPECT_EQ(form_.train.steps, 10);
    EXPECT_EQ(settings_.redo_words(runs()), "");
    undo();
    form_.train.seed = 3;
    settings_.observe(form_, false);
    EXPECT_EQ(settings_.redo_words(runs()), "") << "a new change ends what could be redone";
}

TEST_F(TrainSettings, OfARunThatIsOverAreLeftOut) {
    settings_.observe(form_, false);
    form_.model.width = 64;
    settings_.observe(form_, false);
    set_live("barrier.lambda", 0.5);
    frames_.fork = fork_;
    set_live("train.noise", 0.1, true);
    EXPECT_EQ(run().train.noise, 0);
    frames_.fork = nullptr;
    EXPECT_EQ(settings_.undo_words(runs()), "lambda_m back to 0.02 in the run");
    ++history_.begun;
    EXPECT_EQ(settings_.undo_words(runs()), "Width back to 128");
    undo();
    EXPECT_EQ(form_.model.width, 128);
    EXPECT_EQ(run().barrier.lambda, 0.5) << "another run's value";
}

TEST_F(TrainSettings, WhatIsSoAlreadyIsNotSet) {
    settings_.set_live("barrier.lambda", run().barrier.lambda, false, runs(), out_);
    settings_.set_live("barrier.lambda", 0.3, true, runs(), out_);  // there is no fork
    run_->state = TrainingState::finished;
    settings_.set_live("barrier.lambda", 0.3, false, runs(), out_);
    EXPECT_TRUE(out_.empty());
    EXPECT_EQ(settings_.undo_words(runs()), "");
}

TEST_F(TrainSettings, ARunThatBeginsAnewIsAnotherOne) {
    TrainHistory history;
    history.take({{false, TrainingReset{"a"}}});
    const auto first = history.begun;
    history.take({{false, TrainingForked{3, "b"}}, {false, ForkClosed{false}}});
    EXPECT_EQ(history.begun, first);
    history.take({{false, TrainingForked{3, "b"}}, {false, ForkClosed{true}}});
    EXPECT_GT(history.begun, first);
    const auto second = history.begun;
    history.take({{false, TrainingReset{"a"}}});
    EXPECT_GT(history.begun, second);
}

void draw_form(const Frames& f, UiState& s, PanelContext& c) {
    draw_run_form(f, s.history, s.view<TrainView>(), c);
}

TEST_F(TrainSettings, TheFormSaysWhatRestarts) {
    Interface interface(ImVec2(420, 900));
    RunConfig& form = interface.state().view<TrainView>().form.config;
    interface.draw_panel(frames_, draw_form);
    EXPECT_EQ(interface.words().find("restarts"), std::string::npos) << "form and run are alike";
    EXPECT_EQ(interface.words().find("Needs a new run"), std::string::npos);
    form.model.width = 64;
    form.barrier.lambda = 0.25;
    interface.draw_panel(frames_, draw_form);
    EXPECT_NE(interface.words().find("Width · restarts"), std::string::npos);
    EXPECT_NE(interface.words().find("lambda_m · live"), std::string::npos);
    EXPECT_NE(interface.words().find("Needs a new run: Width 128 → 64."), std::string::npos);
    EXPECT_NE(interface.words().find("The run can take over: lambda_m 0.02 → 0.25."),
              std::string::npos);
    run_->state = TrainingState::finished;
    interface.draw_panel(frames_, draw_form);
    EXPECT_EQ(interface.words().find("restarts"), std::string::npos) << "nothing goes on";
}

TEST(TrainUndo, IsCtrlZInTrainAndTheTextsElsewhere) {
    Interface interface;
    const Frames frames = synthetic::usual();
    interface.state().workspace = "train";
    interface.draw(frames);
    interface.draw(frames);
    RunConfig& form = interface.state().view<TrainView>().form.config;
    form.train.steps = 50;
    interface.draw(frames);
    interface.take_commands();
    interface.key(frames, ImGuiKey_Z, ImGuiMod_Ctrl);
    EXPECT_EQ(form.train.steps, 2000);
    for (const Command& command : interface.take_commands())
        EXPECT_FALSE(std::holds_alternative<Undo>(command));
}

}  // namespace
}  // namespace marginscope
