// The head view (E14) of one head over one sequence on the CPU: log|det(I_p - C_i B)| of chosen
// positions and its gradients in q, k, v and B. float32 or float64; no torch; any thread, one
// scratch each.
//
// Attention here is causal and includes the position itself. B = W_Q W_O / sqrt(p) is (p, p).
#pragma once

#include <cstdint>

#include "nn/kernels/attention_kernel.h"
#include "nn/kernels/covariance_kernel.h"

namespace marginscope::kernels {

template <typename Real>
struct HeadMargins {
    HeadInput<Real> head;
    const std::int64_t* positions = nullptr;  // rising
    std::int64_t count = 0;
    // (p, p) each, rows `p` apart as tensors have them.
    const Real* b = nullptr;
    const Real* gram_left = nullptr;   // W_Oᵀ W_O
    const Real* gram_right = nullptr;  // W_Q W_Qᵀ / p
    double norm_bound = 0;             // of |W_O|_2 |W_Q|_2 / sqrt(p)
    double width = 0;                  // d of J
    double cap = 0;                    // gradients are scaled by min(1, cap / |J^-1|_F)
};

/// As covariance_positions(); gradients are those of the capped sum of log|det|.
template <typename Real>
struct HeadMarginsResult {
    Real *logdet = nullptr, *sign = nullptr, *norm = nullptr;  // (count)
    HeadGradients<Real> d;  // q: rows at the positions are written; k and v: all rows
    Real* d_b = nullptr;    // (p, p)
};

template <typename Real>
struct HeadMarginsScratch {
    AttentionScratch<Real> attention;
    CovarianceScratch<Real> covariance;
    simd::AlignedBuffer<Real> weights, d_weights, tokens, small;
    std::vector<std::int64_t> attended;
};

void head_margins(const HeadMargins<float>& in, const HeadMarginsResult<float>& out,
                  HeadMarginsScratch<float>& scratch);
void head_margins(const HeadMargins<double>& in, const HeadMarginsResult<double>& out,
                  HeadMarginsScratch<double>& scratch);

}  // namespace marginscope::kernels
