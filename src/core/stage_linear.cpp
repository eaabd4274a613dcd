// Smallest singular values and eigenvalues of small dense matrices.
#include "core/stage_linear.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

namespace marginscope::linear {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kGramRange = 1e-6;

}  // namespace

LogDet log_det(Matrix a) {
    return log_det_in_place(a.data(), static_cast<int>(a.rows()), static_cast<int>(a.cols()));
}

Svd svd(const Matrix& a) {
    const Eigen::BDCSVD<Eigen::MatrixXd> result(a, Eigen::ComputeFullU | Eigen::ComputeFullV);
    return {result.matrixU(), result.matrixV(), result.singularValues()};
}

double smallest_singular_value(const Matrix& a) {
    if (a.rows() == 0) return kInf;
    if (!a.allFinite()) return kNan;
    // The eigenvalues of A^T A cost a third of an SVD. Their rounding is relative to the largest,
    // so they give sigma_min to 1e-13 of sigma_max where it is not small against it.
    Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(a.cols(), a.cols());
    gram.selfadjointView<Eigen::Lower>().rankUpdate(a.transpose());
    if (gram.allFinite()) {
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(gram, Eigen::EigenvaluesOnly);
        const double smallest = eigen.eigenvalues()(0);
        const double largest = eigen.eigenvalues()(a.cols() - 1);
        if (smallest > kGramRange * largest) return std::sqrt(smallest);
    }
    return Eigen::BDCSVD<Eigen::MatrixXd>(a).singularValues().tail(1)(0);
}

double smallest_singular_value(const Matrix& left, const Matrix& right) {
    const Eigen::Index d = left.rows();
    const Eigen::Index k = left.cols();
    if (2 * k >= d) return smallest_singular_value(Matrix::Identity(d, d) - left * right);
    if (!left.allFinite() || !right.allFinite()) return kNan;
    Eigen::MatrixXd span(d, 2 * k);
    span << left, right.transpose();
    const Matrix q = Eigen::HouseholderQR<Eigen::MatrixXd>(span).householderQ() *
                     Eigen::MatrixXd::Identity(d, 2 * k);
    const Matrix inner = Matrix::Identity(2 * k, 2 * k) - (q.transpose() * left) * (right * q);
    return std::min(1.0, smallest_singular_value(inner));
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
