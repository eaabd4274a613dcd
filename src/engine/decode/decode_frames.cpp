// The frames and requests that follow from the shown text.
#include <algorithm>
#include <cmath>

#include "engine/decode/decode_state.h"

namespace marginscope {

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

std::shared_ptr<const MarginFrame> DecodeSession::take_margin_frame(
    const GeometryThread& geometry) {
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
        MarginCell& kept =
            s.node_cells[static_cast<std::size_t>(line[static_cast<std::size_t>(index)])];
        if (index < begin || !s.stage) {
            cell = kept;
            cell.support = false;
            continue;
        }
        const int position = index - begin;
        cell = s.cell_at(position, &geometry);
        if (!cell.valid) {
            // Its past is too short since the window moved, or it is not measured anew yet: what
            // was measured when it was decoded still tells.
            if (begin > 0) cell = kept;
            cell.support = false;
            continue;
        }
        kept = cell;
        PositionMargins margins =
            s.known.at(s.cell_keys[static_cast<std::size_t>(position)]).margins;
        if (cell.geometric_known)
            margins.geometric =
                geometry.known_margin(s.past_keys[static_cast<std::size_t>(position)]);
        beyond += margins.beyond();
        window.push_back(std::move(margins));
    }
    for (const int position : support_tokens(window, s.view.kind, s.view.support)) {
        frame->support.push_back(begin + position);
        frame->cells[static_cast<std::size_t>(begin + position)].support = true;
    }
    if (!window.empty()) {
        frame->share_beyond = static_cast<double>(beyond) / static_cast<double>(window.size());
        frame->nats_per_position =
            log_likelihood(window, s.model->config.model.width, s.sigma).nats_per_position;
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
        for (std::size_t h = 0; h < heads; ++h)
            frame->head_logdet[h * n + i] = found->second.head_logdet[h];
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
        const auto row = [&](const std::vector<float>& logits) {
            return std::span(logits).subspan(at, vocabulary);
        };
        const TokenDistribution p = distribution(row(clean));
        const TokenDistribution q = distribution(row(noisy));
        double kl = 0.0;
        for (std::size_t v = 0; v < vocabulary; ++v)
            kl += std::exp(p.logprob[v]) * (p.logprob[v] - q.logprob[v]);
        frame->kl.push_back(static_cast<float>(kl));
        const auto best = [](const std::vector<double>& values) {
            return std::max_element(values.begin(), values.end()) - values.begin();
        };
        if (best(p.logprob) == best(q.logprob)) continue;
        if (frame->first_flip < 0)
            frame->first_flip = static_cast<int>(s.window_begin() + at / vocabulary);
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
    if (!s.stage || s.view.kind != MarginKind::geometric || s.seen_geometric == s.revision)
        return std::nullopt;
    s.seen_geometric = s.revision;
    GeometricRequest request{s.stage, s.past_keys, {}};
    for (int i = s.window_length() - 1; i >= 0; --i)
        if (s.stage->has_margin(i) && !s.drags.contains(static_cast<int>(s.window_begin()) + i))
            request.positions.push_back(i);
    return request;
}

void DecodeSession::geometric_margin_arrived() { ++state_->margins_revision; }

}  // namespace marginscope
