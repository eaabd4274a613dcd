// The shown text: its tree, its cached forward pass, noise and drags, and the frames that show them.
#include "engine/decode_session.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "core/random.h"
#include "engine/decode_tree.h"
#include "nn/checkpoint.h"
#include "nn/decoder.h"
#include "nn/probes.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kCandidates = 12;
constexpr std::size_t kRememberedCells = 50000;

std::uint64_t combined(std::uint64_t a, std::uint64_t b) {
    std::uint64_t x = a ^ (b + 0x9e3779b97f4a7c15ULL + (a << 6) + (a >> 2));
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    return x ^ (x >> 27);
}

std::uint64_t hash_of(const Vector& values) {
    std::uint64_t hash = 0x51;
    for (const double value : values) hash = combined(hash, std::bit_cast<std::uint64_t>(value));
    return hash;
}

std::vector<float> floats_of(const at::Tensor& tensor) {
    const at::Tensor values = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

/// What is remembered of one position: it follows from the position's key alone.
struct KnownCell {
    PositionMargins margins;
    float lowest_head = kNoValue;
    int lowest_layer = -1;
    int lowest_index = -1;
    std::vector<float> head_logdet;  // [layer][head]
};

}  // namespace

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
    double sigma = 1.0;
    std::vector<std::uint64_t> past_keys;   // per window position: its past, its token, its noise
    std::vector<std::uint64_t> cell_keys;   // and its own drag
    std::unordered_map<std::uint64_t, KnownCell> known;
    std::vector<MarginCell> node_cells;     // by node: as last computed, for what has left the window
    std::vector<std::uint64_t> node_epochs; // weights and noise the node's statistics belong to

    std::uint64_t revision = 1;             // of text, weights, noise, drags
    std::uint64_t margins_revision = 1;
    std::uint64_t version = 0;
    std::uint64_t seen_decode = 0, seen_margins = 0, seen_attention = 0, seen_noise = 0, seen_boundary = 0, seen_geometric = 0;

    std::size_t window_begin() const { return decoder->window_begin(); }
    int window_length() const { return static_cast<int>(decoder->window_length()); }
    bool perturbed() const { return noise_sigma > 0 || !drags.empty(); }

    double noise_scale() const { return noise_sigma * (noise_relative ? noise_rms : 1.0); }
    std::uint64_t noise_key() const {
        if (noise_sigma <= 0) return 0;
        return combined(std::bit_cast<std::uint64_t>(noise_scale()), noise_seed + 1);
    }
    std::uint64_t drag_key(int index) const {
        const auto found = drags.find(index);
        return found == drags.end() ? 0 : hash_of(found->second);
    }

    Vector delta_of(int index) const {
        Vector delta = Vector::Zero(model->config.model.width);
        if (noise_sigma > 0) {
            fill_normal({noise_seed, DrawPurpose::decode_noise, 0, 0, static_cast<std::uint64_t>(index)},
                        std::span<double>(delta.data(), static_cast<std::size_t>(delta.size())));
            delta *= noise_scale();
        }
        if (const auto found = drags.find(index); found != drags.end()) delta += found->second;
        return delta;
    }

    at::Tensor deltas(int begin, int end) const {
        at::Tensor all = at::empty({end - begin, model->config.model.width}, at::kDouble);
        for (int index = begin; index < end; ++index) {
            const Vector delta = delta_of(index);
            std::copy(delta.begin(), delta.end(), all.data_ptr<double>() + (index - begin) * delta.size());
        }
        return all.to(model->gpt.device(), model->gpt.dtype());
    }

    /// Brings the decoder to the tree's text; only what changed is computed.
    void sync() {
        if (!model || tree.empty()) return;
        const std::vector<int> text = tree.text();
        std::vector<std::uint64_t> keys(text.size());
        for (std::size_t i = 0; i < text.size(); ++i) keys[i] = combined(noise_key(), drag_key(static_cast<int>(i)));
        std::size_t common = 0;
        const auto& have = decoder->ids();
        while (common < have.size() && common < text.size() && have[common] == text[common] && delta_keys[common] == keys[common])
            ++common;
        decoder->truncate(common);
        if (common < text.size())
            decoder->append(std::span(text).subspan(common),
                            perturbed() ? deltas(static_cast<int>(common), static_cast<int>(text.size())) : at::Tensor());
        delta_keys = std::move(keys);
        after_sync();
    }

    void after_sync() {
        ++revision;
        ++margins_revision;
        const int n = window_length();
        const auto begin = static_cast<int>(window_begin());
        if (model->stage) stage = std::make_shared<const Stage>(decoder->window_embeddings(), stage_weights(*model));
        else stage.reset();
        sigma = model->stage ? stage_sigma(*model) : 1.0;

        past_keys.assign(static_cast<std::size_t>(n), 0);
        cell_keys = past_keys;
        std::uint64_t past = combined(weights_epoch, static_cast<std::uint64_t>(begin));
        for (int i = 0; i < n; ++i) {
            const auto at = static_cast<std::size_t>(i);
            const int token = decoder->ids()[static_cast<std::size_t>(begin + i)];
            past_keys[at] = combined(combined(past, static_cast<std::uint64_t>(token)), noise_key());
            cell_keys[at] = combined(past_keys[at], drag_key(begin + i));
            past = cell_keys[at];
        }
        if (known.size() > kRememberedCells) known.clear();
        update_statistics();
    }

    /// Log-probability and entropy of the window's tokens. A node keeps the numbers of the moment it was decoded
    /// until weights, noise or drags change: the shorter past after a shift of the window does not rewrite it.
    void update_statistics() {
        const std::uint64_t epoch = combined(combined(weights_epoch, noise_key()), drags_key());
        node_epochs.resize(static_cast<std::size_t>(tree.size()), 0);
        const std::vector<int> line = tree.line();
        const std::vector<float> logits = floats_of(decoder->window_logits());
        const auto vocabulary = static_cast<std::size_t>(model->gpt.vocabulary());
        const auto begin = static_cast<int>(window_begin());
        for (int i = 1; i < window_length(); ++i) {
            const int node = line[static_cast<std::size_t>(begin + i)];
            if (node_epochs[static_cast<std::size_t>(node)] == epoch) continue;
            const auto row = std::span(logits).subspan(static_cast<std::size_t>(i - 1) * vocabulary, vocabulary);
            const TokenDistribution before = distribution(row);
            tree.set_statistics(node, static_cast<float>(before.logprob[static_cast<std::size_t>(tree.node(node).token)]),
                                static_cast<float>(before.entropy));
            node_epochs[static_cast<std::size_t>(node)] = epoch;
        }
    }

    std::uint64_t drags_key() const {
        std::uint64_t key = 0;
        for (const auto& [index, delta] : drags) key = combined(combined(key, static_cast<std::uint64_t>(index)), hash_of(delta));
        return key;
    }

    void measure_noise_rms() {
        if (!model) return;
        const std::vector<int> text = tree.text();
        const at::Tensor ids = at::tensor(std::vector<std::int64_t>(text.begin(), text.end()), at::kLong).to(model->gpt.device());
        const at::Tensor rows = model->gpt.token_embeddings().detach().index_select(0, ids);
        noise_rms = std::sqrt(rows.to(at::kDouble).square().mean().item<double>());
    }

    bool missing(int position) const { return stage->has_margin(position) && !known.contains(cell_keys[static_cast<std::size_t>(position)]); }

    MarginCell cell_at(int position, const GeometryThread& geometry) const {
        MarginCell cell;
        const auto at = static_cast<std::size_t>(position);
        const auto found = known.find(cell_keys[at]);
        if (found == known.end()) return cell;
        const PositionMargins& margins = found->second.margins;
        cell.valid = true;
        cell.logdet = static_cast<float>(margins.logdet.value);
        cell.sign = margins.logdet.sign;
        cell.crossings = margins.crossings;
        cell.sigma_min = static_cast<float>(margins.sigma_min);
        cell.energy = static_cast<float>(margins.energy_sq / (2.0 * sigma * sigma));
        cell.lowest_head = found->second.lowest_head;
        cell.lowest_head_layer = found->second.lowest_layer;
        cell.lowest_head_index = found->second.lowest_index;
        if (cell_keys[at] == combined(past_keys[at], 0))  // not dragged itself
            if (const auto geometric = geometry.known_margin(past_keys[at])) {
                cell.geometric_known = true;
                if (geometric->value)
                    cell.geometric = static_cast<float>(margins.beyond() ? -*geometric->value : *geometric->value);
            }
        return cell;
    }

    void fill_candidates(DecodeFrame& frame) {
        const std::vector<float> logits = floats_of(decoder->logits());
        frame.next_entropy = static_cast<float>(distribution(logits).entropy);
        std::vector<Candidate> all = candidates(logits, sampling);
        // With greedy decoding one candidate is left; the user still wants to see what else there was.
        if (all.size() < kCandidates) {
            SamplingSettings open = sampling;
            open.temperature = 1.0;
            open.top_k = 0;
            open.top_p = 1.0;
            for (const Candidate& other : candidates(logits, open))
                if (std::none_of(all.begin(), all.end(), [&](const Candidate& one) { return one.token == other.token; }))
                    all.push_back({other.token, 0.0, other.logprob});
        }
        all.resize(std::min(all.size(), kCandidates));
        std::vector<int> ids;
        for (const Candidate& one : all) ids.push_back(one.token);
        const std::vector<PositionMargins> margins = next_margins(ids);
        for (std::size_t k = 0; k < all.size(); ++k) {
            CandidateCell cell;
            cell.token = all[k].token;
            cell.probability = static_cast<float>(all[k].probability);
            cell.logprob = static_cast<float>(all[k].logprob);
            cell.node = tree.child_with(cell.token);
            if (!margins.empty()) {
                cell.logdet = static_cast<float>(margins[k].logdet.value);
                cell.crossings = margins[k].crossings;
            }
            frame.candidates.push_back(cell);
        }
    }

    /// The margins that the next position would have with each of these tokens; empty without a stage or a past. Only
    /// determinant and crossings are filled in unless the rule of least margin asks for the singular kind.
    std::vector<PositionMargins> next_margins(const std::vector<int>& ids) const {
        std::vector<PositionMargins> result;
        if (!stage || ids.empty()) return result;
        const Matrix past = decoder->next_window_embeddings();
        const Matrix next = decoder->next_embeddings(ids);
        Matrix u(past.rows() + 1, past.cols());
        u.topRows(past.rows()) = past;
        u.row(past.rows()) = next.row(0);
        Stage with_next(std::move(u), stage_weights(*model));
        const auto position = static_cast<int>(past.rows());
        if (!with_next.has_margin(position)) return result;
        for (std::size_t k = 0; k < ids.size(); ++k) {
            with_next.set_embedding(position, next.row(static_cast<Eigen::Index>(k)).transpose());
            PositionMargins margins;
            margins.position = position;
            margins.logdet = with_next.log_det(position);
            margins.det = margins.logdet.det();
            margins.crossings = with_next.crossings(position);
            if (view.kind == MarginKind::singular) margins.sigma_min = with_next.sigma_min(position);
            result.push_back(margins);
        }
        return result;
    }

    /// Heads of the positions whose cells are new: lowest log|det| over layers and heads (E14).
    void fill_heads(const std::vector<int>& positions) {
        if (positions.empty()) return;
        const std::vector<int>& ids = decoder->ids();
        const HeadMargins heads = head_margins(*model, decoder->window_embeddings(), positions);
        (void)ids;
        for (std::size_t k = 0; k < positions.size(); ++k) {
            KnownCell& cell = known.at(cell_keys[static_cast<std::size_t>(positions[k])]);
            cell.head_logdet.clear();
            for (int layer = 0; layer < heads.layers; ++layer)
                for (int head = 0; head < heads.heads; ++head) {
                    const auto value = static_cast<float>(heads.logdet(k, layer, head));
                    cell.head_logdet.push_back(value);
                    if (std::isnan(cell.lowest_head) || value < cell.lowest_head) {
                        cell.lowest_head = value;
                        cell.lowest_layer = layer;
                        cell.lowest_index = head;
                    }
                }
        }
    }
};

