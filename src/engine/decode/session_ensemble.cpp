// The shown text for models that predict together, and what comes back.
#include "engine/decode/session_ensemble.h"

#include <algorithm>
#include <utility>

#include "core/combined_key.h"

namespace marginscope {
namespace {

/// Whether nothing of the text can be read as the models would: without a token for what is unknown
/// the mean of the shown model's embeddings stands in for it, which is no other model's.
bool readable(DecodeComputation& computation) {
    const TokenTable& table = computation.table();
    return !table.mean_unknown() ||
           std::ranges::none_of(computation.ids(), [&](int id) { return table.unknown(id); });
}

std::uint64_t extended(std::uint64_t key, const EnsembleRequest& request, std::size_t k) {
    key = combined(key, static_cast<std::uint64_t>(request.ids[k]));
    return combined(key, request.unknown[k] ? 1 : 0);
}

EnsembleRequest request_of(const std::shared_ptr<const EnsembleMembers>& members,
                           DecodeComputation& computation) {
    EnsembleRequest request;
    request.members = members;
    if (!members || !readable(computation)) return request;
    const TokenTable& table = computation.table();
    for (const int id : computation.ids()) {
        request.ids.push_back(table.model_id(id));
        request.unknown.push_back(table.unknown(id));
    }
    request.keys.resize(request.ids.size());
    for (std::size_t i = 0; i < request.ids.size(); i = request.blocks.back().end) {
        const TextBlock& block =
            request.blocks.emplace_back(computation.block(static_cast<int>(i)));
        std::uint64_t key = block.begin;
        for (std::size_t k = block.begin; k < block.end; ++k) {
            key = extended(key, request, k);
            if (k >= block.first) request.keys[k] = key;
        }
    }
    request.next_begin = computation.decoder().window_begin();
    request.next_key = combined(request.next_begin, request.ids.size());
    for (std::size_t k = request.next_begin; k < request.ids.size(); ++k)
        request.next_key = extended(request.next_key, request, k);
    return request;
}

}  // namespace

std::optional<EnsembleRequest> DecodeSession::take_ensemble_request() {
    State& s = *state_;
    if (!s.computation) return std::nullopt;
    std::uint64_t key = 0;
    if (s.shown.members) {
        key = combined(reinterpret_cast<std::uintptr_t>(s.shown.members.get()),
                       s.computation->revisions().text);
        key = combined(key, static_cast<std::uint64_t>(s.document.view.windows));
    }
    if (key == s.taken.ensemble_key) return std::nullopt;
    s.taken.ensemble_key = key;
    return request_of(s.shown.members, *s.computation);
}

void DecodeSession::set_ensemble_laws(std::shared_ptr<const EnsembleLaws> laws) {
    state_->shown.laws = std::move(laws);
    ++state_->shown.revision;
}

void fill_ensemble(const DecodeDocument& document, DecodeComputation& computation,
                   const ShownModel& shown, DecodeFrame& frame) {
    if (!shown.members) return;
    frame.ensemble = shown.members->words();
    frame.ensemble_path = document.model.path;
    if (!shown.laws) return;
    const EnsembleLaws& laws = *shown.laws;
    // Laws of another text may lie here for a moment: keys tell which of them are of this one.
    const EnsembleRequest now = request_of(shown.members, computation);
    const std::size_t count = std::min({frame.line.size(), laws.keys.size(), now.keys.size()});
    const bool noise = document.sampling.chooser.averages();
    for (std::size_t i = 0; i < count; ++i) {
        if (laws.keys[i] != now.keys[i]) continue;
        TokenCell& cell = frame.line[i];
        cell.mean_logprob = laws.positions[i].logprob;
        if (noise) continue;
        cell.expected_entropy = laws.positions[i].expected_entropy;
        cell.mutual_information = laws.positions[i].mutual_information;
    }
    if (laws.next_key != now.next_key) return;
    for (CandidateCell& cell : frame.candidates)
        if (static_cast<std::size_t>(cell.token) < laws.next.size())
            cell.mean_probability = laws.next[static_cast<std::size_t>(cell.token)];
}

}  // namespace marginscope
