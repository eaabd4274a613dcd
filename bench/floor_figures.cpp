// What the machine can do at most: the rate of LibTorch's float32 matrix products.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <string>

#include "bench/contest.h"
#include "bench/figures.h"
#include "nn/model/device.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

double gflops(const Timings& timings, std::size_t which, double products, double size) {
    return 2.0 * products * size * size * size * timings.rate(which) / 1e9;
}

}  // namespace

std::vector<BenchFigure> floor_figures(const BenchSettings& settings) {
    std::vector<BenchFigure> out;
    with_torch_errors([&] {
        at::NoGradGuard no_grad;
        set_compute_threads(settings.threads);
        constexpr std::int64_t kLarge = 1024;
        constexpr std::int64_t kSmall = 64;
        constexpr std::int64_t kMany = 768;  // T x B of the default training
        const at::Tensor a = at::randn({kLarge, kLarge});
        const at::Tensor b = at::randn({kLarge, kLarge});
        const at::Tensor small_a = at::randn({kMany, kSmall, kSmall});
        const at::Tensor small_b = at::randn({kMany, kSmall, kSmall});
        at::Tensor large = at::empty_like(a);
        at::Tensor small = at::empty_like(small_a);
        const Timings timings =
            hold_contest({{"large", [&] { at::matmul_out(large, a, b); }},
                          {"small", [&] { at::matmul_out(small, small_a, small_b); }}},
                         settings, "matrix products");
        out.push_back({"gemm_gflops", gflops(timings, 0, 1, kLarge), "GFLOP/s", "", "",
                       "at::matmul, float32, 1024 x 1024 x 1024: what no step can exceed"});
        out.push_back({"gemm_batched_gflops", gflops(timings, 1, kMany, kSmall), "GFLOP/s", "", "",
                       "the same, 768 products of 64 x 64 x 64: the barrier's matrices"});
    });
    return out;
}

}  // namespace marginscope
