// Estimates and what is known of their errors.
#include "nn/barrier/barrier_estimate.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace marginscope {
namespace {

/// Any of the sequences in an order of the draw's own: evaluation windows lie in the text's order.
at::Tensor shuffled(std::int64_t sequences, const RunConfig& config, std::int64_t step) {
    CounterRng random({static_cast<std::uint64_t>(config.train.seed),
                       DrawPurpose::barrier_sequences, static_cast<std::uint64_t>(step), 1, 0});
    at::Tensor order = at::arange(sequences, at::kLong);
    auto* const at = order.mutable_data_ptr<std::int64_t>();
    for (std::int64_t k = sequences - 1; k > 0; --k)
        std::swap(at[k], at[random.below(static_cast<std::uint64_t>(k + 1))]);
    return order;
}

Tap chosen_rows(const Tap& tap, const at::Tensor& rows) {
    Tap chosen = tap;
    for (LayerTap& layer : chosen.layers)
        for (at::Tensor* const x : {&layer.q, &layer.k, &layer.v}) *x = x->index_select(0, rows);
    return chosen;
}

/// Variance of `count` values' mean where `all` equally good ones were there to draw from.
double variance_of_mean(const at::Tensor& values, std::int64_t all) {
    const auto count = static_cast<double>(values.numel());
    if (values.numel() == 1) return std::nan("");
    return (1.0 - count / static_cast<double>(all)) * values.var().item<double>() / count;
}

}  // namespace

bool is_estimated(const BarrierConfig& config) {
    return config.fraction < 1.0 || config.estimator != BarrierEstimator::exact;
}

BarrierEstimate estimate_barrier(const Model& model, const at::Tensor& u, const Tap& tap,
                                 std::int64_t step) {
    at::NoGradGuard no_grad;
    const BarrierConfig& barrier = model.config.barrier;
    const std::int64_t sequences = u.size(0);
    const bool of_sequences =
        barrier.fraction < 1.0 && barrier.sample == BarrierSampling::sequences;
    BarrierSample sample{sequences, 1.0, of_sequences ? 1.0 : barrier.fraction, step};
    if (of_sequences)
        sample.count = std::clamp<std::int64_t>(
            std::llround(barrier.fraction * static_cast<double>(sequences)), 1, sequences);
    const at::Tensor rows =
        shuffled(sequences, model.config, step).narrow(0, 0, sample.count).to(u.device());
    const BarrierTerms terms =
        sampled_barrier(model, u.index_select(0, rows), chosen_rows(tap, rows), sample);

    const at::Tensor used = terms.sign != 0;
    const at::Tensor values = terms.logdet.masked_fill(used.logical_not(), 0.0).to(at::kDouble);
    const double count = used.sum().item<double>();
    double variance = 0.0;
    if (sample.count < sequences) {
        // Rows of heads are by layer, sequence, head.
        const std::int64_t layers =
            barrier.site == BarrierSite::heads ? model.gpt.shape().layers : 1;
        variance +=
            variance_of_mean(values.view({layers, sample.count, -1}).mean(2).mean(0), sequences);
    }
    if (sample.position_share < 1.0) {
        const auto drawn = static_cast<double>(values.size(1));
        const double left_out = 1.0 - drawn / static_cast<double>(u.size(1) - kFirstPosition);
        const auto all_rows = static_cast<double>(values.size(0));
        const double spread =
            values.size(1) > 1 ? values.var(1).sum().item<double>() : std::nan("");
        variance += left_out * spread / drawn / (all_rows * all_rows);
    }
    if (terms.probe_variance.defined())
        variance += terms.probe_variance.to(at::kDouble)
                        .masked_fill(used.logical_not(), 0.0)
                        .sum()
                        .item<double>() /
                    (count * count);
    BarrierEstimate estimate;
    estimate.barrier = terms.barrier.item<double>();
    estimate.standard_error = std::sqrt(variance);
    if (terms.truncation_bound.defined())
        estimate.bound = terms.truncation_bound.to(at::kDouble).mean().item<double>();
    return estimate;
}

}  // namespace marginscope
