// Blocked LU for log|det|, smallest singular values and eigenvalues of small dense matrices.
#include "core/stage_linear.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace marginscope::linear {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr int kPanel = 8;

#define MARGINSCOPE_INLINE inline __attribute__((always_inline))

// A product of pivots as mantissa and exponent: no overflow, and one logarithm for all of them.
struct PivotProduct {
    double mantissa = 1.0;
    long exponent = 0;

    void multiply(double pivot) {
        int e = 0;
        mantissa = std::frexp(mantissa * pivot, &e);
        exponent += e;
    }
    LogDet log() const {
        if (mantissa == 0.0) return {-kInf, 0};
        if (!std::isfinite(mantissa)) return {kNan, 0};
        return {std::log(std::abs(mantissa)) + static_cast<double>(exponent) * M_LN2,
                mantissa > 0 ? 1 : -1};
    }
};

// Columns k0 .. k0+kb of the panel; rows are swapped from column k0 on. Returns the pivots' sign
// and size in `product`.
MARGINSCOPE_INLINE void factor_panel(double* a, int n, int stride, int k0, int kb,
                                     PivotProduct& product) {
    for (int k = k0; k < k0 + kb; ++k) {
        int best = k;
        double best_size = std::abs(a[k * stride + k]);
        for (int r = k + 1; r < n; ++r) {
            const double size = std::abs(a[r * stride + k]);
            if (size > best_size) {
                best = r;
                best_size = size;
            }
        }
        if (best != k) {
            std::swap_ranges(a + k * stride + k0, a + k * stride + n, a + best * stride + k0);
            product.mantissa = -product.mantissa;
        }
        const double pivot = a[k * stride + k];
        product.multiply(pivot);
        const double inverse = pivot != 0.0 ? 1.0 / pivot : 0.0;
        for (int r = k + 1; r < n; ++r) {
            const double l = a[r * stride + k] *= inverse;
            for (int c = k + 1; c < k0 + kb; ++c) a[r * stride + c] -= l * a[k * stride + c];
        }
    }
}

// Two rows at once, eight pivots at once: each element of the trailing block is read and written
// once a panel.
MARGINSCOPE_INLINE void update_trailing(double* a, int n, int stride, int k0) {
    const int c0 = k0 + kPanel;
    const double* u = a + k0 * stride;
    int r = c0;
    for (; r + 1 < n; r += 2) {
        double* __restrict x = a + r * stride;
        double* __restrict y = x + stride;
        double lx[kPanel], ly[kPanel];
        for (int k = 0; k < kPanel; ++k) lx[k] = x[k0 + k], ly[k] = y[k0 + k];
        for (int c = c0; c < n; ++c) {
            double sx = x[c], sy = y[c];
            for (int k = 0; k < kPanel; ++k) {
                sx -= lx[k] * u[k * stride + c];
                sy -= ly[k] * u[k * stride + c];
            }
            x[c] = sx, y[c] = sy;
        }
    }
    for (; r < n; ++r) {
        double* __restrict x = a + r * stride;
        double l[kPanel];
        for (int k = 0; k < kPanel; ++k) l[k] = x[k0 + k];
        for (int c = c0; c < n; ++c)
            for (int k = 0; k < kPanel; ++k) x[c] -= l[k] * u[k * stride + c];
    }
}

MARGINSCOPE_INLINE LogDet factor(double* a, int n, int stride) {
    PivotProduct product;
    for (int k0 = 0; k0 < n; k0 += kPanel) {
        const int kb = std::min(kPanel, n - k0);
        factor_panel(a, n, stride, k0, kb, product);
        if (kb < kPanel) break;
        for (int k = k0 + 1; k < k0 + kb; ++k)
            for (int j = k0; j < k; ++j) {
                const double l = a[k * stride + j];
                for (int c = k0 + kb; c < n; ++c) a[k * stride + c] -= l * a[j * stride + c];
            }
        update_trailing(a, n, stride, k0);
    }
    return product.log();
}

LogDet factor_generic(double* a, int n, int stride) { return factor(a, n, stride); }

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx2,fma"))) LogDet factor_avx2(double* a, int n, int stride) {
    return factor(a, n, stride);
}
#endif

}  // namespace

LogDet log_det_in_place(double* a, int n, int stride) {
#if defined(__x86_64__) && defined(__GNUC__)
    static const bool wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (wide) return factor_avx2(a, n, stride);
#endif
    return factor_generic(a, n, stride);
}

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
