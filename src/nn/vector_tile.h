// Register tiles for the small dense kernels: out (+)= a b over rows of whole vectors. Include only
// in files whose functions carry MARGINSCOPE_VECTOR_CLONES; everything here is inlined into them.
#pragma once

#include <cstdint>

namespace marginscope {

/// Rows of matrices handed to the kernels begin a multiple of this many numbers apart, and what
/// lies beyond the last column is zero: loops run over whole vectors.
inline constexpr std::int64_t kRowLanes = 32;

inline std::int64_t padded_columns(std::int64_t n) {
    return (n + kRowLanes - 1) / kRowLanes * kRowLanes;
}

#define MARGINSCOPE_INLINE inline __attribute__((always_inline))

template <typename Real>
struct Lanes;
template <>
struct Lanes<float> {
    typedef float Vector __attribute__((vector_size(64), aligned(4), may_alias));
    static constexpr std::int64_t count = 16;
};
template <>
struct Lanes<double> {
    typedef double Vector __attribute__((vector_size(64), aligned(8), may_alias));
    static constexpr std::int64_t count = 8;
};

inline constexpr std::int64_t kTileRows = 4;
inline constexpr std::int64_t kTileVectors = 2;

/// kRows rows and kTileVectors vectors of out from (row, col): `terms` products each; `add` keeps
/// what is there.
template <typename Real, std::int64_t kRows>
MARGINSCOPE_INLINE void multiply_tile(const Real* a, std::int64_t a_stride, const Real* b,
                                      std::int64_t b_stride, Real* out, std::int64_t out_stride,
                                      std::int64_t terms, bool add) {
    using Vector = typename Lanes<Real>::Vector;
    constexpr std::int64_t kLanes = Lanes<Real>::count;
    Vector sums[kRows][kTileVectors] = {};
    if (add)
        for (std::int64_t r = 0; r < kRows; ++r)
            for (std::int64_t v = 0; v < kTileVectors; ++v)
                sums[r][v] = *reinterpret_cast<const Vector*>(out + r * out_stride + v * kLanes);
    for (std::int64_t k = 0; k < terms; ++k) {
        for (std::int64_t v = 0; v < kTileVectors; ++v) {
            const Vector from = *reinterpret_cast<const Vector*>(b + k * b_stride + v * kLanes);
            for (std::int64_t r = 0; r < kRows; ++r) sums[r][v] += a[r * a_stride + k] * from;
        }
    }
    for (std::int64_t r = 0; r < kRows; ++r)
        for (std::int64_t v = 0; v < kTileVectors; ++v)
            *reinterpret_cast<Vector*>(out + r * out_stride + v * kLanes) = sums[r][v];
}

/// out (rows x columns) = a (rows x terms) b (terms x columns), or += with `add`; `columns` is a
/// multiple of kRowLanes.
template <typename Real>
MARGINSCOPE_INLINE void multiply_rows(const Real* a, std::int64_t a_stride, const Real* b,
                                      std::int64_t b_stride, Real* out, std::int64_t out_stride,
                                      std::int64_t rows, std::int64_t columns, std::int64_t terms,
                                      bool add) {
    constexpr std::int64_t kStep = kTileVectors * Lanes<Real>::count;
    static_assert(kRowLanes % kStep == 0);
    for (std::int64_t col = 0; col < columns; col += kStep) {
        std::int64_t row = 0;
        for (; row + kTileRows <= rows; row += kTileRows)
            multiply_tile<Real, kTileRows>(a + row * a_stride, a_stride, b + col, b_stride,
                                           out + row * out_stride + col, out_stride, terms, add);
        for (; row < rows; ++row)
            multiply_tile<Real, 1>(a + row * a_stride, a_stride, b + col, b_stride,
                                   out + row * out_stride + col, out_stride, terms, add);
    }
}

}  // namespace marginscope
