// The matrices and vectors of core, and the logarithm of a determinant. float64, row-major.
#pragma once

#include <Eigen/Core>
#include <cmath>

namespace marginscope {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;
using MatrixView = Eigen::Map<const Matrix>;  // somebody else's numbers

// log|det| and the sign of det: -inf and 0 for a singular matrix, NaN and 0 for one that is not
// finite.
struct LogDet {
    double value = 0.0;
    int sign = 1;

    // sign * exp(value)
    double det() const { return sign == 0 && std::isnan(value) ? value : sign * std::exp(value); }
};

}  // namespace marginscope
