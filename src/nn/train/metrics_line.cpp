// The figures of an evaluation, as metrics.jsonl names them.
#include "nn/train/metrics_line.h"

#include <nlohmann/json.hpp>

#include "core/run/lambda_schedule.h"
#include "files/json_numbers.h"
#include "nn/barrier/barrier_estimate.h"

namespace marginscope {

nlohmann::json metrics_line(const StepReport& step, const EvalReport& eval, const RunConfig& config,
                            double tokens_per_s) {
    const bool trained = step.step > 0;
    const auto of_step = [&](double value) {
        return trained ? json_number(value) : nlohmann::json();
    };
    const auto estimated = [&](double value) {
        return is_estimated(config.barrier) ? json_number(value) : nlohmann::json();
    };
    return {{"step", eval.step},
            {"ce", of_step(step.ce)},
            {"val_ce", json_number(eval.val_ce)},
            {"barrier", json_number(eval.barrier)},
            {"barrier_error", json_number(eval.barrier_error)},
            {"barrier_estimate", estimated(eval.barrier_estimate)},
            {"barrier_estimate_error", estimated(eval.barrier_estimate_error)},
            {"barrier_bound", estimated(eval.barrier_bound)},
            {"logdet_mean", json_number(eval.logdet_mean)},
            {"sigma_min_min", json_number(eval.sigma_min_min)},
            {"share_beyond", json_number(eval.share_beyond)},
            {"capped", eval.capped},
            {"singular", eval.singular},
            {"embedding_rms", json_number(eval.embedding_rms)},
            {"u_rms", json_number(eval.u_rms)},
            {"stage_sigma", of_step(eval.stage_sigma)},
            {"grad_norm", of_step(step.grad_norm)},
            {"lr", of_step(step.lr)},
            {"lambda", json_number(lambda_at(config, eval.step))},
            {"train_noise", json_number(config.train.noise)},
            {"tokens_per_s", of_step(tokens_per_s)}};
}

}  // namespace marginscope
