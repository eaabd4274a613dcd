// Gauss-Jordan elimination as exchanges. y = M x; exchanging y_k for x_c, with pivot p = M_kc,
// turns M into B with
//   B_kc = 1/p,  B_kj = -M_kj / p,  B_ic = M_ic / p,  B_ij = M_ij - M_ic M_kj / p
// and after n exchanges, row k in column c_k each, B maps y to x: (M^-1)_{c_k, j} = B_{k, c_j}.
//
// Rows come in order and the pivot is looked for along the row, so that search and elimination run
// through contiguous memory. A panel of rows is exchanged by itself; then each row outside takes
// all its exchanges at once: it loses the panel's pivot columns and gains their factors times the
// panel, which is a product.
#include "nn/kernels/small_inverse.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nn/kernels/tile.h"

namespace marginscope::kernels {
namespace {

using simd::kCountOf;
using simd::pack;
using simd::Pack;

constexpr std::int64_t kPanel = 8;

/// log|det| and sign from the pivots; one logarithm per many.
struct PivotProduct {
    double value = 1.0;
    SmallDet det;

    MARGINSCOPE_INLINE void take(double pivot) {
        if (pivot < 0) det.sign = -det.sign;
        value *= std::abs(pivot);
        if (value < 1e-100 || value > 1e100) flush();
    }
    void flush() {
        det.logdet += std::log(value);
        value = 1.0;
    }
};

template <typename Real>
struct Panel {
    Real* rows;  // of the matrix itself
    std::int64_t stride, columns, count;
    Real* open;            // 1 for columns without a pivot yet, else 0
    std::int32_t* pivots;  // of these rows
};

/// 0, 1, 2, … as numbers of the type that is compared with.
template <typename Vector>
MARGINSCOPE_INLINE void count_up(Vector& lanes) {
    for (std::size_t k = 0; k < sizeof lanes / sizeof lanes[0]; ++k)
        lanes[k] = static_cast<decltype(lanes[0] + 0)>(k);
}

/// The column of the largest of the sizes; `largest` becomes it.
template <int kCount, typename Real>
MARGINSCOPE_INLINE Real best_of(const Pack<kCount, Real>& sizes, const Pack<kCount, Real>& columns,
                                Real& largest) {
    if constexpr (kCount * sizeof(Real) > 16) {
        constexpr int kHalf = kCount / 2;
        const Pack<kHalf, Real> low = pack<kHalf>(reinterpret_cast<const Real*>(&sizes));
        const Pack<kHalf, Real> high = pack<kHalf>(reinterpret_cast<const Real*>(&sizes) + kHalf);
        const Pack<kHalf, Real> of_low = pack<kHalf>(reinterpret_cast<const Real*>(&columns));
        const Pack<kHalf, Real> of_high =
            pack<kHalf>(reinterpret_cast<const Real*>(&columns) + kHalf);
        const Pack<kHalf, Real> size = high > low ? high : low;
        const Pack<kHalf, Real> column = high > low ? of_high : of_low;
        return best_of<kHalf, Real>(size, column, largest);
    } else {
        largest = sizes[0];
        Real column = columns[0];
        for (int lane = 1; lane < kCount; ++lane) {
            column = sizes[lane] > largest ? columns[lane] : column;
            largest = sizes[lane] > largest ? sizes[lane] : largest;
        }
        return column;
    }
}

/// The open column with the row's largest magnitude, or -1 when all are zero or not finite.
template <int kLanes, typename Real>
MARGINSCOPE_INLINE std::int32_t find_pivot(const Real* row, const Real* open,
                                           std::int64_t columns) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    using Vector = Pack<kCount, Real>;
    Vector sizes = {};
    Vector best = {};
    Vector here;
    count_up(here);
    for (std::int64_t c = 0; c < columns; c += kCount) {
        const Vector x = pack<kCount>(row + c) * pack<kCount>(open + c);
        const Vector size = x < Real(0) ? -x : x;
        best = size > sizes ? here : best;
        sizes = size > sizes ? size : sizes;
        here += static_cast<Real>(kCount);
    }
    Real largest = 0;
    const Real column = best_of<kCount, Real>(sizes, best, largest);
    if (!(largest > 0) || largest > std::numeric_limits<Real>::max()) return -1;
    return static_cast<std::int32_t>(column);
}

// Single elements are changed by masks: a vector loaded over a number just stored would wait for
// it.
template <int kLanes, typename Real>
MARGINSCOPE_INLINE bool exchange_panel_lanes(const Panel<Real>& p, PivotProduct& product) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    using Vector = Pack<kCount, Real>;
    for (std::int64_t k = 0; k < p.count; ++k) {
        Real* const row = p.rows + k * p.stride;
        const std::int32_t c = find_pivot<kLanes>(row, p.open, p.columns);
        if (c < 0) return false;
        const Real pivot = row[c];
        product.take(static_cast<double>(pivot));
        const Real inverse = Real(1) / pivot;
        Real factors[kPanel];
        for (std::int64_t i = 0; i < p.count; ++i)
            factors[i] = i == k ? Real(0) : p.rows[i * p.stride + c];
        Vector column;
        count_up(column);
        column -= static_cast<Real>(c);
        for (std::int64_t j = 0; j < p.columns; j += kCount) {
            const Vector scaled = pack<kCount>(row + j) * -inverse;
            const Vector of_pivot = column == Real(0) ? Vector{} + inverse : scaled;
            for (std::int64_t i = 0; i < p.count; ++i) {
                const Vector x = pack<kCount>(p.rows + i * p.stride + j);
                const Vector rest = column == Real(0) ? Vector{} : x;
                pack<kCount>(p.rows + i * p.stride + j) = rest + factors[i] * of_pivot;
            }
            pack<kCount>(row + j) = of_pivot;
            column += static_cast<Real>(kCount);
        }
        p.open[c] = 0;
        p.pivots[k] = c;
    }
    return true;
}

