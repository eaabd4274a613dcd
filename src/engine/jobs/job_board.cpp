// Jobs by number, from start to end.
#include "engine/jobs/job_board.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "core/error.h"

namespace marginscope {
namespace {

std::string sentence_start(std::string words) {
    if (!words.empty())
        words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
    return words;
}

}  // namespace

JobBoard::JobBoard(SessionContext& context) : context_(context) {}

JobBoard::~JobBoard() {
    for (Entry& entry : jobs_) entry.job->job().cancel();
}

int JobBoard::start(const std::string& what, std::function<void(Job&)> work,
                    std::function<void()> then, const std::string& stopped) {
    const int number = ++last_number_;
    auto job = std::make_unique<ThreadJob>(what, std::move(work), [this] { context_.wake(); });
    jobs_.push_back({number, what, std::move(then), stopped, std::move(job)});
    return number;
}

void JobBoard::collect() {
    for (;;) {
        const auto ended = std::find_if(jobs_.begin(), jobs_.end(), [](const Entry& entry) {
            return !entry.job->job().running();
        });
        if (ended == jobs_.end()) return;
        const Entry entry = std::move(*ended);
        jobs_.erase(ended);
        const Job& job = entry.job->job();
        switch (job.state()) {
            case JobState::done:
                entry.then();
                break;
            case JobState::failed:
                context_.tell_error("While " + entry.what + ": " + job.error());
                break;
            case JobState::cancelled:
                context_.tell(entry.stopped.empty()
                                  ? sentence_start(entry.what) + " was stopped; nothing changed."
                                  : entry.stopped);
                break;
            case JobState::running:
                break;
        }
    }
}

bool JobBoard::running(int job) const {
    return std::any_of(jobs_.begin(), jobs_.end(),
                       [&](const Entry& entry) { return entry.number == job; });
}

std::vector<JobStatus> JobBoard::statuses() const {
    std::vector<JobStatus> all;
    for (const Entry& entry : jobs_) {
        all.push_back(entry.job->job().status());
        all.back().number = entry.number;
    }
    return all;
}

void JobBoard::handle(const CancelJob& wish) {
    if (wish.job != 0 && !running(wish.job))
        throw UserError("There is no job " + std::to_string(wish.job) + " to stop.");
    for (Entry& entry : jobs_)
        if (wish.job == 0 || entry.number == wish.job) entry.job->job().cancel();
}

}  // namespace marginscope
