// What is computed of a document: keys, probabilities, margins in slices.
#include "engine/decode/decode_computation.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>
#include <utility>

#include "core/combined_key.h"
#include "nn/measure/probes.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRememberedPositions = 50000;

}  // namespace

DecodeComputation::DecodeComputation(std::shared_ptr<const Model> model,
                                     std::uint64_t weights_epoch,
                                     std::shared_ptr<KnownPositions> known)
    : model_(std::move(model)),
      table_(model_->vocabulary),
      reader_(model_),
      deltas_(*model_),
      weights_epoch_(weights_epoch),
      known_(known ? std::move(known) : std::make_shared<KnownPositions>()),
      known_generation_(known_->generation()) {}

void DecodeComputation::weights_changed(std::uint64_t weights_epoch) {
    reader_.clear();
    delta_keys_.clear();
    ids_.clear();
    weights_epoch_ = weights_epoch;
}

void DecodeComputation::follow(const DecodeDocument& document) {
    assert(!document.tree.empty());
    refresh_known();
    line_ = document.tree.line_to_cursor();
    std::vector<int> ids;
    for (const int node : line_) ids.push_back(table_.id_of(document.tree.node(node).text));
    deltas_.follow(document, table_, line_, ids);
    std::vector<std::uint64_t> keys(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) keys[i] = deltas_.key(static_cast<int>(i));
    std::size_t common = 0;
    while (common < ids.size() && common < ids_.size() && ids[common] == ids_[common] &&
           keys[common] == delta_keys_[common])
        ++common;
    const bool same_rule = rule_ == document.view.windows;
    if (common == ids.size() && common == ids_.size() && same_rule) return;
    rule_ = document.view.windows;
    ids_ = std::move(ids);
    delta_keys_ = std::move(keys);
    std::vector<int> model_ids;
    for (const int id : ids_) model_ids.push_back(table_.model_id(id));
    reader_.follow(model_ids, deltas_, common);
    make_keys(same_rule ? common : 0);
    ++revisions_.text;
    ++revisions_.margins;
    const TextBlock last = block(length() - 1);
    read_probabilities(last, window_of(length() - 1, false));
}

void DecodeComputation::make_keys(std::size_t from) {
    const std::size_t n = ids_.size();
    past_keys_.resize(n);
    cell_keys_.resize(n);
    if (known_->size() > std::max(kRememberedPositions, 3 * n)) {
        known_->forget();
        refresh_known();
        from = 0;
    }
    known_at_.resize(n);
    for (std::size_t i = from; i < n;) {
        const TextBlock at = block(static_cast<int>(i));
        std::uint64_t past = combined(weights_epoch_, at.begin);
        for (std::size_t k = at.begin; k < at.end; ++k) {
            const std::uint64_t here = combined(past, static_cast<std::uint64_t>(ids_[k]));
            const std::uint64_t with_drag =
                deltas_.dragged(static_cast<int>(k)) ? combined(here, delta_keys_[k]) : here;
            if (k >= at.first && k >= from) {
                past_keys_[k] = here;
                cell_keys_[k] = with_drag;
                known_at_[k] = known_->find(with_drag);
            }
            past = with_drag;
        }
        i = at.end;
    }
}

TextBlock DecodeComputation::block(int index) const {
    TextBlock at = block_of(static_cast<std::size_t>(index),
                            static_cast<std::size_t>(model_->config.model.context), rule_);
    at.end = std::min(at.end, ids_.size());
    return at;
}

ReadWindow DecodeComputation::window_of(int index, bool attention) {
    const TextBlock at = block(index);
    return reader_.window(at.begin, at.end, cell_keys_[at.end - 1], deltas_, attention);
}

bool DecodeComputation::has_margin(int index) const { return has_margin_at(index); }

bool DecodeComputation::has_margin_at(int depth) const {
    const TextBlock at = block_of(static_cast<std::size_t>(depth),
                                  static_cast<std::size_t>(model_->config.model.context), rule_);
    return model_->stage && depth >= static_cast<int>(at.begin) + 2;
}

