// What an update leaves on the device, read later: for many updates at once, since each read waits.
#include <ATen/ATen.h>

#include <cmath>

#include "nn/train/trainer_state.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kOwnFigures = 5;

/// figures: cross-entropy, RMS of the tokens' vectors, gradient norm, RMS_u, the stage's sigma,
/// then barrier_counts().
void fill(StepReport& report, const at::Tensor& figures, const BarrierConfig& config) {
    const double* const values = figures.const_data_ptr<double>();
    report.ce = values[0];
    report.embedding_rms = values[1];
    report.grad_norm = values[2];
    report.u_rms = values[3];
    report.stage_sigma = values[4];
    const BarrierReport barrier =
        read_barrier_counts(figures.narrow(0, kOwnFigures, kBarrierCounts));
    const bool carried = barrier.positions > 0;  // a sampled step may carry none
    report.barrier = carried ? barrier.barrier : std::nan("");
    report.logdet_mean = carried ? barrier.logdet_mean : std::nan("");
    // Random probes give magnitudes, not signs.
    const bool signs = config.estimator != BarrierEstimator::lanczos;
    report.share_beyond = carried && signs ? barrier.share_beyond : std::nan("");
    report.capped = barrier.capped;
    report.singular = barrier.singular;
}

}  // namespace

void Trainer::State::keep(Update update) {
    updates.push_back(std::move(update));
    if (updates.size() > kMostReports) updates.pop_front();
}

void Trainer::State::read_figures() {
    std::vector<Update*> unread;
    std::vector<at::Tensor> figures;
    for (Update& update : updates) {
        if (!update.figures.defined()) continue;
        unread.push_back(&update);
        figures.push_back(update.figures);
    }
    if (unread.empty()) return;
    const at::Tensor host = at::stack(figures).cpu();
    const std::chrono::duration<double> since = Clock::now() - unread.front()->began;
    const bool waited = !model->gpt.device().is_cpu();
    for (std::size_t k = 0; k < unread.size(); ++k) {
        Update& update = *unread[k];
        fill(update.report, host[static_cast<std::int64_t>(k)], model->config.barrier);
        if (waited) update.report.step_secs = since.count() / static_cast<double>(unread.size());
        update.figures = at::Tensor();
    }
    report = updates.back().report;
}

}  // namespace marginscope
