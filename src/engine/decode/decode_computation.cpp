// What is computed of a document, by keys: which numbers are wanted, known, complete.
#include "engine/decode/decode_computation.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "core/combined_key.h"
#include "nn/measure/probes.h"

namespace marginscope {
namespace {

constexpr std::size_t kRememberedPositions = 50000;

}  // namespace

DecodeComputation::DecodeComputation(std::shared_ptr<const Model> model,
                                     std::uint64_t weights_epoch,
                                     std::shared_ptr<KnownPositions> known)
    : model_(std::move(model)),
      table_(model_->vocabulary),
      reader_(model_),
      deltas_(*model_),
      exact_(model_),
      known_(known ? std::move(known) : std::make_shared<KnownPositions>()),
      known_generation_(known_->generation()) {
    basis_.weights = weights_epoch;
}

void DecodeComputation::weights_changed(std::uint64_t weights_epoch) {
    reader_.clear();
    exact_.clear();
    delta_keys_.clear();
    ids_.clear();
    basis_.weights = weights_epoch;
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
    const bool same_rule = basis_.windows == document.view.windows;
    if (basis_.view != document.view.view) ++revisions_.margins;
    basis_.view = document.view.view;
    if (common == ids.size() && common == ids_.size() && same_rule) return;
    basis_.windows = document.view.windows;
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
        std::uint64_t past = combined(basis_.weights, at.begin);
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
                            static_cast<std::size_t>(model_->config.model.context), basis_.windows);
    at.end = std::min(at.end, ids_.size());
    return at;
}

ReadWindow DecodeComputation::window_of(int index, bool attention) {
    const TextBlock at = block(index);
    return reader_.window(at.begin, at.end, cell_keys_[at.end - 1], deltas_, attention);
}

bool DecodeComputation::has_margin_at(int depth) const {
    const TextBlock at =
        block_of(static_cast<std::size_t>(depth),
                 static_cast<std::size_t>(model_->config.model.context), basis_.windows);
    return model_->stage && depth >= static_cast<int>(at.begin) + 2;
}

bool DecodeComputation::has_margin(int index) const {
    const int place = index - static_cast<int>(block(index).begin);
    // A head's first token attends to itself alone; the stage's second has one token before it.
    return basis_.view == MarginView::stage ? model_->stage && place >= 2 : place >= 1;
}

bool DecodeComputation::measured(const KnownPosition& at) const {
    switch (basis_.view) {
        case MarginView::stage:
            return at.margins.has_value();
        case MarginView::heads:
            return !at.heads.empty();
        case MarginView::layer:
            return !at.layers.empty();
    }
    return false;
}

bool DecodeComputation::complete(int index) const {
    const KnownPosition* at = known(index);
    return at != nullptr && at->read && !at->head_logdet.empty() &&
           (measured(*at) || !has_margin(index));
}

std::optional<NearestView> DecodeComputation::margins_of(int index, MarginKind kind) const {
    const KnownPosition* at = known(index);
    if (at == nullptr || !has_margin(index) || !measured(*at)) return std::nullopt;
    if (basis_.view == MarginView::stage) return NearestView{0, *at->margins};
    return nearest_view(basis_.view == MarginView::heads ? at->heads : at->layers, kind);
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
        const TextBlock at = block_of(depth, context, basis_.windows);
        if (depth > at.first) {
            past[id] = extended(past[static_cast<std::size_t>(parent)], node);
        } else {
            std::vector<int> before;
            for (int up = node; tree.node(up).depth > static_cast<int>(at.begin);)
                before.push_back(up = tree.node(up).parent);
            std::uint64_t key = combined(basis_.weights, at.begin);
            for (auto up = before.rbegin(); up != before.rend(); ++up) key = extended(key, *up);
            past[id] = extended(key, node);
        }
        known[id] = known_->find(past[id]);
    }
    for (std::size_t k = 0; k < line_.size() && k < known_at_.size(); ++k)
        known[static_cast<std::size_t>(line_[k])] = known_at_[k];
    return known;
}

}  // namespace marginscope
