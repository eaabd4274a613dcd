// Queries in blocks; within a block, tiles of rows that end where causality ends them.
#include "nn/kernels/attention_kernel.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nn/kernels/tile.h"
#include "nn/kernels/vector_math.h"

namespace marginscope::kernels {
namespace {

using simd::kCountOf;
using simd::pack;
using simd::Pack;

// Queries whose weights are held at once: enough terms for the products that sum over queries.
constexpr std::int64_t kBlock = 32;
static_assert(kBlock % kTileRows == 0);

/// The largest of the first n numbers.
template <int kLanes, typename Real>
MARGINSCOPE_INLINE Real largest_lanes(const Real* x, std::int64_t n) {
    Real largest = x[0];
    for (std::int64_t s = 1; s < n; ++s) largest = x[s] > largest ? x[s] : largest;
    return largest;
}

/// x_s <- exp(x_s - shift) for s < n, 0 from there to `columns` (whole vectors); returns their sum.
template <int kLanes, typename Real>
MARGINSCOPE_INLINE Real exponentials_lanes(Real* x, std::int64_t n, std::int64_t columns,
                                           Real shift) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    const std::int64_t end = (n + kCount - 1) / kCount * kCount;
    for (std::int64_t s = n; s < end; ++s) x[s] = shift;  // scores of later positions may be large
    for (std::int64_t s = 0; s < end; ++s) x[s] = exp_negative(x[s] - shift);
    for (std::int64_t s = n; s < columns; ++s) x[s] = 0;
    Pack<kCount, Real> sum = {};
    for (std::int64_t s = 0; s < end; s += kCount) sum += pack<kCount>(x + s);
    return simd::sum_of(sum);
}

/// Through the softmax: d_s <- w_s (d_s - sum_r w_r d_r).
template <int kLanes, typename Real>
MARGINSCOPE_INLINE void softmax_back_lanes(const Real* w, Real* d, std::int64_t columns) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    Pack<kCount, Real> dots = {};
    for (std::int64_t s = 0; s < columns; s += kCount)
        dots += pack<kCount>(w + s) * pack<kCount>(d + s);
    const Real mean = simd::sum_of(dots);
    for (std::int64_t s = 0; s < columns; s += kCount)
        pack<kCount>(d + s) = pack<kCount>(w + s) * (pack<kCount>(d + s) - mean);
}

MARGINSCOPE_KERNEL(float, largest, (const float* x, std::int64_t n), (x, n))
MARGINSCOPE_KERNEL(double, largest, (const double* x, std::int64_t n), (x, n))
MARGINSCOPE_KERNEL(float, exponentials,
                   (float* x, std::int64_t n, std::int64_t columns, float shift),
                   (x, n, columns, shift))
MARGINSCOPE_KERNEL(double, exponentials,
                   (double* x, std::int64_t n, std::int64_t columns, double shift),
                   (x, n, columns, shift))
MARGINSCOPE_KERNEL(void, softmax_back, (const float* w, float* d, std::int64_t columns),
                   (w, d, columns))
MARGINSCOPE_KERNEL(void, softmax_back, (const double* w, double* d, std::int64_t columns),
                   (w, d, columns))

/// Rows of p numbers, padded with zeros, times `factor`.
template <typename Stored, typename Real>
const Real* packed(HeadRows<const Stored> from, std::int64_t time, std::int64_t size, Real factor,
                   simd::AlignedBuffer<Real>& buffer) {
    const std::int64_t stride = padded_columns<Real>(size);
    Real* const to = buffer.at_least(static_cast<std::size_t>(time * stride));
    for (std::int64_t t = 0; t < time; ++t) {
        const Stored* const row = from.row(t);
        Real* const out = to + t * stride;
        for (std::int64_t c = 0; c < size; ++c) out[c] = to_real(row[c]) * factor;
        std::fill(out + size, out + stride, Real(0));
    }
    return to;
}

/// The transpose (p x T), padded with zeros.
template <typename Stored, typename Real>
const Real* transposed(HeadRows<const Stored> from, std::int64_t time, std::int64_t size,
                       simd::AlignedBuffer<Real>& buffer) {
    const std::int64_t stride = padded_columns<Real>(time);
    Real* const to = buffer.at_least(static_cast<std::size_t>(size * stride));
    for (std::int64_t t = 0; t < time; ++t) {
        const Stored* const row = from.row(t);
        for (std::int64_t c = 0; c < size; ++c) to[c * stride + t] = to_real(row[c]);
    }
    for (std::int64_t c = 0; c < size; ++c)
        std::fill(to + c * stride + time, to + (c + 1) * stride, Real(0));
    return to;
}

template <typename Real>
Real* zeroed(simd::AlignedBuffer<Real>& buffer, std::int64_t size) {
    Real* const at = buffer.at_least(static_cast<std::size_t>(size));
    std::fill_n(at, size, Real(0));
    return at;
}

template <typename Stored, typename Real>
void write_rows(const Real* from, std::int64_t from_stride, Real factor, HeadRows<Stored> to,
                std::int64_t first, std::int64_t rows, std::int64_t size) {
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < size; ++c)
            store(from[r * from_stride + c] * factor, to.row(first + r)[c]);
}

