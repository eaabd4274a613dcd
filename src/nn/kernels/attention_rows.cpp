// Softmax over rows, as vectors of the machine.
#include "nn/kernels/attention_rows.h"

#include "nn/kernels/vector_math.h"

namespace marginscope::kernels {
namespace {

using simd::kCountOf;
using simd::pack;
using simd::Pack;

template <int kLanes, typename Real>
MARGINSCOPE_INLINE Real largest_lanes(const Real* x, std::int64_t n) {
    Real largest = x[0];
    for (std::int64_t s = 1; s < n; ++s) largest = x[s] > largest ? x[s] : largest;
    return largest;
}

template <int kLanes, typename Real>
MARGINSCOPE_INLINE Real exponentials_lanes(Real* x, std::int64_t n, std::int64_t columns,
                                           Real shift) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    const std::int64_t end = (n + kCount - 1) / kCount * kCount;
    for (std::int64_t s = n; s < end; ++s) x[s] = shift;  // scores of later positions may be large
    for (std::int64_t s = 0; s < end; ++s) x[s] = exp_negative(x[s] - shift);
    for (std::int64_t s = n; s < columns; ++s) x[s] = 0;
    Pack<kCount, Real> sum = {};
    for (std::int64_t s = 0; s < end; s += kCount) sum += pack<kCount>(x + s);
    return simd::sum_of(sum);
}

template <int kLanes, typename Real>
MARGINSCOPE_INLINE void softmax_back_lanes(const Real* w, Real* d, std::int64_t columns) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    Pack<kCount, Real> dots = {};
    for (std::int64_t s = 0; s < columns; s += kCount)
        dots += pack<kCount>(w + s) * pack<kCount>(d + s);
    const Real mean = simd::sum_of(dots);
    for (std::int64_t s = 0; s < columns; s += kCount)
        pack<kCount>(d + s) = pack<kCount>(w + s) * (pack<kCount>(d + s) - mean);
}

}  // namespace

MARGINSCOPE_KERNEL(float, largest, (const float* x, std::int64_t n), (x, n))
MARGINSCOPE_KERNEL(double, largest, (const double* x, std::int64_t n), (x, n))
MARGINSCOPE_KERNEL(float, exponentials,
                   (float* x, std::int64_t n, std::int64_t columns, float shift),
                   (x, n, columns, shift))
MARGINSCOPE_KERNEL(double, exponentials,
                   (double* x, std::int64_t n, std::int64_t columns, double shift),
                   (x, n, columns, shift))
MARGINSCOPE_KERNEL(void, softmax_back, (const float* w, float* d, std::int64_t columns),
                   (w, d, columns))
MARGINSCOPE_KERNEL(void, softmax_back, (const double* w, double* d, std::int64_t columns),
                   (w, d, columns))

}  // namespace marginscope::kernels
