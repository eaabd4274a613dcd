// Tasks, their progress, and what is kept of them.
#include "engine/robustness/robustness_run.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <utility>

#include "engine/robustness/robustness_frames.h"
#include "files/sample_folder.h"
#include "nn/decode/well_formed.h"
#include "nn/model/checkpoint.h"
#include "nn/model/torch_errors.h"
#include "nn/posterior/ensemble_paths.h"
#include "text/corpus.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

constexpr auto kTellEvery = std::chrono::milliseconds(100);

/// A model that is only in memory, as a file for as long as this lives: the measurements read
/// models from files, so that there is one way.
class TemporaryModel {
public:
    explicit TemporaryModel(const Model* model) {
        if (model == nullptr) return;
        static std::atomic<int> count = 0;
        file_ = fs::temp_directory_path() / ("marginscope-" + std::to_string(::getpid()) + "-" +
                                             std::to_string(count++) + ".safetensors");
        with_torch_errors([&] { save_model(*model, file_); });
    }
    ~TemporaryModel() {
        std::error_code none;
        if (!file_.empty()) fs::remove(file_, none);
    }
    TemporaryModel(const TemporaryModel&) = delete;
    TemporaryModel& operator=(const TemporaryModel&) = delete;

    std::string file() const { return file_.string(); }

private:
    fs::path file_;
};

