// Causal attention of one head over one sequence, forward and backward, without ever holding more
// than a block of its weights (as FlashAttention does; Dao et al. 2022, arXiv 2205.14135). CPU; no
// torch; any thread, one scratch each.
//
// T positions of width p. Weights are softmax over s <= t of q_t·k_s / sqrt(p); numbers are stored
// as Stored (float, double or bfloat16) and computed as Real (float for bfloat16).
#pragma once

#include <cstdint>
#include <vector>

#include "core/linear/simd.h"
#include "nn/kernels/numbers.h"

namespace marginscope::kernels {

/// Rows of p numbers, `stride` apart.
template <typename Stored>
struct HeadRows {
    Stored* at = nullptr;
    std::int64_t stride = 0;

    Stored* row(std::int64_t t) const { return at + t * stride; }
};

template <typename Stored>
struct HeadInput {
    HeadRows<const Stored> q, k, v;
    std::int64_t time = 0;  // T
    std::int64_t size = 0;  // p
};

/// Buffers of one thread, grown on demand.
template <typename Real>
struct AttentionScratch {
    simd::AlignedBuffer<Real> q, k, k_transposed, v, v_transposed, d_out, d_k, d_v, weights,
        d_scores, row;
    std::vector<std::int64_t> seen;
};

/// out_t = sum_s weight_ts v_s; log_sums[t] = log sum_s exp(score_ts), for the way back.
void attention_forward(const HeadInput<float>& in, HeadRows<float> out, float* log_sums,
                       AttentionScratch<float>& scratch);
void attention_forward(const HeadInput<double>& in, HeadRows<double> out, double* log_sums,
                       AttentionScratch<double>& scratch);
void attention_forward(const HeadInput<Bfloat16>& in, HeadRows<Bfloat16> out, float* log_sums,
                       AttentionScratch<float>& scratch);

template <typename Stored>
struct HeadGradients {
    HeadRows<Stored> q, k, v;  // overwritten
};

void attention_backward(const HeadInput<float>& in, HeadRows<const float> d_out,
                        const float* log_sums, const HeadGradients<float>& out,
                        AttentionScratch<float>& scratch);
void attention_backward(const HeadInput<double>& in, HeadRows<const double> d_out,
                        const double* log_sums, const HeadGradients<double>& out,
                        AttentionScratch<double>& scratch);
void attention_backward(const HeadInput<Bfloat16>& in, HeadRows<const Bfloat16> d_out,
                        const float* log_sums, const HeadGradients<Bfloat16>& out,
                        AttentionScratch<float>& scratch);

/// For whoever needs the weights themselves: rows of q (scaled by 1/sqrt(p)) and columns of k,
/// packed once for one head.
template <typename Real>
struct PackedHead {
    const Real* q = nullptr;     // (T, p) times 1/sqrt(p), rows padded
    const Real* k = nullptr;     // (T, p), rows padded
    const Real* keys = nullptr;  // (p, T), rows padded
    std::int64_t time = 0, size = 0;
};
PackedHead<float> pack_head(const HeadInput<float>& in, AttentionScratch<float>& scratch);
PackedHead<double> pack_head(const HeadInput<double>& in, AttentionScratch<double>& scratch);

/// Weights of `count` queries at rising `positions` into rows of padded_columns(T) numbers, zero
/// where a query does not look.
void attention_weights(const PackedHead<float>& head, const std::int64_t* positions,
                       std::int64_t count, float* weights);
void attention_weights(const PackedHead<double>& head, const std::int64_t* positions,
                       std::int64_t count, double* weights);

/// From the weights' gradient (overwritten by that of the scores) to those of q and k: rows of q at
/// the positions are written, the others left as they are, and k (T, p, rows padded) is added to.
void attention_weights_backward(const PackedHead<float>& head, const std::int64_t* positions,
                                std::int64_t count, const float* weights, float* d_weights,
                                HeadRows<float> d_q, float* d_k, AttentionScratch<float>& scratch);
void attention_weights_backward(const PackedHead<double>& head, const std::int64_t* positions,
                                std::int64_t count, const double* weights, double* d_weights,
                                HeadRows<double> d_q, double* d_k,
                                AttentionScratch<double>& scratch);

}  // namespace marginscope::kernels
