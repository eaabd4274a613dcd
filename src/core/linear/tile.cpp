// Tiles of eight rows by two vectors: sixteen sums, which hide each other's latency and fit the
// registers of AVX-512; narrower machines keep some of them on the stack.
#include "core/linear/tile.h"

#include "core/linear/simd.h"

namespace marginscope::linear {
namespace {

using simd::kCountOf;
using simd::pack;
using simd::Pack;

template <typename Real>
struct Operands {
    const Real* a;
    std::int64_t a_row, a_term;
    const Real* b;
    std::int64_t b_stride;
    Real* out;
    std::int64_t out_stride;
    ProductSize size;
    bool add;
};

struct Terms {
    std::int64_t first, last;  // one beyond
};

template <int kLanes, int kRows, int kVectors, typename Real>
MARGINSCOPE_INLINE void tile(const Operands<Real>& o, std::int64_t row, std::int64_t column,
                             const Terms& terms) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    const Real* a = o.a + row * o.a_row + terms.first * o.a_term;
    const Real* b = o.b + column + terms.first * o.b_stride;
    Real* const out = o.out + row * o.out_stride + column;
    Pack<kCount, Real> sums[kRows][kVectors] = {};
    if (o.add)
        for (int r = 0; r < kRows; ++r)
            for (int v = 0; v < kVectors; ++v)
                sums[r][v] = pack<kCount>(out + r * o.out_stride + v * kCount);
    for (std::int64_t k = terms.first; k < terms.last; ++k) {
        Pack<kCount, Real> from[kVectors];
        for (int v = 0; v < kVectors; ++v) from[v] = pack<kCount>(b + v * kCount);
        for (int r = 0; r < kRows; ++r) {
            const Real factor = a[r * o.a_row];
            for (int v = 0; v < kVectors; ++v) sums[r][v] += factor * from[v];
        }
        a += o.a_term;
        b += o.b_stride;
    }
    for (int r = 0; r < kRows; ++r)
        for (int v = 0; v < kVectors; ++v)
            pack<kCount>(out + r * o.out_stride + v * kCount) = sums[r][v];
}

template <int kLanes, int kRows, typename Real>
MARGINSCOPE_INLINE void row_block(const Operands<Real>& o, std::int64_t row) {
    constexpr std::int64_t kCount = kCountOf<kLanes, Real>;
    const std::int64_t last = row + kRows - 1;
    const Terms terms{o.size.first_of ? o.size.first_of[row] : 0,
                      o.size.terms_of ? o.size.terms_of[last] : o.size.terms};
    const std::int64_t columns = o.size.columns_of ? o.size.columns_of[last] : o.size.columns;
    std::int64_t c = 0;
    for (; c + kCount < columns; c += 2 * kCount) tile<kLanes, kRows, 2>(o, row, c, terms);
    for (; c < columns; c += kCount) tile<kLanes, kRows, 1>(o, row, c, terms);
}

template <int kLanes, typename Real>
MARGINSCOPE_INLINE void product_lanes(const Operands<Real>& o) {
    constexpr int kRows = kLanes == 8 ? 8 : 4;
    const std::int64_t rows = o.size.rows;
    std::int64_t r = 0;
    for (; r + kRows <= rows; r += kRows) row_block<kLanes, kRows>(o, r);
    if (kRows == 8 && rows - r >= 4) {
        row_block<kLanes, 4>(o, r);
        r += 4;
    }
    switch (rows - r) {
        case 3:
            row_block<kLanes, 3>(o, r);
            break;
        case 2:
            row_block<kLanes, 2>(o, r);
            break;
        case 1:
            row_block<kLanes, 1>(o, r);
            break;
        default:
            break;
    }
}

MARGINSCOPE_KERNEL(void, product, (const Operands<float>& o), (o))
MARGINSCOPE_KERNEL(void, product, (const Operands<double>& o), (o))

template <typename Real>
Operands<Real> operands(const Left<Real>& a, const Real* b, std::int64_t b_stride, Real* out,
                        std::int64_t out_stride, const ProductSize& size, Into into) {
    return {a.at, a.row, a.term, b, b_stride, out, out_stride, size, into == Into::add};
}

}  // namespace

void multiply(const Left<float>& a, const float* b, std::int64_t b_stride, float* out,
              std::int64_t out_stride, const ProductSize& size, Into into) {
    product(operands(a, b, b_stride, out, out_stride, size, into));
}
void multiply(const Left<double>& a, const double* b, std::int64_t b_stride, double* out,
              std::int64_t out_stride, const ProductSize& size, Into into) {
    product(operands(a, b, b_stride, out, out_stride, size, into));
}

}  // namespace marginscope::linear
