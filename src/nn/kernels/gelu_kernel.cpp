// One loop, left to the compiler to make vectors of.
#include "nn/kernels/gelu_kernel.h"

#include "core/linear/simd.h"
#include "nn/kernels/vector_math.h"

namespace marginscope::kernels {
namespace {

template <int kLanes>
MARGINSCOPE_INLINE void gelu_lanes(const float* __restrict x, std::int64_t n, float* __restrict y,
                                   float* __restrict slope) {
    for (std::int64_t k = 0; k < n; ++k) {
        const Gelu at = gelu_of(x[k]);
        y[k] = at.value;
        slope[k] = at.slope;
    }
}
MARGINSCOPE_KERNEL(void, gelu, (const float* x, std::int64_t n, float* y, float* slope),
                   (x, n, y, slope))

}  // namespace

void gelu_with_slope(const float* x, std::int64_t n, float* y, float* slope) {
    gelu(x, n, y, slope);
}

}  // namespace marginscope::kernels
