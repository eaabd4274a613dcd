// Reading and watching the model that a path begins from.
#include "engine/path/path_init.h"

#include "core/error.h"
#include "core/shown.h"
#include "files/run_folder.h"
#include "files/sha256.h"
#include "nn/train/start_model.h"
#include "text/corpus.h"

namespace marginscope {

void take_init(PathPlan& plan) {
    if (plan.init.empty()) return;
    if (plan.both_heads)
        throw UserError(
            "A model to begin from brings its own head along: a path from it cannot have both.", 2);
    const StartModel start = load_start_model(plan.init);
    const Corpus corpus = plan.text.empty() ? built_in_corpus() : load_corpus(plan.text);
    require_known_characters(corpus, *start.model);
    plan.init = start.file;
    plan.init_mark = start.sha256;
    plan.config.model = start.shape;
}

void require_same_init(const PathPlan& plan) {
    if (plan.init.empty() || sha256_of_file(model_file(plan.init)) == plan.init_mark) return;
    throw UserError(shown(plan.init) +
                    " has changed since the path began; its cells would not begin from the same "
                    "model. Give the old one back, or choose another folder.");
}

}  // namespace marginscope
