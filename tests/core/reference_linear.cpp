// Eigen's decompositions, for comparison.
#include "core/reference_linear.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>
#include <Eigen/SVD>

namespace marginscope::reference {

LogDet log_det(const Matrix& a) {
    const Eigen::FullPivLU<Eigen::MatrixXd> lu(a);
    return {lu.matrixLU().diagonal().array().abs().log().sum(), lu.determinant() < 0 ? -1 : 1};
}

Matrix inverse(const Matrix& a) { return Eigen::FullPivLU<Eigen::MatrixXd>(a).inverse(); }

SingularVectors singular_vectors(const Matrix& a) {
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(a, Eigen::ComputeFullU | Eigen::ComputeFullV);
    return {svd.matrixU(), svd.matrixV(), svd.singularValues()};
}

Vector singular_values(const Matrix& a) { return singular_vectors(a).sigma; }

Eigen::VectorXcd eigenvalues(const Matrix& a) {
    return Eigen::EigenSolver<Eigen::MatrixXd>(a, false).eigenvalues();
}

double condition(const Matrix& a) {
    const Vector sigma = singular_values(a);
    return sigma(0) / sigma(sigma.size() - 1);
}

double tolerance(const Matrix& a) { return 1e-9 * std::max(1.0, condition(a) / 1e4); }

Matrix random_matrix(std::mt19937_64& rng, int rows, int cols, double scale) {
    std::normal_distribution<double> normal;
    return Matrix::NullaryExpr(rows, cols, [&] { return scale * normal(rng); });
}

Matrix with_singular_values(std::mt19937_64& rng, const Vector& sigma) {
    const int n = static_cast<int>(sigma.size());
    const auto rotation = [&]() -> Matrix {
        const Eigen::MatrixXd x = random_matrix(rng, n, n, 1.0);
        return Eigen::HouseholderQR<Eigen::MatrixXd>(x).householderQ();
    };
    return rotation() * sigma.asDiagonal() * rotation();
}

}  // namespace marginscope::reference
