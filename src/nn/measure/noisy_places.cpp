// Support tokens by core's own rule; random places by a keyed shuffle.
#include "nn/measure/noisy_places.h"

#include <ATen/ATen.h>

#include <numeric>
#include <utility>

#include "core/random.h"
#include "core/stage/stage.h"
#include "nn/measure/probes.h"

namespace marginscope {
namespace {

constexpr int kFirstMargin = 2;  // of a window: before it J does not depend on the token

}  // namespace

NoisyPlaces::NoisyPlaces(const EvaluatedText& text, NoisyTokens tokens, int support,
                         std::uint64_t seed)
    : text_(text), tokens_(tokens), support_(support), seed_(seed) {
    if (tokens != NoisyTokens::all) weights_ = stage_weights(text.model(), text.name());
}

void NoisyPlaces::read(std::span<const TokenWindow> windows) {
    numbers_.clear();
    support_places_.clear();
    windows_read_ += windows.size();
    if (tokens_ == NoisyTokens::all) places_read_ += windows.size() * text_.context();
    for (const TokenWindow& window : windows) {
        numbers_.push_back(window.number);
        if (tokens_ == NoisyTokens::all) continue;
        const std::vector<int> ids = text_.ids().part(window.begin, text_.context()).to_vector();
        const Stage stage(stage_embeddings(text_.model().language(), ids), weights_);
        std::vector<PositionMargins> margins;
        for (int i = kFirstMargin; i < stage.positions(); ++i)
            margins.push_back(stage.determinant_margins(i));
        support_places_.push_back(support_tokens(margins, MarginKind::determinant, support_));
        places_read_ += support_places_.back().size();
    }
}

std::vector<int> NoisyPlaces::random_places(std::size_t b, std::uint64_t draw) const {
    std::vector<int> places(text_.context() - kFirstMargin);
    std::iota(places.begin(), places.end(), kFirstMargin);
    CounterRng rng({seed_, DrawPurpose::noisy_tokens, draw, numbers_[b], 0});
    const std::size_t count = support_places_[b].size();
    for (std::size_t k = 0; k < count; ++k)
        std::swap(places[k], places[k + rng.below(places.size() - k)]);
    places.resize(count);
    return places;
}

at::Tensor NoisyPlaces::mask(std::uint64_t draw) const {
    if (tokens_ == NoisyTokens::all) return {};
    const auto time = static_cast<std::int64_t>(text_.context());
    at::Tensor out = at::zeros({static_cast<std::int64_t>(numbers_.size()), time, 1}, at::kFloat);
    float* row = out.data_ptr<float>();
    for (std::size_t b = 0; b < numbers_.size(); ++b, row += time)
        for (const int place :
             tokens_ == NoisyTokens::support ? support_places_[b] : random_places(b, draw))
            row[place] = 1.0F;
    return out;
}

double NoisyPlaces::mean_count() const {
    return static_cast<double>(places_read_) / static_cast<double>(windows_read_);
}

}  // namespace marginscope
