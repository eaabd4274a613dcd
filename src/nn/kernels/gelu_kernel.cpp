// One loop, left to the compiler to make vectors of.
#include "nn/kernels/gelu_kernel.h"

#include "core/simd.h"
#include "nn/kernels/vector_math.h"

namespace marginscope::kernels {
namespace {

template <int kLanes, typename Stored>
MARGINSCOPE_INLINE void gelu_lanes(const Stored* __restrict x, std::int64_t n, Stored* __restrict y,
                                   Stored* __restrict slope) {
    for (std::int64_t k = 0; k < n; ++k) {
        const Gelu at = gelu_of(to_real(x[k]));
        store(at.value, y[k]);
        store(at.slope, slope[k]);
    }
}
MARGINSCOPE_KERNEL(void, gelu, (const float* x, std::int64_t n, float* y, float* slope),
                   (x, n, y, slope))
MARGINSCOPE_KERNEL(void, gelu, (const Bfloat16* x, std::int64_t n, Bfloat16* y, Bfloat16* slope),
                   (x, n, y, slope))

}  // namespace

void gelu_with_slope(const float* x, std::int64_t n, float* y, float* slope) {
    gelu(x, n, y, slope);
}
void gelu_with_slope(const Bfloat16* x, std::int64_t n, Bfloat16* y, Bfloat16* slope) {
    gelu(x, n, y, slope);
}

}  // namespace marginscope::kernels
