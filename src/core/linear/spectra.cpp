// Singular values and eigenvalues of small dense matrices.
#include "core/linear/spectra.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/linear/log_det.h"

namespace marginscope::linear {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

LogDet log_det(Matrix a) {
    // Padded with an identity to whole panels: the same determinant, sooner.
    const Eigen::Index n = a.rows();
    const Eigen::Index size = (n + 7) / 8 * 8;
    if (n > 8 && size > n) {
        Matrix padded = Matrix::Identity(size, size);
        padded.topLeftCorner(n, n) = a;
        a.swap(padded);
    }
    return log_det_in_place(a.data(), static_cast<int>(a.rows()), static_cast<int>(a.cols()));
}

Svd svd(const Matrix& a) {
    const Eigen::BDCSVD<Eigen::MatrixXd> result(a, Eigen::ComputeFullU | Eigen::ComputeFullV);
    return {result.matrixU(), result.matrixV(), result.singularValues()};
}

Eigen::VectorXcd eigenvalues(const Matrix& a) {
    if (a.rows() == 0) return {};
    if (!a.allFinite()) {
        return Eigen::VectorXcd::Constant(a.rows(), std::complex<double>(kNan, kNan));
    }
    Eigen::VectorXcd values = Eigen::EigenSolver<Eigen::MatrixXd>(a, false).eigenvalues();
    std::sort(values.begin(), values.end(), [](const auto& x, const auto& y) {
        return x.real() != y.real() ? x.real() > y.real() : x.imag() > y.imag();
    });
    return values;
}

int real_eigenvalues_above_one(const Matrix& a) {
    if (a.rows() == 0 || !a.allFinite()) return 0;
    // Eigenvalues lie in the field of values: a positive definite symmetric part of I - a leaves
    // no real eigenvalue of a at 1 or above, and a Cholesky costs a fiftieth of the eigenvalues.
    const Eigen::MatrixXd symmetric =
        Eigen::MatrixXd::Identity(a.rows(), a.cols()) - 0.5 * (a + a.transpose());
    if (Eigen::LLT<Eigen::MatrixXd>(symmetric).info() == Eigen::Success) return 0;
    int count = 0;
    for (const std::complex<double>& value : eigenvalues(a)) {
        if (value.imag() == 0.0 && value.real() > 1.0) ++count;
    }
    return count;
}

}  // namespace marginscope::linear
