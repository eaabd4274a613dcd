// A block's twin, slice by slice.
#include "nn/measure/twin.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "nn/model/tensor_eigen.h"

namespace marginscope {
namespace {

constexpr std::int64_t kPositionsAtOnce = 512;  // of all draws of one pass: a few milliseconds
constexpr std::int64_t kTokensKept = 8;         // of the mean distribution
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// (…, V) -> (…): -sum p log p of log-probabilities.
at::Tensor entropy_of(const at::Tensor& logprob) { return (logprob.exp() * logprob).sum(-1).neg(); }

}  // namespace

TwinPass::TwinPass(const LanguageModel& model, at::Tensor u, TextBlock block, TwinNoise noise,
                   const TwinMargins* margins)
    : model_(model), margins_(margins), u_(std::move(u)), block_(block), noise_(std::move(noise)) {
    assert(u_.dim() == 3 && u_.scalar_type() == at::kDouble && noise_.draws > 0);
    assert(u_.size(1) == static_cast<std::int64_t>(block.end - block.begin));
    result_.block = block_;
    result_.draws.assign(static_cast<std::size_t>(noise_.draws),
                         std::vector<TwinNumbers>(static_cast<std::size_t>(places()),
                                                  TwinNumbers{-1, kNone, kNone}));
    result_.average.assign(static_cast<std::size_t>(places()), {kNone, kNone, {}});
}

bool TwinPass::step(const std::stop_token& stop) {
    const at::NoGradGuard no_grad;
    if (!clean_.defined()) {
        read_clean();
        return true;
    }
    if (read_ < noise_.draws) {
        read_draws();
        if (read_ == noise_.draws) finish_average();
        return true;
    }
    return measure(stop);
}

double TwinPass::progress() const {
    const bool all = margins_ != nullptr && noise_.where == NoisePlace::embeddings;
    const double margins = margins_ == nullptr ? 0 : (all ? noise_.draws + 1 : 1);
    const double done = read_ + (measured_ + 1) * (margins > 0 ? places() : 0) + place_;
    return std::min(1.0, done / (noise_.draws + margins * places()));
}

TwinOfBlock TwinPass::take() { return std::move(result_); }

void TwinPass::read_clean() {
    clean_ = at::log_softmax(model_.logits_from_embeddings(u_)[0], -1);  // (n, V)
    const at::Tensor best = clean_.argmax(-1).to(at::kCPU).contiguous();
    for (std::size_t i = block_.first; i < block_.end; ++i)
        result_.clean.push_back(
            i == block_.begin
                ? -1
                : static_cast<int>(best.const_data_ptr<std::int64_t>()[i - 1 - block_.begin]));
    mean_ = at::zeros_like(clean_);
    expected_ = at::zeros({clean_.size(0)}, clean_.options());
}

void TwinPass::read_draws() {
    if (noise_.none()) {  // not even a rounding apart from the text itself
        for (; read_ < noise_.draws; ++read_) take_draw(read_, clean_);
        return;
    }
    const std::int64_t rows = std::min<std::int64_t>(
        noise_.draws - read_, std::max<std::int64_t>(1, kPositionsAtOnce / u_.size(1)));
    ForwardOptions options;
    const at::Tensor u = noise_.added(u_.expand({rows, -1, -1}), read_,
                                      static_cast<std::int64_t>(block_.begin), options);
    const at::Tensor logprob =
        at::log_softmax(model_.logits_from_embeddings(u, options), -1);  // (B, n, V)
    for (std::int64_t row = 0; row < rows; ++row) take_draw(read_++, logprob[row]);
}

void TwinPass::take_draw(int draw, const at::Tensor& logprob) {
    const at::Tensor kl =
        (clean_.exp() * (clean_ - logprob)).sum(-1).clamp_min(0.0).to(at::kCPU).contiguous();
    const at::Tensor best = logprob.argmax(-1).to(at::kCPU).contiguous();
    mean_ += logprob.exp();
    expected_ += entropy_of(logprob);
    std::vector<TwinNumbers>& numbers = result_.draws[static_cast<std::size_t>(draw)];
    for (std::size_t i = std::max(block_.first, block_.begin + 1); i < block_.end; ++i) {
        TwinNumbers& at = numbers[i - block_.first];
        at.likeliest = static_cast<int>(best.const_data_ptr<std::int64_t>()[i - 1 - block_.begin]);
        at.kl = kl.const_data_ptr<double>()[i - 1 - block_.begin];
    }
}

void TwinPass::finish_average() {
    mean_ /= noise_.draws;
    const at::Tensor entropy = entropy_of(mean_.log().clamp_min(-1e4)).to(at::kCPU).contiguous();
    const at::Tensor expected = (expected_ / noise_.draws).to(at::kCPU).contiguous();
    const auto [top, ids] = mean_.topk(std::min(kTokensKept, mean_.size(1)), -1);
    const at::Tensor mean = top.to(at::kCPU).contiguous(), token = ids.to(at::kCPU).contiguous();
    const at::Tensor clean = clean_.exp().gather(-1, ids).to(at::kCPU).contiguous();
    const std::int64_t kept = mean.size(1);
    for (std::size_t i = std::max(block_.first, block_.begin + 1); i < block_.end; ++i) {
        const auto row = static_cast<std::int64_t>(i - 1 - block_.begin);
        TwinAverage& average = result_.average[i - block_.first];
        average.entropy = entropy.const_data_ptr<double>()[row];
        average.expected = expected.const_data_ptr<double>()[row];
        for (std::int64_t at = row * kept; at < (row + 1) * kept; ++at)
            average.tokens.push_back({static_cast<int>(token.const_data_ptr<std::int64_t>()[at]),
                                      clean.const_data_ptr<double>()[at],
                                      mean.const_data_ptr<double>()[at]});
    }
    mean_.reset();
    expected_.reset();
}

double TwinPass::margin(const Stage& stage, int position, const std::stop_token& stop) const {
    if (!stage.has_margin(position)) return kNone;
    switch (margins_->kind) {
        case MarginKind::determinant:
            return stage.log_det(position).value;
        case MarginKind::singular:
            return stage.sigma_min(position);
        case MarginKind::geometric:
            break;
    }
    return stage.geometric_margin(position, 0, stop).value.value_or(kNone);
}

bool TwinPass::measure(const std::stop_token& stop) {
    if (margins_ == nullptr || measured_ == noise_.draws) return false;
    const auto first = static_cast<int>(block_.first - block_.begin);
    if (measured_ >= 0 && (noise_.where != NoisePlace::embeddings || noise_.none())) {
        for (auto& numbers : result_.draws)
            for (std::size_t k = 0; k < numbers.size(); ++k)
                numbers[k].margin_gap = clean_margins_[k] - clean_margins_[k];
        measured_ = noise_.draws;
        return false;
    }
    if (!stage_) {
        at::Tensor u = u_[0];
        if (measured_ >= 0)
            u = u + noise_.standard(-1, measured_, 1, static_cast<std::int64_t>(block_.begin),
                                    u.size(0), u.size(1))[0]
                            .to(u.device()) *
                        noise_.scale(-1);
        stage_.emplace(to_matrix(u), margins_->weights);
    }
    const int last = margins_->kind == MarginKind::geometric ? place_ + 1 : places();
    for (; place_ < last; ++place_) {
        const double value = margin(*stage_, first + place_, stop);
        const auto k = static_cast<std::size_t>(place_);
        if (measured_ < 0)
            clean_margins_.push_back(value);
        else
            result_.draws[static_cast<std::size_t>(measured_)][k].margin_gap =
                value - clean_margins_[k];
    }
    if (place_ == places()) {
        place_ = 0;
        ++measured_;
        stage_.reset();
    }
    return measured_ < noise_.draws;
}

}  // namespace marginscope
