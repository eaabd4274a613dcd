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

NoisyPlaces::NoisyPlaces(const EvaluatedText& text, std::size_t member, NoisyTokens tokens,
                         int support, std::uint64_t seed)
    : text_(text), member_(member), tokens_(tokens), support_(support), seed_(seed) {
    if (tokens != NoisyTokens::all)
        weights_ = stage_weights(text.models()[member], text.files()[member]);
}

void NoisyPlaces::read(std::span<const TokenWindow> windows) {
    numbers_.clear();
    support_places_.clear();
    for (const TokenWindow& window : windows) {
        numbers_.push_back(window.number);
        if (tokens_ == NoisyTokens::all) continue;
        const std::vector<int> ids = text_.ids().part(window.begin, text_.context()).to_vector();
        const Stage stage(stage_embeddings(text_.models()[member_].language(), ids), weights_);
        std::vector<PositionMargins> margins;
        for (int i = kFirstMargin; i < stage.positions(); ++i)
            margins.push_back(stage.determinant_margins(i));
        support_places_.push_back(support_tokens(margins, MarginKind::determinant, support_));
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

at::Tensor NoisyPlaces::mask(std::uint64_t draw) {
    const auto time = static_cast<std::int64_t>(text_.context());
    const auto rows = static_cast<std::int64_t>(numbers_.size());
    windows_masked_ += static_cast<double>(rows);
    if (tokens_ == NoisyTokens::all) {
        places_masked_ += static_cast<double>(rows * time);
        place_sum_ += static_cast<double>(rows * time * (time - 1)) / 2;
        return {};
    }
    at::Tensor out = at::zeros({rows, time, 1}, at::kFloat);
    float* row = out.data_ptr<float>();
    for (std::size_t b = 0; b < numbers_.size(); ++b, row += time)
        for (const int place :
             tokens_ == NoisyTokens::support ? support_places_[b] : random_places(b, draw)) {
            row[place] = 1.0F;
            places_masked_ += 1;
            place_sum_ += place;
        }
    return out;
}

double NoisyPlaces::mean_count() const { return places_masked_ / windows_masked_; }

double NoisyPlaces::mean_place() const { return place_sum_ / places_masked_; }

}  // namespace marginscope
