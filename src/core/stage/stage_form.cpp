// The checks of a stage's weights, and its score matrix (E1).
#include "core/stage/stage_form.h"

#include <cmath>
#include <utility>

#include "core/error.h"

namespace marginscope {
namespace {

void check_shapes(const StageWeights& w, Eigen::Index d) {
    if (w.w_q.rows() < 1 || w.w_q.cols() != d) {
        throw UserError("W_Q must be p x " + std::to_string(d) + " (as wide as u), but it is " +
                        shape_words(w.w_q) + "; give one column a coordinate of u.");
    }
    if (w.w_k.rows() != w.w_q.rows() || w.w_k.cols() != d) {
        throw UserError("W_K must have the shape of W_Q, " + shape_words(w.w_q) + ", but it is " +
                        shape_words(w.w_k) + "; give both the same rows and columns.");
    }
    if (w.w_v && (w.w_v->rows() != d || w.w_v->cols() != d)) {
        throw UserError("W_V must be " + std::to_string(d) + " x " + std::to_string(d) +
                        ", but it is " + shape_words(*w.w_v) +
                        "; leave it out where values are the embeddings themselves.");
    }
}

}  // namespace

std::string shape_words(const Matrix& m) {
    return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

void require_finite(const Matrix& m, const std::string& name) {
    for (Eigen::Index r = 0; r < m.rows(); ++r) {
        for (Eigen::Index c = 0; c < m.cols(); ++c) {
            if (std::isfinite(m(r, c))) continue;
            throw UserError("The stage needs finite numbers, but " + name + " has " +
                            (std::isnan(m(r, c)) ? "NaN" : "an infinite value") + " in row " +
                            std::to_string(r) + ", column " + std::to_string(c) + "; replace it.");
        }
    }
}

Matrix StageWeights::score_matrix() const {
    return w_k.transpose() * w_q / std::sqrt(static_cast<double>(w_q.rows()));
}

StageForm::StageForm(StageWeights weights, int width) : strict_(weights.strict) {
    check_shapes(weights, width);
    require_finite(weights.w_q, "W_Q");
    require_finite(weights.w_k, "W_K");
    if (weights.w_v) require_finite(*weights.w_v, "W_V");
    a_ = weights.score_matrix();
    w_v_ = std::move(weights.w_v);
}

}  // namespace marginscope
