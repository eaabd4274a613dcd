// The twin in slices.
#include "engine/decode/twin_computation.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <span>
#include <utility>

#include "core/combined_key.h"
#include "engine/decode/session_state.h"
#include "nn/measure/probes.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRememberedPositions = 50000;

std::uint64_t stamp_of(const DecodeDocument& document) {
    const SetDecodeNoise& noise = document.noise;
    std::uint64_t stamp = combined(std::bit_cast<std::uint64_t>(noise.sigma), noise.seed);
    stamp =
        combined(stamp, static_cast<std::uint64_t>(noise.where) * 16 +
                            static_cast<std::uint64_t>(document.view.kind) * 2 + noise.relative);
    stamp = combined(stamp, static_cast<std::uint64_t>(noise.draws));
    for (const int index : noise.positions)
        stamp = combined(stamp, static_cast<std::uint64_t>(index));
    if (!noise.relative) return stamp;
    stamp = combined(stamp, static_cast<std::uint64_t>(document.view.windows));  // of the unit
    return combined(stamp, std::hash<std::string>{}(document.prompt.get()));
}

float as_float(double value) { return std::isfinite(value) ? static_cast<float>(value) : kNoValue; }

}  // namespace

void TwinComputation::follow(const DecodeDocument& document) {
    SetDecodeNoise unfrozen = document.noise;
    unfrozen.frozen = noise_.frozen;
    const bool same_settings = unfrozen == noise_ && kind_ == document.view.kind;
    const bool same_text = line_.keys == text_.cell_keys();
    if (same_settings && document.noise.frozen && wanted() && complete()) {
        if (noise_.frozen != document.noise.frozen || line_.behind == same_text) ++revision_;
        noise_.frozen = true;
        line_.behind = !same_text;
        return;
    }
    const std::uint64_t settings = stamp_of(document);
    if (noise_ == document.noise && (!wanted() || (settings == settings_ && same_text))) return;
    noise_ = document.noise;
    kind_ = document.view.kind;
    line_.behind = false;
    if (settings != settings_) running_.reset();
    settings_ = settings;
    ++revision_;
    if (!wanted()) {  // nothing of it is kept in memory
        running_.reset();
        exact_.reset();
        margins_.reset();
        unit_.reset();
        known_.clear();
        line_ = {};
        return;
    }
    prepare(document);
    line_.ids = text_.ids();
    line_.keys = text_.cell_keys();
    look_up();
}

void TwinComputation::weights_changed() {
    running_.reset();
    unit_.reset();
    exact_.reset();
    margins_.reset();
    known_.clear();
    line_ = {};
}

bool TwinComputation::current(std::size_t index) const {
    return line_.known[index] != nullptr && line_.known[index]->settings == settings_;
}

bool TwinComputation::complete() const {
    for (std::size_t i = 0; i < line_.known.size(); ++i)
        if (!current(i)) return false;
    return !line_.known.empty();
}

/// The weights in float64, the stage's, and the unit: as far as they are not there already.
void TwinComputation::prepare(const DecodeDocument& document) {
    const Model& model = text_.model();
    if (!exact_) exact_ = model.gpt.clone(at::kCPU, at::kDouble);
    if (measures_ && model.stage && (!margins_ || margins_->kind != kind_))
        margins_ = {stage_weights(model), kind_};
    const WindowRule rule = document.view.windows;
    if (unit_ && unit_->where == noise_.where && unit_->relative == noise_.relative &&
        unit_->rule == rule && (!noise_.relative || unit_->prompt == document.prompt))
        return;
    std::vector<int> ids;
    if (noise_.relative) {
        std::vector<std::string> given = characters_of(document.prompt.get());
        given.resize(std::min(given.size(), kShownCharacters));
        for (const std::string& character : given)
            ids.push_back(text_.table().model_id(text_.table().id_of(character)));
    }
    if (ids.empty()) ids.push_back(text_.table().model_id(text_.ids().front()));
    unit_.emplace(document.prompt, noise_.where, noise_.relative, rule,
                  NoiseUnit(*exact_, noise_.where, noise_.relative, std::move(ids), rule));
}

void TwinComputation::look_up() {
    if (known_.size() > std::max(kRememberedPositions, 3 * line_.keys.size())) known_.clear();
    line_.known.assign(line_.keys.size(), nullptr);
    for (std::size_t i = 0; i < line_.keys.size(); ++i)
        if (const auto found = known_.find(line_.keys[i]); found != known_.end())
            line_.known[i] = &found->second;
}

