// A keyed 64-bit mixing function over a counter; normals by Marsaglia's polar method.
#include "core/random.h"

#include <cassert>
#include <cmath>

namespace marginscope {
namespace {

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection with good avalanche.
std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;

template <typename Real>
void fill(const DrawKey& key, std::span<Real> out) {
    CounterRng rng(key);
    for (Real& value : out) value = static_cast<Real>(rng.normal());
}

}  // namespace

CounterRng::CounterRng(const DrawKey& key) {
    // Absorb the words one after the other; two lanes, so that 128 bits separate the streams.
    const std::uint64_t words[] = {key.seed, static_cast<std::uint64_t>(key.purpose), key.draw,
                                   key.window, key.position};
    std::uint64_t a = kGolden;
    std::uint64_t b = ~kGolden;
    for (const std::uint64_t word : words) {
        a = mix(a + kGolden + word);
        b = mix((b ^ word) + kGolden * 3);
    }
    key_[0] = a;
    key_[1] = b;
}

std::uint64_t CounterRng::next() {
    const std::uint64_t at = key_[0] + kGolden * ++counter_;
    return mix(mix(at) ^ key_[1]);
}

double CounterRng::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

double CounterRng::normal() {
    if (has_spare_) {
        has_spare_ = false;
        return spare_;
    }
    double x = 0.0;
    double y = 0.0;
    double square = 0.0;
    do {
        x = 2.0 * uniform() - 1.0;
        y = 2.0 * uniform() - 1.0;
        square = x * x + y * y;
    } while (square >= 1.0 || square == 0.0);
    const double scale = std::sqrt(-2.0 * std::log(square) / square);
    spare_ = y * scale;
    has_spare_ = true;
    return x * scale;
}

std::uint64_t CounterRng::below(std::uint64_t bound) {
    assert(bound > 0);
    // Values under `threshold` would make small results likelier: draw again.
    const std::uint64_t threshold = (0 - bound) % bound;
    std::uint64_t bits = next();
    while (bits < threshold) bits = next();
    return bits % bound;
}

void fill_normal(const DrawKey& key, std::span<float> out) { fill(key, out); }
void fill_normal(const DrawKey& key, std::span<double> out) { fill(key, out); }

}  // namespace marginscope
