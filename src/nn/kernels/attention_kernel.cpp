// Queries in blocks; within a block, tiles of rows that end where causality ends them.
#include "nn/kernels/attention_kernel.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nn/kernels/attention_rows.h"

namespace marginscope::kernels {
namespace {

/// 1, 2, … T: how many positions each sees; then T zeros and 0, 1, 2, …: how far behind a block's
/// first query a token lies.
template <typename Real>
const std::int64_t* seen_by_each(std::int64_t time, AttentionScratch<Real>& scratch) {
    const auto size = static_cast<std::size_t>(time);
    scratch.seen.assign(3 * size, 0);
    const auto begin = scratch.seen.begin();
    std::iota(begin, begin + time, 1);
    std::iota(begin + 2 * time, scratch.seen.end(), 0);
    return scratch.seen.data();
}

template <typename Stored, typename Real>
void forward(const HeadInput<Stored>& in, HeadRows<Stored> out, Real* log_sums,
             AttentionScratch<Real>& scratch) {
    const std::int64_t time = in.time, size = in.size;
    const std::int64_t row = linear::padded_columns<Real>(size),
                       wide = linear::padded_columns<Real>(time);
    const Real* const q = packed(in.q, time, size, scale_of<Real>(size), scratch.q);
    const Real* const keys = transposed(in.k, time, size, scratch.k_transposed);
    const Real* const v = packed(in.v, time, size, Real(1), scratch.v);
    const std::int64_t* const seen = seen_by_each(time, scratch);
    Real* const weights = scratch.weights.at_least(static_cast<std::size_t>(kQueryBlock * wide));
    Real* const sums = scratch.row.at_least(static_cast<std::size_t>(kQueryBlock * row));
    Real totals[kQueryBlock];
    for (std::int64_t begin = 0; begin < time; begin += kQueryBlock) {
        const std::int64_t count = std::min(kQueryBlock, time - begin);
        const std::int64_t columns = linear::padded_columns<Real>(begin + count);
        linear::multiply({q + begin * row, row, 1}, keys, wide, weights, wide,
                         {count, wide, size, nullptr, seen + begin}, linear::Into::replace);
        for (std::int64_t r = 0; r < count; ++r) {
            Real* const w = weights + r * wide;
            const Real shift = largest(w, seen[begin + r]);
            totals[r] = exponentials(w, seen[begin + r], columns, shift);
            log_sums[begin + r] = shift + std::log(totals[r]);
        }
        linear::multiply({weights, wide, 1}, v, row, sums, row,
                         {count, row, begin + count, seen + begin}, linear::Into::replace);
        // Dividing by the weights' sum here touches p numbers, there it would have been T.
        for (std::int64_t r = 0; r < count; ++r)
            write_rows(sums + r * row, row, Real(1) / totals[r], out, begin + r, std::int64_t{1},
                       size);
    }
}

template <typename Stored, typename Real>
void backward(const HeadInput<Stored>& in, HeadRows<const Stored> d_out, const Real* log_sums,
              const HeadGradients<Stored>& out, AttentionScratch<Real>& scratch) {
    const std::int64_t time = in.time, size = in.size;
    const std::int64_t row = linear::padded_columns<Real>(size),
                       wide = linear::padded_columns<Real>(time);
    const Real scale = scale_of<Real>(size);
    const Real* const q = packed(in.q, time, size, scale, scratch.q);
    const Real* const k = packed(in.k, time, size, Real(1), scratch.k);
    const Real* const keys = transposed(in.k, time, size, scratch.k_transposed);
    const Real* const values = transposed(in.v, time, size, scratch.v_transposed);
    const Real* const above = packed(d_out, time, size, Real(1), scratch.d_out);
    const std::int64_t* const seen = seen_by_each(time, scratch);
    const std::int64_t* const first = seen + time;
    Real* const d_k = zeroed(scratch.d_k, time * row);
    Real* const d_v = zeroed(scratch.d_v, time * row);
    Real* const d_q = scratch.row.at_least(static_cast<std::size_t>(kQueryBlock * row));
    Real* const weights = scratch.weights.at_least(static_cast<std::size_t>(kQueryBlock * wide));
    Real* const d_scores = scratch.d_scores.at_least(static_cast<std::size_t>(kQueryBlock * wide));
    for (std::int64_t begin = 0; begin < time; begin += kQueryBlock) {
        const std::int64_t count = std::min(kQueryBlock, time - begin);
        const std::int64_t columns = linear::padded_columns<Real>(begin + count);
        const linear::ProductSize scores{count, wide, size, nullptr, seen + begin};
        linear::multiply({q + begin * row, row, 1}, keys, wide, weights, wide, scores,
                         linear::Into::replace);
        linear::multiply({above + begin * row, row, 1}, values, wide, d_scores, wide, scores,
                         linear::Into::replace);
        for (std::int64_t r = 0; r < count; ++r) {
            Real* const w = weights + r * wide;
            Real* const d = d_scores + r * wide;
            const std::int64_t end = seen[begin + r];
            std::fill(d + end, d + columns, Real(0));
            exponentials(w, end, columns, log_sums[begin + r]);
            softmax_back(w, d, columns);
        }
        linear::multiply({d_scores, wide, 1}, k, row, d_q, row,
                         {count, row, begin + count, seen + begin}, linear::Into::replace);
        write_rows(d_q, row, scale, out.q, begin, count, size);
        // Token s is seen from the block's query s - begin on.
        const linear::ProductSize over_queries{begin + count, row,     count,
                                               nullptr,       nullptr, first + time - begin};
        linear::multiply({weights, 1, wide}, above + begin * row, row, d_v, row, over_queries,
                         linear::Into::add);
        linear::multiply({d_scores, 1, wide}, q + begin * row, row, d_k, row, over_queries,
                         linear::Into::add);
    }
    write_rows(d_k, row, Real(1), out.k, std::int64_t{0}, time, size);
    write_rows(d_v, row, Real(1), out.v, std::int64_t{0}, time, size);
}

}  // namespace

void attention_forward(const HeadInput<float>& in, HeadRows<float> out, float* log_sums,
                       AttentionScratch<float>& scratch) {
    forward(in, out, log_sums, scratch);
}
void attention_forward(const HeadInput<double>& in, HeadRows<double> out, double* log_sums,
                       AttentionScratch<double>& scratch) {
    forward(in, out, log_sums, scratch);
}
void attention_forward(const HeadInput<Bfloat16>& in, HeadRows<Bfloat16> out, float* log_sums,
                       AttentionScratch<float>& scratch) {
    forward(in, out, log_sums, scratch);
}

void attention_backward(const HeadInput<float>& in, HeadRows<const float> d_out,
                        const float* log_sums, const HeadGradients<float>& out,
                        AttentionScratch<float>& scratch) {
    backward(in, d_out, log_sums, out, scratch);
}
void attention_backward(const HeadInput<double>& in, HeadRows<const double> d_out,
                        const double* log_sums, const HeadGradients<double>& out,
                        AttentionScratch<double>& scratch) {
    backward(in, d_out, log_sums, out, scratch);
}
void attention_backward(const HeadInput<Bfloat16>& in, HeadRows<const Bfloat16> d_out,
                        const float* log_sums, const HeadGradients<Bfloat16>& out,
                        AttentionScratch<float>& scratch) {
    backward(in, d_out, log_sums, out, scratch);
}

}  // namespace marginscope::kernels
