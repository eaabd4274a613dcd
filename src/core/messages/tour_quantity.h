// The quantities that a tour may name: what its questions ask for and its cards show. Each is read
// from the frames of the moment (engine/tour/tour_values.h); none can be written in a file.
//
// Shares are in per cent, margins in nats or as distances, positions are indices of characters.
// std only; any thread.
#pragma once

#include <array>
#include <string_view>

#include "core/messages/enum_names.h"

namespace marginscope {

enum class TourQuantity {
    characters,
    share_beyond,
    support_token,
    support_tokens,
    support_logdet,
    support_sigma_min,
    median_sigma_min,
    mean_logdet,
    selected_character,
    selected_logdet,
    selected_sigma_min,
    selected_geometric,
    selected_crossings,
    text_loss,
    next_entropy,
    noise_flipped,
    noise_kl,
    noise_first_change,
    dragged,
    path_seeds,
    path_lambda,
    path_first_lambda,
    path_plain_beyond,
    path_most_beyond,
    path_clean_change,
    path_relative_change,
    path_absolute_change,
    path_plain_rms,
    path_most_rms,
    playground_logdet,
    playground_sigma_min,
    playground_geometric,
    playground_crossings,
    playground_crossed,
    playground_support,
    playground_best_lambda,
    svm_margin,
    svm_support,
};

/// A quantity by its name in a file; what it is called on a card, its unit ("" for none), and
/// whether it is a character of the text.
struct TourQuantityWords {
    TourQuantity quantity;
    std::string_view id;
    std::string_view name;
    std::string_view unit;
    bool character = false;
};

inline constexpr auto kTourQuantityWords = std::to_array<TourQuantityWords>({
    {TourQuantity::characters, "characters", "Characters of the text", ""},
    {TourQuantity::share_beyond, "share_beyond", "Beyond the boundary", "%"},
    {TourQuantity::support_token, "support_token", "Support token with the smallest margin", "",
     true},
    {TourQuantity::support_tokens, "support_tokens", "One of the support tokens", "", true},
    {TourQuantity::support_logdet, "support_logdet", "Smallest log|det J|", "nats"},
    {TourQuantity::support_sigma_min, "support_sigma_min", "Smallest singular margin", ""},
    {TourQuantity::median_sigma_min, "median_sigma_min", "Median singular margin", ""},
    {TourQuantity::mean_logdet, "mean_logdet", "Mean log|det J|", "nats"},
    {TourQuantity::selected_character, "selected_character", "Selected character", "", true},
    {TourQuantity::selected_logdet, "selected_logdet", "Its log|det J|", "nats"},
    {TourQuantity::selected_sigma_min, "selected_sigma_min", "Its singular margin", ""},
    {TourQuantity::selected_geometric, "selected_geometric", "Its geometric margin", ""},
    {TourQuantity::selected_crossings, "selected_crossings", "Its crossings", ""},
    {TourQuantity::text_loss, "text_loss", "Cross-entropy of this text", "nats"},
    {TourQuantity::next_entropy, "next_entropy", "Entropy of the next character", "nats"},
    {TourQuantity::noise_flipped, "noise_flipped", "Predictions that the noise changes", "%"},
    {TourQuantity::noise_kl, "noise_kl", "Mean KL under the noise", "nats"},
    {TourQuantity::noise_first_change, "noise_first_change",
     "First prediction that the noise changes", "", true},
    {TourQuantity::dragged, "dragged", "Characters that were moved", ""},
    {TourQuantity::path_seeds, "path_seeds", "Seeds at each lambda_m", ""},
    {TourQuantity::path_lambda, "path_lambda", "lambda_m that the rule proposes", ""},
    {TourQuantity::path_first_lambda, "path_first_lambda",
     "Smallest lambda_m with a gain under noise that can be told from 0", ""},
    {TourQuantity::path_plain_beyond, "path_plain_beyond", "Beyond the boundary at lambda_m 0",
     "%"},
    {TourQuantity::path_most_beyond, "path_most_beyond",
     "Beyond the boundary at the largest lambda_m", "%"},
    {TourQuantity::path_clean_change, "path_clean_change",
     "Change of the clean loss at the largest lambda_m", "%"},
    {TourQuantity::path_relative_change, "path_relative_change",
     "Change of the loss under relative noise at the largest lambda_m", "%"},
    {TourQuantity::path_absolute_change, "path_absolute_change",
     "Change of the loss under absolute noise at the largest lambda_m", "%"},
    {TourQuantity::path_plain_rms, "path_plain_rms", "RMS of the embeddings at lambda_m 0", ""},
    {TourQuantity::path_most_rms, "path_most_rms", "RMS of the embeddings at the largest lambda_m",
     ""},
    {TourQuantity::playground_logdet, "playground_logdet", "log|det J| of the token in question",
     "nats"},
    {TourQuantity::playground_sigma_min, "playground_sigma_min",
     "Singular margin of the token in question", ""},
    {TourQuantity::playground_geometric, "playground_geometric",
     "Geometric margin of the token in question", ""},
    {TourQuantity::playground_crossings, "playground_crossings",
     "Crossings of the token in question, at rest", ""},
    {TourQuantity::playground_crossed, "playground_crossed",
     "Cloud on the other side of the boundary", "%"},
    {TourQuantity::playground_support, "playground_support",
     "Token with the smallest geometric margin, counted from 0", ""},
    {TourQuantity::playground_best_lambda, "playground_best_lambda",
     "lambda_m at the bottom of the U", ""},
    {TourQuantity::svm_margin, "svm_margin", "Margin of the SVM", ""},
    {TourQuantity::svm_support, "svm_support", "Support vectors", ""},
});
inline constexpr std::size_t kTourQuantities = kTourQuantityWords.size();

/// Whether a table has a row for each quantity, in their order.
template <typename Row>
constexpr bool is_whole(const std::array<Row, kTourQuantities>& table) {
    for (std::size_t k = 0; k < kTourQuantities; ++k)
        if (table[k].quantity != static_cast<TourQuantity>(k)) return false;
    return true;
}
static_assert(is_whole(kTourQuantityWords));
static_assert(kTourQuantityWords.back().quantity == TourQuantity::svm_support);

template <>
inline constexpr auto kEnumNames<TourQuantity> = [] {
    std::array<std::string_view, kTourQuantities> names;
    for (std::size_t k = 0; k < kTourQuantities; ++k) names[k] = kTourQuantityWords[k].id;
    return names;
}();

constexpr const TourQuantityWords& words_of(TourQuantity quantity) {
    return kTourQuantityWords[static_cast<std::size_t>(quantity)];
}

}  // namespace marginscope
