// What stops a run or keeps it from going on.
#include "nn/train/run_agreement.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/error.h"
#include "core/shown.h"

namespace marginscope {
namespace {

std::string number_words(double value) {
    return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

[[noreturn]] void refuse(std::int64_t step, const std::string& what, double value,
                         const RunFolder* folder) {
    std::string sentence = "The training stopped at step " + std::to_string(step) + ": " + what +
                           " is not a finite number (" + number_words(value) + ").";
    if (folder != nullptr) {
        const auto last = folder->latest_checkpoint();
        sentence += last ? " The last good checkpoint is " + shown_path(last->path) + "."
                         : " There is no checkpoint before it.";
    }
    throw UserError(sentence +
                    " A smaller learning rate (--lr) or weight of the barrier "
                    "(--lambda) keeps a training from diverging.");
}

bool changed_at(const ResumePoint& point, const Field& field) {
    return std::any_of(point.events.begin(), point.events.end(), [&](const RunEvent& event) {
        return event.step == point.step && event.field == field.name;
    });
}

}  // namespace

std::vector<std::string> check_agreement(const RunConfig& config, const RunConfig& of_checkpoint,
                                         const ResumePoint& point) {
    std::vector<std::string> notes;
    RunConfig then = config;
    for (const RunEvent& event : point.events)
        if (event.step < point.step) set_field(then, event.field, event.value);
    const std::string file = shown_path(point.checkpoint->path);
    for (const Field& field : config_fields()) {
        const FieldValue ours = field.get(then), theirs = field.get(of_checkpoint);
        // Threads are the machine's; a change of this very step came after the checkpoint.
        if (ours == theirs || field.name == "train.threads" || changed_at(point, field)) continue;
        const std::string both = "config.json says " + std::string(field.name) + " = " +
                                 format_value(ours) + ", the checkpoint " + file + " says " +
                                 format_value(theirs);
        if (!field.live && field.name != "train.steps")
            throw UserError("The run does not agree with itself: " + both +
                            ". Restore config.json, or start a new run.");
        notes.push_back(both + "; going on with " + format_value(ours) + ".");
    }
    return notes;
}

void refuse_not_finite(const StepReport& step, const RunFolder* folder) {
    if (!std::isfinite(step.ce)) refuse(step.step, "the loss", step.ce, folder);
    if (!std::isfinite(step.grad_norm))
        refuse(step.step, "the gradient's norm", step.grad_norm, folder);
}

void refuse_not_finite(const EvalReport& eval, const RunFolder* folder) {
    if (!std::isfinite(eval.val_ce)) refuse(eval.step, "the validation loss", eval.val_ce, folder);
}

}  // namespace marginscope
