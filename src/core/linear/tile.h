// Products of matrices that lie in the cache, by register tiles. CPU, float32 or float64; no torch.
// Pure functions, any thread.
//
// Matrices are row-major, rows a stride apart. Columns are counted in whole lines of the cache:
// every matrix that is written, or read from the right, has room for padded_columns() numbers in a
// row. What lies in the padding is computed like the rest, so zeros there stay zeros.
#pragma once

#include <cstdint>

namespace marginscope::linear {

/// 64 bytes.
template <typename Real>
inline constexpr std::int64_t kLineNumbers = 64 / sizeof(Real);

template <typename Real>
constexpr std::int64_t padded_columns(std::int64_t n) {
    return (n + kLineNumbers<Real> - 1) / kLineNumbers<Real> * kLineNumbers<Real>;
}

/// Rows that one tile takes at most.
inline constexpr std::int64_t kTileRows = 8;

/// The left factor: element (r, k) is at[r * row + k * term]. A transposed matrix has row 1.
template <typename Real>
struct Left {
    const Real* at = nullptr;
    std::int64_t row = 0, term = 1;
};

struct ProductSize {
    std::int64_t rows = 0, columns = 0, terms = 0;  // columns: padded
    // Where rows end earlier or begin later, as causality has it: how many terms (or columns) row r
    // has at most, and its first term; never falling with r. A tile goes as far as its last row and
    // begins with its first.
    const std::int64_t* terms_of = nullptr;
    const std::int64_t* columns_of = nullptr;
    const std::int64_t* first_of = nullptr;
};

enum class Into { replace, add };

/// out (rows x columns) = or += a (rows x terms) b (terms x columns). `out` overlaps neither.
void multiply(const Left<float>& a, const float* b, std::int64_t b_stride, float* out,
              std::int64_t out_stride, const ProductSize& size, Into into);
void multiply(const Left<double>& a, const double* b, std::int64_t b_stride, double* out,
              std::int64_t out_stride, const ProductSize& size, Into into);

}  // namespace marginscope::linear