template <typename Real>
Real scale_of(std::int64_t size) {
    return static_cast<Real>(1.0 / std::sqrt(static_cast<double>(size)));
}

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
    const std::int64_t row = padded_columns<Real>(size), wide = padded_columns<Real>(time);
    const Real* const q = packed(in.q, time, size, scale_of<Real>(size), scratch.q);
    const Real* const keys = transposed(in.k, time, size, scratch.k_transposed);
    const Real* const v = packed(in.v, time, size, Real(1), scratch.v);
    const std::int64_t* const seen = seen_by_each(time, scratch);
    Real* const weights = scratch.weights.at_least(static_cast<std::size_t>(kBlock * wide));
    Real* const sums = scratch.row.at_least(static_cast<std::size_t>(kBlock * row));
    Real totals[kBlock];
    for (std::int64_t begin = 0; begin < time; begin += kBlock) {
        const std::int64_t count = std::min(kBlock, time - begin);
        const std::int64_t columns = padded_columns<Real>(begin + count);
        multiply({q + begin * row, row, 1}, keys, wide, weights, wide,
                 {count, wide, size, nullptr, seen + begin}, Into::replace);
        for (std::int64_t r = 0; r < count; ++r) {
            Real* const w = weights + r * wide;
            const Real shift = largest(w, seen[begin + r]);
            totals[r] = exponentials(w, seen[begin + r], columns, shift);
            log_sums[begin + r] = shift + std::log(totals[r]);
        }
        multiply({weights, wide, 1}, v, row, sums, row, {count, row, begin + count, seen + begin},
                 Into::replace);
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
    const std::int64_t row = padded_columns<Real>(size), wide = padded_columns<Real>(time);
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
    Real* const d_q = scratch.row.at_least(static_cast<std::size_t>(kBlock * row));
    Real* const weights = scratch.weights.at_least(static_cast<std::size_t>(kBlock * wide));
    Real* const d_scores = scratch.d_scores.at_least(static_cast<std::size_t>(kBlock * wide));
    for (std::int64_t begin = 0; begin < time; begin += kBlock) {
        const std::int64_t count = std::min(kBlock, time - begin);
        const std::int64_t columns = padded_columns<Real>(begin + count);
        const ProductSize scores{count, wide, size, nullptr, seen + begin};
        multiply({q + begin * row, row, 1}, keys, wide, weights, wide, scores, Into::replace);
        multiply({above + begin * row, row, 1}, values, wide, d_scores, wide, scores,
                 Into::replace);
        for (std::int64_t r = 0; r < count; ++r) {
            Real* const w = weights + r * wide;
            Real* const d = d_scores + r * wide;
            const std::int64_t end = seen[begin + r];
            std::fill(d + end, d + columns, Real(0));
            exponentials(w, end, columns, log_sums[begin + r]);
            softmax_back(w, d, columns);
        }
        multiply({d_scores, wide, 1}, k, row, d_q, row, {count, row, begin + count, seen + begin},
                 Into::replace);
        write_rows(d_q, row, scale, out.q, begin, count, size);
        // Token s is seen from the block's query s - begin on.
        const ProductSize over_queries{begin + count, row,     count,
                                       nullptr,       nullptr, first + time - begin};
        multiply({weights, 1, wide}, above + begin * row, row, d_v, row, over_queries, Into::add);
        multiply({d_scores, 1, wide}, q + begin * row, row, d_k, row, over_queries, Into::add);
    }
    write_rows(d_k, row, Real(1), out.k, std::int64_t{0}, time, size);
    write_rows(d_v, row, Real(1), out.v, std::int64_t{0}, time, size);
}

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
    const std::int64_t row = padded_columns<Real>(head.size);
    const std::int64_t wide = padded_columns<Real>(head.time);
    simd::AlignedBuffer<Real> queries(static_cast<std::size_t>(kTileRows * row));
    for (std::int64_t first = 0; first < count; first += kTileRows) {
        const std::int64_t rows = std::min(kTileRows, count - first);
        const std::int64_t columns = padded_columns<Real>(positions[first + rows - 1] + 1);
        Real* const out = weights + first * wide;
        gather_rows(head.q, row, positions + first, rows, queries.data());
        multiply({queries.data(), row, 1}, head.keys, wide, out, wide, {rows, columns, head.size},
                 Into::replace);
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
    const std::int64_t row = padded_columns<Real>(head.size);
    const std::int64_t wide = padded_columns<Real>(head.time);
    Real* const of_q = scratch.row.at_least(static_cast<std::size_t>(kBlock * row));
    Real* const queries = scratch.d_out.at_least(static_cast<std::size_t>(kBlock * row));
    for (std::int64_t first = 0; first < count; first += kBlock) {
        const std::int64_t rows = std::min(kBlock, count - first);
        const std::int64_t last = positions[first + rows - 1] + 1;
        Real* const d = d_weights + first * wide;
        for (std::int64_t r = 0; r < rows; ++r)
            softmax_back(weights + (first + r) * wide, d + r * wide, wide);
        multiply({d, wide, 1}, head.k, row, of_q, row, {rows, row, last}, Into::replace);
        for (std::int64_t r = 0; r < rows; ++r)
            write_rows(of_q + r * row, row, scale_of<Real>(head.size), d_q, positions[first + r],
                       std::int64_t{1}, head.size);
        gather_rows(head.q, row, positions + first, rows, queries);
        multiply({d, 1, wide}, queries, row, d_k, row, {last, row, rows}, Into::add);
    }
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
