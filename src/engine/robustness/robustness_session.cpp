// Wishes about measurements.
#include "engine/robustness/robustness_session.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "files/run_folder.h"
#include "files/sample_folder.h"
#include "nn/model/checkpoint.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

/// What the user gave, as the file that is read; a file that is not there is told when it is its
/// turn.
RobustnessModel model_at(const std::string& path) {
    if (is_sample_folder(path)) {
        const std::size_t count = sample_folders(path).size();
        return {label_of_model(path) + ", " + std::to_string(count) + " samples together",
                fs::absolute(path).lexically_normal().string()};
    }
    std::string file = path;
    try {
        file = model_file(path).string();
    } catch (const UserError&) {
    }
    return {label_of_model(file), fs::absolute(file).lexically_normal().string()};
}

}  // namespace

RobustnessSession::RobustnessSession(SessionContext& context, JobBoard& jobs, ModelShelf& shelf,
                                     int threads)
    : context_(context), jobs_(jobs), shelf_(shelf), threads_(threads) {}

void RobustnessSession::publish() {
    if (!run_) return;
    auto frame = run_->frame();
    const auto shown = context_.frames().robustness;
    if (shown && shown->version >= frame->version) return;
    context_.publish([&](Frames& all) { all.robustness = std::move(frame); });
}

RobustnessWork RobustnessSession::work_of(const StartRobustness& wish) const {
    RobustnessWork work;
    work.settings = wish.settings;
    work.parts = wish.parts;
    work.threads = threads_;
    if (wish.settings.text.empty()) work.corpus = shelf_.corpus();
    for (const std::string& path : wish.settings.models) {
        RobustnessModel model;
        if (!path.empty()) {
            model = model_at(path);
        } else if (!shelf_.model_path().empty()) {
            model = model_at(shelf_.model_path());
        } else if (shelf_.model()) {
            model = {shelf_.model_label(), ""};
            work.in_memory = std::make_shared<const Model>(shelf_.model()->clone());
        } else {
            throw UserError("No model is shown yet: open one, or name a checkpoint.");
        }
        if (std::find(work.models.begin(), work.models.end(), model) == work.models.end())
            work.models.push_back(std::move(model));
    }
    return work;
}

void RobustnessSession::handle(const StartRobustness& wish) {
    if (jobs_.running(job_))
        throw UserError("A measurement of robustness runs; stop it before another begins.");
    const auto shown = context_.frames().robustness;
    auto run = std::make_shared<RobustnessRun>(work_of(wish), shown ? *shown : RobustnessFrame{},
                                               [&context = context_] { context.wake(); });
    run_ = run;
    job_ = jobs_.start(
        "measuring robustness", [run](Job& job) { run->run(job); },
        [this, run] {
            publish();
            const auto frame = run->frame();
            if (frame->failures.empty()) return context_.tell(frame->sentence);
            const RobustnessFailure& first = frame->failures.front();
            context_.tell_error((first.model.empty() ? "" : first.model + ": ") + first.sentence);
        },
        "Measuring robustness was stopped; what was measured before stays.");
    publish();
}

void RobustnessSession::handle(const StopRobustness&) {
    if (!jobs_.running(job_)) throw UserError("No measurement of robustness runs.");
    jobs_.handle(CancelJob{job_});
}

}  // namespace marginscope
