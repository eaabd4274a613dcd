// One measurement of models under noise, task by task, and what it has found so far.
//
// No torch in this header. run() belongs to one thread; frame() to any.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/messages/robustness.h"
#include "engine/exchange/mailbox.h"
#include "engine/jobs/job.h"
#include "engine/robustness/robustness_requests.h"

namespace marginscope {

struct Corpus;
struct Model;

struct RobustnessWork {
    RobustnessSettings settings;
    RobustnessParts parts;
    std::vector<RobustnessModel> models;     // whose path "" is `in_memory`
    std::shared_ptr<const Model> in_memory;  // this run's own; may be null
    std::shared_ptr<const Corpus> corpus;    // null: read settings.text
    int threads = 2;
};

class RobustnessRun {
public:
    /// `before`: what is there already, kept until its part has something new. `on_change` is
    /// called on the thread of run(). UserError for settings that cannot be measured.
    RobustnessRun(RobustnessWork work, const RobustnessFrame& before,
                  std::function<void()> on_change);

    /// All tasks, or those before the job is asked to stop. A model or a part that fails is told in
    /// the frame and the others go on; throws nothing.
    void run(Job& job);

    std::shared_ptr<const RobustnessFrame> frame() const { return frame_.get(); }

private:
    struct Found;
    using Clock = std::chrono::steady_clock;

    void measure(Job& job);
    void do_task(const RobustnessTask& task, Found& found, Job& job);
    void fail(const RobustnessTask& task, const std::string& sentence);
    void tell(double passes, Job& job);
    void publish();
    void finish(bool stopped);
    std::string file_of(std::size_t model) const;
    bool failed(std::size_t model) const;

    RobustnessWork work_;
    std::vector<RobustnessTask> tasks_;
    std::function<void()> on_change_;
    RobustnessFrame state_;
    std::string text_, text_label_, file_in_memory_;
    double done_ = 0, all_ = 0;  // passes
    std::size_t curves_ = 0;     // that are new
    Clock::time_point began_, told_;
    Latest<std::shared_ptr<const RobustnessFrame>> frame_;
};

}  // namespace marginscope
