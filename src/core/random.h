// Counter-based random numbers: a draw depends on its key alone, never on what was drawn before it.
#pragma once

#include <cstdint>
#include <span>

namespace marginscope {

/// What a stream of draws is for; part of every key, so that purposes never share numbers.
enum class DrawPurpose : std::uint32_t {
    batch_offsets = 1,
    train_noise = 2,
    evaluation_noise = 3,
    decode_noise = 4,
    sampling = 5,
    stage_batches = 6,
    bootstrap = 7,
    geometric_starts = 8,
    barrier_sequences = 9,
    stories = 10,
    barrier_positions = 11,
    barrier_probes = 12,
    noisy_tokens = 13,
    characters = 14,
    playground_cloud = 15,
    resampling = 16,
    langevin_noise = 17,
    langevin_batches = 18,
};

/// Identifies one stream (design.md: seed, purpose, draw, window, position).
struct DrawKey {
    std::uint64_t seed = 0;
    DrawPurpose purpose = DrawPurpose::sampling;
    std::uint64_t draw = 0;
    std::uint64_t window = 0;
    std::uint64_t position = 0;
};

/// The stream of one key. Equal keys give equal numbers on every machine. A value type; any thread.
class CounterRng {
public:
    explicit CounterRng(const DrawKey& key);

    std::uint64_t next();                      // 64 uniform bits
    double uniform();                          // [0, 1), 53 bits
    double normal();                           // N(0, 1)
    std::uint64_t below(std::uint64_t bound);  // 0 … bound-1 without bias; bound > 0

private:
    std::uint64_t key_[2];
    std::uint64_t counter_ = 0;
    double spare_ = 0.0;
    bool has_spare_ = false;
};

/// N(0, 1) for each element, in order, from the key's stream.
void fill_normal(const DrawKey& key, std::span<float> out);
void fill_normal(const DrawKey& key, std::span<double> out);

}  // namespace marginscope
