// Train: what the window asks of a run, and the newest state that it shows. What must not be
// skipped: train_news.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/run/run_config.h"

namespace marginscope {

// ---- frames

enum class TrainingState { idle, running, paused, finished, failed };

struct TrainingFrame {
    std::uint64_t version = 0;
    TrainingState state = TrainingState::idle;
    std::int64_t step = 0;
    std::int64_t target = 0;
    double steps_per_s = 0;
    double tokens_per_s = 0;
    double eta_secs = 0;
    double share_training = 0;  // of the engine thread's time since start
    double share_capturing = 0;
    RunConfig config;  // with live values as they are now
    std::string corpus_label;
    std::string corpus_path;  // of the text; "": the built-in stories
    std::string model_label;
    std::int64_t parameters = 0;
    std::string run_folder;  // empty: nothing is written
    std::string sample_text;
    std::int64_t sample_step = 0;
    std::string sentence;               // what went wrong or what to do next
    std::vector<std::int64_t> moments;  // steps whose models can be looked at, in order
    std::int64_t shown_step =
        -1;  // of its models the one that the other workspaces look at; -1: none
};

// ---- commands

// "" writes nothing
struct StartTraining {
    static constexpr std::string_view kName = "start_training";
    RunConfig config;
    bool from_loaded = false;
    std::string run_folder;
    static void fields(auto& self, auto&& visit) {
        visit("config", self.config);
        visit("from_loaded", self.from_loaded);
        visit("run_folder", self.run_folder);
    }
};
struct PauseTraining {
    static constexpr std::string_view kName = "pause_training";
    static void fields(auto&, auto&&) {}
};
struct ResumeTraining {
    static constexpr std::string_view kName = "resume_training";
    static void fields(auto&, auto&&) {}
};
struct StepTraining {
    static constexpr std::string_view kName = "step_training";
    int count = 1;
    static void fields(auto& self, auto&& visit) { visit("count", self.count); }
};
struct TrainUntil {
    static constexpr std::string_view kName = "train_until";
    std::int64_t step = 0;
    static void fields(auto& self, auto&& visit) { visit("step", self.step); }
};
// ends the run; the trained model stays loaded
struct StopTraining {
    static constexpr std::string_view kName = "stop_training";
    static void fields(auto&, auto&&) {}
};
// the model that trains as it is now, whichever model is shown
struct SaveTraining {
    static constexpr std::string_view kName = "save_training";
    std::string path;
    static void fields(auto& self, auto&& visit) { visit("path", self.path); }
};
// field of the table, by name
struct SetLive {
    static constexpr std::string_view kName = "set_live";
    std::string field;
    FieldValue value = 0.0;
    bool fork = false;  // of the fork, not of the training it left
    static void fields(auto& self, auto&& visit) {
        visit("field", self.field);
        visit("value", self.value);
        visit("fork", self.fork);
    }
};
// The training as it is now, a second time: both go on over the same batches.
struct ForkTraining {
    static constexpr std::string_view kName = "fork_training";
    std::string run_folder;  // "": one beside the parent's, where that writes
    static void fields(auto& self, auto&& visit) { visit("run_folder", self.run_folder); }
};
// Both are saved where they write. `keep`: the fork is the training from now on.
struct CloseFork {
    static constexpr std::string_view kName = "close_fork";
    bool keep = false;
    static void fields(auto& self, auto&& visit) { visit("keep", self.keep); }
};
// Which model every other workspace looks at: of the training or its fork, as it is (and goes on)
// or as it was after a step of TrainingFrame::moments.
struct ShowTraining {
    static constexpr std::string_view kName = "show_training";
    bool fork = false;
    std::int64_t step = -1;  // -1: as it is
    static void fields(auto& self, auto&& visit) {
        visit("fork", self.fork);
        visit("step", self.step);
    }
};
struct ResumeRun {
    static constexpr std::string_view kName = "resume_run";
    std::string folder;
    static void fields(auto& self, auto&& visit) { visit("folder", self.folder); }
};

}  // namespace marginscope
