// log|det| of one small matrix by blocked LU, for thousands of them a frame.
#include "core/linear/log_det.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "core/linear/simd.h"

namespace marginscope::linear {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr int kPanel = 8;

using simd::pack;
using simd::Pack;

// A product of pivots as mantissa and exponent: no overflow, and one logarithm for all of them.
struct PivotProduct {
    double mantissa = 1.0;
    long exponent = 0;

    void multiply(double pivot) {
        int e = 0;
        mantissa = std::frexp(mantissa * pivot, &e);
        exponent += e;
    }
    LogDet log() const {
        if (mantissa == 0.0) return {-kInf, 0};
        if (!std::isfinite(mantissa)) return {kNan, 0};
        return {std::log(std::abs(mantissa)) + static_cast<double>(exponent) * M_LN2,
                mantissa > 0 ? 1 : -1};
    }
};

// The row of the largest magnitude in column[first .. n).
template <int kLanes>
MARGINSCOPE_INLINE int pivot_row(const double* column, int first, int n) {
    Pack<kLanes> largest = {};
    int r = first;
    for (; r + kLanes <= n; r += kLanes) {
        const Pack<kLanes> x = pack<kLanes>(column + r);
        const Pack<kLanes> size = x < 0.0 ? -x : x;
        largest = size > largest ? size : largest;
    }
    double best = 0.0;
    for (int lane = 0; lane < kLanes; ++lane) best = std::max(best, largest[lane]);
    for (; r < n; ++r) best = std::max(best, std::abs(column[r]));
    for (r = first; r < n; ++r)
        if (std::abs(column[r]) == best) return r;
    return first;  // only NaN: the pivot will show it
}

// Factorises columns k0 .. k0+kb in a copy with each column contiguous, where looking for pivots
// and updating run through memory; `panel` has room for kPanel columns of n numbers.
template <int kLanes>
MARGINSCOPE_INLINE void factor_panel(double* a, int n, int stride, int k0, int kb, double* panel,
                                     int* order, PivotProduct& product) {
    const int rows = n - k0;
    double* corner = a + k0 * stride + k0;
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < kb; ++c) panel[c * n + r] = corner[r * stride + c];
    for (int k = 0; k < kb; ++k) {
        double* column = panel + k * n;
        const int best = pivot_row<kLanes>(column, k, rows);
        if (best != k) {
            for (int c = 0; c < kb; ++c) std::swap(panel[c * n + k], panel[c * n + best]);
            double* row = corner + k * stride;
            std::swap_ranges(row + kb, row + rows, corner + best * stride + kb);
            if (order) std::swap(order[k0 + k], order[k0 + best]);
            product.mantissa = -product.mantissa;
        }
        const double pivot = column[k];
        product.multiply(pivot);
        const double inverse = pivot != 0.0 ? 1.0 / pivot : 0.0;
        for (int r = k + 1; r < rows; ++r) column[r] *= inverse;
        for (int c = k + 1; c < kb; ++c) {
            double* __restrict other = panel + c * n;
            const double factor = other[k];
            for (int r = k + 1; r < rows; ++r) other[r] -= factor * column[r];
        }
    }
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < kb; ++c) corner[r * stride + c] = panel[c * n + r];
}

// Four rows by kPacks vectors at r, c, less the products with the eight pivots from k0 on: each
// element is read and written once a panel.
template <int kLanes, int kPacks>
MARGINSCOPE_INLINE void update_block(double* a, int stride, int k0, int r, int c) {
    const double* u = a + k0 * stride + c;
    const double* l = a + r * stride + k0;
    double* x = a + r * stride + c;
    Pack<kLanes> sums[4][kPacks];
    for (int row = 0; row < 4; ++row)
        for (int p = 0; p < kPacks; ++p) sums[row][p] = pack<kLanes>(x + row * stride + p * kLanes);
    for (int k = 0; k < kPanel; ++k) {
        Pack<kLanes> upper[kPacks];
        for (int p = 0; p < kPacks; ++p) upper[p] = pack<kLanes>(u + k * stride + p * kLanes);
        for (int row = 0; row < 4; ++row)
            for (int p = 0; p < kPacks; ++p) sums[row][p] -= l[row * stride + k] * upper[p];
    }
    for (int row = 0; row < 4; ++row)
        for (int p = 0; p < kPacks; ++p) pack<kLanes>(x + row * stride + p * kLanes) = sums[row][p];
}

MARGINSCOPE_INLINE void update_element(double* a, int stride, int k0, int r, int c) {
    double sum = a[r * stride + c];
    for (int k = k0; k < k0 + kPanel; ++k) sum -= a[r * stride + k] * a[k * stride + c];
    a[r * stride + c] = sum;
}

template <int kLanes, int kPacks>
MARGINSCOPE_INLINE void update_columns(double* a, int n, int stride, int k0, int c) {
    const int first = k0 + kPanel;
    const int rows = first + (n - first) / 4 * 4;
    for (int r = first; r < rows; r += 4) update_block<kLanes, kPacks>(a, stride, k0, r, c);
    for (int r = rows; r < n; ++r)
        for (int k = 0; k < kLanes * kPacks; ++k) update_element(a, stride, k0, r, c + k);
}

template <int kLanes>
MARGINSCOPE_INLINE void update_trailing(double* a, int n, int stride, int k0) {
    const int first = k0 + kPanel;
    int c = first;
    for (; c + 2 * kLanes <= n; c += 2 * kLanes) update_columns<kLanes, 2>(a, n, stride, k0, c);
    for (; c + kLanes <= n; c += kLanes) update_columns<kLanes, 1>(a, n, stride, k0, c);
    for (int r = first; r < n; ++r)
        for (int k = c; k < n; ++k) update_element(a, stride, k0, r, k);
}

template <int kLanes>
MARGINSCOPE_INLINE LogDet factor_lanes(double* a, int n, int stride, int* order) {
    PivotProduct product;
    std::vector<double> panel(static_cast<std::size_t>(kPanel * n));
    for (int k0 = 0; k0 < n; k0 += kPanel) {
        const int kb = std::min(kPanel, n - k0);
        factor_panel<kLanes>(a, n, stride, k0, kb, panel.data(), order, product);
        if (kb < kPanel) break;
        for (int k = k0 + 1; k < k0 + kb; ++k)
            for (int j = k0; j < k; ++j) {
                const double l = a[k * stride + j];
                for (int c = k0 + kb; c < n; ++c) a[k * stride + c] -= l * a[j * stride + c];
            }
        update_trailing<kLanes>(a, n, stride, k0);
    }
    return product.log();
}

MARGINSCOPE_KERNEL(LogDet, factor, (double* a, int n, int stride, int* order),
                   (a, n, stride, order))

}  // namespace

LogDet log_det_in_place(double* a, int n, int stride, int* order) {
    if (order) std::iota(order, order + n, 0);
    return factor(a, n, stride, order);
}

LogDet log_det(Matrix a) {
    // Padded with an identity to whole panels: the same determinant, sooner.
    const Eigen::Index n = a.rows();
    const Eigen::Index size = (n + 7) / 8 * 8;
    if (n > 8 && size > n) {
        Matrix padded = Matrix::Identity(size, size);
        padded.topLeftCorner(n, n) = a;
        a.swap(padded);
    }
    return log_det_in_place(a.data(), static_cast<int>(a.rows()), static_cast<int>(a.cols()));
}

}  // namespace marginscope::linear
