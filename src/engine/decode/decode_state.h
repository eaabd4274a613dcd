// What the shown text consists of, for the files that make its session. Internal to engine; the
// worker's thread only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/decode/decode_session.h"
#include "engine/decode/decode_tree.h"
#include "nn/decode/decoder.h"
#include "nn/decode/next_margins.h"
#include "nn/model/checkpoint.h"

namespace marginscope {

/// Mixes a word into a key; keys name what a cached number depends on.
std::uint64_t combined(std::uint64_t a, std::uint64_t b);

/// A copy on the CPU, row-major.
std::vector<float> floats_of(const at::Tensor& tensor);

/// What is remembered of one position: it follows from the position's key alone.
struct KnownCell {
    PositionMargins margins;
    float lowest_head = kNoValue;
    int lowest_layer = -1;
    int lowest_index = -1;
    std::vector<float> head_logdet;  // [layer][head]
};

struct DecodeSession::State {
    std::shared_ptr<const Model> model;
    std::string model_label, stage_label;
    std::shared_ptr<const std::vector<std::string>> symbols;
    std::optional<Decoder> decoder;
    std::optional<Decoder> clean;  // the same text without noise and drags, made when there are any
    std::string prompt;

    DecodeTree tree;
    SamplingSettings sampling;
    SetView view;
    bool playing = false;
    double tokens_per_s = 0;
    double noise_sigma = 0;
    bool noise_relative = true;
    std::uint64_t noise_seed = 0;
    double noise_rms = 1.0;
    std::map<int, Vector> drags;
    std::uint64_t weights_epoch = 1;

    std::vector<std::uint64_t> delta_keys;  // of the decoder's tokens
    std::shared_ptr<const Stage> stage;     // over the window
    std::size_t stage_begin = 0;            // of that window
    std::optional<NextMargins> next;        // over the decoder
    double sigma = 1.0;
    std::vector<std::uint64_t> past_keys;  // per window position: its past, its token, its noise
    std::vector<std::uint64_t> cell_keys;  // and its own drag
    std::unordered_map<std::uint64_t, KnownCell> known;
    std::vector<MarginCell> node_cells;  // by node: as last computed, for what has left the window
    std::vector<std::uint64_t> node_epochs;  // weights and noise the node's statistics belong to

    std::uint64_t revision = 1;  // of text, weights, noise, drags
    std::uint64_t margins_revision = 1;
    std::uint64_t version = 0;
    std::uint64_t seen_decode = 0, seen_margins = 0, seen_attention = 0, seen_noise = 0,
                  seen_boundary = 0, seen_geometric = 0;

    std::size_t window_begin() const { return decoder->window_begin(); }
    int window_length() const { return static_cast<int>(decoder->window_length()); }
    bool perturbed() const { return noise_sigma > 0 || !drags.empty(); }

    double noise_scale() const { return noise_sigma * (noise_relative ? noise_rms : 1.0); }
    std::uint64_t noise_key() const;
    std::uint64_t drag_key(int index) const;

    Vector delta_of(int index) const;

    at::Tensor deltas(int begin, int end) const;

    /// Brings the decoder to the tree's text; only what changed is computed.
    void sync();

    void extend_stage(bool only_appended);

    /// After another model, other weights or another text.
    void forget_stage() {
        stage.reset();
        next.emplace(*model, *decoder);
    }

    void after_sync();

    /// Log-probability and entropy of the window's tokens. A node keeps the numbers of the moment
    /// it was decoded until weights, noise or drags change: the shorter past after a shift of the
    /// window does not rewrite it.
    void update_statistics();

    std::uint64_t drags_key() const;

    void measure_noise_rms();

    bool missing(int position) const {
        return stage->has_margin(position) &&
               !known.contains(cell_keys[static_cast<std::size_t>(position)]);
    }

    /// `geometry` may be null: then without the geometric margin.
    MarginCell cell_at(int position, const GeometryThread* geometry) const;

    void fill_candidates(DecodeFrame& frame);

    /// The margins that the next position would have with each of these tokens; empty without a
    /// stage or a past. Only determinant and crossings are filled in unless the rule of least
    /// margin asks for the singular kind.
    std::vector<PositionMargins> next_margins(const std::vector<int>& ids);

    /// Remembers the window's cells at their nodes, for when they have left it.
    void keep_cells();

    /// Heads of the positions whose cells are new: lowest log|det| over layers and heads (E14).
    void fill_heads(const std::vector<int>& positions);
};

}  // namespace marginscope
