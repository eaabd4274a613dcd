// A stage's construction, means, Jacobians, determinants and spectrum (E1 to E5, E8, E9, E18).
#include "core/stage/stage.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "core/linear/log_det.h"
#include "core/linear/rows.h"
#include "core/linear/spectra.h"
#include "core/stage/token_problem.h"

namespace marginscope {
namespace {

StageFormRef form_for(const Matrix& u, StageWeights weights) {
    if (u.rows() < 1 || u.cols() < 1) {
        throw UserError("The stage needs at least one embedding of width 1, but u is " +
                        shape_words(u) + "; give one row a token.");
    }
    require_finite(u, "u");
    return std::make_shared<const StageForm>(std::move(weights), static_cast<int>(u.cols()));
}

}  // namespace

Stage::Stage(Matrix u, StageWeights weights) : Stage(form_for(u, std::move(weights)), u) {}

Stage::Stage(StageFormRef form, Matrix u) : form_(std::move(form)), u_(std::move(u)) {
    assert(u_.rows() >= 1 && u_.cols() == form_->width());
    require_finite(u_, "u");
    keys_ = form_->keys(u_);
    values_ = form_->values(u_);
    if (strict())
        scores_ = linear::times_transposed(keys_.topRows(scored()), values_.topRows(scored()));
}

// A dual matrix is made of fewer attended positions than the stage is wide.
int Stage::scored() const { return std::min(positions(), width()); }

bool Stage::has_jacobian(int i) const {
    if (strict()) return i >= 1;
    return i >= 1 || (form_->value_matrix() && !form_->value_matrix()->isIdentity(0.0));
}

bool Stage::has_margin(int i) const { return i >= (strict() ? 2 : 1); }

Vector Stage::attention(int i) const { return TokenProblem(*this, i).attention(u_.row(i)); }

Vector Stage::mean(int i) const {
    if (attended(i) == 0) return Vector::Zero(width());
    return values_.topRows(attended(i)).transpose() * attention(i);
}

Vector Stage::residual(int i) const { return u_.row(i).transpose() - mean(i); }

Matrix Stage::jacobian(int i) const { return jacobian_at(i, u_.row(i)); }

Matrix Stage::jacobian_at(int i, const Vector& query) const {
    return TokenProblem(*this, i).jacobian(query);
}

LogDet Stage::log_det(int i) const { return log_det_at(i, u_.row(i)); }

LogDet Stage::log_det_primal(int i) const {
    return TokenProblem(*this, i).log_det_primal(u_.row(i));
}

LogDet Stage::log_det_dual(int i) const {
    TokenProblem problem(*this, i);
    return strict() ? problem.log_det_dual(u_.row(i)) : problem.log_det_primal(u_.row(i));
}

LogDet Stage::log_det_at(int i, const Vector& query) const {
    return TokenProblem(*this, i).log_det(query);
}

namespace {

// The smaller matrix that carries the eigenvalues of I - J.
Matrix spectrum_matrix(TokenProblem& problem, const Vector& query) {
    if (problem.smaller_dual()) return problem.dual_core(query);
    const Eigen::Index d = problem.width();
    return Matrix::Identity(d, d) - problem.jacobian(query);
}

}  // namespace

Eigen::VectorXcd Stage::spectrum(int i) const {
    TokenProblem problem(*this, i);
    const Eigen::VectorXcd values = linear::eigenvalues(spectrum_matrix(problem, u_.row(i)));
    if (values.size() == width()) return values;
    // The map has the rank of the past less one: what the smaller matrix leaves out is zero.
    Eigen::VectorXcd all = Eigen::VectorXcd::Zero(width());
    const Eigen::Index above =
        std::count_if(values.begin(), values.end(), [](const auto& x) { return x.real() > 0.0; });
    all.head(above) = values.head(above);
    all.tail(values.size() - above) = values.tail(values.size() - above);
    return all;
}

int Stage::crossings(int i) const {
    TokenProblem problem(*this, i);
    return linear::real_eigenvalues_above_one(spectrum_matrix(problem, u_.row(i)));
}

namespace {

// det J and sigma_min from one inverse of the dual matrix.
struct DualMargins {
    LogDet logdet;
    double sigma_min = 1.0;
};

DualMargins dual_margins(TokenProblem& problem, const Vector& alpha) {
    DualMargins result;
    if (alpha.size() <= 1) return result;
    Matrix inverse = dual_matrix(alpha, problem.dual_scores());
    result.logdet = linear::invert_in_place(inverse);
    if (result.logdet.sign == 0) inverse.setConstant(std::numeric_limits<double>::quiet_NaN());
    // Centred on both sides, as J itself is formed.
    const MatrixView& keys = problem.keys();
    const MatrixView& values = problem.values();
    const Eigen::RowVectorXd value_mean = alpha.transpose() * values;
    const Eigen::RowVectorXd key_mean = alpha.transpose() * keys;
    result.sigma_min = linear::smallest_singular_value(
        values.rowwise() - value_mean, alpha.asDiagonal() * (keys.rowwise() - key_mean), inverse);
    return result;
}

}  // namespace

double Stage::sigma_min(int i) const {
    TokenProblem problem(*this, i);
    const Vector query = u_.row(i);
    if (problem.smaller_dual()) return dual_margins(problem, problem.attention(query)).sigma_min;
    return linear::smallest_singular_value(problem.jacobian(query));
}

PositionMargins Stage::margins(int i) const {
    PositionMargins result;
    result.position = i;
    result.has_boundary = has_margin(i);
    TokenProblem problem(*this, i);
    const Vector query = u_.row(i);
    const Vector alpha = problem.attention(query);
    if (problem.smaller_dual()) {
        const DualMargins dual = dual_margins(problem, alpha);
        result.logdet = dual.logdet;
        result.sigma_min = dual.sigma_min;
        result.crossings = linear::real_eigenvalues_above_one(problem.dual_core(query));
    } else {
        Matrix j = problem.jacobian(query);
        result.logdet = linear::log_det(j);
        result.sigma_min = linear::smallest_singular_value(j);
        j = Matrix::Identity(width(), width()) - j;
        result.crossings = linear::real_eigenvalues_above_one(j);
    }
    result.det = result.logdet.det();
    result.energy_sq = (query - problem.values().transpose() * alpha).squaredNorm();
    return result;
}

PositionMargins Stage::determinant_margins(int i) const {
    PositionMargins result;
    result.position = i;
    result.has_boundary = has_margin(i);
    TokenProblem problem(*this, i);
    const Vector query = u_.row(i);
    result.logdet = problem.log_det(query);
    result.det = result.logdet.det();
    result.crossings = linear::real_eigenvalues_above_one(spectrum_matrix(problem, query));
    return result;
}

void Stage::check_embedding(const Vector& embedding, int position) const {
    if (embedding.size() != width()) {
        throw UserError("The stage's embeddings have width " + std::to_string(width()) +
                        ", but the one for position " + std::to_string(position) + " has " +
                        std::to_string(embedding.size()) + "; give a vector of the same width.");
    }
    if (!embedding.allFinite()) {
        throw UserError("The embedding for position " + std::to_string(position) +
                        " must be finite, but holds NaN or an infinite value; replace it.");
    }
}

void Stage::derive_row(int i) {
    keys_.row(i) = u_.row(i) * form_->score_matrix();
    if (form_->value_matrix()) {
        values_.row(i) = u_.row(i) * form_->value_matrix()->transpose();
    } else {
        values_.row(i) = u_.row(i);
    }
    if (strict() && i < scored()) derive_scores(i);
}

// Row and column i.
void Stage::derive_scores(int i) {
    const Eigen::Index n = scored();
    scores_.row(i).noalias() = keys_.row(i) * values_.topRows(n).transpose();
    scores_.col(i).noalias() = keys_.topRows(n) * values_.row(i).transpose();
}

void Stage::set_embedding(int i, const Vector& embedding) {
    assert(i >= 0 && i < positions());
    check_embedding(embedding, i);
    u_.row(i) = embedding.transpose();
    derive_row(i);
}

void Stage::append(const Vector& embedding) {
    check_embedding(embedding, positions());
    make_room();
    u_.row(positions() - 1) = embedding.transpose();
    derive_row(positions() - 1);
}

void Stage::append(const StageRow& row) {
    assert(row.embedding.size() == width() && row.key.size() == width());
    make_room();
    const int i = positions() - 1;
    u_.row(i) = row.embedding;
    keys_.row(i) = row.key;
    values_.row(i) = row.value;
    if (strict() && i < scored()) derive_scores(i);
}

void Stage::make_room() {
    const int i = positions();
    u_.conservativeResize(i + 1, Eigen::NoChange);
    keys_.conservativeResize(i + 1, Eigen::NoChange);
    values_.conservativeResize(i + 1, Eigen::NoChange);
    if (strict()) scores_.conservativeResize(scored(), scored());
}

}  // namespace marginscope