DecodeSession::DecodeSession() : state_(std::make_unique<State>()) {}
DecodeSession::~DecodeSession() = default;

void DecodeSession::set_model(std::shared_ptr<const Model> model, std::string label, std::string stage_label) {
    State& s = *state_;
    const std::string text = s.model ? s.model->vocabulary.decode(s.tree.text()) : s.prompt;
    s.model = std::move(model);
    s.model_label = std::move(label);
    s.stage_label = std::move(stage_label);
    auto symbols = std::make_shared<std::vector<std::string>>();
    for (int id = 0; id < s.model->vocabulary.size(); ++id) symbols->push_back(s.model->vocabulary.visible(id));
    s.symbols = std::move(symbols);
    s.decoder.emplace(s.model->gpt);
    s.decoder->capture_attention(true);
    s.clean.reset();
    ++s.weights_epoch;
    s.drags.clear();
    set_prompt(text);
}

void DecodeSession::weights_changed() {
    State& s = *state_;
    if (!s.model) return;
    s.decoder->clear();
    s.clean.reset();
    s.delta_keys.clear();
    ++s.weights_epoch;
    s.sync();
}

void DecodeSession::set_prompt(const std::string& text) {
    State& s = *state_;
    s.prompt = text;
    if (!s.model) return;
    std::vector<int> ids = s.model->vocabulary.encode(text);
    if (ids.empty()) ids = s.model->vocabulary.encode("\n");
    s.tree.reset(ids);
    s.node_cells.clear();
    s.node_epochs.clear();
    s.drags.clear();
    s.decoder->clear();
    s.delta_keys.clear();
    s.measure_noise_rms();
    s.sync();
}