std::string counted(std::size_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

/// The curves of each part, with the models they belong to.
struct RobustnessRun::Found {
    struct Part {
        std::vector<NoiseCurve> curves;
        std::vector<std::size_t> of;
    };
    Part noise, characters, support;

    Part& part(RobustnessPart part) {
        return part == RobustnessPart::characters ? characters
               : part == RobustnessPart::support  ? support
                                                  : noise;
    }
};

RobustnessRun::RobustnessRun(RobustnessWork work, const RobustnessFrame& before,
                             std::function<void()> on_change)
    : work_(std::move(work)),
      tasks_(robustness_tasks(work_.settings, work_.parts, work_.models.size())),
      on_change_(std::move(on_change)),
      state_(before) {
    for (const RobustnessTask& task : tasks_) all_ += task.passes;
    state_.running = true;
    state_.parts = work_.parts;
    state_.doing = "reading the text";
    state_.progress = state_.eta_secs = 0;
    state_.failures.clear();
    state_.sentence.clear();
    ++state_.version;
    frame_.update([&](auto& slot) { slot = std::make_shared<const RobustnessFrame>(state_); });
}

void RobustnessRun::run(Job& job) {
    began_ = told_ = Clock::now();
    try {
        measure(job);
    } catch (const std::exception& error) {
        state_.failures.push_back({"", error.what()});
    }
    finish(job.cancel_requested());
}

void RobustnessRun::measure(Job& job) {
    const TemporaryModel in_memory(work_.in_memory.get());
    file_in_memory_ = in_memory.file();
    if (!work_.corpus)
        work_.corpus = std::make_shared<const Corpus>(load_corpus(work_.settings.text));
    text_ = work_.corpus->text;
    text_label_ = work_.corpus->name;
    Found found;
    for (std::size_t k = 0; k < tasks_.size() && !job.cancel_requested(); ++k) {
        const RobustnessTask& task = tasks_[k];
        state_.doing = task.words + ", " + work_.models[task.model].label +
                       (tasks_.size() > 1
                            ? ", " + std::to_string(k + 1) + " of " + std::to_string(tasks_.size())
                            : "");
        publish();
        try {
            if (!failed(task.model)) do_task(task, found, job);
        } catch (const std::exception& error) {
            fail(task, error.what());
        }
        done_ += task.passes;
        tell(0, job);
    }
}

void RobustnessRun::do_task(const RobustnessTask& task, Found& found, Job& job) {
    const auto progress = [&](std::size_t done, std::size_t total) {
        tell(task.passes * static_cast<double>(done) / static_cast<double>(total), job);
    };
    const RobustnessSettings& settings = work_.settings;
    const std::string file = file_of(task.model);
    if (task.part == RobustnessPart::fragility) {
        const FragilityReport report = measure_fragility(
            fragility_request(settings, file, text_, work_.threads), progress, job.stop_token());
        if (report.stopped) return;
        ++curves_;
        state_.fragility = std::make_shared<const FragilityFrame>(
            fragility_frame(settings, text_label_, work_.models[task.model], report));
        return publish();
    }
    NoiseRequest request = noise_request(settings, task, file, text_, work_.threads);
    if (is_sample_folder(file)) request.together = ensemble_paths(file);
    Found::Part& part = found.part(task.part);
    if (task.part == RobustnessPart::stories) {
        if (part.of.empty() || part.of.back() != task.model) return;  // it has no curve
        if (!add_well_formed(part.curves.back(), request, settings.story_characters, progress,
                             job.stop_token()))
            return;
    } else {
        NoiseCurve curve = evaluate_noise(request, progress, job.stop_token());
        if (curve.stopped) return;
        ++curves_;
        part.curves.push_back(std::move(curve));
        part.of.push_back(task.model);
    }
    auto frame = std::make_shared<const RobustnessCurves>(
        curves_frame(settings, text_label_, work_.models, part.curves, part.of));
    (task.part == RobustnessPart::characters ? state_.characters
     : task.part == RobustnessPart::support  ? state_.support
                                             : state_.noise) = std::move(frame);
    publish();
}

std::string RobustnessRun::file_of(std::size_t model) const {
    const std::string& path = work_.models[model].path;
    return path.empty() ? file_in_memory_ : path;
}

/// A model that cannot be read is not read again; one without a stage still has its other parts.
bool RobustnessRun::failed(std::size_t model) const {
    std::error_code none;
    return std::any_of(state_.failures.begin(), state_.failures.end(),
                       [&](const RobustnessFailure& one) {
                           return one.model == work_.models[model].label;
                       }) &&
           !fs::exists(file_of(model), none);
}

void RobustnessRun::fail(const RobustnessTask& task, const std::string& sentence) {
    RobustnessFailure failure{work_.models[task.model].label, sentence};
    if (std::find(state_.failures.begin(), state_.failures.end(), failure) != state_.failures.end())
        return;
    state_.failures.push_back(std::move(failure));
    publish();
}

void RobustnessRun::tell(double passes, Job& job) {
    const double share = all_ > 0 ? (done_ + passes) / all_ : 1;
    job.report(share);
    if (Clock::now() - told_ < kTellEvery) return;
    const JobStatus status = job.status();
    state_.progress = status.progress;
    state_.eta_secs = status.eta_secs;
    publish();
}

void RobustnessRun::publish() {
    told_ = Clock::now();
    ++state_.version;
    auto copy = std::make_shared<const RobustnessFrame>(state_);
    frame_.update([&](auto& slot) { slot = std::move(copy); });
    if (on_change_) on_change_();
}

void RobustnessRun::finish(bool stopped) {
    const double secs = std::chrono::duration<double>(Clock::now() - began_).count();
    // What failed at once says nothing about the speed.
    if (!stopped && state_.failures.empty() && secs > 0) state_.passes_per_s = all_ / secs;
    state_.running = false;
    state_.doing.clear();
    state_.progress = stopped ? state_.progress : 1;
    state_.eta_secs = 0;
    const std::string kept = counted(curves_, "result is", "results are") + " there";
    if (stopped)
        state_.sentence = "Measuring was stopped: " + kept + ".";
    else if (!state_.failures.empty())
        state_.sentence = "Not everything could be measured: " + kept + ", " +
                          counted(state_.failures.size(), "thing failed", "things failed") + ".";
    else
        state_.sentence = "Measured in " + std::to_string(static_cast<int>(secs + 0.5)) + " s.";
    publish();
}

}  // namespace marginscope
