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
    : model_(model),
      batch_(batch),
      form_(std::make_shared<StageForm>(stage_weights(model), model.gpt.shape().width)) {}

// The window of the next token; it has room for that one alone where nothing of the past is in it.
std::optional<Stage> PrefixMargins::made_anew(std::size_t text) const {
    Matrix past = batch_.next_window_embeddings(text);
    if (past.rows() == 0) return std::nullopt;
    return Stage(form_, std::move(past));
}

void PrefixMargins::grow(std::optional<Stage>& stage, const StageRow& row) const {
    if (stage)
        stage->append(row);
    else
        stage.emplace(form_, Matrix(row.embedding));
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
        stages_ = std::vector<std::optional<Stage>>(batch_.size());
        at::parallel_for(0, signed_size(stages_.size()), 1,
                         [&](std::int64_t first, std::int64_t end) {
                             for (std::int64_t text = first; text < end; ++text)
                                 stages_[static_cast<std::size_t>(text)] =
                                     made_anew(static_cast<std::size_t>(text));
                         });
    }
    // A token's row is the same in every text.
    std::vector<int> distinct(tokens.begin(), tokens.end());
    std::ranges::sort(distinct);
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    const Matrix u = embeddings(distinct, batch_.length() - begin);
    const Matrix keys = form_->keys(u), values = form_->values(u);
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
                const auto row = std::ranges::lower_bound(distinct, tokens[k]) - distinct.begin();
                grow(next[k], {u.row(row), keys.row(row), values.row(row)});
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
