// Attention for those who look at its weights: rows of chosen queries, forth and back.
#include <algorithm>

#include "nn/kernels/attention_rows.h"

namespace marginscope::kernels {
namespace {

template <typename Real>
PackedHead<Real> pack(const HeadInput<Real>& in, AttentionScratch<Real>& scratch) {
    return {packed(in.q, in.time, in.size, scale_of<Real>(in.size), scratch.q),
            packed(in.k, in.time, in.size, Real(1), scratch.k),
            transposed(in.k, in.time, in.size, scratch.k_transposed), in.time, in.size};
}

/// Rows of `from` at positions, one after the other.
template <typename Real>
void gather_rows(const Real* from, std::int64_t stride, const std::int64_t* positions,
                 std::int64_t count, Real* to) {
    for (std::int64_t r = 0; r < count; ++r)
        std::copy_n(from + positions[r] * stride, stride, to + r * stride);
}

template <typename Real>
void weights_of(const PackedHead<Real>& head, const std::int64_t* positions, std::int64_t count,
                Real* weights) {
    const std::int64_t row = linear::padded_columns<Real>(head.size);
    const std::int64_t wide = linear::padded_columns<Real>(head.time);
    simd::AlignedBuffer<Real> queries(static_cast<std::size_t>(linear::kTileRows * row));
    for (std::int64_t first = 0; first < count; first += linear::kTileRows) {
        const std::int64_t rows = std::min(linear::kTileRows, count - first);
        const std::int64_t columns = linear::padded_columns<Real>(positions[first + rows - 1] + 1);
        Real* const out = weights + first * wide;
        gather_rows(head.q, row, positions + first, rows, queries.data());
        linear::multiply({queries.data(), row, 1}, head.keys, wide, out, wide,
                         {rows, columns, head.size}, linear::Into::replace);
        for (std::int64_t r = 0; r < rows; ++r) {
            Real* const w = out + r * wide;
            const std::int64_t seen = positions[first + r] + 1;
            const Real total = exponentials(w, seen, columns, largest(w, seen));
            const Real inverse = Real(1) / total;
            for (std::int64_t s = 0; s < seen; ++s) w[s] *= inverse;
            std::fill(w + columns, w + wide, Real(0));
        }
    }
}

template <typename Real>
void weights_back(const PackedHead<Real>& head, const std::int64_t* positions, std::int64_t count,
                  const Real* weights, Real* d_weights, HeadRows<Real> d_q, Real* d_k,
                  AttentionScratch<Real>& scratch) {
    const std::int64_t row = linear::padded_columns<Real>(head.size);
    const std::int64_t wide = linear::padded_columns<Real>(head.time);
    Real* const of_q = scratch.row.at_least(static_cast<std::size_t>(kQueryBlock * row));
    Real* const queries = scratch.d_out.at_least(static_cast<std::size_t>(kQueryBlock * row));
    for (std::int64_t first = 0; first < count; first += kQueryBlock) {
        const std::int64_t rows = std::min(kQueryBlock, count - first);
        const std::int64_t last = positions[first + rows - 1] + 1;
        Real* const d = d_weights + first * wide;
        for (std::int64_t r = 0; r < rows; ++r)
            softmax_back(weights + (first + r) * wide, d + r * wide, wide);
        linear::multiply({d, wide, 1}, head.k, row, of_q, row, {rows, row, last},
                         linear::Into::replace);
        for (std::int64_t r = 0; r < rows; ++r)
            write_rows(of_q + r * row, row, scale_of<Real>(head.size), d_q, positions[first + r],
                       std::int64_t{1}, head.size);
        gather_rows(head.q, row, positions + first, rows, queries);
        linear::multiply({d, 1, wide}, queries, row, d_k, row, {last, row, rows},
                         linear::Into::add);
    }
}

}  // namespace

PackedHead<float> pack_head(const HeadInput<float>& in, AttentionScratch<float>& scratch) {
    return pack(in, scratch);
}
PackedHead<double> pack_head(const HeadInput<double>& in, AttentionScratch<double>& scratch) {
    return pack(in, scratch);
}

void attention_weights(const PackedHead<float>& head, const std::int64_t* positions,
                       std::int64_t count, float* weights) {
    weights_of(head, positions, count, weights);
}
void attention_weights(const PackedHead<double>& head, const std::int64_t* positions,
                       std::int64_t count, double* weights) {
    weights_of(head, positions, count, weights);
}

void attention_weights_backward(const PackedHead<float>& head, const std::int64_t* positions,
                                std::int64_t count, const float* weights, float* d_weights,
                                HeadRows<float> d_q, float* d_k, AttentionScratch<float>& scratch) {
    weights_back(head, positions, count, weights, d_weights, d_q, d_k, scratch);
}
void attention_weights_backward(const PackedHead<double>& head, const std::int64_t* positions,
                                std::int64_t count, const double* weights, double* d_weights,
                                HeadRows<double> d_q, double* d_k,
                                AttentionScratch<double>& scratch) {
    weights_back(head, positions, count, weights, d_weights, d_q, d_k, scratch);
}

}  // namespace marginscope::kernels
