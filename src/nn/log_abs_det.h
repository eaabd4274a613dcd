// log|det| of many small matrices with its gradient: one LU factorisation each serves the value and
// the inverse.
//
// Shapes: matrices (..., m, m). A singular (or not finite) matrix has log|det| = -inf, sign 0 and
// no gradient. Each matrix's gradient is scaled by min(1, cap / |J^-1|_F), with J the d x d matrix
// it stands for (theory.md section 4).
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace marginscope {

struct Factorisation {
    at::Tensor logdet;   // (...)
    at::Tensor sign;     // (...), -1, 0, 1
    at::Tensor inverse;  // (..., m, m), zero where singular
};

/// With `leading` >= 0 matrices are (N, P, m, m), number p the identity below its leading block of
/// leading + p rows; of the inverse, only that block is right and the rest is left out (zero).
Factorisation factorise(const at::Tensor& matrices, std::int64_t leading = -1);

/// Given the inverses (..., m, m), |J^-1|_F of the matrix each stands for, (...).
using InverseNorm = std::function<at::Tensor(const at::Tensor& inverse)>;

/// |J^-1|_F for J^-1 = I_d + L X R with gram_left = LᵀL, gram_right = R Rᵀ, right_left = R L (m x m
/// each, broadcast).
at::Tensor inverse_norm_of_low_rank(const at::Tensor& x, const at::Tensor& gram_left,
                                    const at::Tensor& gram_right, const at::Tensor& right_left,
                                    double d);

/// min(1, cap / norm), 0 where singular.
at::Tensor cap_weights(const at::Tensor& norm, const at::Tensor& sign, double cap);

struct LogAbsDetResult {
    at::Tensor
        logdet;       // differentiable in the matrices, with capped gradients; -inf where singular
    at::Tensor sign;  // no gradient
    at::Tensor inverse_norm;  // no gradient; +inf where singular
};

LogAbsDetResult log_abs_det(const at::Tensor& matrices, double cap, const InverseNorm& norm);

/// Up to this many tokens of width d, every position takes the dual: a past of n tokens costs about
/// 6 n³ there, against 2 n d² + 6 d³ in the primal form.
inline std::int64_t dual_limit(std::int64_t width) { return 2 * width; }

/// Values and gradients of the dual, without autograd: d_scores and d_attention (N, T, T) are those
/// of the capped sum of log|det|. Arguments as for dual_log_abs_det.
struct DualGradients {
    at::Tensor logdet, sign, norm;  // (N, last - first)
    at::Tensor d_scores, d_attention;
};
DualGradients dual_gradients(const at::Tensor& scores, const at::Tensor& attention,
                             const at::Tensor& gram, const at::Tensor& right, std::int64_t first,
                             std::int64_t last, double width, double cap);

struct DualResult {
    at::Tensor sum;  // of log|det J_i| over all that are not singular; the differentiable output
    LogAbsDetResult each;  // (N, last - first), no gradients
};

/// The dual (E18) of a strictly causal stage, its gradient by (E19). scores (N, T, T) [query, key],
/// attention (N, T, T) strictly lower triangular with rows that sum to 1, gram and right (N, T, T):
/// U Uᵀ and U A Aᵀ Uᵀ, constants that only the cap needs. Positions first … last - 1. The gradients
/// are computed on the way, while the inverses are at hand.
DualResult dual_log_abs_det(const at::Tensor& scores, const at::Tensor& attention,
                            const at::Tensor& gram, const at::Tensor& right, std::int64_t first,
                            std::int64_t last, double width, double cap);

/// The identity whose gradient is multiplied by `factor`.
at::Tensor scale_gradient(const at::Tensor& x, double factor);

}  // namespace marginscope
