// Which vectors this machine has.
#include "core/linear/simd.h"

#include <algorithm>
#include <cstdlib>

namespace marginscope::simd {
namespace {

constexpr int kDoubleBits = 64;

int machine_lanes() {
#if defined(__x86_64__) && defined(__GNUC__)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 2;
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
    return wide ? 8 : 4;
#else
    return 2;
#endif
}

}  // namespace

int lanes() {
    static const int found = [] {
        const char* const most = std::getenv("MARGINSCOPE_VECTOR_BITS");
        const int asked = most == nullptr ? 0 : std::atoi(most) / kDoubleBits;
        const int allowed = asked >= 8 || asked <= 0 ? 8 : asked >= 4 ? 4 : 2;
        return std::min(machine_lanes(), allowed);
    }();
    return found;
}

}  // namespace marginscope::simd