bool DecodeSession::step_forward() {
    State& s = *state_;
    if (!s.model) return false;
    if (!s.tree.forward()) {
        std::vector<Candidate> from = candidates(floats_of(s.decoder->logits()), s.sampling);
        if (s.sampling.min_margin && s.stage) {
            std::vector<int> ids;
            for (const Candidate& one : from) ids.push_back(one.token);
            const std::vector<PositionMargins> margins = s.next_margins(ids);
            if (!margins.empty())
                from = with_least_margin(from, s.sampling, [&](int token) {
                    const auto at = std::find(ids.begin(), ids.end(), token) - ids.begin();
                    return margin_value(margins[static_cast<std::size_t>(at)],
                                        s.view.kind == MarginKind::geometric ? MarginKind::determinant : s.view.kind);
                });
        }
        if (from.empty()) return false;
        s.tree.advance(draw(from, s.sampling, static_cast<std::uint64_t>(s.tree.cursor_length())));
    }
    s.sync();
    return true;
}

bool DecodeSession::step_back() {
    if (!state_->model || !state_->tree.back()) return false;
    state_->sync();
    return true;
}

void DecodeSession::jump(int index) {
    if (!state_->model) return;
    state_->tree.jump(index);
    state_->sync();
}

void DecodeSession::go_to(int node) {
    if (!state_->model) return;
    state_->tree.go_to(node);
    state_->sync();
}

