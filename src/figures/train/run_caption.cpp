// The sentence under figures of a run.
#include "figures/train/run_caption.h"

#include "core/words.h"

namespace marginscope {

std::string run_caption(const FigureSource& source, Figure& figure) {
    const TrainingFrame* t = source.frames.training.get();
    if (t == nullptr) return source.history->run.label;
    const RunConfig& config = t->config;
    const std::string run = t->run_folder.empty() ? "not written" : t->run_folder;
    figure.metadata.emplace_back("run", run);
    figure.metadata.emplace_back("step", std::to_string(t->step));
    figure.metadata.emplace_back("seed", std::to_string(config.train.seed));
    return t->model_label + ", " + std::to_string(t->parameters) + " parameters, on " +
           t->corpus_label + "; step " + std::to_string(t->step) + " of " +
           std::to_string(t->target) + ", lambda_m " + format_number(config.barrier.lambda) +
           ", seed " + std::to_string(config.train.seed) + ".";
}

}  // namespace marginscope
