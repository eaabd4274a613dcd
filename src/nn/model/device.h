// Where tensors live and on how many threads ATen computes.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "core/run/run_config.h"

namespace marginscope {

/// Loads libtorch_cuda.so when it lies beside LibTorch and a driver is there, once; true when a
/// CUDA device can be used. LibTorch looks for CUDA at its first backward pass or question and
/// never again: so this comes first, as it does in set_compute_threads() and choose_device().
bool load_cuda();

/// `automatic`: CUDA when usable, otherwise the CPU. UserError for `cuda` where there is none.
at::Device choose_device(DeviceChoice choice);

/// Whether the device multiplies bfloat16 faster than float32: of CPUs those with AVX512_BF16.
bool has_bfloat16(at::Device device);

/// UserError where the device lacks the precision.
void check_precision(Precision precision, at::Device device);

/// A tensor of the CPU on the device, without waiting for what a GPU still computes; itself on a
/// CPU.
at::Tensor placed_on(const at::Tensor& host, at::Device device);

/// Returns when the device has done all it was given.
void wait_for(at::Device device);

/// "CPU", or "CUDA GPU 0" with the GPU's number.
std::string device_label(at::Device device);

/// Threads of ATen's operations; results are equal bit for bit only for equal numbers of them.
void set_compute_threads(int threads);

}  // namespace marginscope
