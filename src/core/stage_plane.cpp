// log|det J| of one token on a grid of a plane through embedding space (E5, E18): a boundary slice.
#include <cassert>
#include <cmath>
#include <vector>

#include "core/stage_linear.h"
#include "core/stage_problem.h"

namespace marginscope {
namespace {

// Logits are linear in the two coordinates of the plane: three dot products a key, once.
struct PlaneLogits {
    Vector origin, along_x, along_y;

    PlaneLogits(const Matrix& keys, const Vector& o, const Vector& e1, const Vector& e2)
        : origin(keys * o), along_x(keys * e1), along_y(keys * e2) {}

    template <typename Alpha>
    void attention(double x, double y, Alpha&& alpha) const {
        alpha = (origin + x * along_x + y * along_y).transpose();
        alpha.array() = (alpha.array() - alpha.maxCoeff()).exp();
        alpha /= alpha.sum();
    }
};

struct PlaneOut {
    std::span<float> logdet;
    std::span<std::int8_t> sign;

    void put(std::size_t at, const LogDet& value) const {
        logdet[at] = static_cast<float>(value.value);
        sign[at] = static_cast<std::int8_t>(value.sign);
    }
};

// I_n - D H at every point, factorised in place.
void dual_plane(TokenProblem& problem, const PlaneLogits& logits, std::span<const double> xs,
                std::span<const double> ys, const PlaneOut& out) {
    const Matrix& h = problem.dual_scores();
    const Eigen::Index n = h.rows();
    // Padded with an identity to whole panels of the factorisation: the same determinant, sooner.
    const Eigen::Index size = (n + 7) / 8 * 8;
    Matrix m(size, size);
    Eigen::RowVectorXd alpha(n);
    Eigen::RowVectorXd mean(n);
    std::size_t at = 0;
    for (const double y : ys) {
        for (const double x : xs) {
            logits.attention(x, y, alpha);
            mean.noalias() = alpha * h;
            m.setIdentity();
            for (Eigen::Index s = 0; s < n; ++s) m.row(s).head(n) += alpha(s) * (mean - h.row(s));
            out.put(at++, linear::log_det_in_place(m.data(), static_cast<int>(size),
                                                   static_cast<int>(size)));
        }
    }
}

// J at a row of points at once: sum_s alpha_s v_s k_s^T is one GEMM over the points.
void primal_plane(const TokenProblem& problem, const PlaneLogits& logits,
                  std::span<const double> xs, std::span<const double> ys, const PlaneOut& out) {
    const Matrix& keys = problem.keys();
    const Matrix& values = problem.values();
    const Eigen::Index n = keys.rows();
    const Eigen::Index d = keys.cols();
    // Centred keys: the covariance then is not a difference of two large numbers.
    const Matrix centred = keys.rowwise() - keys.colwise().mean();
    Matrix outer(n, d * d);
    for (Eigen::Index s = 0; s < n; ++s) {
        for (Eigen::Index r = 0; r < d; ++r) {
            outer.row(s).segment(r * d, d) = values(s, r) * centred.row(s);
        }
    }
    const Eigen::Index columns = static_cast<Eigen::Index>(xs.size());
    Matrix alpha(columns, n);
    Matrix moments(columns, d * d);
    Matrix j(d, d);
    for (std::size_t row = 0; row < ys.size(); ++row) {
        for (Eigen::Index c = 0; c < columns; ++c) {
            logits.attention(xs[static_cast<std::size_t>(c)], ys[row], alpha.row(c));
        }
        moments.noalias() = alpha * outer;
        const Matrix value_means = alpha * values;
        const Matrix key_means = alpha * centred;
        for (Eigen::Index c = 0; c < columns; ++c) {
            j = Eigen::Map<const Matrix>(moments.row(c).data(), d, d);
            j = Matrix::Identity(d, d) - j;
            j.noalias() += value_means.row(c).transpose() * key_means.row(c);
            out.put(row * xs.size() + static_cast<std::size_t>(c),
                    linear::log_det_in_place(j.data(), static_cast<int>(d), static_cast<int>(d)));
        }
    }
}

}  // namespace

void Stage::log_det_on_plane(int i, const Vector& origin, const Vector& e1, const Vector& e2,
                             std::span<const double> xs, std::span<const double> ys,
                             std::span<float> out_logdet, std::span<std::int8_t> out_sign) const {
    assert(origin.size() == width() && e1.size() == width() && e2.size() == width());
    assert(out_logdet.size() == xs.size() * ys.size() && out_sign.size() == out_logdet.size());
    TokenProblem problem(*this, i);
    const PlaneOut out{out_logdet, out_sign};
    if (!strict_) {
        // The token's own key moves with it: its logit is quadratic, so each point by itself.
        std::size_t at = 0;
        for (const double y : ys) {
            for (const double x : xs) out.put(at++, problem.log_det(origin + x * e1 + y * e2));
        }
        return;
    }
    if (problem.attended() <= 1) {
        for (std::size_t at = 0; at < out_logdet.size(); ++at) out.put(at, LogDet{});
        return;
    }
    const PlaneLogits logits(problem.keys(), origin, e1, e2);
    if (problem.smaller_dual()) {
        dual_plane(problem, logits, xs, ys, out);
    } else {
        primal_plane(problem, logits, xs, ys, out);
    }
}

}  // namespace marginscope
