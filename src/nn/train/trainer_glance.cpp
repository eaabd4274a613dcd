// Margins and attention of a few windows, cheap enough to be looked at often.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "nn/barrier/barrier_objective.h"
#include "nn/train/trainer_state.h"

namespace marginscope {
namespace {

std::vector<float> numbers_of(const at::Tensor& x) {
    const at::Tensor host = x.to(at::kCPU, at::kFloat).flatten().contiguous();
    return {host.const_data_ptr<float>(), host.const_data_ptr<float>() + host.numel()};
}

/// (B, H, T, T) attention weights -> (H): entropy of a row, mean over rows.
at::Tensor entropies(const at::Tensor& attention) {
    const at::Tensor logs = attention.clamp_min(1e-30).log();
    return -(attention * logs).sum(-1).mean(at::IntArrayRef{0, 2});
}

/// q, k (B, H, T, p) -> (H): the largest score that the causal mask lets through.
at::Tensor largest_scores(const at::Tensor& q, const at::Tensor& k) {
    const double scale = 1.0 / std::sqrt(static_cast<double>(q.size(3)));
    const at::Tensor scores = at::matmul(q, k.transpose(-1, -2)) * scale;  // (B, H, T, T)
    const at::Tensor past = at::ones({q.size(2), q.size(2)}, q.options()).tril().to(at::kBool);
    return scores.masked_fill(past.logical_not(), -INFINITY).amax(at::IntArrayRef{0, 2, 3});
}

}  // namespace

Glance Trainer::glance() const {
    const State& s = *state_;
    const Model& model = *s.model;
    at::NoGradGuard no_grad;
    const std::int64_t all = s.evaluation.ids.size(0);
    const std::int64_t windows =
        std::clamp<std::int64_t>(kGlancePositions / s.evaluation.ids.size(1), 1, all);
    const std::int64_t stride = all / windows;
    const at::Tensor ids = s.evaluation.ids.slice(0, 0, windows * stride, stride);
    const at::Tensor u = model.gpt.embed(ids);
    Tap tap;
    tap.attention = true;
    ForwardOptions options;
    options.tap = &tap;
    (void)model.gpt.hidden_from_embeddings(u, options);

    Glance glance;
    glance.step = model.step;
    const BarrierTerms terms = report_barrier(model, u, tap);
    glance.share_beyond =
        read_barrier_counts(barrier_counts(terms, model.config.barrier.cap)).share_beyond;
    glance.logdets = numbers_of(terms.logdet);
    std::erase_if(glance.logdets, [](float value) { return std::isnan(value); });
    std::sort(glance.logdets.begin(), glance.logdets.end());
    std::vector<at::Tensor> of_attention, of_scores;
    for (const LayerTap& layer : tap.layers) {
        of_attention.push_back(entropies(layer.attention));
        of_scores.push_back(largest_scores(layer.q, layer.k));
    }
    glance.head_entropies = numbers_of(at::stack(of_attention));
    glance.head_logits = numbers_of(at::stack(of_scores));
    return glance;
}

}  // namespace marginscope
