// The slices in which missing numbers are computed: probabilities, margins, heads, and how far
// float32 would have been off.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "core/combined_key.h"
#include "core/stage/numeric_health.h"
#include "engine/decode/decode_computation.h"
#include "nn/measure/probes.h"
#include "nn/model/tensor_eigen.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

void DecodeComputation::read_probabilities(const TextBlock& block, const ReadWindow& window) {
    std::size_t first = block.end;
    for (std::size_t i = block.end; i-- > block.first;)
        if (known_at_[i] == nullptr || !known_at_[i]->read) first = i;
    if (first == block.end) return;
    const std::size_t before = std::max(first, block.begin + 1) - 1;  // whose logits come first
    std::vector<float> logits;
    if (block.end > before + 1) {
        const at::Tensor values =
            window.decoder->logits_after(before - window.begin, block.end - 1 - before)
                .to(at::kCPU, at::kFloat)
                .contiguous();
        logits.assign(values.const_data_ptr<float>(),
                      values.const_data_ptr<float>() + values.numel());
    }
    const auto vocabulary = static_cast<std::size_t>(model_->gpt.vocabulary());
    for (std::size_t i = first; i < block.end; ++i) {
        KnownPosition& position = known_entry(i);
        if (position.read) continue;
        position.read = true;
        if (i == block.begin) continue;  // nothing before it predicts
        const TokenDistribution all =
            distribution(std::span(logits).subspan((i - 1 - before) * vocabulary, vocabulary));
        position.entropy = static_cast<float>(all.entropy);
        const int id = table_.model_id(ids_[i]);
        if (!table_.unknown(ids_[i]))
            position.logprob = static_cast<float>(all.logprob[static_cast<std::size_t>(id)]);
    }
    ++revisions_.probabilities;
}

void DecodeComputation::measure_heads(const ReadWindow& window, const std::vector<int>& all) {
    std::vector<int> positions = all;
    std::erase_if(positions, [&](int position) {
        return !known_entry(window.begin + static_cast<std::size_t>(position)).head_logdet.empty();
    });
    if (positions.empty()) return;
    // Filled up to a whole context: products of one shape round alike, however long the text was
    // when it was measured.
    const Matrix u = window.decoder->window_embeddings();
    Matrix whole = Matrix::Zero(model_->config.model.context, u.cols());
    whole.topRows(u.rows()) = u;
    const HeadMargins heads = head_margins(model_->gpt, whole, positions);
    for (std::size_t k = 0; k < positions.size(); ++k) {
        KnownPosition& at = known_entry(window.begin + static_cast<std::size_t>(positions[k]));
        at.head_logdet.clear();
        for (int layer = 0; layer < heads.layers; ++layer)
            for (int head = 0; head < heads.heads; ++head) {
                const auto value = static_cast<float>(heads.logdet(k, layer, head));
                at.head_logdet.push_back(value);
                if (std::isnan(at.lowest_head) || value < at.lowest_head) {
                    at.lowest_head = value;
                    at.lowest_layer = layer;
                    at.lowest_index = head;
                }
            }
    }
}

/// A position's heads or layers in float64, as a margin report has them.
void DecodeComputation::measure_view(const ReadWindow& window, std::uint64_t key, int index) {
    const std::vector<AttentionViews>& layers = exact_.layers(key, *window.decoder);
    const int position = index - static_cast<int>(window.begin);
    KnownPosition& at = known_entry(static_cast<std::size_t>(index));
    for (const AttentionViews& views : layers) {
        if (basis_.view == MarginView::layer) {
            at.layers.push_back(views.layer(position));
            continue;
        }
        for (int head = 0; head < views.heads(); ++head)
            at.heads.push_back(views.head(head, position));
    }
}