void DecodeSession::choose(int token) {
    State& s = *state_;
    if (!s.model || token < 0 || token >= s.model->gpt.vocabulary()) return;
    s.tree.advance(token);
    s.sync();
}

void DecodeSession::set_sampling(const SamplingSettings& settings) {
    state_->sampling = settings;
    ++state_->revision;
}

void DecodeSession::set_noise(double sigma, bool relative, std::uint64_t seed) {
    State& s = *state_;
    s.noise_sigma = std::max(0.0, sigma);
    s.noise_relative = relative;
    s.noise_seed = seed;
    if (!s.model) return;
    s.measure_noise_rms();
    s.sync();
}

void DecodeSession::set_playing(bool playing, double tokens_per_s) {
    state_->playing = playing;
    state_->tokens_per_s = tokens_per_s;
    ++state_->revision;
}

void DecodeSession::drag(int index, const Vector& delta) {
    State& s = *state_;
    if (!s.model || index < 0 || index >= s.tree.cursor_length()) return;
    if (delta.isZero(0.0)) s.drags.erase(index);
    else s.drags[index] = delta;
    s.sync();
}

void DecodeSession::reset_drags() {
    state_->drags.clear();
    state_->sync();
}

void DecodeSession::set_view(const SetView& view) {
    State& s = *state_;
    if (view == s.view) return;
    s.view = view;
    s.seen_boundary = s.seen_geometric = 0;
    ++s.margins_revision;
}

int DecodeSession::selected_index() const {
    const State& s = *state_;
    if (!s.model || s.tree.empty()) return -1;
    const int last = s.tree.cursor_length() - 1;
    if (s.view.index < 0 || s.view.index > last) return last;
    return std::max(s.view.index, static_cast<int>(s.window_begin()));
}

std::string DecodeSession::text() const {
    return state_->model ? state_->model->vocabulary.decode(state_->tree.text()) : state_->prompt;
}

bool DecodeSession::work(std::chrono::milliseconds budget) {
    State& s = *state_;
    if (!s.model || !s.stage) return false;
    const auto end = Clock::now() + budget;
    std::vector<int> fresh;
    bool left = false;
    const auto compute = [&](int i) {
        if (!s.missing(i)) return;
        if (Clock::now() >= end && !fresh.empty()) {
            left = true;
            return;
        }
        s.known[s.cell_keys[static_cast<std::size_t>(i)]].margins = s.stage->margins(i);
        fresh.push_back(i);
    };
    // What the user looks at first, then from the newest back.
    const int selected = selected_index() - static_cast<int>(s.window_begin());
    if (selected >= 0 && selected < s.window_length()) compute(selected);
    for (int i = s.window_length() - 1; i >= 0 && !left; --i) compute(i);
    if (!fresh.empty()) {
        s.fill_heads(fresh);
        ++s.margins_revision;
    }
    return left;
}

