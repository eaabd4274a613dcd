// Run folders: creation, lock, metrics, events, checkpoints, resuming.
#include "files/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/fd.h"
#include "files/json_numbers.h"
#include "files/jsonl.h"
#include "files/run_folder_links.h"
#include "files/run_folder_parts.h"
#include "files/sample_folder.h"

namespace marginscope {

namespace fs = std::filesystem;

namespace {

void make_folder(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) {
        throw UserError("Cannot make the folder " + shown_path(path) + ": " +
                        errno_words(error.value()) + ".");
    }
}

UserError not_a_run(const fs::path& path, const std::string& why) {
    return UserError(shown_path(path) + " is not a run folder: it " + why +
                         "; expected a folder that 'marginscope train --out' wrote.",
                     2);
}

}  // namespace

struct RunFolder::Impl {
    explicit Impl(const fs::path& folder)
        : path(folder),
          metrics(folder / "metrics.jsonl", "metrics"),
          events(folder / "events.jsonl", "events") {}

    fs::path path;
    UniqueFd lock;
    JsonLines metrics;
    JsonLines events;

    void need_lock() const {
        if (!lock.valid()) throw std::logic_error("RunFolder: written without the lock");
    }

    /// Replaces whatever a creation that was killed left of its own.
    void take_history(const RunFolder& parent, std::int64_t step) {
        for (JsonLines* lines : {&metrics, &events})
            lines->rewrite([](const nlohmann::json&) { return false; }, nullptr);
        for (const nlohmann::json& line : parent.read_metrics())
            if (step_of(line, metrics.path()) <= step) metrics.append(line, false);
        for (const RunEvent& event : parent.read_events())
            if (event.step <= step) events.append(event_to_json(event), false);
        metrics.sync();
        events.sync();
    }
};

RunFolder::RunFolder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RunFolder::RunFolder(RunFolder&&) noexcept = default;
RunFolder& RunFolder::operator=(RunFolder&&) noexcept = default;
RunFolder::~RunFolder() = default;

RunFolderState RunFolder::inspect(const fs::path& path) { return look_at_run_folder(path).state; }

RunFolder RunFolder::create(const fs::path& path, const nlohmann::json& config,
                            const RunBeginning& begin) {
    const auto refuse_taken = [&] {
        const RunFolderLook look = look_at_run_folder(path);
        if (look.state == RunFolderState::kRun) {
            throw UserError(shown_path(path) +
                                " already holds a run; continue it with --resume or choose "
                                "another folder.",
                            2);
        }
        if (look.state == RunFolderState::kForeign) {
            throw UserError(
                shown_path(path) + " " + look.why + "; a new run needs a new or an empty folder.",
                2);
        }
    };
    refuse_taken();
    make_folder(path);
    auto impl = std::make_unique<Impl>(path);
    impl->lock = lock_run_folder(path);
    refuse_taken();  // another process may have been faster
    remove_temporaries(path);
    // What a creation that was killed left would otherwise be taken for this run's.
    std::error_code error;
    fs::remove_all(path / "checkpoints", error);
    make_folder(path / "checkpoints");
    RunFolder run(std::move(impl));
    if (begin.parent != nullptr) run.impl_->take_history(*begin.parent, begin.step);
    if (begin.checkpoint != nullptr) run.write_checkpoint(begin.step, *begin.checkpoint);
    run.write_plan(begin.plan);
    // config.json comes last: with it the folder is a run.
    write_json_file(path / "config.json", config);
    sync_folder(path.parent_path());
    return run;
}

RunFolder RunFolder::open(const fs::path& path) {
    const RunFolderLook look = look_at_run_folder(path);
    if (look.state == RunFolderState::kMissing) {
        throw UserError("There is no folder " + shown_path(path) + ".", 2);
    }
    if (look.state != RunFolderState::kRun) throw not_a_run(path, look.why);
    return RunFolder(std::make_unique<Impl>(path));
}

RunFolder RunFolder::open_for_writing(const fs::path& path) {
    RunFolder run = open(path);
    run.impl_->lock = lock_run_folder(path);
    remove_temporaries(path);
    refuse_linked_folder(path / "checkpoints");
    make_folder(path / "checkpoints");
    remove_temporaries(path / "checkpoints");
    return run;
}

const fs::path& RunFolder::path() const noexcept { return impl_->path; }

nlohmann::json RunFolder::config() const {
    return read_json_file(impl_->path / "config.json", "configuration");
}

RunPlan RunFolder::plan() const { return read_run_plan(impl_->path / "plan.json"); }

void RunFolder::write_plan(const RunPlan& plan) {
    impl_->need_lock();
    write_run_plan(impl_->path / "plan.json", plan);
}

void RunFolder::append_metrics(const nlohmann::json& line) {
    impl_->need_lock();
    step_of(line, impl_->metrics.path());
    impl_->metrics.append(line, false);
}

std::vector<nlohmann::json> RunFolder::read_metrics() const {
    std::vector<nlohmann::json> lines = impl_->metrics.read();
    for (const auto& line : lines) step_of(line, impl_->metrics.path());
    return lines;
}

