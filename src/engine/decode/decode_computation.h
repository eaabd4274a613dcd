// What is computed of a document beside one model: probabilities and margins of every position,
// each in the window that the rule gives it (core/text_windows.h). Internal to engine; the worker's
// thread only.
//
// Everything known hangs on keys that name what it depends on (weights, window, past, drags), so
// going back, branching and returning recompute nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/decode/decode_document.h"
#include "engine/decode/exact_views.h"
#include "engine/decode/known_positions.h"
#include "engine/decode/seed_recurrence.h"
#include "engine/decode/token_deltas.h"
#include "engine/decode/token_table.h"
#include "engine/decode/window_reader.h"

namespace marginscope {

/// Each counts its own kind of change: text and weights, margins that became known or count
/// differently, probabilities of earlier windows.
struct Revisions {
    std::uint64_t text = 1;
    std::uint64_t margins = 1;
    std::uint64_t probabilities = 1;
    bool operator==(const Revisions&) const = default;
};

/// What numbers rest on besides the text, and which are wanted.
struct ComputationBasis {
    std::uint64_t weights = 0;  // the epoch of the weights
    WindowRule windows = WindowRule::half;
    MarginView view = MarginView::stage;
};

class DecodeComputation {
public:
    /// `weights_epoch`: a number no other weights had; part of every key. `known`: shared with
    /// another computation beside the same model; null: its own.
    DecodeComputation(std::shared_ptr<const Model> model, std::uint64_t weights_epoch,
                      std::shared_ptr<KnownPositions> known = nullptr);

    /// Brings everything that must be there at once to the document's text and drags: the
    /// pass of the last window, its probabilities, its stage. The tree must not be empty.
    void follow(const DecodeDocument& document);
    /// The weights behind the model changed; follow() must be called after it.
    void weights_changed(std::uint64_t weights_epoch);

    enum class Scope { in_view, everything };
    /// Computes what is missing for at most about `budget`: the selected character's window first,
    /// then, in scope, from the newest back. True while something in scope is missing.
    bool work(std::chrono::milliseconds budget, int selected, Scope scope);

    /// What is known of every node of a tree, its own text's or not; null where nothing is, or
    /// where a dragged token stands before it in another text.
    std::vector<const KnownPosition*> known_nodes(const DecodeDocument& document);
    /// Computes for at most about `budget` how far float32 would be off where margins of the stage
    /// are known: the selected character and its window first. True while something is missing.
    bool check(std::chrono::milliseconds budget, int selected, Scope scope);

    const Model& model() const { return *model_; }
    const std::shared_ptr<const Model>& shared_model() const { return model_; }
    const std::shared_ptr<KnownPositions>& shared_known() const { return known_; }
    std::uint64_t weights_epoch() const { return basis_.weights; }
    TokenTable& table() { return table_; }
    TokenChooser& chooser() { return reader_.chooser(); }
    const TokenDeltas& deltas() const { return deltas_; }
    const Decoder& decoder() const { return reader_.decoder(); }
    const Revisions& revisions() const { return revisions_; }
    /// Nodes of the text up to the cursor, and their shown ids.
    const std::vector<int>& line() const { return line_; }
    const std::vector<int>& ids() const { return ids_; }
    int length() const { return static_cast<int>(ids_.size()); }

    /// Window and block of a position, the end clipped to the text.
    TextBlock block(int index) const;
    /// The window of a position, read.
    ReadWindow window_of(int index, bool attention);
    /// Null while nothing is known.
    const KnownPosition* known(int index) const {
        return known_at_[static_cast<std::size_t>(index)];
    }
    /// Whether the position can have margins of the document's view at all; and whether, of any
    /// text that reaches so far, one can have margins of the stage.
    bool has_margin(int index) const;
    bool has_margin_at(int depth) const;
    bool complete(int index) const;
    /// The view's margins of a position as far as they are known: the stage's, or those of the head
    /// or layer that is nearest by `kind`, `which` in the order of its list.
    std::optional<NearestView> margins_of(int index, MarginKind kind) const;
    /// Names the whole text as it is read: weights, windows, noise and drags.
    std::uint64_t text_key() const;
    /// The text as other stages may read it; nothing is computed but embeddings.
    SeedText seed_text() const;
    /// The model in float64 and its layers over a position's window.
    ExactViews& exact() { return exact_; }
    /// Equal keys: same weights, window, past and undragged place; with the drag.
    std::uint64_t past_key(int index) const { return past_keys_[static_cast<std::size_t>(index)]; }
    const std::vector<std::uint64_t>& cell_keys() const { return cell_keys_; }
    double stage_sigma() const;

private:
    void make_keys(std::size_t from);
    void read_probabilities(const TextBlock& block, const ReadWindow& window);
    void measure_heads(const ReadWindow& window, const std::vector<int>& all);
    void measure_view(const ReadWindow& window, std::uint64_t key, int index);
    bool measured(const KnownPosition& at) const;
    bool check_block(const TextBlock& block, std::chrono::steady_clock::time_point end);
    KnownPosition& known_entry(std::size_t index);
    /// After the shared positions were forgotten: none is known here either.
    void refresh_known();
    bool work_block(const TextBlock& block, int first, std::chrono::steady_clock::time_point end);

    std::shared_ptr<const Model> model_;
    TokenTable table_;
    WindowReader reader_;
    TokenDeltas deltas_;
    ComputationBasis basis_;
    ExactViews exact_;
    std::vector<int> line_, ids_;
    std::vector<std::uint64_t> delta_keys_, past_keys_, cell_keys_;  // by index
    std::shared_ptr<KnownPositions> known_;
    std::uint64_t known_generation_ = 0;
    std::vector<KnownPosition*> known_at_;  // by index, into known_
    Revisions revisions_;
};

}  // namespace marginscope
