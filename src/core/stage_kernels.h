// Products and inverses of small row-major matrices, and the LU of many at once, vectorised.
// Internal to core.
//
// Pure functions, any thread, float64; NaN and infinities travel through. Sizes are checked by
// assertions only.
#pragma once

#include <span>
#include <vector>

#include "core/margins.h"
#include "core/simd.h"

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

// Gauss-Jordan with partial pivoting; log|det| of what was there. Sign 0 (singular or not finite):
// what is left in `a` is of no use.
LogDet invert_in_place(Matrix& a);

// I - (diag(alpha) - alpha alpha^T) H for kBatch vectors alpha at once (E18): one LU for all of
// them, the points of one row of a plane, each in its own lane of the vectors.
//
// Lanes cannot pivot each for itself, so all rows come in one `order`; neighbours on a plane have
// nearly the same matrix, so an order found for one of them serves the others, and a lane in which
// it does not (its multipliers grow) is reported as not `trusted`.
class DualBatch {
public:
    static constexpr int kBatch = 8;

    explicit DualBatch(const Matrix& h);

    // alpha[s * kBatch + lane]. Overwrites the results.
    void factor(const double* alpha, std::span<const int> order);
    const LogDet& result(int lane) const { return results_[lane]; }
    bool trusted(int lane) const { return trusted_[lane]; }

private:
    int n_, size_, block_;  // padded with an identity to whole tiles; columns in blocks
    Rows h_;
    std::vector<int> order_;
    simd::AlignedNumbers alpha_, mean_, matrix_;
    LogDet results_[kBatch];
    bool trusted_[kBatch] = {};
};

}  // namespace marginscope::linear
