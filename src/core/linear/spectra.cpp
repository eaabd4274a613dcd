// Eigenvalues of small dense matrices.
#include "core/linear/spectra.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/linear/simd.h"

namespace marginscope::linear {
namespace {

using simd::pack;
using simd::Pack;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Whether the symmetric matrix whose upper triangle this is has a Cholesky factor; rows of `size`
// numbers, a whole number of vectors. Overwrites it.
template <int kLanes>
MARGINSCOPE_INLINE bool is_positive_lanes(double* __restrict a, int n, int size) {
    for (int k = 0; k < n; ++k) {
        const double* from = a + k * size;
        if (!(from[k] > 0.0)) return false;
        const double inverse = 1.0 / from[k];
        for (int r = k + 1; r < n; ++r) {
            double* row = a + r * size;
            const double factor = from[r] * inverse;
            for (int c = r / kLanes * kLanes; c < size; c += kLanes)
                pack<kLanes>(row + c) -= factor * pack<kLanes>(from + c);
        }
    }
    return true;
}

MARGINSCOPE_KERNEL(bool, is_positive, (double* a, int n, int size), (a, n, size))

// A positive definite symmetric part of I - a.
bool symmetric_part_below_one(const Matrix& a) {
    const int n = static_cast<int>(a.rows());
    const int size = (n + 7) / 8 * 8;
    simd::AlignedNumbers numbers(static_cast<std::size_t>(n * size));
    for (int r = 0; r < n; ++r) {
        double* row = numbers.data() + r * size;
        for (int c = r; c < n; ++c) row[c] = -0.5 * (a(r, c) + a(c, r));
        row[r] += 1.0;
    }
    return is_positive(numbers.data(), n, size);
}

}  // namespace

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
    // no real eigenvalue of a at 1 or above, and looking for that costs a fiftieth of the
    // eigenvalues.
    if (symmetric_part_below_one(a)) return 0;
    int count = 0;
    for (const std::complex<double>& value : eigenvalues(a)) {
        if (value.imag() == 0.0 && value.real() > 1.0) ++count;
    }
    return count;
}

}  // namespace marginscope::linear
