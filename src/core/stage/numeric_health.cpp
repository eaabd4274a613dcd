// LU in float32 beside the usual one, and the larger end of the singular values.
#include "core/stage/numeric_health.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>

namespace marginscope {

LogDet log_det_in_single(const Matrix& jacobian) {
    const Eigen::MatrixXf rounded = jacobian.cast<float>();
    if (!rounded.allFinite()) return {std::numeric_limits<double>::quiet_NaN(), 0};
    const Eigen::PartialPivLU<Eigen::MatrixXf> lu(rounded);
    LogDet result{0.0, lu.permutationP().determinant() < 0 ? -1 : 1};
    float sum = 0;  // in float32, too: that is what is asked
    for (Eigen::Index k = 0; k < rounded.rows(); ++k) {
        const float pivot = lu.matrixLU()(k, k);
        if (pivot == 0) return {-std::numeric_limits<double>::infinity(), 0};
        if (pivot < 0) result.sign = -result.sign;
        sum += std::log(std::abs(pivot));
    }
    result.value = static_cast<double>(sum);
    return result;
}

double condition_number(const Matrix& jacobian, double sigma_min) {
    if (!jacobian.allFinite()) return std::numeric_limits<double>::quiet_NaN();
    // The square's largest eigenvalue is exact enough; its smallest would not be.
    const Eigen::MatrixXd square = jacobian.transpose() * jacobian;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(square, Eigen::EigenvaluesOnly);
    return std::sqrt(std::max(0.0, solver.eigenvalues().maxCoeff())) / sigma_min;
}

}  // namespace marginscope
