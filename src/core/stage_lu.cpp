// log|det| of one small matrix by blocked LU, for thousands of them a frame.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/stage_linear.h"

namespace marginscope::linear {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr int kPanel = 8;

#define MARGINSCOPE_INLINE inline __attribute__((always_inline))

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

// Four doubles that the compiler keeps in whatever registers the machine has.
using Lanes = double __attribute__((vector_size(32), aligned(8), may_alias));

// The row of the largest magnitude in column[first .. n).
MARGINSCOPE_INLINE int pivot_row(const double* column, int first, int n) {
    Lanes largest = {};
    int r = first;
    for (; r + 4 <= n; r += 4) {
        const Lanes x = *reinterpret_cast<const Lanes*>(column + r);
        const Lanes size = x < 0.0 ? -x : x;
        largest = size > largest ? size : largest;
    }
    double best = std::max(std::max(largest[0], largest[1]), std::max(largest[2], largest[3]));
    for (; r < n; ++r) best = std::max(best, std::abs(column[r]));
    for (r = first; r < n; ++r)
        if (std::abs(column[r]) == best) return r;
    return first;  // only NaN: the pivot will show it
}

// Factorises columns k0 .. k0+kb in a copy with each column contiguous, where looking for pivots
// and updating run through memory; `panel` has room for kPanel columns of n numbers.
MARGINSCOPE_INLINE void factor_panel(double* a, int n, int stride, int k0, int kb, double* panel,
                                     PivotProduct& product) {
    const int rows = n - k0;
    double* corner = a + k0 * stride + k0;
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < kb; ++c) panel[c * n + r] = corner[r * stride + c];
    for (int k = 0; k < kb; ++k) {
        double* column = panel + k * n;
        const int best = pivot_row(column, k, rows);
        if (best != k) {
            for (int c = 0; c < kb; ++c) std::swap(panel[c * n + k], panel[c * n + best]);
            double* row = corner + k * stride;
            std::swap_ranges(row + kb, row + rows, corner + best * stride + kb);
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

// Four rows by eight columns at r, c, less the products with the eight pivots from k0 on: each
// element is read and written once a panel.
MARGINSCOPE_INLINE void update_block(double* a, int stride, int k0, int r, int c) {
    const double* u = a + k0 * stride + c;
    const double* l = a + r * stride + k0;
    double* x = a + r * stride + c;
    Lanes sum[4][2];
    for (int row = 0; row < 4; ++row) {
        sum[row][0] = *reinterpret_cast<const Lanes*>(x + row * stride);
        sum[row][1] = *reinterpret_cast<const Lanes*>(x + row * stride + 4);
    }
    for (int k = 0; k < kPanel; ++k) {
        const Lanes left = *reinterpret_cast<const Lanes*>(u + k * stride);
        const Lanes right = *reinterpret_cast<const Lanes*>(u + k * stride + 4);
        for (int row = 0; row < 4; ++row) {
            sum[row][0] -= l[row * stride + k] * left;
            sum[row][1] -= l[row * stride + k] * right;
        }
    }
    for (int row = 0; row < 4; ++row) {
        *reinterpret_cast<Lanes*>(x + row * stride) = sum[row][0];
        *reinterpret_cast<Lanes*>(x + row * stride + 4) = sum[row][1];
    }
}

MARGINSCOPE_INLINE void update_element(double* a, int stride, int k0, int r, int c) {
    double sum = a[r * stride + c];
    for (int k = k0; k < k0 + kPanel; ++k) sum -= a[r * stride + k] * a[k * stride + c];
    a[r * stride + c] = sum;
}

MARGINSCOPE_INLINE void update_trailing(double* a, int n, int stride, int k0) {
    const int first = k0 + kPanel;
    const int rows = first + (n - first) / 4 * 4;
    const int columns = first + (n - first) / 8 * 8;
    for (int c = first; c < columns; c += 8) {
        for (int r = first; r < rows; r += 4) update_block(a, stride, k0, r, c);
        for (int r = rows; r < n; ++r)
            for (int k = 0; k < 8; ++k) update_element(a, stride, k0, r, c + k);
    }
    for (int r = first; r < n; ++r)
        for (int c = columns; c < n; ++c) update_element(a, stride, k0, r, c);
}

MARGINSCOPE_INLINE LogDet factor(double* a, int n, int stride) {
    PivotProduct product;
    std::vector<double> panel(static_cast<std::size_t>(kPanel * n));
    for (int k0 = 0; k0 < n; k0 += kPanel) {
        const int kb = std::min(kPanel, n - k0);
        factor_panel(a, n, stride, k0, kb, panel.data(), product);
        if (kb < kPanel) break;
        for (int k = k0 + 1; k < k0 + kb; ++k)
            for (int j = k0; j < k; ++j) {
                const double l = a[k * stride + j];
                for (int c = k0 + kb; c < n; ++c) a[k * stride + c] -= l * a[j * stride + c];
            }
        update_trailing(a, n, stride, k0);
    }
    return product.log();
}

LogDet factor_generic(double* a, int n, int stride) { return factor(a, n, stride); }

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx2,fma"))) LogDet factor_avx2(double* a, int n, int stride) {
    return factor(a, n, stride);
}
#endif

}  // namespace

LogDet log_det_in_place(double* a, int n, int stride) {
#if defined(__x86_64__) && defined(__GNUC__)
    static const bool wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (wide) return factor_avx2(a, n, stride);
#endif
    return factor_generic(a, n, stride);
}

}  // namespace marginscope::linear
