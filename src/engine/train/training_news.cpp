// Reports in the numbers of the window.
#include "engine/train/training_news.h"

#include <utility>

namespace marginscope {

TrainingSample news_of(const StepReport& report) {
    TrainingSample one;
    one.step = report.step;
    one.ce = static_cast<float>(report.ce);
    one.barrier = static_cast<float>(report.barrier);
    one.logdet_mean = static_cast<float>(report.logdet_mean);
    one.share_beyond = static_cast<float>(report.share_beyond);
    one.embedding_rms = static_cast<float>(report.embedding_rms);
    one.grad_norm = static_cast<float>(report.grad_norm);
    one.lr = static_cast<float>(report.lr);
    one.lambda = static_cast<float>(report.lambda);
    one.noise = static_cast<float>(report.train_noise);
    one.capped = static_cast<int>(report.capped);
    one.singular = static_cast<int>(report.singular);
    one.stage_sigma = static_cast<float>(report.stage_sigma);
    one.u_rms = static_cast<float>(report.u_rms);
    return one;
}

EvalSample news_of(const EvalReport& report) {
    EvalSample one;
    one.step = report.step;
    one.val_ce = static_cast<float>(report.val_ce);
    one.val_logdet_mean = static_cast<float>(report.logdet_mean);
    one.sigma_min_min = static_cast<float>(report.sigma_min_min);
    one.barrier_estimate = static_cast<float>(report.barrier_estimate);
    one.barrier_estimate_error = static_cast<float>(report.barrier_estimate_error);
    one.barrier_bound = static_cast<float>(report.barrier_bound);
    one.share_beyond = static_cast<float>(report.share_beyond);
    return one;
}

MarginSample news_of(Glance glance, int heads) {
    MarginSample one;
    one.step = glance.step;
    one.logdets = std::move(glance.logdets);
    one.share_beyond = static_cast<float>(glance.share_beyond);
    one.head_entropies = std::move(glance.head_entropies);
    one.head_logits = std::move(glance.head_logits);
    one.heads = heads;
    return one;
}

}  // namespace marginscope
