// What moves log|det J|: its gradient in the token and its shares among the attended tokens
// (E11, E12, E12').
#include <limits>

#include "core/stage/token_problem.h"

namespace marginscope {
namespace {

// alpha_s (k_s - k̄)^T X (v_s - v̄) for the rows k of keys and v of values; X given as X V^T.
Vector weighted_products(const Vector& alpha, const Matrix& keys, const Matrix& mapped) {
    const Vector key_mean = keys.transpose() * alpha;
    const Vector mapped_mean = mapped * alpha;
    const Matrix centred_keys = keys.rowwise() - key_mean.transpose();
    const Matrix centred = mapped.transpose().rowwise() - mapped_mean.transpose();
    return alpha.array() * (centred_keys.array() * centred.array()).rowwise().sum();
}

// alpha_s (k_s - k̄)^T J^-1 (v_s - v̄), through the smaller matrix.
Vector volume_products(TokenProblem& problem, const Vector& query) {
    const Vector alpha = problem.attention(query);
    if (!problem.smaller_dual()) {
        const Matrix right = problem.values().transpose();
        const Matrix keys = problem.keys();
        const ScaledAdjugate adj = adjugate_between(nullptr, problem.jacobian(query), &right);
        return weighted_products(alpha, keys, adj.product / adj.height);
    }
    // K J^-1 V^T = H (I - D H)^-1 with H = K V^T.
    const Matrix& h = problem.dual_scores();
    const ScaledAdjugate adj = adjugate_between(&h, dual_matrix(alpha, h), nullptr);
    const Matrix p = adj.product / adj.height;
    const Vector p_alpha = p * alpha;
    const Vector terms = p.diagonal() - p_alpha - p.transpose() * alpha +
                         Vector::Constant(alpha.size(), alpha.dot(p_alpha));
    return alpha.cwiseProduct(terms);
}

double trace_of_inverse(const Matrix& j) {
    const ScaledAdjugate adj = adjugate_between(nullptr, j, nullptr);
    return adj.product.trace() / adj.height;
}

}  // namespace

Vector Stage::gradient(int i) const {
    const DetSlope slope = TokenProblem(*this, i).det_slope(u_.row(i));
    return slope.slope / slope.height;
}

Vector Stage::trace_share(int i) const {
    TokenProblem problem(*this, i);
    const Vector alpha = problem.attention(u_.row(i));
    if (alpha.size() == 0) return {};
    return weighted_products(alpha, problem.keys(), problem.values().transpose());
}

Vector Stage::volume_share(int i) const {
    TokenProblem problem(*this, i);
    if (problem.attended() == 0) return {};
    if (strict() && problem.attended() == 1) return Vector::Zero(1);
    return volume_products(problem, u_.row(i));
}

double Stage::trace_share_self(int i) const {
    if (strict()) return 0.0;
    return width() - jacobian(i).trace() - trace_share(i).sum();
}

double Stage::volume_share_self(int i) const {
    if (strict()) return 0.0;
    return trace_of_inverse(jacobian(i)) - width() - volume_share(i).sum();
}

}  // namespace marginscope
