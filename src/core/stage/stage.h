// One attention stage in float64: J, its determinant, margins, gradient, attribution, spectrum and
// dual form (E1 to E12', E18). Everything that marginscope displays comes from here.
//
// A Stage is a value. Const members may be called from several threads at once; set_embedding and
// append need exclusive use. Positions count from 0; `n` below is the number of attended tokens
// (i, or i + 1 when the stage is not strict). Where J is trivial (no past, or one attended token)
// the functions return the trivial answers: J = I, log-determinant 0, gradient 0.
// Wrong shapes and values that are not finite throw UserError; overflow inside gives NaN.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>

#include "core/error.h"
#include "core/stage/margins.h"
#include "core/stage/stage_form.h"

namespace marginscope {

// A token's row of a stage, made from its embedding by StageForm: for tokens that many stages
// share.
struct StageRow {
    Eigen::Ref<const Eigen::RowVectorXd> embedding, key, value;  // d each
};

// Two displacements from a token.
struct BoundarySegment {
    Vector a, b;
};

class TokenProblem;

class Stage {
public:
    Stage(Matrix u, StageWeights weights);  // u: T x d, one row a position
    // The same with a form that others use too; `form` fits u.
    Stage(StageFormRef form, Matrix u);

    int positions() const { return static_cast<int>(u_.rows()); }
    int width() const { return static_cast<int>(u_.cols()); }
    bool strict() const { return form_->strict(); }
    const Matrix& embeddings() const { return u_; }
    const Matrix& score_matrix() const { return form_->score_matrix(); }
    int attended(int i) const { return strict() ? i : i + 1; }
    // Whether det J_i exists at all: not for the first token of a strict stage, nor for that of a
    // stage that attends to itself with identity values.
    bool has_jacobian(int i) const;
    // Whether J_i depends on where token i lies, so that there can be a boundary: i >= 2 when
    // strict, i >= 1 when not.
    bool has_margin(int i) const;

    Vector attention(int i) const;  // E2, n weights
    Vector mean(int i) const;       // E3, d
    Vector residual(int i) const;   // E4, e_i = u_i - mu_i
    Matrix jacobian(int i) const;   // E5, d x d

    LogDet log_det(int i) const;  // by the smaller of the two ways
    LogDet log_det_primal(int i) const;
    LogDet log_det_dual(int i) const;  // E18; a stage that is not strict has only the primal
    // Token i moved to `query`, its past fixed.
    LogDet log_det_at(int i, const Vector& query) const;
    Matrix jacobian_at(int i, const Vector& query) const;
    // log_det_at for origin + x e1 + y e2, row-major: out[row of y * xs.size() + column of x].
    // Singular points give -inf and sign 0. Row by row: a stop request leaves the other rows as
    // they are.
    void log_det_on_plane(int i, const Vector& origin, const Vector& e1, const Vector& e2,
                          std::span<const double> xs, std::span<const double> ys,
                          std::span<float> out_logdet, std::span<std::int8_t> out_sign,
                          std::stop_token stop = {}) const;

    // The d eigenvalues of Cov_i(v,u) A (of I - J when not strict), in falling order of their real
    // part. Those that a short past makes zero are exactly zero.
    Eigen::VectorXcd spectrum(int i) const;
    int crossings(int i) const;     // real eigenvalues above 1
    double sigma_min(int i) const;  // E9, of the full d x d matrix

    Vector gradient(int i) const;      // E11, d log|det J_i| / d u_i
    Vector trace_share(int i) const;   // E12, n values
    Vector volume_share(int i) const;  // E12', n values
    // What the shares leave out when not strict (0 when strict): d - tr J - sum of trace shares,
    // and tr J^-1 - d - sum of volume shares.
    double trace_share_self(int i) const;
    double volume_share_self(int i) const;

    // E10. Looks from the token itself and from 24 starts made from `seed`; in one or two
    // dimensions also on a grid. A stop request returns the best found so far.
    GeometricMargin geometric_margin(int i, std::uint64_t seed = 0,
                                     std::stop_token stop = {}) const;

    // E10 where somebody has looked already: from the token itself and from these segments, whose
    // ends lie on opposite sides, within `radius`.
    GeometricMargin geometric_margin_from(int i, double radius,
                                          std::span<const BoundarySegment> across) const;

    PositionMargins margins(int i) const;  // everything but the geometric margin
    // log|det|, det and crossings alone: no singular values, no energy.
    PositionMargins determinant_margins(int i) const;

    void set_embedding(int i, const Vector& embedding);  // later positions see it move too
    void append(const Vector& embedding);                // earlier positions are unaffected
    void append(const StageRow& row);                    // of this stage's form

private:
    friend class TokenProblem;

    void check_embedding(const Vector& embedding, int position) const;
    void make_room();
    void derive_row(int i);
    int scored() const;  // positions in scores_
    void derive_scores(int i);

    StageFormRef form_;
    Matrix u_;     // T x d
    Matrix keys_;  // T x d: row s is (A^T u_s)^T, so logits are keys * query
    Matrix values_;
    // Keys times values of all pairs of the first positions, those of which a dual matrix is made:
    // K V^T, computed once for all positions. Strict only.
    Matrix scores_;
};

// E4 over the positions of one stage that have a boundary; sigma given or closed form.
StageLikelihood log_likelihood(const Stage& stage, std::optional<double> sigma = std::nullopt);

}  // namespace marginscope
