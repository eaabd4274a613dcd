// Gauss-Jordan elimination as exchanges. y = M x; exchanging y_k for x_c, with pivot p = M_kc,
// turns M into B with
//   B_kc = 1/p,  B_kj = -M_kj / p,  B_ic = M_ic / p,  B_ij = M_ij - M_ic M_kj / p
// and after n exchanges, row k in column c_k each, B maps y to x: (M^-1)_{c_k, j} = B_{k, c_j}.
//
// Rows come in order and the pivot is looked for along the row, so that search and elimination run
// through contiguous memory. A panel of rows is exchanged by itself; then each row outside takes
// all its exchanges at once: it loses the panel's pivot columns and gains their factors times the
// panel, which is a product.
#include "core/linear/small_inverse.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/linear/tile.h"

namespace marginscope::linear {
namespace {

using simd::kCountOf;
using simd::pack;
using simd::Pack;

constexpr std::int64_t kPanel = 16;

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
    typename InverseScratch<Real>::Bits* open;
    std::int32_t* pivots;                             // of these rows
    typename InverseScratch<Real>::Bits column_bits;  // as many as a column's number needs, set
};

/// 0, 1, 2, … as numbers of the type that is compared with.
template <typename Vector>
MARGINSCOPE_INLINE void count_up(Vector& lanes) {
    for (std::size_t k = 0; k < sizeof lanes / sizeof lanes[0]; ++k)
        lanes[k] = static_cast<decltype(lanes[0] + 0)>(k);
}

/// The largest number of a vector.
template <int kCount, typename Bits>
MARGINSCOPE_INLINE Bits largest_of(const Pack<kCount, Bits>& x) {
    if constexpr (kCount * sizeof(Bits) > 16) {
        constexpr int kHalf = kCount / 2;
        const Bits* const at = reinterpret_cast<const Bits*>(&x);
        const Pack<kHalf, Bits>& low = pack<kHalf>(at);
        const Pack<kHalf, Bits>& high = pack<kHalf>(at + kHalf);
        return largest_of<kHalf, Bits>(high > low ? high : low);
    } else {
        Bits largest = x[0];
        for (int k = 1; k < kCount; ++k) largest = x[k] > largest ? x[k] : largest;
        return largest;
    }
}

/// The open column with the row's largest magnitude, up to the lowest bits: these hold the column
/// while magnitudes are compared, as whole numbers, in whose order floating-point magnitudes lie.
/// What is not finite is the largest.
template <int kLanes, typename Real>
MARGINSCOPE_INLINE std::int32_t find_pivot(const Panel<Real>& p, const Real* row) {
    using Bits = typename InverseScratch<Real>::Bits;
    constexpr int kCount = kCountOf<kLanes, Real>;
    using Vector = Pack<kCount, Bits>;
    constexpr Bits kMagnitude = std::numeric_limits<Bits>::max();
    Vector here;
    count_up(here);
    here = p.column_bits - here;  // of equal magnitudes the first
    Vector best = {};
    for (std::int64_t c = 0; c < p.columns; c += kCount) {
        const Vector magnitude =
            pack<kCount>(reinterpret_cast<const Bits*>(row + c)) & kMagnitude & ~p.column_bits;
        const Vector key = (magnitude | here) & pack<kCount>(p.open + c);
        best = key > best ? key : best;
        here -= static_cast<Bits>(kCount);
    }
    const Bits largest = largest_of<kCount, Bits>(best);
    return static_cast<std::int32_t>(p.column_bits - (largest & p.column_bits));
}

// Single elements are changed by masks: a vector loaded over a number just stored would wait for
// it.
template <int kLanes, typename Real>
MARGINSCOPE_INLINE bool exchange_panel_lanes(const Panel<Real>& panel, PivotProduct& product) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    using Vector = Pack<kCount, Real>;
    const Panel<Real> p = panel;  // its own: stores through rows might change the caller's
    for (std::int64_t k = 0; k < p.count; ++k) {
        Real* const row = p.rows + k * p.stride;
        const std::int32_t c = find_pivot<kLanes>(p, row);
        const Real pivot = row[c];
        if (!(pivot < 0 || pivot > 0) || pivot - pivot != 0) return false;  // zero or not finite
        product.take(static_cast<double>(pivot));
        const Real inverse = Real(1) / pivot;
        Real factors[kPanel];
        for (std::int64_t i = 0; i < p.count; ++i) factors[i] = p.rows[i * p.stride + c];
        factors[k] = 0;
        Vector column;
        count_up(column);
        column -= static_cast<Real>(c);
        for (std::int64_t j = 0; j < p.columns; j += kCount) {
            const Vector scaled = pack<kCount>(row + j) * -inverse;
            const Vector of_pivot = column == Real(0) ? Vector{} + inverse : scaled;
            const Vector kept = column == Real(0) ? Vector{} : Vector{} + Real(1);
            Real* at = p.rows + j;
            for (std::int64_t i = 0; i < p.count; ++i) {
                pack<kCount>(at) = kept * pack<kCount>(at) + factors[i] * of_pivot;
                at += p.stride;
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
    using Bits = typename InverseScratch<Real>::Bits;
    Bits* const open = scratch.open.at_least(static_cast<std::size_t>(columns));
    std::fill_n(open, n, Bits(-1));
    std::fill_n(open + n, columns - n, Bits(0));
    const auto column_bits =
        static_cast<Bits>(std::bit_ceil(static_cast<std::uint64_t>(columns)) - 1);
    if (scratch.pivots.size() < size) scratch.pivots.resize(size);
    std::int32_t* const pivots = scratch.pivots.data();
    PivotProduct product;
    for (std::int64_t first = 0; first < n; first += kPanel) {
        const std::int64_t count = std::min(kPanel, n - first);
        const Panel<Real> panel{a + first * stride, stride,     columns, count, open,
                                pivots + first,     column_bits};
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

}  // namespace marginscope::linear