std::shared_ptr<const DecodeFrame> DecodeSession::take_decode_frame() {
    State& s = *state_;
    if (!s.model || s.seen_decode == s.revision) return nullptr;
    s.seen_decode = s.revision;
    auto frame = std::make_shared<DecodeFrame>();
    frame->version = ++s.version;
    frame->model_label = s.model_label;
    frame->symbols = s.symbols;
    const std::vector<int> line = s.tree.line();
    std::vector<bool> on_line(static_cast<std::size_t>(s.tree.size()), false);
    for (const int id : line) {
        const DecodeNode& node = s.tree.node(id);
        frame->line.push_back({node.token, id, node.logprob, node.entropy});
        on_line[static_cast<std::size_t>(id)] = true;
    }
    for (int id = 0; id < s.tree.size(); ++id)
        frame->tree.push_back({s.tree.node(id).parent, s.tree.node(id).token, s.tree.node(id).depth,
                               on_line[static_cast<std::size_t>(id)]});
    frame->cursor = s.tree.cursor_length();
    frame->window_begin = static_cast<int>(s.window_begin());
    frame->context = s.model->config.model.context;
    frame->sampling = s.sampling;
    frame->playing = s.playing;
    frame->tokens_per_s = s.tokens_per_s;
    frame->noise_sigma = s.noise_sigma;
    frame->noise_relative = s.noise_relative;
    frame->noise_seed = s.noise_seed;
    for (const auto& [index, delta] : s.drags) frame->dragged.push_back(index);
    s.fill_candidates(*frame);
    return frame;
}

std::shared_ptr<const MarginFrame> DecodeSession::take_margin_frame(const GeometryThread& geometry) {
    State& s = *state_;
    if (!s.model || s.seen_margins == s.margins_revision) return nullptr;
    s.seen_margins = s.margins_revision;
    auto frame = std::make_shared<MarginFrame>();
    frame->version = ++s.version;
    frame->kind = s.view.kind;
    frame->has_stage = s.stage != nullptr;
    frame->stage_label = s.stage_label;
    const std::vector<int> line = s.tree.line();
    s.node_cells.resize(static_cast<std::size_t>(s.tree.size()));
    const auto begin = static_cast<int>(s.window_begin());
    frame->cells.resize(static_cast<std::size_t>(s.tree.cursor_length()));
    std::vector<PositionMargins> window;
    int beyond = 0;
    for (int index = 0; index < s.tree.cursor_length(); ++index) {
        MarginCell& cell = frame->cells[static_cast<std::size_t>(index)];
        MarginCell& kept = s.node_cells[static_cast<std::size_t>(line[static_cast<std::size_t>(index)])];
        if (index < begin || !s.stage) {
            cell = kept;
            cell.support = false;
            continue;
        }
        const int position = index - begin;
        cell = s.cell_at(position, geometry);
        if (!cell.valid) {
            // Its past is too short since the window moved: what was measured when it was decoded still tells.
            if (begin > 0 && !s.stage->has_margin(position)) cell = kept;
            cell.support = false;
            continue;
        }
        kept = cell;
        PositionMargins margins = s.known.at(s.cell_keys[static_cast<std::size_t>(position)]).margins;
        if (cell.geometric_known) margins.geometric = geometry.known_margin(s.past_keys[static_cast<std::size_t>(position)]);
        beyond += margins.beyond();
        window.push_back(std::move(margins));
    }
    for (const int position : support_tokens(window, s.view.kind, s.view.support)) {
        frame->support.push_back(begin + position);
        frame->cells[static_cast<std::size_t>(begin + position)].support = true;
    }
    if (!window.empty()) {
        frame->share_beyond = static_cast<double>(beyond) / static_cast<double>(window.size());
        frame->nats_per_position = log_likelihood(window, s.model->config.model.width, s.sigma).nats_per_position;
    }
    return frame;
}

