// log|det J| of one token on a grid of a plane through embedding space (E5, E18): a boundary slice.
#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/linear/log_det.h"
#include "core/linear/rows.h"
#include "core/linear/spectra.h"
#include "core/stage/dual_batch.h"
#include "core/stage/token_problem.h"

namespace marginscope {
namespace {

// Logits are linear in the two coordinates of the plane: three dot products a key, once.
struct PlaneLogits {
    Vector origin, along_x, along_y;

    PlaneLogits(const Matrix& keys, const Vector& o, const Vector& e1, const Vector& e2)
        : origin(keys * o), along_x(keys * e1), along_y(keys * e2) {}

    // alpha: one column a point, the last columns repeat the last point.
    void attention(std::span<const double> xs, double y, Matrix& alpha) const {
        const Vector start = origin + y * along_y;
        for (Eigen::Index c = 0; c < alpha.cols(); ++c) {
            const std::size_t point = std::min(static_cast<std::size_t>(c), xs.size() - 1);
            alpha.col(c) = start + xs[point] * along_x;
        }
        const Eigen::RowVectorXd largest = alpha.colwise().maxCoeff();
        alpha = (alpha.rowwise() - largest).array().exp();
        const Eigen::RowVectorXd total = alpha.colwise().sum();
        alpha.array().rowwise() /= total.array();
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

// I_n - D H at every point (E18), eight neighbours in a row of the picture at once.
class DualPlane {
public:
    DualPlane(const Matrix& h, const PlaneLogits& logits)
        : h_(h),
          logits_(logits),
          batch_(h),
          order_(static_cast<std::size_t>(h.rows())),
          alpha_(h.rows(), kBatch) {
        std::iota(order_.begin(), order_.end(), 0);
    }

    void row(std::span<const double> xs, double y, const PlaneOut& out, std::size_t at) {
        for (std::size_t c = 0; c < xs.size(); c += kBatch) {
            const std::span<const double> points = xs.subspan(c, std::min(kBatch, xs.size() - c));
            logits_.attention(points, y, alpha_);
            points_of_batch(points.size(), out, at + c);
        }
    }

private:
    static constexpr std::size_t kBatch = linear::DualBatch::kBatch;

    void points_of_batch(std::size_t count, const PlaneOut& out, std::size_t at) {
        const auto bad = [&] {
            std::size_t lane = 0;
            while (lane < count && batch_.trusted(static_cast<int>(lane))) ++lane;
            return lane;
        };
        batch_.factor(alpha_.data(), order_);
        if (const std::size_t lane = bad(); lane < count) {
            pivoted(lane, order_.data());
            batch_.factor(alpha_.data(), order_);
        }
        for (std::size_t lane = 0; lane < count; ++lane) {
            const int k = static_cast<int>(lane);
            out.put(at + lane, batch_.trusted(k) ? batch_.result(k) : pivoted(lane, nullptr));
        }
    }

    LogDet pivoted(std::size_t lane, int* order) {
        const Vector alpha = alpha_.col(static_cast<Eigen::Index>(lane));
        single_ = dual_matrix(alpha, h_);
        const int n = static_cast<int>(h_.rows());
        return linear::log_det_in_place(single_.data(), n, n, order);
    }

    const Matrix& h_;
    const PlaneLogits& logits_;
    linear::DualBatch batch_;
    std::vector<int> order_;
    Matrix alpha_;  // n x kBatch
    Matrix single_;
};

// J at a row of points at once: sum_s alpha_s v_s k_s^T is one GEMM over the points.
void primal_plane(const TokenProblem& problem, const PlaneLogits& logits,
                  std::span<const double> xs, std::span<const double> ys, const PlaneOut& out,
                  const std::stop_token& stop) {
    const MatrixView& keys = problem.keys();
    const MatrixView& values = problem.values();
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
    Matrix alpha(n, columns);
    Matrix moments(columns, d * d);
    Matrix j(d, d);
    for (std::size_t row = 0; row < ys.size(); ++row) {
        if (stop.stop_requested()) return;
        logits.attention(xs, ys[row], alpha);
        moments.noalias() = alpha.transpose() * outer;
        const Matrix value_means = alpha.transpose() * values;
        const Matrix key_means = alpha.transpose() * centred;
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
                             std::span<float> out_logdet, std::span<std::int8_t> out_sign,
                             std::stop_token stop) const {
    assert(origin.size() == width() && e1.size() == width() && e2.size() == width());
    assert(out_logdet.size() == xs.size() * ys.size() && out_sign.size() == out_logdet.size());
    TokenProblem problem(*this, i);
    const PlaneOut out{out_logdet, out_sign};
    if (!strict()) {
        // The token's own key moves with it: its logit is quadratic, so each point by itself.
        std::size_t at = 0;
        for (const double y : ys) {
            if (stop.stop_requested()) return;
            for (const double x : xs) out.put(at++, problem.log_det(origin + x * e1 + y * e2));
        }
        return;
    }
    if (problem.attended() <= 1) {
        for (std::size_t at = 0; at < out_logdet.size(); ++at) out.put(at, LogDet{});
        return;
    }
    const PlaneLogits logits(problem.keys(), origin, e1, e2);
    // Forming J at a point costs more than factorising it, so the dual stays ahead beyond n = d.
    if (2 * problem.attended() > 3 * width()) {
        primal_plane(problem, logits, xs, ys, out, stop);
        return;
    }
    DualPlane plane(problem.dual_scores(), logits);
    for (std::size_t row = 0; row < ys.size() && !stop.stop_requested(); ++row) {
        plane.row(xs, ys[row], out, row * xs.size());
    }
}

}  // namespace marginscope
