// Products and inverses of small row-major matrices, vectorised. Internal to core.
//
// Pure functions, any thread, float64; NaN and infinities travel through. Sizes are checked by
// assertions only.
#pragma once

#include <vector>

#include "core/linear/matrix.h"
#include "core/linear/simd.h"

namespace marginscope::linear {

// A row-major matrix that starts on a line of the cache, with rows of whole vectors.
class Rows {
public:
    Rows(int rows, int columns);
    explicit Rows(const Matrix& from);

    int rows() const { return rows_; }
    int columns() const { return columns_; }
    int stride() const { return stride_; }
    double* row(int r) { return numbers_.data() + r * stride_; }
    const double* row(int r) const { return numbers_.data() + r * stride_; }

private:
    int rows_, columns_, stride_;
    simd::AlignedNumbers numbers_;  // zero beyond the columns
};

// y = A x and y += A^T x for the first `rows` rows of A, all of them by default.
void multiply(const Rows& a, const double* x, double* y, int rows = -1);
void add_transposed(const Rows& a, const double* x, double* y, int rows = -1);

Matrix times_transposed(const Matrix& a, const Matrix& b);  // A B^T

// core/linear/small_inverse.h for a Matrix; log|det| of what was there. Sign 0 (singular or not
// finite): what is left in `a` is of no use.
LogDet invert_in_place(Matrix& a);

}  // namespace marginscope::linear
