// Random tensors from a seed, for tests of what differentiates.
#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

namespace marginscope::testing_support {

inline at::Tensor normal(at::IntArrayRef shape, double std, std::uint64_t seed,
                         at::ScalarType type = at::kDouble) {
    at::Generator generator = at::detail::createCPUGenerator(seed);
    return at::empty(shape, at::kDouble).normal_(0.0, std, generator).to(type);
}

}  // namespace marginscope::testing_support
