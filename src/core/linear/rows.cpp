// Kernels over rows: products; and the inverse of a Matrix.
#include "core/linear/rows.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "core/linear/simd.h"
#include "core/linear/small_inverse.h"

namespace marginscope {

namespace linear {
namespace {

using simd::pack;
using simd::Pack;

// Dot products of kRows rows of `a` with x.
template <int kLanes, int kRows>
MARGINSCOPE_INLINE void dot_rows(const double* a, int columns, int stride, const double* x,
                                 double* y) {
    Pack<kLanes> sums[kRows] = {};
    int c = 0;
    for (; c + kLanes <= columns; c += kLanes) {
        const Pack<kLanes> right = pack<kLanes>(x + c);
        for (int r = 0; r < kRows; ++r) sums[r] += pack<kLanes>(a + r * stride + c) * right;
    }
    for (int r = 0; r < kRows; ++r) {
        double total = simd::sum_of(sums[r]);
        for (int k = c; k < columns; ++k) total += a[r * stride + k] * x[k];
        y[r] = total;
    }
}

template <int kLanes>
MARGINSCOPE_INLINE void multiply_rows_lanes(const double* a, int rows, int columns, int stride,
                                            const double* x, double* y) {
    int r = 0;
    for (; r + 4 <= rows; r += 4) dot_rows<kLanes, 4>(a + r * stride, columns, stride, x, y + r);
    for (; r < rows; ++r) dot_rows<kLanes, 1>(a + r * stride, columns, stride, x, y + r);
}

MARGINSCOPE_KERNEL(void, multiply_rows,
                   (const double* a, int rows, int columns, int stride, const double* x, double* y),
                   (a, rows, columns, stride, x, y))

template <int kLanes, int kRows>
MARGINSCOPE_INLINE void add_scaled_rows(const double* a, int columns, int stride, const double* x,
                                        double* y) {
    int c = 0;
    for (; c + kLanes <= columns; c += kLanes) {
        Pack<kLanes> total = pack<kLanes>(y + c);
        for (int r = 0; r < kRows; ++r) total += x[r] * pack<kLanes>(a + r * stride + c);
        pack<kLanes>(y + c) = total;
    }
    for (; c < columns; ++c)
        for (int r = 0; r < kRows; ++r) y[c] += x[r] * a[r * stride + c];
}

template <int kLanes>
MARGINSCOPE_INLINE void add_rows_lanes(const double* a, int rows, int columns, int stride,
                                       const double* x, double* y) {
    int r = 0;
    for (; r + 8 <= rows; r += 8)
        add_scaled_rows<kLanes, 8>(a + r * stride, columns, stride, x + r, y);
    for (; r < rows; ++r) add_scaled_rows<kLanes, 1>(a + r * stride, columns, stride, x + r, y);
}

MARGINSCOPE_KERNEL(void, add_rows,
                   (const double* a, int rows, int columns, int stride, const double* x, double* y),
                   (a, rows, columns, stride, x, y))

// kRows x kColumns dot products at once: each vector is loaded for several of them.
template <int kLanes, int kRows, int kColumns>
MARGINSCOPE_INLINE void dot_block(const double* a, const double* b, int depth, double* out,
                                  int stride) {
    Pack<kLanes> sums[kRows][kColumns] = {};
    int k = 0;
    for (; k + kLanes <= depth; k += kLanes) {
        Pack<kLanes> right[kColumns];
        for (int c = 0; c < kColumns; ++c) right[c] = pack<kLanes>(b + c * depth + k);
        for (int r = 0; r < kRows; ++r) {
            const Pack<kLanes> left = pack<kLanes>(a + r * depth + k);
            for (int c = 0; c < kColumns; ++c) sums[r][c] += left * right[c];
        }
    }
    for (int r = 0; r < kRows; ++r) {
        for (int c = 0; c < kColumns; ++c) {
            double total = simd::sum_of(sums[r][c]);
            for (int j = k; j < depth; ++j) total += a[r * depth + j] * b[c * depth + j];
            out[r * stride + c] = total;
        }
    }
}

template <int kLanes>
MARGINSCOPE_INLINE void row_products_lanes(const double* a, int rows, const double* b, int columns,
                                           int depth, double* out) {
    constexpr int kRows = kLanes == 8 ? 4 : 2;  // sums that fit the registers
    int r = 0;
    for (; r + kRows <= rows; r += kRows) {
        int c = 0;
        for (; c + 4 <= columns; c += 4)
            dot_block<kLanes, kRows, 4>(a + r * depth, b + c * depth, depth, out + r * columns + c,
                                        columns);
        for (; c < columns; ++c)
            dot_block<kLanes, kRows, 1>(a + r * depth, b + c * depth, depth, out + r * columns + c,
                                        columns);
    }
    for (; r < rows; ++r)
        for (int c = 0; c < columns; ++c)
            dot_block<kLanes, 1, 1>(a + r * depth, b + c * depth, depth, out + r * columns + c,
                                    columns);
}

MARGINSCOPE_KERNEL(void, row_products,
                   (const double* a, int rows, const double* b, int columns, int depth,
                    double* out),
                   (a, rows, b, columns, depth, out))

int count(Eigen::Index size) { return static_cast<int>(size); }

}  // namespace

Rows::Rows(int rows, int columns)
    : rows_(rows),
      columns_(columns),
      stride_((columns + 7) / 8 * 8),
      numbers_(static_cast<std::size_t>(rows * stride_)) {}

Rows::Rows(const Matrix& from) : Rows(count(from.rows()), count(from.cols())) {
    for (int r = 0; r < rows_; ++r) std::copy_n(from.data() + r * columns_, columns_, row(r));
}

void multiply(const Rows& a, const double* x, double* y, int rows) {
    multiply_rows(a.row(0), rows < 0 ? a.rows() : rows, a.columns(), a.stride(), x, y);
}

void add_transposed(const Rows& a, const double* x, double* y, int rows) {
    add_rows(a.row(0), rows < 0 ? a.rows() : rows, a.columns(), a.stride(), x, y);
}

Matrix times_transposed(const Matrix& a, const Matrix& b) {
    assert(a.cols() == b.cols());
    const Rows left(a), right(b);  // zero beyond the columns: depth is a number of whole vectors
    Matrix product(a.rows(), b.rows());
    row_products(left.row(0), left.rows(), right.row(0), right.rows(), left.stride(),
                 product.data());
    return product;
}

LogDet invert_in_place(Matrix& a) {
    assert(a.rows() == a.cols());
    if (!a.allFinite()) return {std::numeric_limits<double>::quiet_NaN(), 0};
    Rows rows(a);
    InverseScratch<double> scratch;
    const SmallDet det = invert_in_place(rows.row(0), rows.rows(), rows.stride(), scratch);
    for (int r = 0; r < rows.rows(); ++r)
        std::copy_n(rows.row(r), rows.columns(), a.data() + r * rows.columns());
    return {det.logdet, det.sign};
}

}  // namespace linear
}  // namespace marginscope
