// Gauss-Jordan elimination in panels as wide as a vector. Within a panel each row is one vector;
// the rest of the matrix is updated once per panel, by a product.
//
// In place, the eliminated columns hold the transformation so far. So when the pivots of a panel
// are done, the panel itself holds the columns T of what they do to all rows, and every other
// column c changes by A_c (pivot rows zero) + T A_c[pivot rows].
#include "nn/small_inverse.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "core/vector_clones.h"
#include "nn/vector_tile.h"

namespace marginscope {
namespace {

/// log|det| and sign from the pivots; one logarithm per many.
struct Product {
    double value = 1.0;
    SmallDet det;

    void take(double pivot) {
        if (pivot < 0) det.sign = -det.sign;
        value *= std::abs(pivot);
        if (value < 1e-100 || value > 1e100) flush();
    }
    void flush() {
        det.logdet += std::log(value);
        value = 1.0;
    }
};

/// Eliminates the panel's `pivots` columns over all n rows; `first` is the row of its first pivot.
/// Rows of the whole matrix are swapped along. False when a pivot is zero or not finite.
template <typename Real>
MARGINSCOPE_INLINE bool eliminate_panel(Real* a, std::int64_t n, std::int64_t stride,
                                        std::int64_t first, std::int64_t pivots, Real* panel,
                                        std::int32_t* order, Product& product) {
    using Vector = typename Lanes<Real>::Vector;
    constexpr std::int64_t kLanes = Lanes<Real>::count;
    for (std::int64_t j = 0; j < pivots; ++j) {
        const std::int64_t k = first + j;
        std::int64_t best = k;
        Real largest = std::abs(panel[k * kLanes + j]);
        for (std::int64_t i = k + 1; i < n; ++i) {
            const Real size = std::abs(panel[i * kLanes + j]);
            if (size > largest) {
                largest = size;
                best = i;
            }
        }
        if (!(largest > 0) || !std::isfinite(largest)) return false;
        if (best != k) {
            std::swap_ranges(a + k * stride, a + k * stride + n, a + best * stride);
            std::swap_ranges(panel + k * kLanes, panel + (k + 1) * kLanes, panel + best * kLanes);
            std::swap(order[k], order[best]);
            product.det.sign = -product.det.sign;
        }
        Real* const row = panel + k * kLanes;
        product.take(static_cast<double>(row[j]));
        const Real scale = Real(1) / row[j];
        row[j] = 1;
        const Vector pivot_row = *reinterpret_cast<Vector*>(row) * scale;
        *reinterpret_cast<Vector*>(row) = pivot_row;
        for (std::int64_t i = 0; i < n; ++i) {
            if (i == k) continue;
            Real* const other = panel + i * kLanes;
            const Real factor = other[j];
            *reinterpret_cast<Vector*>(other) -= factor * pivot_row;
            other[j] = -factor * scale;  // after the vector: reading it would wait for this store
        }
    }
    return true;
}

/// Swaps of rows of the matrix are swaps of columns of its inverse: column k belongs at order[k].
template <typename Real>
MARGINSCOPE_INLINE void reorder_columns(Real* a, std::int64_t n, std::int64_t stride,
                                        const std::int32_t* order, Real* row) {
    bool same = true;
    for (std::int64_t k = 0; k < n; ++k) same = same && order[k] == k;
    if (same) return;
    for (std::int64_t i = 0; i < n; ++i) {
        Real* const to = a + i * stride;
        std::copy_n(to, n, row);
        for (std::int64_t k = 0; k < n; ++k) to[order[k]] = row[k];
    }
}

template <typename Real>
MARGINSCOPE_INLINE SmallDet invert(Real* a, std::int64_t n, std::int64_t stride,
                                   InverseScratch<Real>& scratch) {
    constexpr std::int64_t kLanes = Lanes<Real>::count;
    const std::int64_t columns = padded_columns(n);
    Real* const panel = scratch.panel.data();
    Real* const pivot_rows = scratch.pivot_rows.data();
    std::int32_t* const order = scratch.order.data();
    std::iota(order, order + n, 0);
    Product product;
    for (std::int64_t first = 0; first < n; first += kLanes) {
        const std::int64_t pivots = std::min(kLanes, n - first);
        for (std::int64_t i = 0; i < n; ++i)
            std::copy_n(a + i * stride + first, kLanes, panel + i * kLanes);
        if (!eliminate_panel(a, n, stride, first, pivots, panel, order, product)) {
            for (std::int64_t i = 0; i < n; ++i) std::fill_n(a + i * stride, n, Real(0));
            return {-std::numeric_limits<double>::infinity(), 0};
        }
        for (std::int64_t j = 0; j < pivots; ++j) {
            std::copy_n(a + (first + j) * stride, columns, pivot_rows + j * columns);
            std::fill_n(a + (first + j) * stride, columns, Real(0));
        }
        multiply_rows(panel, kLanes, pivot_rows, columns, a, stride, n, columns, pivots, true);
        for (std::int64_t i = 0; i < n; ++i)
            std::copy_n(panel + i * kLanes, pivots, a + i * stride + first);
    }
    reorder_columns(a, n, stride, order, scratch.row.data());
    product.flush();
    if (!std::isfinite(product.det.logdet)) return {-std::numeric_limits<double>::infinity(), 0};
    return product.det;
}

template <typename Real>
void reserve(InverseScratch<Real>& scratch, std::int64_t n) {
    constexpr std::int64_t kLanes = Lanes<Real>::count;
    const auto grow = [](auto& buffer, std::int64_t size) {
        if (buffer.size() < static_cast<std::size_t>(size))
            buffer.resize(static_cast<std::size_t>(size));
    };
    grow(scratch.panel, n * kLanes);
    grow(scratch.pivot_rows, kLanes * padded_columns(n));
    grow(scratch.row, n);
    grow(scratch.order, n);
}

MARGINSCOPE_VECTOR_CLONES SmallDet run(float* a, std::int64_t n, std::int64_t stride,
                                       InverseScratch<float>& scratch) {
    return invert(a, n, stride, scratch);
}
MARGINSCOPE_VECTOR_CLONES SmallDet run(double* a, std::int64_t n, std::int64_t stride,
                                       InverseScratch<double>& scratch) {
    return invert(a, n, stride, scratch);
}

}  // namespace

SmallDet invert_in_place(float* a, std::int64_t n, std::int64_t stride,
                         InverseScratch<float>& scratch) {
    reserve(scratch, n);
    return run(a, n, stride, scratch);
}
SmallDet invert_in_place(double* a, std::int64_t n, std::int64_t stride,
                         InverseScratch<double>& scratch) {
    reserve(scratch, n);
    return run(a, n, stride, scratch);
}

}  // namespace marginscope
