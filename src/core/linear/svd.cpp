// The one singular value decomposition, in a file of its own: it takes longest to compile.
#include <Eigen/SVD>

#include "core/linear/spectra.h"

namespace marginscope::linear {

Svd svd(const Matrix& a) {
    const Eigen::BDCSVD<Eigen::MatrixXd> result(a, Eigen::ComputeFullU | Eigen::ComputeFullV);
    return {result.matrixU(), result.matrixV(), result.singularValues()};
}

}  // namespace marginscope::linear