std::optional<TextBlock> TwinComputation::next_block(int selected) const {
    const auto missing = [&](const TextBlock& block) {
        for (std::size_t i = block.first; i < block.end; ++i)
            if (!current(i)) return true;
        return false;
    };
    const int last = static_cast<int>(line_.keys.size()) - 1;
    if (selected >= 0 && selected <= last)
        if (const TextBlock block = text_.block(selected); missing(block)) return block;
    for (int i = last; i >= 0;) {
        const TextBlock block = text_.block(i);
        if (missing(block)) return block;
        i = static_cast<int>(block.first) - 1;
    }
    return std::nullopt;
}

void TwinComputation::start(const TextBlock& block) {
    std::vector<int> ids;
    for (const int id : line_.ids) ids.push_back(text_.table().model_id(id));
    at::Tensor u = block_embeddings(*exact_, ids, block);
    const at::Tensor deltas =
        text_.deltas().rows(static_cast<int>(block.begin), static_cast<int>(block.end));
    if (deltas.defined()) u = u + deltas.to(at::kCPU, at::kDouble);
    TwinNoise noise{noise_.where, unit_->measured.scales(noise_.sigma), noise_.seed, noise_.draws,
                    noise_.positions};
    running_.emplace(Running{
        {line_.keys.begin() + static_cast<std::ptrdiff_t>(block.first),
         line_.keys.begin() + static_cast<std::ptrdiff_t>(block.end)},
        TwinPass(*exact_, std::move(u), block, std::move(noise), margins_ ? &*margins_ : nullptr)});
}

bool TwinComputation::work(Clock::time_point end, int selected) {
    if (!wanted() || line_.keys.empty() || line_.behind) return false;
    const at::NoGradGuard no_grad;
    do {
        if (unit_->measured.step()) continue;
        if (!running_) {
            const std::optional<TextBlock> block = next_block(selected);
            if (!block) return false;
            start(*block);
        }
        if (running_->pass.step()) continue;
        keep(running_->pass.take(), running_->keys);
        running_.reset();
    } while (Clock::now() < end);
    return true;
}

void TwinComputation::keep(const TwinOfBlock& twin, const std::vector<std::uint64_t>& keys) {
    const auto draws = static_cast<double>(twin.draws.size());
    for (std::size_t k = 0; k < keys.size(); ++k) {
        Known& known = known_[keys[k]];
        known = {settings_, {}, {}, {}};
        TwinCell& cell = known.cell;
        cell.clean = twin.clean[k];
        cell.noisy = twin.draws[0][k].likeliest;
        cell.known = true;
        double kl = 0.0, gap = 0.0;
        for (std::size_t d = 0; d < twin.draws.size(); ++d) {
            kl += twin.draws[d][k].kl / draws;
            gap += twin.draws[d][k].margin_gap / draws;
            known.flips[d] = twin.draws[d][k].likeliest != cell.clean;
        }
        cell.margin_gap = as_float(gap);
        if (cell.clean >= 0) {
            cell.kl = as_float(kl);
            cell.share_flipped =
                static_cast<float>(known.flips.count()) / static_cast<float>(draws);
            cell.entropy = as_float(twin.average[k].entropy);
            cell.expected_entropy = as_float(twin.average[k].expected);
            cell.mutual_information = as_float(twin.average[k].mutual_information());
        }
        for (const TwinAverage::Token& one : twin.average[k].tokens)
            known.average.push_back(
                {one.token, static_cast<float>(one.clean), static_cast<float>(one.mean)});
    }
    look_up();
    ++revision_;
}

TwinFrame TwinComputation::frame(int selected) const {
    TwinFrame frame;
    frame.noise = noise_;
    frame.kind = kind_;
    frame.behind = line_.behind;
    if (!wanted()) return frame;
    frame.rms = unit_ ? unit_->measured.rms() : std::vector<double>();
    frame.first_divergence.assign(static_cast<std::size_t>(noise_.draws), -1);
    int predicted = 0;
    for (std::size_t i = 0; i < line_.keys.size(); ++i) {
        TwinCell cell;
        if (line_.known[i] != nullptr) cell = line_.known[i]->cell;
        cell.token = line_.ids[i];
        cell.stale = cell.known && !current(i);
        frame.cells.push_back(cell);
        frame.pending += !current(i);
        if (!current(i) || cell.clean < 0) continue;
        ++predicted;
        frame.share_flipped += cell.share_flipped;
        if (!std::isnan(cell.kl)) frame.mean_kl += cell.kl;
        for (std::size_t d = 0; d < frame.first_divergence.size(); ++d)
            if (frame.first_divergence[d] < 0 && line_.known[i]->flips[d])
                frame.first_divergence[d] = static_cast<int>(i);
    }
    if (predicted > 0) {
        frame.share_flipped /= predicted;
        frame.mean_kl /= predicted;
    }
    if (selected >= 0 && selected < static_cast<int>(line_.keys.size())) {
        frame.selected = selected;
        if (const Known* known = line_.known[static_cast<std::size_t>(selected)])
            frame.average = known->average;
    }
    return frame;
}

}  // namespace marginscope
