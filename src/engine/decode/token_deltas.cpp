// What is added to the embeddings of the shown text.
#include "engine/decode/token_deltas.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <bit>

#include "core/combined_key.h"
#include "nn/model/tensor_eigen.h"

namespace marginscope {
namespace {

std::uint64_t hash_of(const Vector& values) {
    std::uint64_t hash = 0x51;
    for (const double value : values) hash = combined(hash, std::bit_cast<std::uint64_t>(value));
    return hash;
}

}  // namespace

TokenDeltas::TokenDeltas(const Model& model) : model_(model) {}

void TokenDeltas::follow(const DecodeDocument& document, TokenTable& table,
                         const std::vector<int>& line, const std::vector<int>& ids) {
    drags_.clear();
    unknown_.assign(ids.size(), false);
    bool any_unknown = false;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (const auto found = document.drags.find(line[i]);
            found != document.drags.end() &&
            static_cast<int>(found->second.size()) == model_.config.model.width)
            drags_[static_cast<int>(i)] = Eigen::Map<const Vector>(
                found->second.data(), static_cast<Eigen::Index>(found->second.size()));
        unknown_[i] = table.mean_unknown() && table.unknown(ids[i]);
        any_unknown = any_unknown || unknown_[i];
    }
    if (any_unknown) {
        const at::Tensor all =
            model_.gpt.token_vectors(at::arange(model_.gpt.vocabulary(), at::kLong))
                .detach()
                .to(at::kDouble);
        unknown_delta_ = to_matrix((all.mean(0) - all[0]).unsqueeze(0)).row(0).transpose();
    }
}

std::uint64_t TokenDeltas::key(int index) const {
    const auto found = drags_.find(index);
    return found == drags_.end() ? 0 : hash_of(found->second);
}

Vector TokenDeltas::drag(int index) const {
    const auto found = drags_.find(index);
    return found == drags_.end() ? Vector(Vector::Zero(model_.config.model.width)) : found->second;
}

Vector TokenDeltas::row(int index) const {
    Vector delta = Vector::Zero(model_.config.model.width);
    if (const auto found = drags_.find(index); found != drags_.end()) delta += found->second;
    if (unknown_[static_cast<std::size_t>(index)]) delta += unknown_delta_;
    return delta;
}

at::Tensor TokenDeltas::rows(int begin, int end) const {
    const bool any_unknown =
        std::any_of(unknown_.begin() + begin, unknown_.begin() + end, [](bool one) { return one; });
    if (drags_.empty() && !any_unknown) return {};
    at::Tensor all = at::empty({end - begin, model_.config.model.width}, at::kDouble);
    for (int index = begin; index < end; ++index) {
        const Vector delta = row(index);
        std::copy(delta.begin(), delta.end(),
                  all.data_ptr<double>() + (index - begin) * delta.size());
    }
    return all.to(model_.gpt.device(), model_.gpt.dtype());
}

}  // namespace marginscope
