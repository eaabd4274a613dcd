// Products of matrices that lie in the cache, by register tiles. CPU, float32 or float64; no torch.
// Pure functions, any thread.
//
// Matrices are row-major, rows a stride apart. Columns are counted in whole lines of the cache:
// every matrix that is written, or read from the right, has room for padded_columns() numbers in a
// row. What lies in the padding is computed like the rest, so zeros there stay zeros.
#pragma once

#include <cstdint>

namespace marginscope::kernels {

/// 64 bytes.
template <typename Real>
inline constexpr std::int64_t kLineNumbers = 64 / sizeof(Real);

template <typename Real>
constexpr std::int64_t padded_columns(std::int64_t n) {
    return (n + kLineNumbers<Real> - 1) / kLineNumbers<Real> * kLineNumbers<Real>;
}

/// Rows that one tile takes. Callers that know more zeros the lower a row lies (causality) go by
/// blocks of these.
inline constexpr std::int64_t kTileRows = 8;

/// The left factor: element (r, k) is at[r * row + k * term]. A transposed matrix has row 1.
template <typename Real>
struct Left {
    const Real* at = nullptr;
    std::int64_t row = 0, term = 1;

    Left below(std::int64_t rows) const { return {at + rows * row, row, term}; }
};

struct ProductSize {
    std::int64_t rows = 0, columns = 0, terms = 0;  // columns: padded
};

enum class Into { replace, add };

/// out (rows x columns) = or += a (rows x terms) b (terms x columns). `out` overlaps neither.
void multiply(const Left<float>& a, const float* b, std::int64_t b_stride, float* out,
              std::int64_t out_stride, const ProductSize& size, Into into);
void multiply(const Left<double>& a, const double* b, std::int64_t b_stride, double* out,
              std::int64_t out_stride, const ProductSize& size, Into into);

/// The same where row r of `a` has no terms beyond `first_terms + r`: a lower triangle. Terms up to
/// the end of a block of kTileRows are read, so that the rest of `a` there must be zero.
template <typename Real>
void multiply_lower(const Left<Real>& a, std::int64_t first_terms, const Real* b,
                    std::int64_t b_stride, Real* out, std::int64_t out_stride,
                    const ProductSize& size, Into into) {
    for (std::int64_t r = 0; r < size.rows; r += kTileRows) {
        const std::int64_t rows = size.rows - r < kTileRows ? size.rows - r : kTileRows;
        const std::int64_t last = first_terms + r + rows - 1;
        multiply(a.below(r), b, b_stride, out + r * out_stride, out_stride,
                 {rows, size.columns, last < size.terms ? last : size.terms}, into);
    }
}

}  // namespace marginscope::kernels
