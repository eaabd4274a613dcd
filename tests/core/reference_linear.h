// Slow and safe decompositions by Eigen's own, and random matrices: what core's linear algebra is
// compared with. Compiled once, since Eigen's decompositions take long to compile.
#pragma once

#include <Eigen/Core>
#include <random>

#include "core/linear/matrix.h"

namespace marginscope::reference {

LogDet log_det(const Matrix& a);          // by full pivoting
Matrix inverse(const Matrix& a);          // by full pivoting
Vector singular_values(const Matrix& a);  // falling, by Jacobi rotations
Eigen::VectorXcd eigenvalues(const Matrix& a);
double condition(const Matrix& a);

// 1e-9 max(1, cond(a) / 1e4)
double tolerance(const Matrix& a);

Matrix random_matrix(std::mt19937_64& rng, int rows, int cols, double scale);

// The given singular values between random rotations.
Matrix with_singular_values(std::mt19937_64& rng, const Vector& sigma);

struct SingularVectors {
    Matrix left, right;  // one column a singular value
    Vector sigma;        // falling
};
SingularVectors singular_vectors(const Matrix& a);

}  // namespace marginscope::reference
