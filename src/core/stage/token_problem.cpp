// det J of one token and its gradient by the adjugate, in the primal and in the dual.
#include "core/stage/token_problem.h"

#include <Eigen/LU>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/linear/log_det.h"
#include "core/linear/rows.h"
#include "core/linear/spectra.h"

namespace marginscope {
namespace {

// Pivots this much smaller than the largest: the inverse is no longer worth dividing by.
constexpr double kSingularPivots = 1e-14;

Matrix times(const Matrix* left, const Matrix& x, const Matrix* right) {
    if (left && right) return *left * x * *right;
    if (left) return *left * x;
    if (right) return x * *right;
    return x;
}

// The adjugate from the SVD, scaled by the product of all but the smallest singular value.
ScaledAdjugate adjugate_by_svd(const Matrix* left, const Matrix& x, const Matrix* right) {
    const Eigen::Index n = x.rows();
    const linear::Svd svd = linear::svd(x);
    const Vector& sigma = svd.sigma;
    const double orientation = linear::log_det(svd.u).sign * linear::log_det(svd.v).sign;
    Vector cofactors(n);
    // prod_{j != k} sigma_j / prod_{j != last} sigma_j; 0/0 (corank above one) is a zero adjugate.
    for (Eigen::Index k = 0; k + 1 < n; ++k) {
        cofactors(k) = sigma(k) > 0 ? sigma(n - 1) / sigma(k) : 0.0;
    }
    cofactors(n - 1) = n > 1 && sigma(n - 2) == 0.0 ? 0.0 : 1.0;
    const Matrix adjugate = orientation * svd.v * cofactors.asDiagonal() * svd.u.transpose();
    ScaledAdjugate result;
    result.height = orientation * sigma(n - 1);
    result.logdet = {sigma.array().log().sum(),
                     sigma(n - 1) > 0 ? static_cast<int>(orientation) : 0};
    result.product = times(left, adjugate, right);
    return result;
}

}  // namespace

ScaledAdjugate adjugate_between(const Matrix* left, const Matrix& x, const Matrix* right) {
    ScaledAdjugate result;
    if (!x.allFinite()) {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        result.logdet = {nan, 0};
        result.height = nan;
        result.product =
            Matrix::Constant(left ? left->rows() : x.rows(), right ? right->cols() : x.cols(), nan);
        return result;
    }
    const Eigen::PartialPivLU<Eigen::MatrixXd> lu(x);
    const Vector pivots = lu.matrixLU().diagonal();
    const double smallest = pivots.cwiseAbs().minCoeff();
    if (!(smallest > kSingularPivots * pivots.cwiseAbs().maxCoeff())) {
        return adjugate_by_svd(left, x, right);
    }
    double sign = lu.permutationP().determinant();
    for (const double pivot : pivots) sign = pivot < 0 ? -sign : sign;
    result.logdet = {pivots.array().abs().log().sum(), sign < 0 ? -1 : 1};
    result.height = sign;
    if (left && !right) {
        const Eigen::MatrixXd solved = lu.transpose().solve(left->transpose());
        result.product = sign * solved.transpose();
        return result;
    }
    const Matrix inner = right ? Matrix(lu.solve(*right))
                               : Matrix(lu.solve(Eigen::MatrixXd::Identity(x.rows(), x.cols())));
    result.product = left ? Matrix(sign * (*left * inner)) : Matrix(sign * inner);
    return result;
}

TokenProblem::TokenProblem(const Stage& stage, int i)
    : a_(stage.score_matrix()),
      w_v_(stage.form_->value_matrix()),
      strict_(stage.strict()),
      all_scores_(stage.scores_),
      own_keys_(strict_ ? Matrix() : Matrix(stage.keys_.topRows(stage.attended(i)))),
      own_values_(strict_ ? Matrix() : Matrix(stage.values_.topRows(stage.attended(i)))),
      keys_(strict_ ? stage.keys_.data() : own_keys_.data(), stage.attended(i), stage.width()),
      values_(strict_ ? stage.values_.data() : own_values_.data(), stage.attended(i),
              stage.width()) {
    assert(i >= 0 && i < stage.positions());
}

void TokenProblem::move(const Vector& query) {
    assert(query.size() == width());
    if (strict_) return;
    const Eigen::Index last = keys_.rows() - 1;
    own_keys_.row(last) = (a_.transpose() * query).transpose();
    if (w_v_) {
        own_values_.row(last) = (*w_v_ * query).transpose();
    } else {
        own_values_.row(last) = query.transpose();
    }
}

Vector TokenProblem::attention(const Vector& query) {
    move(query);
    if (keys_.rows() == 0) return {};
    Vector alpha = keys_ * query;
    alpha = (alpha.array() - alpha.maxCoeff()).exp();
    return alpha / alpha.sum();
}

Matrix TokenProblem::weighted_values(const Vector& alpha) const {
    const Vector mean = values_.transpose() * alpha;
    return (values_.rowwise() - mean.transpose()).transpose() * alpha.asDiagonal();
}

Matrix TokenProblem::jacobian(const Vector& query) {
    const int d = width();
    const Vector alpha = attention(query);
    Matrix j = Matrix::Identity(d, d);
    if (alpha.size() == 0) return j;
    const Matrix left = weighted_values(alpha);
    // Centred on both sides: what a large common part of the keys would add is only rounding.
    const Vector key_mean = keys_.transpose() * alpha;
    j.noalias() -= left * (keys_.rowwise() - key_mean.transpose());
    if (strict_) return j;
    const Eigen::Index last = alpha.size() - 1;
    j.noalias() -= left.col(last) * (a_ * query).transpose();
    if (w_v_) {
        j -= alpha(last) * *w_v_;
    } else {
        j.diagonal().array() -= alpha(last);
    }
    return j;
}

const Matrix& TokenProblem::dual_scores() {
    assert(strict_);
    const Eigen::Index n = keys_.rows();
    if (scores_.rows() == n) return scores_;
    if (n <= all_scores_.rows())
        scores_ = all_scores_.topLeftCorner(n, n);
    else
        scores_ = linear::times_transposed(keys_, values_);
    return scores_;
}

LogDet TokenProblem::log_det(const Vector& query) {
    return smaller_dual() ? log_det_dual(query) : log_det_primal(query);
}

LogDet TokenProblem::log_det_primal(const Vector& query) {
    return linear::log_det(jacobian(query));
}

Matrix dual_matrix(const Vector& alpha, const Matrix& h) {
    const Vector mean = h.transpose() * alpha;
    Matrix m = (-alpha).asDiagonal() * (h.rowwise() - mean.transpose());
    m.diagonal().array() += 1.0;
    return m;
}

LogDet TokenProblem::log_det_dual(const Vector& query) {
    const Vector alpha = attention(query);
    if (alpha.size() <= 1) return {};
    return linear::log_det(dual_matrix(alpha, dual_scores()));
}

Matrix TokenProblem::dual_core(const Vector& query) {
    // D = S (I - s s^T) S with s = sqrt(alpha), S = diag(s), so D H has the eigenvalues of
    // (I - s s^T) S H S (I - s s^T). A reflection that takes s to the first axis shows its zero
    // there; the rest is the core.
    const Vector s = attention(query).cwiseSqrt();
    const Eigen::Index n = s.size();
    if (n <= 1) return Matrix(0, 0);
    Matrix b = s.asDiagonal() * dual_scores() * s.asDiagonal();
    Vector w = s;
    w(0) += 1.0;  // s is not negative: no cancellation
    w /= w.norm();
    b -= 2.0 * w * (w.transpose() * b);
    b -= 2.0 * (b * w) * w.transpose();
    return b.bottomRightCorner(n - 1, n - 1);
}

// sum_s (d det / d logit_s) k_s given row_terms_s = d det / d alpha_s up to a common constant.
Vector TokenProblem::pull_back(const Vector& alpha, const Vector& row_terms) const {
    const Vector logits = alpha.array() * (row_terms.array() - alpha.dot(row_terms));
    return keys_.transpose() * logits;
}

DetSlope TokenProblem::det_slope(const Vector& query) {
    const Vector alpha = attention(query);
    DetSlope result;
    result.slope = Vector::Zero(width());
    if (strict_ && alpha.size() <= 1) {
        result.height = 1.0;
        return result;
    }
    if (smaller_dual()) {
        // d log|det M| = -tr(dD P), P = H M^-1, and dD = diag(da) - da a^T - a da^T.
        const Matrix& h = dual_scores();
        const ScaledAdjugate adj = adjugate_between(&h, dual_matrix(alpha, h), nullptr);
        const Matrix& p = adj.product;
        result.logdet = adj.logdet;
        result.height = adj.height;
        result.slope = pull_back(alpha, p * alpha + p.transpose() * alpha - p.diagonal());
        return result;
    }
    const Matrix j = jacobian(query);
    Matrix right(width(), alpha.size() + (strict_ ? 0 : width()));
    right.leftCols(alpha.size()) = values_.transpose();
    if (!strict_) right.rightCols(width()) = w_v_ ? *w_v_ : Matrix::Identity(width(), width());
    const ScaledAdjugate adj = adjugate_between(nullptr, j, &right);
    const Matrix z = adj.product.leftCols(alpha.size());  // J^-1 V^T, d x n
    result.logdet = adj.logdet;
    result.height = adj.height;

    const Eigen::Index last = alpha.size() - 1;
    const Vector own_key = strict_ ? Vector() : Vector(a_ * query);
    if (!strict_) own_keys_.row(last) += own_key.transpose();  // the logit's gradient: both roles
    const Vector key_mean = keys_.transpose() * alpha;
    const Vector z_mean = z * alpha;
    Vector terms = keys_ * z_mean + z.transpose() * key_mean -
                   (keys_.array() * z.transpose().array()).rowwise().sum().matrix();
    if (!strict_) terms(last) -= adj.product.rightCols(width()).trace();
    result.slope = pull_back(alpha, terms);
    if (!strict_) {
        const Vector key = alpha(last) * (keys_.row(last).transpose() - key_mean);
        const Vector value = alpha(last) * (z.col(last) - z_mean);
        result.slope -= adj.product.rightCols(width()).transpose() * key;
        result.slope -= a_ * value + a_.transpose() * value;
        own_keys_.row(last) -= own_key.transpose();
    }
    return result;
}

}  // namespace marginscope
