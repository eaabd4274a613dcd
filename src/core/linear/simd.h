// Vectors as wide as the machine has them, chosen at run time: the one way in which code of our own
// uses vector instructions. No Eigen, no torch.
//
// A kernel is a template `name_lanes<kLanes>`, always inlined, where kLanes is how many doubles a
// vector of the machine holds (8, 4 or 2; twice as many floats). MARGINSCOPE_KERNEL makes one copy
// for each kind of machine and the function that picks among them. Everything keeps IEEE semantics:
// NaN and infinities travel through. No lambdas inside: they would not be compiled for the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace marginscope::simd {

#define MARGINSCOPE_INLINE inline __attribute__((always_inline))

/// kCount numbers side by side, aligned as one number: rows start anywhere.
template <int kCount, typename Real>
struct PackOf;
#define MARGINSCOPE_PACK(count, real)                                                             \
    template <>                                                                                   \
    struct PackOf<count, real> {                                                                  \
        typedef real Type                                                                         \
            __attribute__((vector_size(sizeof(real) * count), aligned(sizeof(real)), may_alias)); \
    };
MARGINSCOPE_PACK(2, double)
MARGINSCOPE_PACK(4, double)
MARGINSCOPE_PACK(8, double)
MARGINSCOPE_PACK(4, float)
MARGINSCOPE_PACK(8, float)
MARGINSCOPE_PACK(16, float)
MARGINSCOPE_PACK(2, std::int64_t)
MARGINSCOPE_PACK(4, std::int64_t)
MARGINSCOPE_PACK(8, std::int64_t)
MARGINSCOPE_PACK(4, std::int32_t)
MARGINSCOPE_PACK(8, std::int32_t)
MARGINSCOPE_PACK(16, std::int32_t)
#undef MARGINSCOPE_PACK
template <int kCount, typename Real = double>
using Pack = typename PackOf<kCount, Real>::Type;

/// Numbers of this type in a vector of a machine with kLanes doubles.
template <int kLanes, typename Real>
inline constexpr int kCountOf = kLanes* static_cast<int>(sizeof(double) / sizeof(Real));

template <int kCount, typename Real>
MARGINSCOPE_INLINE const Pack<kCount, Real>& pack(const Real* at) {
    return *reinterpret_cast<const Pack<kCount, Real>*>(at);
}
template <int kCount, typename Real>
MARGINSCOPE_INLINE Pack<kCount, Real>& pack(Real* at) {
    return *reinterpret_cast<Pack<kCount, Real>*>(at);
}

MARGINSCOPE_INLINE double sum_of(const Pack<2>& x) { return x[0] + x[1]; }
MARGINSCOPE_INLINE double sum_of(const Pack<4>& x) {
    return sum_of(__builtin_shufflevector(x, x, 0, 1) + __builtin_shufflevector(x, x, 2, 3));
}
MARGINSCOPE_INLINE double sum_of(const Pack<8>& x) {
    return sum_of(__builtin_shufflevector(x, x, 0, 1, 2, 3) +
                  __builtin_shufflevector(x, x, 4, 5, 6, 7));
}
MARGINSCOPE_INLINE float sum_of(const Pack<4, float>& x) { return (x[0] + x[2]) + (x[1] + x[3]); }
MARGINSCOPE_INLINE float sum_of(const Pack<8, float>& x) {
    return sum_of(__builtin_shufflevector(x, x, 0, 1, 2, 3) +
                  __builtin_shufflevector(x, x, 4, 5, 6, 7));
}
MARGINSCOPE_INLINE float sum_of(const Pack<16, float>& x) {
    return sum_of(__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
                  __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15));
}

// Numbers from the start of a line of the cache on: a vector across two lines costs twice.
template <typename Real>
class AlignedBuffer {
public:
    AlignedBuffer() = default;
    explicit AlignedBuffer(std::size_t size) { resize(size); }
    AlignedBuffer(const AlignedBuffer&) = delete;
    AlignedBuffer& operator=(const AlignedBuffer&) = delete;
    AlignedBuffer(AlignedBuffer&&) = default;
    AlignedBuffer& operator=(AlignedBuffer&&) = default;

    /// New numbers are zero; those there may move to other places within the buffer.
    void resize(std::size_t size) {
        constexpr std::size_t kLine = 64;
        numbers_.resize(size + kLine / sizeof(Real) - 1);
        const auto address = reinterpret_cast<std::uintptr_t>(numbers_.data());
        start_ = (kLine - address % kLine) % kLine / sizeof(Real);
        size_ = size;
    }
    /// Room for at least `size` numbers.
    Real* at_least(std::size_t size) {
        if (size_ < size) resize(size);
        return data();
    }

    Real* data() { return numbers_.data() + start_; }
    const Real* data() const { return numbers_.data() + start_; }

private:
    std::vector<Real> numbers_;
    std::size_t start_ = 0;
    std::size_t size_ = 0;
};
using AlignedNumbers = AlignedBuffer<double>;

/// Doubles in a vector of this machine: 2, 4 or 8; fewer where the environment's
/// MARGINSCOPE_VECTOR_BITS (512, 256 or 128) says so when the program starts.
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
