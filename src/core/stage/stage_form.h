// What the weights of an attention stage come to: its score matrix, its values' map, whether a
// position attends to itself (E1).
//
// Immutable, any thread, float64.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/linear/matrix.h"

namespace marginscope {

struct StageWeights {
    Matrix w_q, w_k;            // p x d
    std::optional<Matrix> w_v;  // d x d, identity when absent
    bool strict = true;         // S_i = {s < i}; false: a position attends to itself too

    Matrix score_matrix() const;  // E1: A = W_K^T W_Q / sqrt(p), d x d
};

class StageForm {
public:
    /// For embeddings of width d. Throws UserError where the shapes do not fit that or each other,
    /// or a number is not finite.
    StageForm(StageWeights weights, int width);

    int width() const { return static_cast<int>(a_.cols()); }  // d
    bool strict() const { return strict_; }
    const Matrix& score_matrix() const { return a_; }                       // d x d
    const Matrix* value_matrix() const { return w_v_ ? &*w_v_ : nullptr; }  // d x d, null: identity

    /// Of embeddings u (n x d, one a row), row by row: k = A^T u and v = W_V u, n x d.
    Matrix keys(const Matrix& u) const { return u * a_; }
    Matrix values(const Matrix& u) const { return w_v_ ? Matrix(u * w_v_->transpose()) : u; }

private:
    Matrix a_;
    std::optional<Matrix> w_v_;
    bool strict_ = true;
};

// Shared by the stages of one model.
using StageFormRef = std::shared_ptr<const StageForm>;

// For sentences: "3 x 4"; and a refusal of NaN and infinities in `name`, which says where.
std::string shape_words(const Matrix& m);
void require_finite(const Matrix& m, const std::string& name);

}  // namespace marginscope
