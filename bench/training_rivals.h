// The training steps that are compared: the product's with and without its barrier, and the plain
// one.
#pragma once

#include <memory>
#include <string>

#include "bench/contest.h"
#include "core/run/run_config.h"
#include "text/corpus.h"

namespace marginscope {

struct TrainingShape {
    int context = 64;
    int batch = 12;
    int width = 128;
    int heads = 4;
    int layers = 4;

    std::int64_t tokens() const { return std::int64_t{context} * batch; }
    std::string text() const;
};

/// The default run at this shape, without end.
RunConfig training_config(const TrainingShape& shape, int threads,
                          DeviceChoice device = DeviceChoice::cpu);

/// The same model trained by LibTorch's modules and optimizer (bench/plain_gpt.h).
Contender plain_step(const RunConfig& config, const Corpus& corpus);
/// The plain step with the barrier through autograd (bench/naive_barrier.h) and its stage.
Contender naive_step(const RunConfig& config, const Corpus& corpus);
/// The product's model, loss and optimizer without stage and barrier, in config.train.precision.
Contender bare_step(const RunConfig& config, const Corpus& corpus);
/// One large float32 product by LibTorch: what the machine can do at most.
Contender gemm(DeviceChoice device);
double gemm_flops();

/// Floating-point operations that a step with the config's exact barrier needs beyond a bare one:
/// the stage's products, one factorisation and inverse for each position, nothing for memory.
double barrier_flops(const RunConfig& config);

/// Validation loss after `steps` steps of the product.
double loss_after(const RunConfig& config, const Corpus& corpus, int steps);

/// The product's step as the config says, with its stage fitted along.
Contender trainer_step(const RunConfig& config, const Corpus& corpus);

/// A rival that computes something else proves nothing: logits of equal weights agree to 1e-4, the
/// losses of three updates on equal batches to 1e-3, and the naive barrier is the product's.
/// UserError otherwise.
void check_training_rivals(const Corpus& corpus, int threads, DeviceChoice device);

}  // namespace marginscope
