// A lambda path as child processes over run folders.
#include "engine/path/path_run.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

#include "core/error.h"
#include "engine/exchange/mailbox.h"
#include "engine/jobs/thread_job.h"
#include "engine/path/active_cell.h"
#include "engine/path/cell_record.h"
#include "engine/path/path_cells.h"
#include "engine/path/path_clock.h"
#include "files/atomic_file.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kPollEvery = std::chrono::milliseconds(200);
constexpr auto kCollectEvery = std::chrono::milliseconds(1000);

double secs_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

int path_jobs(const PathPlan& plan) {
    if (plan.jobs > 0) return plan.jobs;
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

class PathRun::Runner {
public:
    Runner(PathPlan plan, std::string program, std::function<void()> on_change,
           const std::vector<std::string>& chosen)
        : plan_(std::move(plan)),
          program_(std::move(program)),
          on_change_(std::move(on_change)),
          whole_(chosen.empty()),
          clock_(plan_) {
        state_.folder = plan_.folder;
        state_.noise_relative = plan_.relative;
        state_.max_clean_loss = plan_.max_clean_loss;
        // Single cells are of the text that the folder's plan was made for, wherever they are done.
        if (whole_) plan_.text_mark = text_mark_of(plan_.text);
        state_.cells = whole_ ? plan_cells(plan_) : chosen_cells(plan_, chosen);
        if (whole_) write_plan(plan_);
        state_.plan = plan_;
        for (PathCell& cell : state_.cells) collect_cell(plan_, cell);
        state_.running = true;
        publish();
        job_.emplace("running the path", [this](Job& job) { run(job); });
    }

    std::shared_ptr<const PathFrame> frame() const { return frame_.get(); }
    bool running() const { return frame()->running; }
    void request_stop() { job_->job().cancel(); }

    bool wait_for(double timeout_secs) { return job_->job().wait_for(timeout_secs); }

    void set_max_clean_loss(double share) { max_clean_loss_ = share; }

private:
    void run(Job& job) {
        record_ = &job;
        std::string trouble;
        try {
            while (!job.cancel_requested()) {
                start_what_fits();
                if (active_.empty()) break;
                std::this_thread::sleep_for(kPollEvery);
                watch();
            }
        } catch (const std::exception& error) {  // what stops the whole path: a full disk, say
            trouble = error.what();
        }
        for (ActiveCell& active : active_) {
            if (active.child) active.child->cancel();
        }
        for (ActiveCell& active : active_) {
            if (active.child) active.child->wait();
            state_.cells[active.cell].status = CellStatus::waiting;
            state_.cells[active.cell].doing.clear();
        }
        active_.clear();
        state_.running = false;
        if (!trouble.empty()) state_.sentence = trouble;
        write_results();
        publish();
        if (!trouble.empty()) job.fail(trouble);
    }

    void start_what_fits() {
        for (std::size_t i = 0;
             i < state_.cells.size() && static_cast<int>(active_.size()) < path_jobs(plan_); ++i) {
            PathCell& cell = state_.cells[i];
            if (cell.status != CellStatus::waiting) continue;
            ActiveCell active;
            active.cell = i;
            active.steps = cell_steps(plan_, cell);
            cell.status = CellStatus::running;
            try {
                active.claim = std::make_unique<CellClaim>(cell);
            } catch (const std::exception& error) {
                give_up(cell, error.what());
                publish();
                continue;
            }
            forget_failure(cell);
            active_.push_back(std::move(active));
            advance(active_.back());
        }
        std::erase_if(active_, [](const ActiveCell& active) { return !active.child; });
    }

    /// Skips steps that are done and starts the next; leaves the cell without a child when it is
    /// finished or failed.
    void advance(ActiveCell& active) {
        PathCell& cell = state_.cells[active.cell];
        active.child.reset();
        while (active.step < active.steps.size() && fs::exists(active.steps[active.step].proof))
            ++active.step;
        if (active.step == active.steps.size()) {
            cell.doing.clear();
            collect_cell(plan_, cell);
            if (cell.status != CellStatus::done)
                fail(cell, cell.sentence.empty() ? "its results are missing" : cell.sentence);
            else
                write_result(cell);
            write_results();
        } else {
            try {
                start_step(active, plan_, program_, cell);
            } catch (const std::exception& error) {
                fail(cell, error.what());
            }
        }
        publish();
    }

    void watch() {
        bool changed = false;
        for (ActiveCell& active : active_) {
            if (!active.child->poll()) continue;
            changed = true;
            const CellStep& step = active.steps[active.step];
            if (active.child->job().state() == JobState::done) {
                if (!step.output.empty()) fs::rename(unfinished(step), step.output);
                advance_or_fail(active, step);
            } else {
                PathCell& cell = state_.cells[active.cell];
                if (active.child->job().state() == JobState::cancelled)
                    give_up(cell, "it was interrupted; start the path again to go on");
                else
                    fail(cell, active.child->job().error());
                active.child.reset();
            }
        }
        std::erase_if(active_, [](const ActiveCell& active) { return !active.child; });
        if (changed || Clock::now() - collected_ > kCollectEvery) {
            collected_ = Clock::now();
            publish();
        }
    }

    void advance_or_fail(ActiveCell& active, const CellStep& step) {
        if (!fs::exists(step.proof)) {
            active.child.reset();
            fail(state_.cells[active.cell],
                 "`" + step.arguments.front() + "` ended without writing " + step.proof);
            return;
        }
        clock_.ended(active.step, active.began_at, secs_since(active.began));
        ++active.step;
        advance(active);
    }

    static void fail(PathCell& cell, const std::string& sentence) {
        give_up(cell, sentence);
        record_failure(cell);
    }

    /// Nothing is wrong with the cell itself.
    static void give_up(PathCell& cell, const std::string& sentence) {
        cell.status = CellStatus::failed;
        cell.sentence = sentence;
        cell.doing.clear();
    }

    void write_results() {
        if (!whole_) return;  // others do the rest; who collects sees all
        try {
            summarise();
            write_file_atomically((fs::path(plan_.folder) / "path.json").string(),
                                  path_json(state_) + "\n");
        } catch (const std::exception& error) {
            state_.sentence = error.what();
        }
    }

    void summarise() {
        state_.max_clean_loss = max_clean_loss_;
        conclude(state_);
    }

    /// Each cell's share, that of all and the time left; below 1 until every cell has ended.
    void tell_progress() {
        std::vector<RunningStep> running;
        for (const ActiveCell& active : active_) {
            if (!active.child) continue;
            const double told =
                active.step == 0 ? trained_share(plan_, state_.cells[active.cell]) : 0.0;
            running.push_back({active.step, active.began_at, std::max(told, active.began_at),
                               secs_since(active.began)});
        }
        const StepSecs expected = clock_.expected(running);
        const bool timed = clock_.timed(running);
        std::size_t next = 0;
        for (const ActiveCell& active : active_)
            if (active.child)
                state_.cells[active.cell].progress =
                    clock_.cell_share(running[next++], expected, timed);
        int waiting = 0;
        double waiting_share = 0;
        for (const PathCell& cell : state_.cells)
            if (cell.status == CellStatus::waiting) {
                ++waiting;
                waiting_share += cell.progress;
            }
        state_.progress = path_progress(state_.cells);
        if (record_ != nullptr) record_->report(state_.progress);
        state_.eta_secs = clock_.secs_left(running, waiting, waiting_share, path_jobs(plan_));
    }

    void publish() {
        summarise();
        state_.running_cells = static_cast<int>(active_.size());
        tell_progress();
        ++state_.version;
        auto copy = std::make_shared<const PathFrame>(state_);
        frame_.update([&](auto& slot) { slot = std::move(copy); });
        if (on_change_) on_change_();
    }

    PathPlan plan_;
    std::string program_;
    std::function<void()> on_change_;
    bool whole_;
    PathFrame state_;  // the thread's own after construction
    std::vector<ActiveCell> active_;
    PathClock clock_;
    Clock::time_point collected_ = Clock::now();
    std::atomic<double> max_clean_loss_ = plan_.max_clean_loss;
    Latest<std::shared_ptr<const PathFrame>> frame_;
    Job* record_ = nullptr;         // of the whole path, once it runs
    std::optional<ThreadJob> job_;  // last: joins before the rest goes
};

PathRun::PathRun(PathPlan plan, std::string program, std::function<void()> on_change,
                 const std::vector<std::string>& chosen)
    : runner_(std::make_unique<Runner>(std::move(plan), std::move(program), std::move(on_change),
                                       chosen)) {}
PathRun::~PathRun() = default;
std::shared_ptr<const PathFrame> PathRun::frame() const { return runner_->frame(); }
bool PathRun::running() const { return runner_->running(); }
void PathRun::request_stop() { runner_->request_stop(); }
bool PathRun::wait_for(double timeout_secs) { return runner_->wait_for(timeout_secs); }
void PathRun::set_max_clean_loss(double share) { runner_->set_max_clean_loss(share); }

}  // namespace marginscope