/// True when all of the block is known now.
bool DecodeComputation::work_block(const TextBlock& block, int first, Clock::time_point end) {
    const auto begin = static_cast<int>(block.begin);
    std::vector<int> order;
    if (first >= 0) order.push_back(first);
    for (auto i = static_cast<int>(block.end) - 1; i >= static_cast<int>(block.first); --i)
        if (i != first) order.push_back(i);
    std::erase_if(order, [&](int i) { return complete(i); });
    if (order.empty()) return true;
    const ReadWindow window = window_of(static_cast<int>(block.end) - 1, false);
    read_probabilities(block, window);
    std::vector<int> fresh;
    std::size_t done = 0;
    for (; done < order.size(); ++done) {
        if (complete(order[done])) continue;
        if (!fresh.empty() && Clock::now() >= end) break;
        KnownPosition& at = known_entry(static_cast<std::size_t>(order[done]));
        if (has_margin(order[done]) && !measured(at)) {
            if (basis_.view == MarginView::stage)
                at.margins = window.stage->margins(order[done] - begin);
            else
                measure_view(window, cell_keys_[block.end - 1], order[done]);
        }
        fresh.push_back(order[done] - begin);
    }
    measure_heads(window, fresh);
    if (!fresh.empty()) ++revisions_.margins;
    return done == order.size();
}

std::uint64_t DecodeComputation::text_key() const {
    std::uint64_t key = cell_keys_.size();
    for (const std::uint64_t cell : cell_keys_) key = combined(key, cell);
    return key;
}

SeedText DecodeComputation::seed_text() const {
    SeedText text{text_key(), basis_.weights, {}};
    for (int i = 0; i < length();) {
        const TextBlock at = block(i);
        std::vector<int> ids;
        for (std::size_t k = at.begin; k < at.end; ++k) ids.push_back(table_.model_id(ids_[k]));
        Matrix u = stage_embeddings(model_->gpt, ids);
        const at::Tensor added = deltas_.rows(static_cast<int>(at.begin), static_cast<int>(at.end));
        if (added.defined()) u += to_matrix(added);
        text.blocks.push_back(
            {static_cast<int>(at.begin), static_cast<int>(at.first), std::move(u)});
        i = static_cast<int>(at.end);
    }
    return text;
}

bool DecodeComputation::check_block(const TextBlock& block, Clock::time_point end) {
    const auto unchecked = [&](std::size_t i) {
        const KnownPosition* at = known_at_[i];
        return at != nullptr && at->margins && !at->single && has_margin(static_cast<int>(i));
    };
    std::optional<ReadWindow> window;
    for (std::size_t i = block.first; i < block.end; ++i) {
        if (!unchecked(i)) continue;
        if (window && Clock::now() >= end) return false;
        if (!window) window = window_of(static_cast<int>(block.end) - 1, false);
        const int position = static_cast<int>(i - block.begin);
        known_at_[i]->single = log_det_in_single(window->stage->jacobian(position));
        ++revisions_.margins;
    }
    return true;
}

bool DecodeComputation::check(std::chrono::milliseconds budget, int selected, Scope scope) {
    if (ids_.empty() || basis_.view != MarginView::stage || !model_->stage) return false;
    refresh_known();
    const Clock::time_point end = Clock::now() + budget;
    if (selected >= 0 && selected < length() && has_margin(selected)) {
        KnownPosition* at = known_at_[static_cast<std::size_t>(selected)];
        if (at != nullptr && at->margins && std::isnan(at->condition)) {
            const int position = selected - static_cast<int>(block(selected).begin);
            at->condition = static_cast<float>(condition_number(
                window_of(selected, false).stage->jacobian(position), at->margins->sigma_min));
            ++revisions_.margins;
        }
        if (!check_block(block(selected), end)) return true;
    }
    for (int i = length() - 1; i >= 0 && scope == Scope::everything;) {
        const TextBlock at = block(i);
        if (!check_block(at, end)) return true;
        i = static_cast<int>(at.first) - 1;
    }
    return false;
}

bool DecodeComputation::work(std::chrono::milliseconds budget, int selected, Scope scope) {
    if (ids_.empty()) return false;
    refresh_known();
    const Clock::time_point end = Clock::now() + budget;
    const int last = length() - 1;
    const std::uint64_t before = revisions_.margins;
    if (selected >= 0 && selected <= last && !work_block(block(selected), selected, end))
        return true;
    for (int i = last; i >= 0;) {
        const TextBlock at = block(i);
        if (!work_block(at, -1, end)) return true;
        i = static_cast<int>(at.first) - 1;
        if (scope == Scope::in_view) return false;
        if (i >= 0 && revisions_.margins != before && Clock::now() >= end) {
            // More may be missing: the next turn finds out.
            for (; i >= 0; --i)
                if (!complete(i)) return true;
            return false;
        }
    }
    return false;
}

}  // namespace marginscope
