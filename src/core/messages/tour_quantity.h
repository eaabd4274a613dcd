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
    svm_margin,
    svm_support,
};
template <>
inline constexpr auto kEnumNames<TourQuantity> =
    std::to_array<std::string_view>({"characters",
                                     "share_beyond",
                                     "support_token",
                                     "support_tokens",
                                     "support_logdet",
                                     "support_sigma_min",
                                     "median_sigma_min",
                                     "mean_logdet",
                                     "selected_character",
                                     "selected_logdet",
                                     "selected_sigma_min",
                                     "selected_geometric",
                                     "selected_crossings",
                                     "text_loss",
                                     "next_entropy",
                                     "noise_flipped",
                                     "noise_kl",
                                     "noise_first_change",
                                     "dragged",
                                     "path_seeds",
                                     "path_lambda",
                                     "path_first_lambda",
                                     "path_plain_beyond",
                                     "path_most_beyond",
                                     "path_clean_change",
                                     "path_relative_change",
                                     "path_absolute_change",
                                     "path_plain_rms",
                                     "path_most_rms",
                                     "playground_logdet",
                                     "playground_sigma_min",
                                     "playground_geometric",
                                     "playground_crossings",
                                     "playground_crossed",
                                     "playground_support",
                                     "svm_margin",
                                     "svm_support"});

/// What it is called on a card, its unit ("" for none), and whether it is a character of the text.
struct TourQuantityWords {
    std::string_view name;
    std::string_view unit;
    bool character = false;
};

inline constexpr auto kTourQuantityWords = std::to_array<TourQuantityWords>({
    {"Characters of the text", ""},
    {"Beyond the boundary", "%"},
    {"Support token with the smallest margin", "", true},
    {"One of the support tokens", "", true},
    {"Smallest log|det J|", "nats"},
    {"Smallest singular margin", ""},
    {"Median singular margin", ""},
    {"Mean log|det J|", "nats"},
    {"Selected character", "", true},
    {"Its log|det J|", "nats"},
    {"Its singular margin", ""},
    {"Its geometric margin", ""},
    {"Its crossings", ""},
    {"Cross-entropy of this text", "nats"},
    {"Entropy of the next character", "nats"},
    {"Predictions that the noise changes", "%"},
    {"Mean KL under the noise", "nats"},
    {"First prediction that the noise changes", "", true},
    {"Characters that were moved", ""},
    {"Seeds at each lambda_m", ""},
    {"lambda_m that the rule proposes", ""},
    {"Smallest lambda_m with a gain under noise that can be told from 0", ""},
    {"Beyond the boundary at lambda_m 0", "%"},
    {"Beyond the boundary at the largest lambda_m", "%"},
    {"Change of the clean loss at the largest lambda_m", "%"},
    {"Change of the loss under relative noise at the largest lambda_m", "%"},
    {"Change of the loss under absolute noise at the largest lambda_m", "%"},
    {"RMS of the embeddings at lambda_m 0", ""},
    {"RMS of the embeddings at the largest lambda_m", ""},
    {"log|det J| of the token in question", "nats"},
    {"Singular margin of the token in question", ""},
    {"Geometric margin of the token in question", ""},
    {"Crossings of the token in question, at rest", ""},
    {"Cloud on the other side of the boundary", "%"},
    {"Token with the smallest geometric margin, counted from 0", ""},
    {"Margin of the SVM", ""},
    {"Support vectors", ""},
});

inline constexpr std::size_t kTourQuantities = kTourQuantityWords.size();
static_assert(kEnumNames<TourQuantity>.size() == kTourQuantities);

constexpr const TourQuantityWords& words_of(TourQuantity quantity) {
    return kTourQuantityWords[static_cast<std::size_t>(quantity)];
}

}  // namespace marginscope
