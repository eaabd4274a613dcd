// Fills tensors from counter-based streams and hooks them into a pass.
#include "nn/measure/noise.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <utility>
#include <vector>

namespace marginscope {
namespace {

// Layers share a purpose; positions are far below this, so their streams never meet.
constexpr std::uint64_t kLayerStride = std::uint64_t{1} << 32;

}  // namespace

std::uint64_t noise_position(std::uint64_t place, int layer) {
    return place + static_cast<std::uint64_t>(layer + 1) * kLayerStride;
}

at::Tensor standard_noise(const NoiseKey& key, std::span<const std::uint64_t> windows,
                          std::int64_t time, std::int64_t width, std::int64_t first_position) {
    at::Tensor out =
        at::empty({static_cast<std::int64_t>(windows.size()), time, width}, at::kFloat);
    float* row = out.data_ptr<float>();
    for (const std::uint64_t window : windows) {
        for (std::int64_t t = 0; t < time; ++t, row += width) {
            const std::uint64_t position = noise_position(
                static_cast<std::uint64_t>(first_position + t), static_cast<int>(key.layer) - 1);
            fill_normal({key.seed, key.purpose, key.draw, window, position},
                        std::span<float>(row, static_cast<std::size_t>(width)));
        }
    }
    return out;
}

double token_embedding_rms(const LanguageModel& model, std::span<const int> ids) {
    if (ids.empty()) return 0.0;
    const at::NoGradGuard no_grad;
    // By how often each token occurs: nothing of the text's length is embedded.
    std::vector<double> counts(static_cast<std::size_t>(model.vocabulary()), 0.0);
    for (const int id : ids) counts[static_cast<std::size_t>(id)] += 1.0;
    const at::Tensor all = at::arange(model.vocabulary(), at::kLong).to(model.device());
    const at::Tensor square =
        model.token_vectors(all).to(at::kCPU, at::kDouble).square().mean(1).contiguous();
    const double* of_token = square.data_ptr<double>();
    double sum = 0.0;
    for (std::size_t id = 0; id < counts.size(); ++id) sum += counts[id] * of_token[id];
    return std::sqrt(sum / static_cast<double>(ids.size()));
}

NoiseDraws::NoiseDraws(const NoiseKey& key, std::vector<std::uint64_t> windows, at::Tensor only)
    : key_(key), windows_(std::move(windows)), only_(std::move(only)) {}

at::Tensor NoiseDraws::added(const at::Tensor& x, int layer, double sigma) {
    const auto slot = static_cast<std::size_t>(layer + 1);
    if (kept_.size() <= slot) kept_.resize(slot + 1);
    if (!kept_[slot].defined()) {
        NoiseKey key = key_;
        key.layer = slot;
        kept_[slot] =
            standard_noise(key, windows_, x.size(1), x.size(2)).to(x.device(), x.scalar_type());
        if (only_.defined()) kept_[slot].mul_(only_.to(x.device(), x.scalar_type()));
    }
    return x + kept_[slot] * sigma;
}

at::Tensor add_noise(NoisePlace where, double sigma, const at::Tensor& u, NoiseDraws& draws,
                     ForwardOptions& options) {
    if (sigma == 0.0) return u;
    if (where == NoisePlace::embeddings) return draws.added(u, -1, sigma);
    const auto hook = [&draws, sigma](int layer, const at::Tensor& x) {
        return draws.added(x, layer, sigma);
    };
    (where == NoisePlace::attention ? options.on_attention_input : options.on_residual) = hook;
    return u;
}

}  // namespace marginscope