void RunFolder::cut_metrics_after(std::int64_t step) {
    impl_->need_lock();
    impl_->metrics.rewrite(
        [&](const nlohmann::json& line) { return step_of(line, impl_->metrics.path()) <= step; },
        nullptr);
}

void RunFolder::append_event(const RunEvent& event) {
    impl_->need_lock();
    const std::vector<RunEvent> before = read_events();
    const nlohmann::json line = event_to_json(event);
    if (before.empty() || before.back().step <= event.step) {
        impl_->events.append(line, true);
        return;
    }
    impl_->events.rewrite(
        [&](const nlohmann::json& old) { return step_of(old, impl_->events.path()) <= event.step; },
        line);
}

std::vector<RunEvent> RunFolder::read_events() const {
    std::vector<RunEvent> events;
    for (const auto& line : impl_->events.read())
        events.push_back(event_from_json(line, impl_->events.path()));
    return events;
}

fs::path RunFolder::checkpoint_path(std::int64_t step) const {
    char name[64];
    std::snprintf(name, sizeof name, "step-%06lld.safetensors", static_cast<long long>(step));
    return impl_->path / "checkpoints" / name;
}

std::vector<CheckpointFile> RunFolder::list_checkpoints() const {
    std::vector<CheckpointFile> found;
    std::error_code error;
    const fs::path folder = impl_->path / "checkpoints";
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (const auto step = checkpoint_step(it->path().filename().native())) {
            found.push_back({*step, it->path()});
        }
    }
    std::sort(found.begin(), found.end(), [](const CheckpointFile& a, const CheckpointFile& b) {
        return std::tie(a.step, a.path) < std::tie(b.step, b.path);
    });
    return found;
}

std::optional<CheckpointFile> RunFolder::latest_checkpoint(
    std::vector<std::string>* warnings) const {
    std::vector<CheckpointFile> found = list_checkpoints();
    for (; !found.empty(); found.pop_back()) {
        try {
            read_safetensors_metadata(found.back().path);
            return found.back();
        } catch (const UserError& error) {
            if (warnings != nullptr) warnings->push_back(error.what());
        }
    }
    return std::nullopt;
}

void RunFolder::write_checkpoint(std::int64_t step, const SafeTensors& file) {
    impl_->need_lock();
    impl_->metrics.sync();
    write_safetensors(checkpoint_path(step), file);
}

fs::path RunFolder::final_path() const { return impl_->path / "final.safetensors"; }

bool RunFolder::is_finished() const {
    std::error_code error;
    return fs::is_regular_file(final_path(), error);
}

void RunFolder::write_final(const SafeTensors& file) {
    impl_->need_lock();
    impl_->metrics.sync();
    write_safetensors(final_path(), file);
}

ResumePoint RunFolder::prepare_resume() {
    impl_->need_lock();
    ResumePoint point;
    point.checkpoint = latest_checkpoint(&point.warnings);
    point.step = point.checkpoint ? point.checkpoint->step : 0;
    point.events = read_events();
    // At step 0 a run evaluates anew, whether a checkpoint of step 0 (a fork) is there or not.
    cut_metrics_after(point.step == 0 ? -1 : point.step);
    return point;
}

void RunFolder::rewind_to(std::int64_t step) {
    impl_->need_lock();
    std::vector<CheckpointFile> found = list_checkpoints();
    const auto is_target = [&](const CheckpointFile& file) { return file.step == step; };
    if (step != 0 && std::none_of(found.begin(), found.end(), is_target)) {
        throw UserError(shown_path(impl_->path) + " has no checkpoint of step " +
                            std::to_string(step) + " to go back to.",
                        2);
    }
    // The newest first: killed in between, the run still is one consistent history.
    std::error_code error;
    fs::remove(final_path(), error);
    for (; !found.empty() && found.back().step > step; found.pop_back()) {
        fs::remove(found.back().path, error);
        if (error) {
            throw UserError("Cannot remove " + shown_path(found.back().path) + ": " +
                            errno_words(error.value()) + ".");
        }
    }
    sync_folder(impl_->path / "checkpoints");
    impl_->events.rewrite(
        [&](const nlohmann::json& line) { return step_of(line, impl_->events.path()) <= step; },
        nullptr);
    cut_metrics_after(step == 0 ? -1 : step);
}

fs::path model_file(const fs::path& checkpoint_or_run) {
    std::error_code error;
    if (!fs::exists(checkpoint_or_run, error)) {
        throw UserError("There is no file or folder " + shown_path(checkpoint_or_run) +
                            "; expected a checkpoint (.safetensors) or a run folder.",
                        2);
    }
    if (!fs::is_directory(checkpoint_or_run, error)) return checkpoint_or_run;
    refuse_samples(checkpoint_or_run);
    const RunFolder run = RunFolder::open(checkpoint_or_run);
    if (run.is_finished()) return run.final_path();
    std::vector<std::string> warnings;
    if (const auto latest = run.latest_checkpoint(&warnings)) return latest->path;
    throw UserError("The run " + shown_path(checkpoint_or_run) + " has no checkpoint yet" +
                    (warnings.empty() ? "." : "; " + warnings.front()));
}

}  // namespace marginscope
