// What the attention kernels share: rows packed for products, softmax forth and back. Internal to
// kernels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/linear/simd.h"
#include "core/linear/tile.h"
#include "nn/kernels/attention_kernel.h"

namespace marginscope::kernels {

// Queries whose weights are held at once: enough terms for the products that sum over queries.
inline constexpr std::int64_t kQueryBlock = 32;
static_assert(kQueryBlock % linear::kTileRows == 0);

/// The largest of the first n numbers.
float largest(const float* x, std::int64_t n);
double largest(const double* x, std::int64_t n);

/// x_s <- exp(x_s - shift) for s < n, 0 from there to `columns` (whole vectors); returns their sum.
float exponentials(float* x, std::int64_t n, std::int64_t columns, float shift);
double exponentials(double* x, std::int64_t n, std::int64_t columns, double shift);

/// Through the softmax: d_s <- w_s (d_s - sum_r w_r d_r).
void softmax_back(const float* w, float* d, std::int64_t columns);
void softmax_back(const double* w, double* d, std::int64_t columns);

/// Rows of p numbers, padded with zeros, times `factor`.
template <typename Stored, typename Real>
const Real* packed(HeadRows<const Stored> from, std::int64_t time, std::int64_t size, Real factor,
                   simd::AlignedBuffer<Real>& buffer) {
    const std::int64_t stride = linear::padded_columns<Real>(size);
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
    const std::int64_t stride = linear::padded_columns<Real>(time);
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

}  // namespace marginscope::kernels
