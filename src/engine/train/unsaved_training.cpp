// Unsaved trainings: their sentence and their rescue.
#include "engine/train/unsaved_training.h"

#include <filesystem>

namespace marginscope {
namespace {

namespace fs = std::filesystem;

std::string rescued_name(bool fork) {
    return std::string("unsaved-training") + (fork ? "-fork" : "") + ".safetensors";
}

}  // namespace

UnsavedWork unsaved_work_of(const Training& training, bool fork, const std::string& rescue_folder) {
    if (!training.has_unsaved_steps()) return {};
    const std::string steps = std::to_string(training.steps_done()) + " steps";
    const std::string folder = training.frame().run_folder;
    if (!folder.empty())
        return {"The training in " + folder + " is not finished. Quitting saves it there at " +
                    steps + "; it can be resumed.",
                ""};
    UnsavedWork work;
    work.sentence = std::string(fork ? "The fork" : "The training") + " of " + steps +
                    " has no run folder: its model is not saved.";
    if (rescue_folder.empty()) return work;
    work.save_as = (fs::path(rescue_folder) /
                    ("trained-" + std::to_string(training.steps_done()) + "-steps.safetensors"))
                       .string();
    return work;
}

void keep_at_end(Training& training, bool fork, const std::string& rescue_folder) {
    if (!training.has_unsaved_steps()) return;
    if (!training.frame().run_folder.empty())
        training.save();
    else if (!rescue_folder.empty() && training.is_finite())
        training.save_model_to((fs::path(rescue_folder) / rescued_name(fork)).string());
}

}  // namespace marginscope
