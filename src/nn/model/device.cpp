// CUDA at run time: its library registers itself when it is loaded, so that one program serves
// both.
#include "nn/model/device.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <malloc.h>

#include "core/error.h"

namespace marginscope {
namespace {

/// A pass frees tensors of some MB and takes as many again. As it is, the allocator gives them back
/// to the system each time and has every page cleared anew: a quarter of an evaluation's time.
void keep_freed_memory() {
    constexpr int kLargestKept = 32 << 20;  // the most that glibc accepts
    constexpr int kKept = 256 << 20;
    static const bool told =
        mallopt(M_MMAP_THRESHOLD, kLargestKept) != 0 && mallopt(M_TRIM_THRESHOLD, kKept) != 0;
    (void)told;
}

}  // namespace

bool load_cuda() {
    static const bool usable = [] {
        // Without a driver the library is only 400 MB to load for nothing.
        void* const driver = ::dlopen("libcuda.so.1", RTLD_LAZY);
        if (driver == nullptr) return false;
        // Before any question to LibTorch, which remembers the first answer for good.
        if (::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) return false;
        return at::hasCUDA() && at::detail::getCUDAHooks().deviceCount() > 0;
    }();
    return usable;
}

at::Device choose_device(DeviceChoice choice) {
    const bool usable = load_cuda();
    if (choice == DeviceChoice::cpu) return at::kCPU;
    if (usable) return {at::kCUDA, 0};
    if (choice == DeviceChoice::cuda)
        throw UserError(
            "--device cuda needs an NVIDIA GPU with its driver and LibTorch's CUDA library; none "
            "was found. "
            "Take --device cpu.");
    return at::kCPU;
}

bool has_bfloat16(at::Device device) {
    if (!device.is_cpu()) return true;
#if defined(__x86_64__) && defined(__GNUC__)
    return __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

void check_precision(Precision precision, at::Device device) {
    if (precision == Precision::float32 || has_bfloat16(device)) return;
    throw UserError(
        "--precision bfloat16 needs a processor with AVX512_BF16 or a GPU, and this machine has "
        "neither: take --precision float32.",
        2);
}

at::Tensor placed_on(const at::Tensor& host, at::Device device) {
    if (device.is_cpu()) return host;
    // From pageable memory the copy would wait. The pinned copy lives until the GPU has read it.
    return host.contiguous().pin_memory().to(device, /*non_blocking=*/true);
}

void wait_for(at::Device device) {
    if (device.is_cpu()) return;
    c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
}

std::string device_label(at::Device device) {
    if (!device.is_cuda()) return "CPU";
    return "CUDA GPU " + std::to_string(device.has_index() ? device.index() : 0);
}

void set_compute_threads(int threads) {
    (void)load_cuda();
    keep_freed_memory();
    if (at::get_num_threads() != threads) at::set_num_threads(threads);
}

}  // namespace marginscope
