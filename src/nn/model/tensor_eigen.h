// Copies between tensors and core's matrices. Nothing shares memory afterwards.
#pragma once

#include <ATen/ATen.h>

#include "core/stage/margins.h"

namespace marginscope {

/// A two-dimensional tensor of any floating type on any device, as float64.
inline Matrix to_matrix(const at::Tensor& tensor) {
    const at::Tensor values = tensor.detach().to(at::kCPU, at::kDouble).contiguous();
    return Eigen::Map<const Matrix>(values.data_ptr<double>(), values.size(0), values.size(1));
}

/// A CPU tensor (rows, columns) of `dtype`.
inline at::Tensor to_tensor(const Matrix& matrix, at::ScalarType dtype = at::kDouble) {
    at::Tensor out = at::empty({matrix.rows(), matrix.cols()}, at::kDouble);
    Eigen::Map<Matrix>(out.data_ptr<double>(), matrix.rows(), matrix.cols()) = matrix;
    return out.to(dtype);
}

}  // namespace marginscope
