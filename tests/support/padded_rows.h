// Matrices for kernels and back: rows padded with zeros to whole lines of the cache.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <random>

#include "core/linear/simd.h"
#include "core/linear/tile.h"
#include "core/stage/margins.h"

namespace marginscope::linear {

class Draws {
public:
    explicit Draws(unsigned seed) : generator_(seed) {}
    double normal() { return normal_(generator_); }
    Matrix matrix(Eigen::Index rows, Eigen::Index columns, double scale = 1.0) {
        return Matrix::NullaryExpr(rows, columns, [&] { return scale * normal(); });
    }

private:
    std::mt19937_64 generator_;
    std::normal_distribution<double> normal_;
};

template <typename Real>
class PaddedRows {
public:
    PaddedRows(Eigen::Index rows, Eigen::Index columns)
        : rows_(rows),
          columns_(columns),
          stride_(padded_columns<Real>(columns)),
          numbers_(static_cast<std::size_t>(rows * stride_)) {}
    explicit PaddedRows(const Matrix& from) : PaddedRows(from.rows(), from.cols()) {
        for (Eigen::Index r = 0; r < rows_; ++r)
            for (Eigen::Index c = 0; c < columns_; ++c)
                data()[r * stride_ + c] = static_cast<Real>(from(r, c));
    }

    Real* data() { return numbers_.data(); }
    const Real* data() const { return numbers_.data(); }
    std::int64_t stride() const { return stride_; }
    Matrix matrix() const {
        Matrix out(rows_, columns_);
        for (Eigen::Index r = 0; r < rows_; ++r)
            for (Eigen::Index c = 0; c < columns_; ++c)
                out(r, c) = static_cast<double>(data()[r * stride_ + c]);
        return out;
    }
    /// Whether everything beyond the columns is still zero.
    bool padding_is_zero() const {
        for (Eigen::Index r = 0; r < rows_; ++r)
            for (std::int64_t c = columns_; c < stride_; ++c)
                if (data()[r * stride_ + c] != Real(0)) return false;
        return true;
    }

private:
    Eigen::Index rows_, columns_;
    std::int64_t stride_;
    simd::AlignedBuffer<Real> numbers_;
};

/// Rows that sum to 1 over the first seen[r] columns, zero beyond.
inline Matrix random_weights(Draws& draws, const std::vector<std::int64_t>& seen,
                             Eigen::Index columns) {
    Matrix weights = Matrix::Zero(static_cast<Eigen::Index>(seen.size()), columns);
    for (Eigen::Index r = 0; r < weights.rows(); ++r) {
        const auto n = static_cast<Eigen::Index>(seen[static_cast<std::size_t>(r)]);
        for (Eigen::Index c = 0; c < n; ++c) weights(r, c) = std::exp(draws.normal());
        weights.row(r) /= weights.row(r).sum();
    }
    return weights;
}

/// Softmax over s <= t of q kᵀ / sqrt(p); `strict`: over s < t, the first row zero.
inline Matrix causal_weights(const Matrix& scores, bool strict = false) {
    Matrix weights = Matrix::Zero(scores.rows(), scores.cols());
    for (Eigen::Index t = 0; t < scores.rows(); ++t) {
        const Eigen::Index n = strict ? t : t + 1;
        if (n == 0) continue;
        const double largest = scores.row(t).head(n).maxCoeff();
        weights.row(t).head(n) = (scores.row(t).head(n).array() - largest).exp();
        weights.row(t) /= weights.row(t).sum();
    }
    return weights;
}

}  // namespace marginscope::linear
