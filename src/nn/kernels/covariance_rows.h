// The loops over rows of the covariance kernel, as vectors of the machine. Internal to kernels;
// rows are padded to whole lines of the cache (core/linear/tile.h).
#pragma once

#include <cstdint>

namespace marginscope::kernels {

template <typename Real>
struct OneMatrix {
    Real* matrix;  // p x p, rows padded
    const Real *v_mean, *k_mean;
    std::int64_t size, row;
};

/// to[s] = factor[s * factor_stride] * from[s] for `rows` rows of `columns` numbers.
void scale_rows(const float* from, const float* factor, std::int64_t factor_stride,
                std::int64_t rows, std::int64_t columns, float* to);
void scale_rows(const double* from, const double* factor, std::int64_t factor_stride,
                std::int64_t rows, std::int64_t columns, double* to);

/// Row r of `to` = - from's row r times `factor`, element by element.
void minus_products(const float* from, const float* factor, std::int64_t rows, std::int64_t columns,
                    std::int64_t stride, float* to);
void minus_products(const double* from, const double* factor, std::int64_t rows,
                    std::int64_t columns, std::int64_t stride, double* to);

/// One component c of the keys, moments W (T x p) of the matrices' row c under the weights:
/// d_keys[s][c] -= W_s · v_s and d_values[s] -= k_sc W_s.
void take_moments(const float* moments, const float* values, const float* keys, std::int64_t rows,
                  std::int64_t columns, float* d_values, float* d_keys);
void take_moments(const double* moments, const double* values, const double* keys,
                  std::int64_t rows, std::int64_t columns, double* d_values, double* d_keys);

/// From second moments to M = I - S + v̄ k̄ᵀ, padding zero.
void finish_matrix(const OneMatrix<float>& m);
void finish_matrix(const OneMatrix<double>& m);

/// Scales N, and what it does to the means: of_keys = N v̄, of_values = Nᵀ k̄.
void take_inverse(const OneMatrix<float>& m, float weight, float* of_values, float* of_keys);
void take_inverse(const OneMatrix<double>& m, double weight, double* of_values, double* of_keys);

/// sum a ∘ b over n numbers, n whole vectors.
float inner(const float* a, const float* b, std::int64_t n);
double inner(const double* a, const double* b, std::int64_t n);

}  // namespace marginscope::kernels