std::shared_ptr<const AttentionFrame> DecodeSession::take_attention_frame() {
    State& s = *state_;
    if (!s.model || s.seen_attention == s.margins_revision) return nullptr;
    s.seen_attention = s.margins_revision;
    auto frame = std::make_shared<AttentionFrame>();
    frame->version = ++s.version;
    frame->layers = s.model->config.model.layers;
    frame->heads = s.model->config.model.heads;
    frame->size = s.window_length();
    frame->window_begin = static_cast<int>(s.window_begin());
    frame->weights = floats_of(s.decoder->attention());
    const auto begin = static_cast<std::ptrdiff_t>(s.window_begin());
    frame->tokens.assign(s.decoder->ids().begin() + begin, s.decoder->ids().end());
    const auto heads = static_cast<std::size_t>(frame->layers * frame->heads);
    const auto n = static_cast<std::size_t>(frame->size);
    frame->head_logdet.assign(heads * n, kNoValue);
    for (std::size_t i = 0; i < n; ++i) {
        const auto found = s.known.find(s.cell_keys[i]);
        if (found == s.known.end() || found->second.head_logdet.size() != heads) continue;
        for (std::size_t h = 0; h < heads; ++h) frame->head_logdet[h * n + i] = found->second.head_logdet[h];
    }
    return frame;
}

std::shared_ptr<const NoiseFrame> DecodeSession::take_noise_frame() {
    State& s = *state_;
    if (!s.model || s.seen_noise == s.revision) return nullptr;
    s.seen_noise = s.revision;
    auto frame = std::make_shared<NoiseFrame>();
    frame->version = ++s.version;
    frame->sigma = s.noise_sigma;
    if (!s.perturbed()) return frame;
    if (!s.clean) s.clean.emplace(s.model->gpt);
    const std::vector<int>& ids = s.decoder->ids();
    const std::vector<int>& have = s.clean->ids();
    const auto differ = std::mismatch(have.begin(), have.end(), ids.begin(), ids.end());
    const auto common = static_cast<std::size_t>(differ.first - have.begin());
    s.clean->truncate(common);
    if (common < ids.size()) s.clean->append(std::span(ids).subspan(common));
    const std::vector<float> clean = floats_of(s.clean->window_logits());
    const std::vector<float> noisy = floats_of(s.decoder->window_logits());
    const auto vocabulary = static_cast<std::size_t>(s.model->gpt.vocabulary());
    for (std::size_t at = 0; at + vocabulary <= clean.size(); at += vocabulary) {
        const auto row = [&](const std::vector<float>& logits) { return std::span(logits).subspan(at, vocabulary); };
        const TokenDistribution p = distribution(row(clean));
        const TokenDistribution q = distribution(row(noisy));
        double kl = 0.0;
        for (std::size_t v = 0; v < vocabulary; ++v) kl += std::exp(p.logprob[v]) * (p.logprob[v] - q.logprob[v]);
        frame->kl.push_back(static_cast<float>(kl));
        const auto best = [](const std::vector<double>& values) { return std::max_element(values.begin(), values.end()) - values.begin(); };
        if (best(p.logprob) == best(q.logprob)) continue;
        if (frame->first_flip < 0) frame->first_flip = static_cast<int>(s.window_begin() + at / vocabulary);
        ++frame->flips;
    }
    return frame;
}

std::optional<BoundaryRequest> DecodeSession::take_boundary_request() {
    State& s = *state_;
    if (!s.model || s.tree.empty() || s.seen_boundary == s.revision) return std::nullopt;
    s.seen_boundary = s.revision;
    BoundaryRequest request;
    request.stage = s.stage;
    request.view = s.view;
    request.window_begin = static_cast<int>(s.window_begin());
    const int index = selected_index();
    request.position = index - request.window_begin;
    if (!s.stage) return request;
    request.tokens.assign(s.decoder->ids().begin() + request.window_begin, s.decoder->ids().end());
    request.undragged = s.stage->embeddings().row(request.position).transpose();
    if (const auto found = s.drags.find(index); found != s.drags.end()) {
        request.undragged -= found->second;
        request.dragged = true;
    }
    request.past_key = s.past_keys[static_cast<std::size_t>(request.position)];
    return request;
}

std::optional<GeometricRequest> DecodeSession::take_geometric_request() {
    State& s = *state_;
    if (!s.stage || s.view.kind != MarginKind::geometric || s.seen_geometric == s.revision) return std::nullopt;
    s.seen_geometric = s.revision;
    GeometricRequest request{s.stage, s.past_keys, {}};
    for (int i = s.window_length() - 1; i >= 0; --i)
        if (s.stage->has_margin(i) && !s.drags.contains(static_cast<int>(s.window_begin()) + i)) request.positions.push_back(i);
    return request;
}

void DecodeSession::geometric_margin_arrived() { ++state_->margins_revision; }

}  // namespace marginscope
