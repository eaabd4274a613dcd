// The decoder's windows: growing, moving on when the context is full, going back.
#include "nn/decode/decoder.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "core/text_windows.h"
#include "nn/model/tensor_eigen.h"

namespace marginscope {
namespace {

// Windows kept so that going back is exact and instant; one costs 2 L T C numbers.
constexpr std::size_t kEarlierWindows = 16;

at::Tensor id_tensor(std::span<const int> ids, at::Device device) {
    at::Tensor out = at::empty({1, static_cast<std::int64_t>(ids.size())}, at::kLong);
    std::copy(ids.begin(), ids.end(), out.data_ptr<std::int64_t>());
    return out.to(device);
}

std::int64_t signed_size(std::size_t size) { return static_cast<std::int64_t>(size); }

}  // namespace

std::size_t decode_window_begin(std::size_t length, std::size_t context) {
    return length == 0 ? 0 : block_of(length - 1, context, WindowRule::half).begin;
}

Decoder::Decoder(const LanguageModel& model, Reading reading)
    : model_(&model), step_(model.token_step()), reading_(reading) {}

void Decoder::perturb(Perturbation change) {
    assert(ids_.empty());
    perturb_ = std::move(change);
    step_ = perturb_ ? nullptr : model_->token_step();  // a step has no hooks
}

void Decoder::clear() {
    ids_.clear();
    deltas_.clear();
    window_ = {};
    earlier_.clear();
}

at::Tensor Decoder::append(std::span<const int> ids, const at::Tensor& delta) {
    assert(!ids.empty() || !ids_.empty());
    assert(!delta.defined() || (delta.dim() == 2 && delta.size(0) == signed_size(ids.size())));
    const at::NoGradGuard no_grad;
    for (std::size_t k = 0; k < ids.size(); ++k) {
        assert(ids[k] >= 0 && ids[k] < model_->vocabulary());
        ids_.push_back(ids[k]);
        deltas_.push_back(delta.defined() ? delta[signed_size(k)].detach().to(
                                                model_->device(), model_->dtype(), false, true)
                                          : at::Tensor());
    }
    extend_window();
    return logits();
}

void Decoder::truncate(std::size_t length) {
    assert(length <= ids_.size());
    if (length == ids_.size()) return;
    const at::NoGradGuard no_grad;
    ids_.resize(length);
    deltas_.resize(length);
    if (length == 0) {
        clear();
        return;
    }
    const std::size_t begin =
        decode_window_begin(length, static_cast<std::size_t>(model_->shape().context));
    while (window_.begin > begin && !earlier_.empty()) {
        window_ = std::move(earlier_.back());
        earlier_.pop_back();
    }
    if (window_.begin < begin) earlier_.push_back(std::move(window_));
    if (window_.begin != begin) {
        window_ = {};
        window_.begin = begin;
    }
    window_.length = std::min(window_.length, length - begin);
    extend_window();  // whatever is missing
}

// Brings window_ up to the end of ids_.
void Decoder::extend_window() {
    const std::size_t begin =
        decode_window_begin(ids_.size(), static_cast<std::size_t>(model_->shape().context));
    if (begin != window_.begin) {
        if (window_.length > 0) {
            earlier_.push_back(std::move(window_));
            if (earlier_.size() > kEarlierWindows) earlier_.erase(earlier_.begin());
        }
        window_ = {};
        window_.begin = begin;
    }
    const std::size_t missing = window_length() - window_.length;
    if (missing == 0) return;
    make_room(window_);
    if (step_ != nullptr && (missing == 1 || reading_ == Reading::steps)) {
        for (std::size_t k = 0; k < missing; ++k, ++window_.length) extend_by_step();
        return;
    }
    extend_by_pass();
    window_.length += missing;
}

void Decoder::make_room(Window& window) const {
    if (window.logits.defined()) return;
    const ModelConfig& shape = model_->shape();
    const std::int64_t head_width = shape.width / shape.heads;
    const auto options = at::TensorOptions(model_->device()).dtype(model_->dtype());
    window.keys = at::empty({shape.layers, shape.heads, head_width, shape.context}, options);
    window.values = at::empty({shape.layers, shape.heads, shape.context, head_width}, options);
    window.logits =
        at::empty({shape.context, model_->vocabulary()}, at::TensorOptions(model_->dtype()));
    if (capture_)
        window.attention =
            at::empty({shape.layers, shape.heads, shape.context, shape.context}, at::kFloat);
}

// The next token alone, by TokenStep.
void Decoder::extend_by_step() {
    const std::int64_t context = model_->shape().context;
    const auto position = signed_size(window_.length);
    const std::size_t at = window_.begin + window_.length;
    const float* delta = deltas_[at].defined() ? deltas_[at].const_data_ptr<float>() : nullptr;
    TokenStepBuffers buffers;
    buffers.keys = window_.keys.data_ptr<float>();
    buffers.values = window_.values.data_ptr<float>();
    buffers.logits = window_.logits.data_ptr<float>() + position * model_->vocabulary();
    if (capture_) {
        buffers.attention = window_.attention.data_ptr<float>() + position * context;
        buffers.attention_head_stride = context * context;
    }
    step_->run(ids_[at], delta, position, buffers);
}

// All missing tokens in one pass of the model.
void Decoder::extend_by_pass() {
    const std::int64_t past = signed_size(window_.length);
    const std::int64_t count = signed_size(window_length()) - past;
    const int layers = model_->shape().layers;
    std::vector<KeyValue> cache(static_cast<std::size_t>(layers));
    for (int layer = 0; layer < layers && past > 0; ++layer) {
        KeyValue& seen = cache[static_cast<std::size_t>(layer)];
        seen.k = window_.keys.narrow(0, layer, 1).narrow(3, 0, past).transpose(2, 3);
        seen.v = window_.values.narrow(0, layer, 1).narrow(2, 0, past);
    }
    Tap tap;
    tap.attention = capture_;
    ForwardOptions options;
    options.cache = &cache;
    if (capture_) options.tap = &tap;
    const std::size_t first = window_.begin + window_.length;
    at::Tensor u = embeddings(first, ids_.size(), window_.length).unsqueeze(0);
    if (perturb_) u = perturb_(u, first, options);
    const at::Tensor logits = model_->logits_from_embeddings(u, options)[0];  // (t, V)
    window_.logits.narrow(0, past, count).copy_(logits);
    for (int layer = 0; layer < layers; ++layer) {
        const KeyValue& seen = cache[static_cast<std::size_t>(layer)];  // (1, H, past + t, p)
        window_.keys.narrow(0, layer, 1)
            .narrow(3, past, count)
            .copy_(seen.k.narrow(2, past, count).transpose(2, 3));
        window_.values.narrow(0, layer, 1)
            .narrow(2, past, count)
            .copy_(seen.v.narrow(2, past, count));
        if (capture_)
            window_.attention.narrow(0, layer, 1)
                .narrow(2, past, count)
                .narrow(3, 0, past + count)
                .copy_(tap.layers[static_cast<std::size_t>(layer)].attention);
    }
}

at::Tensor Decoder::logits() const {
    return window_.length == 0 ? at::Tensor()
                               : window_.logits.select(0, signed_size(window_.length) - 1).clone();
}

at::Tensor Decoder::window_logits() const {
    return window_.length == 0 ? at::Tensor() : logits_after(0, window_.length);
}

at::Tensor Decoder::logits_after(std::size_t first, std::size_t count) const {
    assert(first + count <= window_.length);
    return window_.logits.narrow(0, signed_size(first), signed_size(count)).clone();
}

void Decoder::capture_attention(bool on) {
    if (on == capture_) return;
    capture_ = on;
    earlier_.clear();
    const std::size_t begin = window_.begin;
    window_ = {};
    window_.begin = begin;
    if (ids_.empty()) return;
    const at::NoGradGuard no_grad;
    extend_window();
}

at::Tensor Decoder::attention() const {
    assert(capture_);
    const std::int64_t n = signed_size(window_.length);
    if (n == 0) return at::empty({model_->shape().layers, model_->shape().heads, 0, 0}, at::kFloat);
    const at::Tensor seen = window_.attention.narrow(2, 0, n).narrow(3, 0, n);
    const at::Tensor future = at::ones({n, n}, at::kBool).triu_(1);
    return seen.masked_fill(future, std::numeric_limits<float>::quiet_NaN()).contiguous();
}

// u of tokens begin … end-1 at positions from first_position on, in the model's type: (n, C).
at::Tensor Decoder::embeddings(std::size_t begin, std::size_t end,
                               std::size_t first_position) const {
    const std::span<const int> ids(ids_.data() + begin, end - begin);
    at::Tensor u = model_->embed(id_tensor(ids, model_->device()), signed_size(first_position))[0];
    for (std::size_t k = begin; k < end; ++k)
        if (deltas_[k].defined()) u[signed_size(k - begin)].add_(deltas_[k]);
    return u;
}

// The same from position 0 on, summed in float64.
Matrix Decoder::embeddings_f64(std::size_t begin, std::size_t end) const {
    const at::NoGradGuard no_grad;
    const std::int64_t n = signed_size(end - begin);
    if (n == 0) return Matrix(0, model_->shape().width);
    const std::span<const int> ids(ids_.data() + begin, end - begin);
    at::Tensor u = model_->embed_exactly(id_tensor(ids, model_->device()))[0];
    for (std::size_t k = begin; k < end; ++k)
        if (deltas_[k].defined()) u[signed_size(k - begin)].add_(deltas_[k].to(at::kDouble));
    return to_matrix(u);
}

Matrix Decoder::window_embeddings() const { return embeddings_f64(window_.begin, ids_.size()); }

Matrix Decoder::next_window_embeddings() const {
    const auto context = static_cast<std::size_t>(model_->shape().context);
    return embeddings_f64(decode_window_begin(ids_.size() + 1, context), ids_.size());
}

Matrix Decoder::next_embeddings(std::span<const int> ids) const {
    const at::NoGradGuard no_grad;
    const auto context = static_cast<std::size_t>(model_->shape().context);
    const std::size_t position = ids_.size() - decode_window_begin(ids_.size() + 1, context);
    // Each id is a sequence of one token, at that place.
    return to_matrix(
        model_
            ->embed_exactly(id_tensor(ids, model_->device()).transpose(0, 1), signed_size(position))
            .squeeze(1));
}

}  // namespace marginscope
