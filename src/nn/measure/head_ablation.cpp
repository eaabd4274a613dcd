// A pass with all heads, then one without each.
#include "nn/measure/head_ablation.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "nn/measure/probes.h"

namespace marginscope {
namespace {

double change(const at::Tensor& without, const at::Tensor& with, int token) {
    if (token < 0 || !without.defined()) return std::numeric_limits<double>::quiet_NaN();
    return (without[token] - with[token]).item<double>();
}

}  // namespace

HeadAblation::HeadAblation(std::shared_ptr<const LanguageModel> model, const at::Tensor& u,
                           const AblatedPlace& place)
    : model_(std::move(model)), u_(u.narrow(1, 0, place.position + 1)), place_(place) {
    assert(u.dim() == 3 && u.size(0) == 1);
    const at::NoGradGuard no_grad;
    clean_tap_.attention = true;
    ForwardOptions taps;
    taps.tap = &clean_tap_;
    model_->hidden_from_embeddings(u_, taps);
    ForwardOptions options;
    std::vector<AttentionLayer> read;
    clean_ = predicted(options, read);
    for (const AttentionLayer& layer : read)
        clean_layers_.push_back(AttentionViews(layer).layer(place_.position));
}

HeadAblation::Prediction HeadAblation::predicted(ForwardOptions& options,
                                                 std::vector<AttentionLayer>& read) const {
    at::Tensor stream;
    options.on_residual = [&](int, const at::Tensor& x) {
        stream = x;
        return x;
    };
    read = attention_layers(*model_, u_, options);
    const at::Tensor logprob = at::log_softmax(model_->head(model_->last_norm(stream))[0], -1)
                                   .to(at::kCPU, at::kDouble);  // (T, V)
    Prediction result{logprob[place_.position], {}};
    if (place_.position > 0) result.own = logprob[place_.position - 1];
    return result;
}

// What the head adds to the stream: W_O^h times its weighted values.
at::Tensor HeadAblation::contribution(int layer, int head) const {
    const LayerTap& seen = clean_tap_.layers[static_cast<std::size_t>(layer)];
    const at::Tensor values = at::matmul(seen.attention.select(1, head), seen.v.select(1, head));
    return at::matmul(values, model_->attention_weights(layer).w_o[head].t());
}

void HeadAblation::compare_margins(const std::vector<AttentionLayer>& read, int from,
                                   HeadEffect& effect) const {
    for (int layer = from; layer < layers(); ++layer) {
        const auto at = static_cast<std::size_t>(layer);
        const double difference = AttentionViews(read[at]).layer_log_det(place_.position).value -
                                  clean_layers_[at].logdet.value;
        if (effect.margin_change && !(std::abs(difference) > std::abs(*effect.margin_change)))
            continue;
        effect.margin_change = difference;
        effect.margin_layer = layer;
    }
}

void HeadAblation::step() {
    assert(!done());
    const at::NoGradGuard no_grad;
    const int layer = static_cast<int>(effects_.size()) / heads();
    const int head = static_cast<int>(effects_.size()) % heads();
    HeadEffect effect;
    const at::Tensor row =
        clean_tap_.layers[static_cast<std::size_t>(layer)].attention[0][head][place_.position].to(
            at::kCPU, at::kDouble);
    effect.sink = row[0].item<double>();
    effect.entropy = -at::xlogy(row, row).sum().item<double>();
    // What it adds is that of the pass with all heads: nothing before its layer changes.
    const at::Tensor part = contribution(layer, head);
    ForwardOptions options;
    options.on_attention = [&](int at, const at::Tensor& x) { return at == layer ? x - part : x; };
    std::vector<AttentionLayer> read;
    const Prediction without = predicted(options, read);
    effect.next_change = change(without.next, clean_.next, place_.next);
    effect.own_change = change(without.own, clean_.own, place_.own);
    effect.kl =
        (clean_.next.exp() * (clean_.next - without.next)).sum().clamp_min(0.0).item<double>();
    effect.likeliest = static_cast<int>(without.next.argmax().item<std::int64_t>());
    effect.flips = effect.likeliest != clean_.next.argmax().item<std::int64_t>();
    compare_margins(read, layer + 1, effect);
    effects_.push_back(effect);
}

}  // namespace marginscope
