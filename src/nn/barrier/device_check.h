// Whether a device computes the barrier as the CPU's kernels do: looked at once before a training
// on it.
#pragma once

#include <c10/core/Device.h>

namespace marginscope {

/// The largest relative difference, over values and gradients of all forms of the barrier on small
/// random inputs in float32, between the kernels on the CPU and the batched calls on `device`.
double barrier_difference(at::Device device);

/// UserError where they differ by more than rounding explains. The CPU needs no check; another
/// device is looked at once in the life of the program.
void check_barrier(at::Device device);

}  // namespace marginscope
