// Noise by the index of a character.
#include "nn/measure/twin_noise.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>
#include <utility>

#include "core/random.h"
#include "nn/measure/noise.h"

namespace marginscope {

bool TwinNoise::none() const {
    return std::all_of(scales.begin(), scales.end(), [](double one) { return one == 0.0; });
}

double TwinNoise::scale(int layer) const {
    const std::size_t slot = scales.size() == 1 || layer < 0 ? 0 : static_cast<std::size_t>(layer);
    assert(slot < scales.size());
    return scales[slot];
}

at::Tensor TwinNoise::standard(int layer, int first_draw, std::int64_t draws_now,
                               std::int64_t begin, std::int64_t time, std::int64_t width) const {
    at::Tensor out = at::zeros({draws_now, time, width}, at::kDouble);
    double* row = out.data_ptr<double>();
    for (std::int64_t b = 0; b < draws_now; ++b) {
        for (std::int64_t t = 0; t < time; ++t, row += width) {
            const std::int64_t index = begin + t;
            if (!positions.empty() &&
                !std::binary_search(positions.begin(), positions.end(), static_cast<int>(index)))
                continue;
            fill_normal(
                {seed, DrawPurpose::decode_noise, static_cast<std::uint64_t>(first_draw + b), 0,
                 noise_position(static_cast<std::uint64_t>(index), layer)},
                std::span<double>(row, static_cast<std::size_t>(width)));
        }
    }
    return out;
}

at::Tensor TwinNoise::added(const at::Tensor& u, int first_draw, std::int64_t begin,
                            ForwardOptions& options) const {
    if (none()) return u;
    const auto noisy = [this, first_draw, begin](int layer, const at::Tensor& x) {
        return x +
               (standard(layer, first_draw, x.size(0), begin, x.size(1), x.size(2)) * scale(layer))
                   .to(x.device(), x.scalar_type());
    };
    if (where == NoisePlace::embeddings) return noisy(-1, u);
    (where == NoisePlace::attention ? options.on_attention_input : options.on_residual) = noisy;
    return u;
}

at::Tensor block_embeddings(const LanguageModel& model, std::span<const int> ids,
                            const TextBlock& block) {
    const at::NoGradGuard no_grad;
    const std::span<const int> window = ids.subspan(block.begin, block.end - block.begin);
    at::Tensor index = at::empty({1, static_cast<std::int64_t>(window.size())}, at::kLong);
    std::copy(window.begin(), window.end(), index.data_ptr<std::int64_t>());
    return model.embed(index.to(model.device()));
}

NoiseUnit::NoiseUnit(const LanguageModel& model, NoisePlace where, bool relative,
                     std::vector<int> ids, WindowRule rule)
    : model_(model), where_(where), ids_(std::move(ids)) {
    if (!relative) return;
    if (where == NoisePlace::embeddings) {
        rms_ = {token_embedding_rms(model, ids_)};
        return;
    }
    sums_.assign(static_cast<std::size_t>(model.shape().layers), 0.0);
    blocks_ = text_blocks(ids_.size(), static_cast<std::size_t>(model.shape().context), rule,
                          ids_.size());
    std::reverse(blocks_.begin(), blocks_.end());
}

bool NoiseUnit::step() {
    if (blocks_.empty()) return false;
    const at::NoGradGuard no_grad;
    const TextBlock block = blocks_.back();
    blocks_.pop_back();
    const auto first = static_cast<std::int64_t>(block.first - block.begin);
    ForwardOptions options;
    const auto read = [&](int layer, const at::Tensor& x) {
        sums_[static_cast<std::size_t>(layer)] +=
            x.slice(1, first).to(at::kDouble).square().sum().item<double>();
        return x;
    };
    (where_ == NoisePlace::attention ? options.on_attention_input : options.on_residual) = read;
    model_.hidden_from_embeddings(block_embeddings(model_, ids_, block), options);
    return !blocks_.empty();
}

std::vector<double> NoiseUnit::rms() const {
    std::vector<double> all = rms_;
    const double count = static_cast<double>(ids_.size()) * model_.shape().width;
    for (const double sum : sums_) all.push_back(std::sqrt(sum / count));
    return all;
}

std::vector<double> NoiseUnit::scales(double sigma) const {
    std::vector<double> all = rms();
    if (all.empty()) all = {1.0};
    for (double& one : all) one *= sigma;
    return all;
}

}  // namespace marginscope
