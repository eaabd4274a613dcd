// Vectors of doubles as wide as the machine has them, chosen at run time. Internal to core.
//
// A kernel is a template `name_lanes<kLanes>` over the number of doubles in a vector, always
// inlined; MARGINSCOPE_KERNEL makes one copy for each kind of machine and the function that picks
// among them. Everything keeps IEEE semantics: NaN and infinities travel through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace marginscope::simd {

#define MARGINSCOPE_INLINE inline __attribute__((always_inline))

// Aligned as a double: rows start anywhere.
template <int kLanes>
struct PackOf;
template <>
struct PackOf<2> {
    using Type = double __attribute__((vector_size(16), aligned(8), may_alias));
};
template <>
struct PackOf<4> {
    using Type = double __attribute__((vector_size(32), aligned(8), may_alias));
};
template <>
struct PackOf<8> {
    using Type = double __attribute__((vector_size(64), aligned(8), may_alias));
};
template <int kLanes>
using Pack = typename PackOf<kLanes>::Type;

template <int kLanes>
MARGINSCOPE_INLINE const Pack<kLanes>& pack(const double* at) {
    return *reinterpret_cast<const Pack<kLanes>*>(at);
}
template <int kLanes>
MARGINSCOPE_INLINE Pack<kLanes>& pack(double* at) {
    return *reinterpret_cast<Pack<kLanes>*>(at);
}

MARGINSCOPE_INLINE double sum_of(const Pack<2>& x) { return x[0] + x[1]; }
MARGINSCOPE_INLINE double sum_of(const Pack<4>& x) {
    return sum_of(__builtin_shufflevector(x, x, 0, 1) + __builtin_shufflevector(x, x, 2, 3));
}
MARGINSCOPE_INLINE double sum_of(const Pack<8>& x) {
    return sum_of(__builtin_shufflevector(x, x, 0, 1, 2, 3) +
                  __builtin_shufflevector(x, x, 4, 5, 6, 7));
}

// Numbers from the start of a line of the cache on: a vector of eight across two lines costs twice.
class AlignedNumbers {
public:
    explicit AlignedNumbers(std::size_t size) : numbers_(size + 7) {
        const auto address = reinterpret_cast<std::uintptr_t>(numbers_.data());
        start_ = (64 - address % 64) % 64 / sizeof(double);
    }
    AlignedNumbers(const AlignedNumbers&) = delete;
    AlignedNumbers& operator=(const AlignedNumbers&) = delete;

    double* data() { return numbers_.data() + start_; }
    const double* data() const { return numbers_.data() + start_; }

private:
    std::vector<double> numbers_;
    std::size_t start_ = 0;
};

// Doubles in a vector of this machine: 2, 4 or 8.
int lanes();

#if defined(__x86_64__) && defined(__GNUC__)
#define MARGINSCOPE_KERNEL(result, name, parameters, arguments)                                \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"))) result name##_8 parameters { \
        return name##_lanes<8> arguments;                                                      \
    }                                                                                          \
    __attribute__((target("avx2,fma"))) result name##_4 parameters {                           \
        return name##_lanes<4> arguments;                                                      \
    }                                                                                          \
    result name##_2 parameters { return name##_lanes<2> arguments; }                           \
    result name parameters {                                                                   \
        const int lanes = simd::lanes();                                                       \
        return lanes == 8   ? name##_8 arguments                                               \
               : lanes == 4 ? name##_4 arguments                                               \
                            : name##_2 arguments;                                              \
    }
#else
#define MARGINSCOPE_KERNEL(result, name, parameters, arguments) \
    result name parameters { return name##_lanes<2> arguments; }
#endif

}  // namespace marginscope::simd