bool DecodeComputation::complete(int index) const {
    const KnownPosition* at = known(index);
    return at != nullptr && at->read && (at->margins || !has_margin(index));
}

double DecodeComputation::stage_sigma() const {
    return model_->stage ? marginscope::stage_sigma(*model_) : 1.0;
}

KnownPosition& DecodeComputation::known_entry(std::size_t index) {
    if (known_at_[index] == nullptr) known_at_[index] = &known_->entry(cell_keys_[index]);
    return *known_at_[index];
}

void DecodeComputation::refresh_known() {
    if (known_generation_ == known_->generation()) return;
    known_generation_ = known_->generation();
    known_at_.assign(known_at_.size(), nullptr);
}

// The keys of make_keys(), along every branch at once: a node's goes on from its parent's unless a
// window begins between them.
std::vector<const KnownPosition*> DecodeComputation::known_nodes(const DecodeDocument& document) {
    refresh_known();
    const DecodeTree& tree = document.tree;
    const auto n = static_cast<std::size_t>(tree.size());
    std::vector<std::uint64_t> past(n);
    std::vector<bool> apart(n);  // a drag stands at it or before it
    std::vector<const KnownPosition*> known(n);
    const auto context = static_cast<std::size_t>(model_->config.model.context);
    const auto extended = [&](std::uint64_t key, int node) {
        const auto id = static_cast<std::uint64_t>(table_.id_of(tree.node(node).text));
        return combined(key, id);
    };
    for (std::size_t id = 0; id < n; ++id) {
        const auto node = static_cast<int>(id);
        const int parent = tree.node(node).parent;
        apart[id] = document.drags.contains(node) ||
                    (parent >= 0 && apart[static_cast<std::size_t>(parent)]);
        if (apart[id]) continue;
        const auto depth = static_cast<std::size_t>(tree.node(node).depth);
        const TextBlock at = block_of(depth, context, rule_);
        if (depth > at.first) {
            past[id] = extended(past[static_cast<std::size_t>(parent)], node);
        } else {
            std::vector<int> before;
            for (int up = node; tree.node(up).depth > static_cast<int>(at.begin);)
                before.push_back(up = tree.node(up).parent);
            std::uint64_t key = combined(weights_epoch_, at.begin);
            for (auto up = before.rbegin(); up != before.rend(); ++up) key = extended(key, *up);
            past[id] = extended(key, node);
        }
        known[id] = known_->find(past[id]);
    }
    for (std::size_t k = 0; k < line_.size() && k < known_at_.size(); ++k)
        known[static_cast<std::size_t>(line_[k])] = known_at_[k];
    return known;
}

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

void DecodeComputation::measure_heads(const ReadWindow& window, const std::vector<int>& positions) {
    if (positions.empty()) return;
    const HeadMargins heads =
        head_margins(model_->gpt, window.decoder->window_embeddings(), positions);
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
        const int position = order[done] - begin;
        known_entry(static_cast<std::size_t>(order[done])).margins =
            window.stage->margins(position);
        fresh.push_back(position);
    }
    measure_heads(window, fresh);
    if (!fresh.empty()) ++revisions_.margins;
    return done == order.size();
}

bool DecodeComputation::work(std::chrono::milliseconds budget, int selected, Scope scope) {
    if (ids_.empty()) return false;
    refresh_known();
    const Clock::time_point end = Clock::now() + budget;
    const int last = length() - 1;
    if (selected >= 0 && selected <= last && !work_block(block(selected), selected, end))
        return true;
    for (int i = last; i >= 0;) {
        const TextBlock at = block(i);
        if (!work_block(at, -1, end)) return true;
        i = static_cast<int>(at.first) - 1;
        if (scope == Scope::in_view) return false;
        if (i >= 0 && Clock::now() >= end) {
            // More may be missing: the next turn finds out.
            for (; i >= 0; --i)
                if (!complete(i)) return true;
            return false;
        }
    }
    return false;
}

}  // namespace marginscope