MARGINSCOPE_KERNEL(bool, exchange_panel, (const Panel<float>& p, PivotProduct& product),
                   (p, product))
MARGINSCOPE_KERNEL(bool, exchange_panel, (const Panel<double>& p, PivotProduct& product),
                   (p, product))

/// Rows first … last - 1, outside the panel: their factors are taken out, times the panel come in.
template <typename Real>
void take_panel(Real* a, std::int64_t stride, std::int64_t first, std::int64_t last,
                const Panel<Real>& panel, Real* factors) {
    for (std::int64_t i = first; i < last; ++i) {
        Real* const row = a + i * stride;
        Real* const of_row = factors + (i - first) * kPanel;
        for (std::int64_t k = 0; k < panel.count; ++k) {
            of_row[k] = row[panel.pivots[k]];
            row[panel.pivots[k]] = 0;
        }
    }
    multiply({factors, kPanel, 1}, panel.rows, panel.stride, a + first * stride, stride,
             {last - first, panel.columns, panel.count}, Into::add);
}

/// Whether an even number of swaps sorts the pivots; `pivots` is sorted.
bool is_even(std::int32_t* pivots, std::int64_t n) {
    bool even = true;
    for (std::int64_t k = 0; k < n; ++k)
        while (pivots[k] != k) {
            std::swap(pivots[k], pivots[pivots[k]]);
            even = !even;
        }
    return even;
}

/// B to the inverse: row k is that of x_{c_k}, and y_j lies in column c_j.
template <typename Real>
void sort_out(Real* a, std::int64_t n, std::int64_t stride, const std::int32_t* pivots,
              Real* copy) {
    for (std::int64_t k = 0; k < n; ++k) std::copy_n(a + k * stride, n, copy + k * n);
    for (std::int64_t k = 0; k < n; ++k) {
        const Real* const from = copy + k * n;
        Real* const to = a + pivots[k] * stride;
        for (std::int64_t j = 0; j < n; ++j) to[j] = from[pivots[j]];
    }
}

template <typename Real>
SmallDet give_up(Real* a, std::int64_t n, std::int64_t stride) {
    for (std::int64_t i = 0; i < n; ++i) std::fill_n(a + i * stride, n, Real(0));
    return {-std::numeric_limits<double>::infinity(), 0};
}

template <typename Real>
SmallDet invert(Real* a, std::int64_t n, std::int64_t stride, InverseScratch<Real>& scratch) {
    const std::int64_t columns = padded_columns<Real>(n);
    const auto size = static_cast<std::size_t>(n);
    Real* const factors = scratch.factors.at_least(size * kPanel);
    Real* const open = scratch.open.at_least(static_cast<std::size_t>(columns));
    std::fill_n(open, n, Real(1));
    std::fill_n(open + n, columns - n, Real(0));
    if (scratch.pivots.size() < size) scratch.pivots.resize(size);
    std::int32_t* const pivots = scratch.pivots.data();
    PivotProduct product;
    for (std::int64_t first = 0; first < n; first += kPanel) {
        const std::int64_t count = std::min(kPanel, n - first);
        const Panel<Real> panel{a + first * stride, stride, columns, count, open, pivots + first};
        if (!exchange_panel(panel, product)) return give_up(a, n, stride);
        take_panel(a, stride, std::int64_t{0}, first, panel, factors);
        take_panel(a, stride, first + count, n, panel, factors);
    }
    product.flush();
    if (!std::isfinite(product.det.logdet)) return give_up(a, n, stride);
    bool sorted = true;
    for (std::int64_t k = 0; k < n; ++k) sorted = sorted && pivots[k] == k;
    if (!sorted) {
        sort_out(a, n, stride, pivots, scratch.copy.at_least(size * size));
        if (!is_even(pivots, n)) product.det.sign = -product.det.sign;
    }
    return product.det;
}

}  // namespace

SmallDet invert_in_place(float* a, std::int64_t n, std::int64_t stride,
                         InverseScratch<float>& scratch) {
    return invert(a, n, stride, scratch);
}
SmallDet invert_in_place(double* a, std::int64_t n, std::int64_t stride,
                         InverseScratch<double>& scratch) {
    return invert(a, n, stride, scratch);
}

}  // namespace marginscope::kernels
