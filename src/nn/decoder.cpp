// The decoder's windows: growing, moving on when the context is full, going back.
#include "nn/decoder.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cassert>
#include <limits>

#include "nn/tensor_eigen.h"

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
    if (length <= context) return 0;
    const std::size_t shift = context - context / 2;
    return (length - context + shift - 1) / shift * shift;
}

Decoder::Decoder(const CharGpt& model) : model_(&model) {}

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
    cut_window(window_, length - begin);
    extend_window();  // whatever is missing
}

// Brings window_ up to the end of ids_ in one pass.
void Decoder::extend_window() {
    const std::size_t begin =
        decode_window_begin(ids_.size(), static_cast<std::size_t>(model_->shape().context));
    if (begin != window_.begin) {
        if (window_.length() > 0) {
            earlier_.push_back(std::move(window_));
            if (earlier_.size() > kEarlierWindows) earlier_.erase(earlier_.begin());
        }
        window_ = {};
        window_.begin = begin;
    }
    const std::size_t done = begin + window_.length();
    if (done == ids_.size()) return;
    Tap tap;
    tap.attention = capture_;
    ForwardOptions options;
    options.cache = &window_.cache;
    if (capture_) options.tap = &tap;
    const at::Tensor u = embeddings(done, ids_.size(), done - begin).unsqueeze(0);  // (1, t, C)
    // A fresh CPU copy: nothing of it shares memory with what the model will reuse.
    const at::Tensor logits =
        model_->logits_from_embeddings(u, options)[0].to(at::kCPU).contiguous();  // (t, V)
    window_.logits = window_.logits.defined() ? at::cat({window_.logits, logits}) : logits;
    if (capture_) {
        std::vector<at::Tensor> layers;
        for (const LayerTap& layer : tap.layers) layers.push_back(layer.attention[0]);
        window_.attention.push_back(at::stack(layers).to(at::kCPU, at::kFloat));  // (L, H, t, S)
    }
}

void Decoder::cut_window(Window& window, std::size_t length) const {
    if (window.length() <= length) return;
    const std::int64_t keep = signed_size(length);
    for (KeyValue& layer : window.cache) {
        layer.k = layer.k.narrow(2, 0, keep);
        layer.v = layer.v.narrow(2, 0, keep);
    }
    window.logits = window.logits.narrow(0, 0, keep);
    std::int64_t rows = 0;
    for (std::size_t piece = 0; piece < window.attention.size(); ++piece) {
        at::Tensor& block = window.attention[piece];
        const std::int64_t end = rows + block.size(2);
        if (end > keep) {
            block = block.narrow(2, 0, keep - rows);
            window.attention.resize(piece + (keep > rows ? 1 : 0));
            break;
        }
        rows = end;
    }
}

at::Tensor Decoder::logits() const {
    return window_.length() == 0 ? at::Tensor() : window_.logits.select(0, -1).clone();
}

at::Tensor Decoder::window_logits() const { return window_.logits.clone(); }

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
    const std::int64_t n = signed_size(window_.length());
    at::Tensor out = at::full({model_->shape().layers, model_->shape().heads, n, n},
                              std::numeric_limits<float>::quiet_NaN(), at::kFloat);
    std::int64_t row = 0;
    for (const at::Tensor& piece : window_.attention) {
        const std::int64_t past = row;
        for (std::int64_t t = 0; t < piece.size(2);
             ++t, ++row)  // row t of the piece sees past + t + 1 keys
            out.select(2, row)
                .narrow(2, 0, row + 1)
                .copy_(piece.select(2, t).narrow(2, 0, past + t + 1));
    }
    return out;
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
    at::Tensor u =
        at::embedding(model_->token_embeddings(), id_tensor(ids, model_->device()))[0].to(
            at::kDouble);
    u = u + model_->position_embeddings().narrow(0, 0, n).to(at::kDouble);
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
    const at::Tensor tokens =
        at::embedding(model_->token_embeddings(), id_tensor(ids, model_->device()))[0];
    return to_matrix(tokens.to(at::kDouble) +
                     model_->position_embeddings()[signed_size(position)].to(at::kDouble));
}

}  // namespace marginscope
