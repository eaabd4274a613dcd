// What the shown text consists of: cached forward pass, keys of what is known, margins of
// positions.
#include "engine/decode/decode_state.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/random.h"
#include "nn/measure/probes.h"

namespace marginscope {
namespace {

constexpr std::size_t kCandidates = 12;
constexpr std::size_t kRememberedCells = 50000;

std::uint64_t hash_of(const Vector& values) {
    std::uint64_t hash = 0x51;
    for (const double value : values) hash = combined(hash, std::bit_cast<std::uint64_t>(value));
    return hash;
}

}  // namespace

std::uint64_t combined(std::uint64_t a, std::uint64_t b) {
    std::uint64_t x = a ^ (b + 0x9e3779b97f4a7c15ULL + (a << 6) + (a >> 2));
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    return x ^ (x >> 27);
}

std::vector<float> floats_of(const at::Tensor& tensor) {
    const at::Tensor values = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

std::uint64_t DecodeSession::State::noise_key() const {
    if (noise_sigma <= 0) return 0;
    return combined(std::bit_cast<std::uint64_t>(noise_scale()), noise_seed + 1);
}

std::uint64_t DecodeSession::State::drag_key(int index) const {
    const auto found = drags.find(index);
    return found == drags.end() ? 0 : hash_of(found->second);
}

Vector DecodeSession::State::delta_of(int index) const {
    Vector delta = Vector::Zero(model->config.model.width);
    if (noise_sigma > 0) {
        fill_normal(
            {noise_seed, DrawPurpose::decode_noise, 0, 0, static_cast<std::uint64_t>(index)},
            std::span<double>(delta.data(), static_cast<std::size_t>(delta.size())));
        delta *= noise_scale();
    }
    if (const auto found = drags.find(index); found != drags.end()) delta += found->second;
    return delta;
}

at::Tensor DecodeSession::State::deltas(int begin, int end) const {
    at::Tensor all = at::empty({end - begin, model->config.model.width}, at::kDouble);
    for (int index = begin; index < end; ++index) {
        const Vector delta = delta_of(index);
        std::copy(delta.begin(), delta.end(),
                  all.data_ptr<double>() + (index - begin) * delta.size());
    }
    return all.to(model->gpt.device(), model->gpt.dtype());
}

void DecodeSession::State::sync() {
    if (!model || tree.empty()) return;
    const std::vector<int> text = tree.text();
    std::vector<std::uint64_t> keys(text.size());
    for (std::size_t i = 0; i < text.size(); ++i)
        keys[i] = combined(noise_key(), drag_key(static_cast<int>(i)));
    const std::size_t had = decoder->length();
    std::size_t common = 0;
    const auto& have = decoder->ids();
    while (common < have.size() && common < text.size() && have[common] == text[common] &&
           delta_keys[common] == keys[common])
        ++common;
    decoder->truncate(common);
    if (common < text.size())
        decoder->append(std::span(text).subspan(common),
                        perturbed()
                            ? deltas(static_cast<int>(common), static_cast<int>(text.size()))
                            : at::Tensor());
    delta_keys = std::move(keys);
    if (common < had) next->clear();
    extend_stage(common == had);
    after_sync();
}

/// The stage over the window: a copy with the new rows where all that was there still is.
void DecodeSession::State::extend_stage(bool only_appended) {
    if (!model->stage) {
        stage.reset();
        return;
    }
    Matrix u = decoder->window_embeddings();
    const bool grows =
        stage && only_appended && stage_begin == window_begin() && stage->positions() <= u.rows();
    if (!grows) {
        stage = std::make_shared<const Stage>(std::move(u), stage_weights(*model));
        stage_begin = window_begin();
        return;
    }
    Stage extended = *stage;
    for (Eigen::Index row = stage->positions(); row < u.rows(); ++row)
        extended.append(u.row(row).transpose());
    stage = std::make_shared<const Stage>(std::move(extended));
}

void DecodeSession::State::after_sync() {
    ++revision;
    ++margins_revision;
    const int n = window_length();
    const auto begin = static_cast<int>(window_begin());
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

void DecodeSession::State::update_statistics() {
    const std::uint64_t epoch = combined(combined(weights_epoch, noise_key()), drags_key());
    node_epochs.resize(static_cast<std::size_t>(tree.size()), 0);
    const std::vector<int> line = tree.line();
    const std::vector<float> logits = floats_of(decoder->window_logits());
    const auto vocabulary = static_cast<std::size_t>(model->gpt.vocabulary());
    const auto begin = static_cast<int>(window_begin());
    for (int i = 1; i < window_length(); ++i) {
        const int node = line[static_cast<std::size_t>(begin + i)];
        if (node_epochs[static_cast<std::size_t>(node)] == epoch) continue;
        const auto row =
            std::span(logits).subspan(static_cast<std::size_t>(i - 1) * vocabulary, vocabulary);
        const TokenDistribution before = distribution(row);
        tree.set_statistics(
            node,
            static_cast<float>(before.logprob[static_cast<std::size_t>(tree.node(node).token)]),
            static_cast<float>(before.entropy));
        node_epochs[static_cast<std::size_t>(node)] = epoch;
    }
}

std::uint64_t DecodeSession::State::drags_key() const {
    std::uint64_t key = 0;
    for (const auto& [index, delta] : drags)
        key = combined(combined(key, static_cast<std::uint64_t>(index)), hash_of(delta));
    return key;
}

void DecodeSession::State::measure_noise_rms() {
    if (!model) return;
    const std::vector<int> text = tree.text();
    const at::Tensor ids =
        at::tensor(std::vector<std::int64_t>(text.begin(), text.end()), at::kLong)
            .to(model->gpt.device());
    const at::Tensor rows = model->gpt.token_embeddings().detach().index_select(0, ids);
    noise_rms = std::sqrt(rows.to(at::kDouble).square().mean().item<double>());
}

MarginCell DecodeSession::State::cell_at(int position, const GeometryThread* geometry) const {
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
    const bool dragged = cell_keys[at] != combined(past_keys[at], 0);
    if (geometry != nullptr && !dragged)
        if (const auto geometric = geometry->known_margin(past_keys[at])) {
            cell.geometric_known = true;
            if (geometric->value)
                cell.geometric =
                    static_cast<float>(margins.beyond() ? -*geometric->value : *geometric->value);
        }
    return cell;
}

void DecodeSession::State::keep_cells() {
    if (!stage) return;
    node_cells.resize(static_cast<std::size_t>(tree.size()));
    const std::vector<int> line = tree.line();
    for (int position = 0; position < window_length(); ++position) {
        const MarginCell cell = cell_at(position, nullptr);
        if (cell.valid)
            node_cells[static_cast<std::size_t>(
                line[window_begin() + static_cast<std::size_t>(position)])] = cell;
    }
}

void DecodeSession::State::fill_candidates(DecodeFrame& frame) {
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
            if (std::none_of(all.begin(), all.end(),
                             [&](const Candidate& one) { return one.token == other.token; }))
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

std::vector<PositionMargins> DecodeSession::State::next_margins(const std::vector<int>& ids) {
    std::vector<PositionMargins> result;
    for (const int id : ids) {
        // The geometric margin of a dozen candidates would take seconds.
        const std::optional<PositionMargins> margins =
            next->of(id, view.kind == MarginKind::singular ? view.kind : MarginKind::determinant);
        if (!margins) return {};
        result.push_back(*margins);
    }
    return result;
}

void DecodeSession::State::fill_heads(const std::vector<int>& positions) {
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

}  // namespace marginscope
