// Singular values and eigenvalues of small dense matrices. Internal to core.
//
// Pure functions, any thread, float64. Input that is not finite gives NaN, never an endless loop.
#pragma once

#include <Eigen/Core>

#include "core/linear/matrix.h"

namespace marginscope::linear {

struct Svd {
    Matrix u, v;
    Vector sigma;  // falling
};
Svd svd(const Matrix& a);  // a = u diag(sigma) v^T; a is finite

// E9: by Lanczos iterations with the inverse; an SVD where those do not converge or the inverse is
// no good.
double smallest_singular_value(const Matrix& a);

// sigma_min of the d x d matrix I - left^T right, both k x d with k < d, given
// (I_k - right left^T)^-1 (anything not finite where that is singular): nothing of size d x d.
double smallest_singular_value(const Matrix& left, const Matrix& right, const Matrix& inverse);

// In falling order of the real part.
Eigen::VectorXcd eigenvalues(const Matrix& a);

// Real eigenvalues of a above 1. Skips the eigenvalues where the symmetric part shows there are
// none.
int real_eigenvalues_above_one(const Matrix& a);

}  // namespace marginscope::linear
