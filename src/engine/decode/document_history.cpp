// Undo as a row of documents.
#include "engine/decode/document_history.h"

#include <algorithm>
#include <utility>

namespace marginscope {
namespace {

constexpr std::size_t kNodeBytes = sizeof(DecodeNode) + 48;  // with its list of children

/// Nothing that a view does not undo differs.
SetView undoable(const SetView& view) {
    SetView kept = view;
    const SetView usual;
    kept.workspace = usual.workspace;
    kept.text_shown = usual.text_shown;
    kept.grid = usual.grid;
    kept.why = usual.why;
    return kept;
}

std::size_t bytes_apart(const DecodeDocument& document, const DecodeDocument& before) {
    std::size_t bytes =
        sizeof(DocumentHistory::Entry) + document.tree.nodes_apart_from(before.tree) * kNodeBytes +
        static_cast<std::size_t>(document.tree.size()) / SharedList<DecodeNode>::kChunk * 16;
    if (!document.prompt.same_as(before.prompt)) bytes += document.prompt.get().size();
    for (const auto& [node, delta] : document.drags) bytes += 64 + delta.size() * sizeof(double);
    return bytes;
}

}  // namespace

bool same_for_undo(const DecodeDocument& a, const DecodeDocument& b) {
    const auto comparable = [](DecodeDocument document) {  // shares what is large
        document.view = undoable(document.view);
        document.model = {};
        return document;
    };
    return comparable(a) == comparable(b);
}

void DocumentHistory::begin(const DecodeDocument& document, std::string label) {
    entries_.clear();
    entries_.push_back({std::move(label), document, bytes_apart(document, {})});
    bytes_ = entries_.back().bytes;
    position_ = dropped_ = kind_ = 0;
}

void DocumentHistory::record(const DecodeDocument& document, const std::string& label,
                             std::size_t kind, Clock::time_point now) {
    if (same_for_undo(document, current())) return;
    while (entries_.size() > position_ + 1) {
        bytes_ -= entries_.back().bytes;
        entries_.pop_back();
    }
    const bool together = kind != 0 && kind == kind_ && position_ > 0 && now - changed_ < kTogether;
    kind_ = kind;
    changed_ = now;
    if (together) {
        bytes_ -= entries_.back().bytes;
        entries_.pop_back();
    }
    const std::size_t bytes = bytes_apart(document, entries_.back().document);
    entries_.push_back({label, document, bytes});
    bytes_ += bytes;
    position_ = entries_.size() - 1;
    while (entries_.size() > 2 && (entries_.size() > kSteps + 1 || bytes_ > kBytes)) drop_oldest();
}

void DocumentHistory::drop_oldest() {
    bytes_ -= entries_.front().bytes;
    entries_.pop_front();
    // What the oldest shared with the one dropped is its own now.
    Entry& oldest = entries_.front();
    bytes_ -= oldest.bytes;
    oldest.bytes = bytes_apart(oldest.document, {});
    bytes_ += oldest.bytes;
    --position_;
    ++dropped_;
}

const DecodeDocument& DocumentHistory::go_to(std::size_t entry) {
    position_ = std::min(entry, entries_.size() - 1);
    kind_ = 0;
    return current();
}

}  // namespace marginscope
