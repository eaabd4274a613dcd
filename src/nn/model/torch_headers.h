// What sources that use LibTorch have parsed before they start (the precompiled header of src/nn,
// its tests and bench): of the 18 seconds such a file took, LibTorch's headers were three quarters.
// Each file still includes what it uses.
#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/Generator.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
