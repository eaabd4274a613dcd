// Which positions carry the barrier in a step.
//
// A choice is (K, m) int64 on the CPU: for each of K sequences (or heads) m positions, rising,
// counted from 0. All means run over positions from the theory's third on.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/random.h"

namespace marginscope {

inline constexpr std::int64_t kFirstPosition = 2;  // the theory's third

at::Tensor all_positions(std::int64_t rows, std::int64_t time);

/// In each row the same number, the share's nearest and at least one, of all of them: every choice
/// alike, so that a row's mean over them estimates its mean without bias.
at::Tensor drawn_positions(std::int64_t rows, std::int64_t time, double share, const DrawKey& key);

/// Row k of the choice from x (K, T, ...): (K, m, ...), on the device of x.
at::Tensor rows_at(const at::Tensor& x, const at::Tensor& positions);
/// The way back: zero elsewhere.
at::Tensor rows_placed(const at::Tensor& rows, const at::Tensor& positions, std::int64_t time);

/// (K, m, T): true where a position sees a token: those before it, and `own` = 1 itself.
at::Tensor seen_by(const at::Tensor& positions, std::int64_t time, std::int64_t own,
                   at::Device device);

}  // namespace marginscope
