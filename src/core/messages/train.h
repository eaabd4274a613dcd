// Train: what the window asks of a run, and what it shows of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/messages/no_value.h"
#include "core/run/run_config.h"

namespace marginscope {

// ---- frames and events

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
    std::string sentence;  // what went wrong or what to do next
};

struct TrainingSample {  // one per step
    std::int64_t step = 0;
    float ce = kNoValue;
    float barrier = kNoValue;
    float logdet_mean = kNoValue;
    float share_beyond = kNoValue;
    float embedding_rms = kNoValue;
    float grad_norm = kNoValue;
    float lr = 0;
    float lambda = 0;
    float noise = 0;
    int capped = 0;
    int singular = 0;
    float stage_sigma = kNoValue;  // of the live stage, in units of u;
    float u_rms = kNoValue;        // RMS of what it was given
};

struct EvalSample {  // one per evaluation, and once at the start
    std::int64_t step = 0;
    float val_ce = kNoValue;
    float val_logdet_mean = kNoValue;
    // What a training step's estimate of the barrier is on the same windows, where -val_logdet_mean
    // is exact; without a value where steps are exact too.
    float barrier_estimate = kNoValue, barrier_estimate_error = kNoValue;
    float barrier_bound = kNoValue;  // of what truncation leaves out
    float sigma_min_min = kNoValue;
    float share_beyond = kNoValue;
    std::vector<float>
        histogram;  // shares of positions per bin of log|det|, kHistogramBins of them
};
constexpr int kHistogramBins = 48;
constexpr float kHistogramMin = -8.0f;  // log|det|; the outer bins hold what lies beyond
constexpr float kHistogramMax = 4.0f;

struct LiveMark {  // a setting changed between two steps
    std::int64_t step = 0;
    std::string label;
};

struct TrainingReset {  // a new run begins: forget the series
    std::string label;
};

/// What must not be skipped, in order.
using TrainingEvent = std::variant<TrainingReset, TrainingSample, EvalSample, LiveMark>;

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
    static void fields(auto& self, auto&& visit) {
        visit("field", self.field);
        visit("value", self.value);
    }
};
struct ResumeRun {
    static constexpr std::string_view kName = "resume_run";
    std::string folder;
    static void fields(auto& self, auto&& visit) { visit("folder", self.folder); }
};

}  // namespace marginscope
