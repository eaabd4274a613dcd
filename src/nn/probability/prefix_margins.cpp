// Stages that branch with their texts.
#include "nn/probability/prefix_margins.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "nn/decode/decoder.h"
#include "nn/measure/probes.h"
#include "nn/model/tensor_eigen.h"

namespace marginscope {
namespace {

constexpr std::int64_t kGrain = 8;  // texts that are worth a thread

std::int64_t signed_size(std::size_t size) { return static_cast<std::int64_t>(size); }

}  // namespace

PrefixMargins::PrefixMargins(const Model& model, const SequenceBatch& batch)
    : model_(model), batch_(batch), weights_(stage_weights(model)) {}

// The window of the next token; it has room for that one alone where nothing of the past is in it.
std::optional<Stage> PrefixMargins::made_anew(std::size_t text) const {
    Matrix past = batch_.next_window_embeddings(text);
    if (past.rows() == 0) return std::nullopt;
    return Stage(std::move(past), weights_);
}

std::vector<PrefixMargins::Margin> PrefixMargins::branch(std::span<const std::int64_t> from,
                                                         std::span<const int> tokens,
                                                         bool count_crossings) {
    assert(from.size() == tokens.size());
    const auto context = static_cast<std::size_t>(model_.gpt.shape().context);
    const std::size_t begin = decode_window_begin(batch_.length() + 1, context);
    const bool anew = stages_.size() != batch_.size() || begin != begin_;
    begin_ = begin;
    if (anew) {
        stages_.clear();
        for (std::size_t text = 0; text < batch_.size(); ++text) stages_.push_back(made_anew(text));
    }
    const Matrix u = embeddings(tokens, batch_.length() - begin);
    std::vector<int> children(stages_.size(), 0);
    for (const std::int64_t text : from) ++children[static_cast<std::size_t>(text)];
    std::vector<std::optional<Stage>> next(from.size());
    for (std::size_t k = 0; k < from.size(); ++k) {
        const auto text = static_cast<std::size_t>(from[k]);
        if (children[text] == 1)  // an only child takes the stage over
            next[k] = std::move(stages_[text]);
    }
    std::vector<Margin> margins(from.size());
    at::parallel_for(
        0, signed_size(from.size()), kGrain, [&](std::int64_t first, std::int64_t end) {
            for (auto k = static_cast<std::size_t>(first); k < static_cast<std::size_t>(end); ++k) {
                const auto text = static_cast<std::size_t>(from[k]);
                if (children[text] > 1) next[k] = stages_[text];
                const Vector row = u.row(signed_size(k)).transpose();
                if (next[k])
                    next[k]->append(row);
                else
                    next[k].emplace(Matrix(row.transpose()), weights_);
                margins[k] = of_last(*next[k], count_crossings);
            }
        });
    stages_ = std::move(next);
    return margins;
}

PrefixMargins::Margin PrefixMargins::of_last(const Stage& stage, bool count_crossings) {
    Margin margin;
    const int i = stage.positions() - 1;
    margin.has_margin = stage.has_margin(i);
    if (!margin.has_margin) return margin;
    margin.logdet = stage.log_det(i).value;
    if (count_crossings) margin.crossings = stage.crossings(i);
    return margin;
}

// u of each token at one place of the window.
Matrix PrefixMargins::embeddings(std::span<const int> tokens, std::size_t position) const {
    const at::NoGradGuard no_grad;
    at::Tensor ids = at::empty({signed_size(tokens.size()), 1}, at::kLong);
    std::copy(tokens.begin(), tokens.end(), ids.data_ptr<std::int64_t>());
    return to_matrix(
        model_.gpt.embed_exactly(ids.to(model_.gpt.device()), signed_size(position)).squeeze(1));
}

}  // namespace marginscope
