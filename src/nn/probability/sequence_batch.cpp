// Windows and caches of many texts at once.
#include "nn/probability/sequence_batch.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "nn/decode/decoder.h"
#include "nn/model/tensor_eigen.h"

namespace marginscope {
namespace {

std::int64_t signed_size(std::size_t size) { return static_cast<std::int64_t>(size); }

at::Tensor row_of(std::span<const int> ids) {
    at::Tensor out = at::empty({1, signed_size(ids.size())}, at::kLong);
    std::copy(ids.begin(), ids.end(), out.data_ptr<std::int64_t>());
    return out;
}

}  // namespace

SequenceBatch::SequenceBatch(const LanguageModel& model, Perturbation change)
    : model_(&model), change_(std::move(change)) {
    if (!change_ && model_->token_step()) rooms_.emplace(*model_);
    make_empty();
}

void SequenceBatch::make_empty() {
    ids_ = at::empty({0, 0}, at::kLong);
    begin_ = 0;
    logits_ = at::Tensor();
    clear_window();
}

void SequenceBatch::clear_window() {
    if (rooms_)
        rooms_->clear(size());
    else
        cache_.assign(static_cast<std::size_t>(model_->shape().layers), {});
}

std::size_t SequenceBatch::read_of_window() const {
    return static_cast<std::size_t>(rooms_ ? rooms_->length() : cache_[0].length());
}

void SequenceBatch::start(std::span<const int> ids, std::size_t texts) {
    assert(!ids.empty() && texts > 0);
    make_empty();
    ids_ = at::empty({signed_size(texts), 0}, at::kLong);
    clear_window();
    extend(row_of(ids).expand({signed_size(texts), -1}).contiguous());
}

at::Tensor SequenceBatch::extend(const at::Tensor& ids) {
    assert(ids.dim() == 2 && ids.size(0) == ids_.size(0) && ids.size(1) > 0);
    const at::NoGradGuard no_grad;
    const auto context = static_cast<std::size_t>(model_->shape().context);
    std::size_t read = length();
    ids_ = at::cat({ids_, ids}, 1);
    std::vector<at::Tensor> parts;
    while (read < length()) {
        const std::size_t begin = decode_window_begin(read + 1, context);
        if (begin != begin_) {
            clear_window();
            begin_ = begin;
        }
        std::size_t end = read + 1;
        while (end < length() && decode_window_begin(end + 1, context) == begin) ++end;
        const at::Tensor logits = read_on(begin_ + read_of_window(), end);
        parts.push_back(
            logits.narrow(1, logits.size(1) - signed_size(end - read), signed_size(end - read)));
        read = end;
    }
    at::Tensor all = parts.size() == 1 ? parts[0] : at::cat(parts, 1);
    logits_ = all.select(1, all.size(1) - 1);
    return all;
}

// Tokens first … end-1 of the text in the present window: (B, end - first, V).
at::Tensor SequenceBatch::read_on(std::size_t first, std::size_t end) {
    if (!rooms_) return pass(first, end);
    return rooms_->read(ids_.narrow(1, signed_size(first), signed_size(end - first)).contiguous());
}

at::Tensor SequenceBatch::pass(std::size_t first, std::size_t end) {
    at::Tensor u = model_->embed(
        ids_.narrow(1, signed_size(first), signed_size(end - first)).to(model_->device()),
        signed_size(first - begin_));
    if (change_) u = change_(u, first);
    ForwardOptions options;
    options.cache = &cache_;
    return model_->logits_from_embeddings(u, options).to(at::kCPU);
}

void SequenceBatch::append(std::span<const int> tokens) {
    assert(tokens.size() == 1 || tokens.size() == size());
    const at::Tensor column = row_of(tokens).transpose(0, 1);
    extend(column.expand({signed_size(size()), 1}).contiguous());
}

void SequenceBatch::select(std::span<const std::int64_t> from) {
    assert(std::all_of(from.begin(), from.end(),
                       [&](std::int64_t k) { return k >= 0 && k < ids_.size(0); }));
    bool same = from.size() == size();
    for (std::size_t k = 0; same && k < from.size(); ++k) same = from[k] == signed_size(k);
    if (same) return;  // each goes on alone: nothing to copy
    at::Tensor index = at::empty({signed_size(from.size())}, at::kLong);
    std::copy(from.begin(), from.end(), index.data_ptr<std::int64_t>());
    ids_ = ids_.index_select(0, index);
    if (logits_.defined()) logits_ = logits_.index_select(0, index);
    if (rooms_) return rooms_->select(from);
    const at::Tensor there = index.to(model_->device());
    for (KeyValue& layer : cache_) {
        if (!layer.k.defined()) continue;
        layer.k = layer.k.index_select(0, there);
        layer.v = layer.v.index_select(0, there);
    }
}

std::vector<int> SequenceBatch::ids(std::size_t text) const {
    const at::Tensor row = ids_[signed_size(text)].contiguous();
    const std::int64_t* const begin = row.const_data_ptr<std::int64_t>();
    return {begin, begin + row.numel()};
}

at::Tensor SequenceBatch::log_probabilities() const {
    return at::log_softmax(logits_.to(at::kDouble), -1);
}

Matrix SequenceBatch::next_window_embeddings(std::size_t text) const {
    const at::NoGradGuard no_grad;
    const auto context = static_cast<std::size_t>(model_->shape().context);
    const std::int64_t begin = signed_size(decode_window_begin(length() + 1, context));
    const std::int64_t count = signed_size(length()) - begin;
    if (count == 0) return Matrix(0, model_->shape().width);
    const at::Tensor row = ids_.narrow(0, signed_size(text), 1).narrow(1, begin, count);
    return to_matrix(model_->embed_exactly(row.to(model_->device()))[0]);
}

}  // namespace marginscope
