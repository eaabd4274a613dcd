// Which vectors this machine has.
#include "core/simd.h"

namespace marginscope::simd {

int lanes() {
#if defined(__x86_64__) && defined(__GNUC__)
    static const int found = [] {
        if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 2;
        const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                          __builtin_cpu_supports("avx512vl");
        return wide ? 8 : 4;
    }();
    return found;
#else
    return 2;
#endif
}

}  // namespace marginscope::simd
