// What a tour may ask of a path: of its first recipe, without noise in training. Empty where it is
// not known.
//
// Any thread; pure. Changes and shares in per cent.
#pragma once

#include <optional>

#include "core/messages/frames.h"

namespace marginscope {

/// Finished cells at the largest lambda_m.
std::optional<double> path_seeds(const Frames& frames);
/// What the rule proposes; 0: nothing but lambda_m 0.
std::optional<double> path_lambda(const Frames& frames);
/// The smallest with a gain under the strongest relative noise whose interval leaves 0 out.
std::optional<double> path_first_lambda(const Frames& frames);
/// Of positions, mean over the seeds.
std::optional<double> path_plain_beyond(const Frames& frames);
std::optional<double> path_most_beyond(const Frames& frames);
/// Of the cross-entropy against lambda_m 0, mean over the pairs; of noise the strongest.
std::optional<double> path_clean_change(const Frames& frames);
std::optional<double> path_relative_change(const Frames& frames);
std::optional<double> path_absolute_change(const Frames& frames);
std::optional<double> path_plain_rms(const Frames& frames);
std::optional<double> path_most_rms(const Frames& frames);

}  // namespace marginscope
