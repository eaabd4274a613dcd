// The settings of one cell of a path.
#include "core/messages/cell_config.h"

namespace marginscope {

RunConfig cell_config(const PathPlan& plan, const PathCell& cell) {
    RunConfig config = plan.config;
    config.model.tied = cell.recipe.tied;
    set_field(config, "stage.sigma", cell.recipe.stage_sigma);
    config.barrier.lambda = cell.lambda;
    config.train.seed = cell.seed;
    config.train.noise = cell.train_noise;
    return config;
}

}  // namespace marginscope
