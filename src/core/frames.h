// What flows up from the engine: plain structs of numbers that never change once published.
//
// A frame is published as shared_ptr<const Frame>, latest wins. Indices named `index` count characters of the shown text from 0;
// `window_begin` is the first of them that the model still sees. Missing numbers are NaN in floats, empty in optionals.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/run_config.h"
#include "core/sampling.h"
#include "core/margins.h"

namespace marginscope {

constexpr float kNoValue = std::numeric_limits<float>::quiet_NaN();

// ---- Decode ---------------------------------------------------------------------------------------------------------

/// One character of the line through the tree: the path to the cursor, then the future last walked from it.
struct TokenCell {
    int token = 0;
    int node = 0;              // its node in the tree
    float logprob = kNoValue;  // of this token given its past; NaN at index 0
    float entropy = kNoValue;  // of the distribution it was drawn from, nats
};

/// What the next token could be at the cursor.
struct CandidateCell {
    int token = 0;
    float probability = 0;      // after temperature and cuts
    float logprob = 0;          // of the model itself
    float logdet = kNoValue;    // log|det J| the next position would have; NaN without a stage or a past
    int crossings = 0;
    int node = -1;              // an existing branch that starts with it, or -1
};

struct TreeNode {
    int parent = -1;  // -1: the root's first token
    int token = 0;
    int depth = 0;    // index in the text
    bool on_line = false;
};

struct DecodeFrame {
    std::uint64_t version = 0;
    std::string model_label;
    std::shared_ptr<const std::vector<std::string>> symbols;  // visible symbol of each token id
    std::vector<TokenCell> line;
    int cursor = 0;        // cells before it are the present text; the rest is the future already walked
    int window_begin = 0;
    int context = 0;
    std::vector<CandidateCell> candidates;
    float next_entropy = kNoValue;
    std::vector<TreeNode> tree;
    SamplingSettings sampling;
    bool playing = false;
    double tokens_per_s = 0;
    double noise_sigma = 0;
    bool noise_relative = false;
    std::uint64_t noise_seed = 0;
    std::vector<int> dragged;  // indices of tokens whose embedding the user moved
};

// ---- Margins --------------------------------------------------------------------------------------------------------

/// The stage's margins of one character; `valid` is false where there is none (first two of a window, or no stage).
struct MarginCell {
    bool valid = false;
    float logdet = kNoValue;
    int sign = 0;
    int crossings = 0;
    float sigma_min = kNoValue;
    std::optional<float> geometric;   // signed; empty: not computed or none found
    bool geometric_known = false;     // computed, though perhaps none was found within the radius
    float energy = kNoValue;          // |e|^2 / (2 sigma^2)
    float lowest_head = kNoValue;     // smallest log|det| over layers and heads (E14)
    int lowest_head_layer = -1;
    int lowest_head_index = -1;
    bool support = false;
    int recurrence = 0;               // in how many of `stage_seeds` other fits it is a support token too
};

struct MarginFrame {
    std::uint64_t version = 0;
    MarginKind kind = MarginKind::determinant;
    std::vector<MarginCell> cells;    // one per cell of DecodeFrame::line before the cursor
    std::vector<int> support;         // indices, nearest the boundary first
    double share_beyond = 0;          // over the window
    double nats_per_position = 0;
    std::string stage_label;          // "fitted", "live", or why there is none
    int stage_seeds = 0;
    bool has_stage = false;
};

// ---- Attention ------------------------------------------------------------------------------------------------------

/// Weights of every layer and head over the window: [layer][head][query][key], rows sum to 1, keys after the query are NaN.
struct AttentionFrame {
    std::uint64_t version = 0;
    int layers = 0;
    int heads = 0;
    int size = 0;
    int window_begin = 0;
    std::vector<float> weights;
    std::vector<float> head_logdet;  // [layer][head][query]
    std::vector<int> tokens;         // ids over the window
};

// ---- Boundary -------------------------------------------------------------------------------------------------------

enum class PlaneKind { nearest, steepest, principal, two_tokens };

struct PlanePoint {
    float x = 0;
    float y = 0;
};

struct PastPoint {
    PlanePoint at;
    int index = 0;
    int token = 0;
    float attention = 0;
    float trace_share = 0;   // E12
    float volume_share = 0;  // E12'
};

/// A plane through the selected token's embedding; its undragged place is (0, 0).
struct BoundaryFrame {
    std::uint64_t version = 0;
    int index = -1;  // the selected character
    int token = 0;
    PlaneKind plane = PlaneKind::nearest;
    bool touches = false;  // the margin circle touches the line in this plane
    std::string x_label;
    std::string y_label;
    float x_min = 0, x_max = 0, y_min = 0, y_max = 0;
    int columns = 0;
    int rows = 0;                          // row 0 at y_min
    std::uint64_t field_version = 0;       // changes with the field alone: a dragged token leaves it as it is
    std::vector<float> logdet;             // rows × columns
    std::vector<std::int8_t> sign;
    PlanePoint token_at;                   // where the token is now (dragged or not)
    std::optional<PlanePoint> nearest;     // projection of the nearest boundary point found
    std::optional<float> geometric;        // radius of the margin circle around token_at
    bool geometric_pending = false;
    bool field_pending = false;            // a finer field follows
    float first_order = kNoValue;
    double logdet_now = 0, sigma_min_now = 0;  // of the token where it is now
    int sign_now = 0;
    int crossings_now = 0;
    std::vector<PastPoint> past;
    std::vector<PlanePoint> spectrum;      // eigenvalues of Cov A: x real, y imaginary
    std::string sentence;                  // why there is no picture, when there is none
};

// ---- Training -------------------------------------------------------------------------------------------------------

enum class TrainingState { idle, running, paused, finished, failed };

struct TrainingFrame {
    std::uint64_t version = 0;
    TrainingState state = TrainingState::idle;
    std::int64_t step = 0;
    std::int64_t target = 0;
    double steps_per_s = 0;
    double tokens_per_s = 0;
    double eta_secs = 0;
    double share_training = 0;   // of the engine thread's time since start
    double share_capturing = 0;
    RunConfig config;            // with live values as they are now
    std::string corpus_label;
    std::string model_label;
    std::int64_t parameters = 0;
    std::string run_folder;      // empty: nothing is written
    std::string sample_text;
    std::int64_t sample_step = 0;
    std::string sentence;        // what went wrong or what to do next
};

struct TrainingSample {  // one per step
    std::int64_t step = 0;
    float ce = kNoValue;
    float barrier = kNoValue;
    float logdet_mean = kNoValue;
    float share_beyond = kNoValue;
    float embedding_rms = kNoValue;
    float grad_norm = kNoValue;
    float lr = 0;
    float lambda = 0;
    float noise = 0;
    int capped = 0;
    int singular = 0;
};

struct EvalSample {  // one per evaluation, and once at the start
    std::int64_t step = 0;
    float val_ce = kNoValue;
    float val_logdet_mean = kNoValue;
    // What a training step's estimate of the barrier is on the same windows, where -val_logdet_mean is exact; without
    // a value where steps are exact too.
    float barrier_estimate = kNoValue, barrier_estimate_error = kNoValue;
    float barrier_bound = kNoValue;  // of what truncation leaves out
    float sigma_min_min = kNoValue;
    float share_beyond = kNoValue;
    std::vector<float> histogram;  // shares of positions per bin of log|det|, kHistogramBins of them
};
constexpr int kHistogramBins = 48;
constexpr float kHistogramMin = -8.0f;  // log|det|; the outer bins hold what lies beyond
constexpr float kHistogramMax = 4.0f;

struct LiveMark {  // a setting changed between two steps
    std::int64_t step = 0;
    std::string label;
};

struct TrainingReset {  // a new run begins: forget the series
    std::string label;
};

/// What must not be skipped, in order.
using TrainingEvent = std::variant<TrainingReset, TrainingSample, EvalSample, LiveMark>;

// ---- Path -----------------------------------------------------------------------------------------------------------

enum class CellStatus { waiting, running, done, failed };

struct PathCell {
    double lambda = 0;
    std::int64_t seed = 0;
    std::string site;
    std::string fit;
    double train_noise = 0;
    CellStatus status = CellStatus::waiting;
    double progress = 0;                                   // 0…1 while running
    std::optional<double> clean_ce;
    std::vector<std::pair<double, double>> noisy_ce;           // (sigma, cross-entropy), sigma absolute
    std::vector<std::pair<double, double>> noisy_ce_relative;  // sigma in units of the embeddings' RMS
    double sigma_min_p5 = 0, sigma_min_median = 0, sigma_min_min = 0;  // valid with clean_ce
    double logdet_mean = 0;
    double share_beyond = 0;
    double embedding_rms = 0;
    std::string run;                                       // its run folder
    std::string sentence;                                  // why it failed
};

struct PathProposal {
    double lambda = 0;
    std::string rule;
    std::string reason;
};

/// A quantity at one lambda against lambda 0 of the same seeds: mean of the relative differences, 95 % Student interval.
struct PairedDifference {
    double lambda = 0;
    double train_noise = 0;
    std::string quantity;      // "clean", "noise 0.05", "noise 0.25 RMS"
    int seeds = 0;
    double mean = 0;           // 0.01 is one per cent more than at lambda 0
    double low = 0, high = 0;  // NaN with a single seed
};

struct PathFrame {
    std::uint64_t version = 0;
    std::string folder;
    std::vector<PathCell> cells;
    std::vector<PairedDifference> paired;
    bool noise_relative = false;  // which of the two noise units rules and headlines use
    bool running = false;
    int running_cells = 0;
    double progress = 0;
    double eta_secs = 0;
    std::optional<PathProposal> proposal;
    double max_clean_loss = 0.02;
    std::string sentence;
};

// ---- Noise and status -----------------------------------------------------------------------------------------------

/// The shown text with and without the decode noise.
struct NoiseFrame {
    std::uint64_t version = 0;
    double sigma = 0;
    std::vector<float> kl;           // per window position, clean against noisy next-token distribution, nats
    int first_flip = -1;             // index in the text of the first changed argmax, or -1
    int flips = 0;
};

struct StatusFrame {
    std::uint64_t version = 0;
    std::string activity;            // "decoding", "training", …
    double progress = -1;            // 0…1, or -1 when there is no end
    double eta_secs = 0;
    std::string device;
    int threads = 0;
    std::string message;             // the last thing worth telling
    bool message_is_error = false;
};

struct LogLine {
    std::string text;
    bool error = false;
};

/// All frames of one moment; any may be null before its first publication.
struct Frames {
    std::shared_ptr<const DecodeFrame> decode;
    std::shared_ptr<const MarginFrame> margins;
    std::shared_ptr<const AttentionFrame> attention;
    std::shared_ptr<const BoundaryFrame> boundary;
    std::shared_ptr<const NoiseFrame> noise;
    std::shared_ptr<const TrainingFrame> training;
    std::shared_ptr<const PathFrame> path;
    std::shared_ptr<const StatusFrame> status;
};

}  // namespace marginscope
