// One head against its matrices (E14), gradients in everything it reads against finite differences.
#include "nn/kernels/heads_kernel.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <vector>

#include "support/padded_rows.h"

namespace marginscope::kernels {
namespace {

using namespace linear;

struct Head {
    Matrix q, k, v, b;
    std::vector<std::int64_t> positions;

    double sum(const std::vector<double>& weights, std::vector<double>* each = nullptr) const {
        const Eigen::Index p = b.rows();
        const Matrix attention =
            causal_weights(q * k.transpose() / std::sqrt(static_cast<double>(p)));
        double total = 0.0;
        for (std::size_t n = 0; n < positions.size(); ++n) {
            const Eigen::RowVectorXd a = attention.row(positions[n]);
            const Matrix c = v.transpose() * a.asDiagonal() * k - (a * v).transpose() * (a * k);
            const double value = std::log(std::abs((Matrix::Identity(p, p) - c * b).determinant()));
            if (each != nullptr) each->push_back(value);
            total += weights[n] * value;
        }
        return total;
    }
};

TEST(HeadsKernel, DeterminantsAndGradients) {
    const Eigen::Index time = 37, p = 7, d = 14;
    Draws draws(31);
    const Matrix w_q = draws.matrix(p, d, 0.5), w_o = draws.matrix(d, p, 0.5);
    const double root = std::sqrt(static_cast<double>(p));
    Head head{draws.matrix(time, p),
              draws.matrix(time, p),
              draws.matrix(time, p),
              w_q * w_o / root,
              {2, 3, 5, 6, 7, 8, 9, 15, 16, 17, 30, 31, 32, 36}};
    const Matrix gram_left = w_o.transpose() * w_o, gram_right = w_q * w_q.transpose() / p;
    const auto count = static_cast<std::int64_t>(head.positions.size());
    std::vector<double> logdet(14), sign(14), norm(14);
    Matrix d_q = Matrix::Zero(time, p), d_k(time, p), d_v(time, p), d_b(p, p);
    HeadMarginsScratch<double> scratch;
    const HeadMargins<double> problem{
        {{head.q.data(), p}, {head.k.data(), p}, {head.v.data(), p}, time, p},
        head.positions.data(),
        count,
        head.b.data(),
        gram_left.data(),
        gram_right.data(),
        w_o.norm() * w_q.norm() / root,
        static_cast<double>(d),
        6.0};
    head_margins(problem,
                 {logdet.data(),
                  sign.data(),
                  norm.data(),
                  {{d_q.data(), p}, {d_k.data(), p}, {d_v.data(), p}},
                  d_b.data()},
                 scratch);
    std::vector<double> expected, weights;
    for (const double each : norm) weights.push_back(std::min(1.0, 6.0 / each));
    (void)head.sum(weights, &expected);
    for (std::size_t n = 0; n < expected.size(); ++n) EXPECT_NEAR(logdet[n], expected[n], 1e-9);
    ASSERT_LT(*std::min_element(weights.begin(), weights.end()), 1.0);
    ASSERT_EQ(*std::max_element(weights.begin(), weights.end()), 1.0);
    for (int trial = 0; trial < 4; ++trial) {
        const Head direction{draws.matrix(time, p),
                             draws.matrix(time, p),
                             draws.matrix(time, p),
                             draws.matrix(p, p),
                             {}};
        const double h = 1e-6;
        const auto at = [&](double step) {
            const Head moved{head.q + step * direction.q, head.k + step * direction.k,
                             head.v + step * direction.v, head.b + step * direction.b,
                             head.positions};
            return moved.sum(weights);
        };
        const double change = (at(h) - at(-h)) / (2 * h);
        const double found =
            d_q.cwiseProduct(direction.q).sum() + d_k.cwiseProduct(direction.k).sum() +
            d_v.cwiseProduct(direction.v).sum() + d_b.cwiseProduct(direction.b).sum();
        EXPECT_NEAR(found, change, 1e-5 * (1 + std::abs(change)));
    }
    for (Eigen::Index t = 0; t < time; ++t)  // only rows at the positions are written
        EXPECT_EQ(d_q.row(t).norm() > 0,
                  std::count(head.positions.begin(), head.positions.end(), t) > 0);
}

}  // namespace
}  // namespace marginscope::kernels
