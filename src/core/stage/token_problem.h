// One token of a stage with its past held fixed, as a function of where the token lies: attention,
// J, det J and its gradient. Internal to core; Stage and the geometric margin evaluate through it.
//
// With keys k_s = A^T u_s and values v_s as rows of K and V, D = diag(alpha) - alpha alpha^T:
//     J = I_d - V^T D K                      (E5),  det J = det(I_n - D K V^T)   (E18)
// so every derivative goes through alpha alone. A stage that attends to itself moves its own last
// key and value too and gains the terms of E13. Use one object a thread; the stage must outlive it
// unchanged.
#pragma once

#include "core/stage/stage.h"

namespace marginscope {

// det J and its gradient in the token, both divided by one positive number, so that they stay
// finite at the boundary and do not overflow away from it: height = det / s, slope = grad det / s.
struct DetSlope {
    LogDet logdet;
    double height = 0.0;
    Vector slope;  // d

    double slope_norm() const { return slope.norm(); }
    // First-order distance to det J = 0.
    double distance() const { return std::abs(height) / slope.norm(); }
};

// det(X) and its adjugate on the scale of DetSlope, from a factorisation of X.
struct ScaledAdjugate {
    LogDet logdet;
    double height = 0.0;  // det / s
    Matrix product;       // left * adj(X) / s * right
};
ScaledAdjugate adjugate_between(const Matrix* left, const Matrix& x, const Matrix* right);

// I_n - D H with D = diag(alpha) - alpha alpha^T (E18).
Matrix dual_matrix(const Vector& alpha, const Matrix& h);

class TokenProblem {
public:
    TokenProblem(const Stage& stage, int i);
    TokenProblem(const TokenProblem&) = delete;
    TokenProblem& operator=(const TokenProblem&) = delete;

    int attended() const { return static_cast<int>(keys_.rows()); }
    int width() const { return static_cast<int>(keys_.cols()); }
    bool smaller_dual() const { return strict_ && attended() < width(); }

    Vector attention(const Vector& query);  // E2, n
    Matrix jacobian(const Vector& query);   // E5, d x d
    LogDet log_det(const Vector& query);    // by the smaller way
    LogDet log_det_primal(const Vector& query);
    LogDet log_det_dual(const Vector& query);
    // (n-1) x (n-1), with the non-zero eigenvalues of Cov A: D K V^T on the complement of the
    // vector that D maps to zero. Strict only, n >= 1.
    Matrix dual_core(const Vector& query);
    DetSlope det_slope(const Vector& query);  // E11, as the adjugate

    // V^T D and K: J = I - left * keys (strict).
    Matrix weighted_values(const Vector& alpha) const;  // d x n
    const MatrixView& keys() const { return keys_; }    // n x d, of the query's last move
    const MatrixView& values() const { return values_; }
    const Matrix& dual_scores();  // K V^T, n x n, strict only

private:
    void move(const Vector& query);
    Vector pull_back(const Vector& alpha, const Vector& row_terms) const;

    const Matrix& a_;
    const Matrix* w_v_;
    bool strict_;
    const Matrix& all_scores_;      // the stage's
    Matrix own_keys_, own_values_;  // not strict: the last row follows the query
    MatrixView keys_, values_;      // n x d: the stage's, or those
    Matrix scores_;                 // K V^T, made when first asked for
};

}  // namespace marginscope
