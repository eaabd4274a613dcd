// The dual of one sequence against the primal matrices it stands for, gradients against finite
// differences through the softmax.
#include "nn/kernels/dual_kernel.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <vector>

#include "support/padded_rows.h"

namespace marginscope::kernels {
namespace {

using namespace linear;

struct Problem {
    Matrix u, a;  // T x d, d x d

    Problem(Eigen::Index time, Eigen::Index width, unsigned seed, double scale) {
        Draws draws(seed);
        u = draws.matrix(time, width);
        a = draws.matrix(width, width, scale);
    }
    Matrix scores() const {
        return u * a.transpose() * u.transpose();
    }  // [query, key] = u_sᵀ A u_t
    Matrix jacobian(Eigen::Index i) const {
        const Eigen::VectorXd w = causal_weights(scores(), true).row(i).head(i).transpose();
        const Matrix past = u.topRows(i);
        const Eigen::VectorXd mean = past.transpose() * w;
        return Matrix::Identity(u.cols(), u.cols()) -
               (past.transpose() * w.asDiagonal() * past - mean * mean.transpose()) * a;
    }
};

template <typename Real>
struct Found {
    std::vector<DualMargin> margins;  // of positions 2 …
    PaddedRows<Real> d_scores;
    Matrix d_attention;

    Found(const Problem& in, double cap) : Found(in, in.scores(), cap) {}
    Found(const Problem& in, const Matrix& given_scores, double cap)
        : d_scores(in.u.rows(), in.u.rows()), d_attention(Matrix::Zero(in.u.rows(), in.u.rows())) {
        const Eigen::Index time = in.u.rows();
        const Matrix weights = causal_weights(given_scores, true);
        const Matrix centred = in.u.rowwise() - in.u.colwise().mean();
        const Matrix right_factor = centred * in.a;
        const PaddedRows<Real> scores(given_scores), keys(given_scores.transpose()),
            attention(weights), mean(weights * given_scores.transpose()),
            gram(centred * centred.transpose()), right(right_factor * right_factor.transpose());
        const DualSequence<Real> sequence{scores.data(),
                                          keys.data(),
                                          attention.data(),
                                          mean.data(),
                                          gram.data(),
                                          right.data(),
                                          scores.stride(),
                                          static_cast<double>(in.u.cols()),
                                          cap};
        DualScratch<Real> scratch;
        std::vector<Real> row(static_cast<std::size_t>(time));
        for (Eigen::Index i = 2; i < time; ++i) {
            margins.push_back(dual_position(sequence, i, scratch, d_scores.data(), row.data()));
            for (Eigen::Index s = 0; s < i; ++s)
                d_attention(i, s) = static_cast<double>(row[static_cast<std::size_t>(s)]);
        }
    }
};

struct Shape {
    Eigen::Index time, width;
};
class DualKernel : public testing::TestWithParam<Shape> {};
INSTANTIATE_TEST_SUITE_P(Shapes, DualKernel,
                         testing::Values(Shape{3, 2}, Shape{12, 20}, Shape{20, 3}, Shape{40, 16},
                                         Shape{70, 24}));

TEST_P(DualKernel, DeterminantsAreThoseOfThePrimalForm) {
    const Problem in(GetParam().time, GetParam().width, 21, 0.3 / std::sqrt(GetParam().width));
    const Found<double> found(in, 1e-3);  // every norm exact
    for (Eigen::Index i = 2; i < in.u.rows(); ++i) {
        const Matrix j = in.jacobian(i);
        const DualMargin& margin = found.margins[static_cast<std::size_t>(i - 2)];
        const double norm = j.inverse().norm();
        EXPECT_NEAR(margin.logdet, std::log(std::abs(j.determinant())), 1e-10 * (1 + norm));
        EXPECT_EQ(margin.sign, j.determinant() > 0 ? 1 : -1);
        EXPECT_NEAR(margin.norm, norm, 1e-8 * norm * norm);
    }
    const Found<double> bounded(in, 1e9);  // none needed: bounds
    for (std::size_t k = 0; k < found.margins.size(); ++k)
        EXPECT_GE(bounded.margins[k].norm, found.margins[k].norm * (1 - 1e-9));
}

TEST_P(DualKernel, GradientsEqualFiniteDifferencesThroughTheSoftmax) {
    const Problem in(GetParam().time, GetParam().width, 22, 0.2 / std::sqrt(GetParam().width));
    const Eigen::Index time = in.u.rows();
    const Found<double> exact(in, 1e-3);
    std::vector<double> norms;
    for (const DualMargin& margin : exact.margins) norms.push_back(margin.norm);
    std::sort(norms.begin(), norms.end());
    const double cap = norms[norms.size() / 2];
    const Found<double> found(in, cap);
    // Scores move freely here: M = I - D G depends on them through G and through the softmax.
    const Matrix scores = in.scores();
    const auto value = [&](const Matrix& at) {
        const Matrix weights = causal_weights(at, true);
        double sum = 0.0;
        for (Eigen::Index i = 2; i < time; ++i) {
            const Eigen::VectorXd a = weights.row(i).head(i).transpose();
            const Matrix g = at.topLeftCorner(i, i).transpose();
            const Matrix d = Matrix(a.asDiagonal()) - a * a.transpose();
            const double weight =
                std::min(1.0, cap / exact.margins[static_cast<std::size_t>(i - 2)].norm);
            sum += weight * std::log(std::abs((Matrix::Identity(i, i) - d * g).determinant()));
        }
        return sum;
    };
    const Matrix weights = causal_weights(scores, true);
    Matrix through_attention(time, time);
    for (Eigen::Index i = 0; i < time; ++i) {
        const double mean = weights.row(i).dot(found.d_attention.row(i));
        through_attention.row(i) =
            weights.row(i).cwiseProduct((found.d_attention.row(i).array() - mean).matrix());
    }
    Draws draws(23);
    for (int trial = 0; trial < 3; ++trial) {
        const Matrix direction = draws.matrix(time, time);
        const double h = 1e-6;
        const double expected =
            (value(scores + h * direction) - value(scores - h * direction)) / (2 * h);
        const double by_kernel =
            (found.d_scores.matrix() + through_attention).cwiseProduct(direction).sum();
        EXPECT_NEAR(by_kernel, expected, 1e-5 * (1 + std::abs(expected)));
    }
}

TEST_P(DualKernel, Float32IsCloseToFloat64) {
    const Problem in(GetParam().time, GetParam().width, 24, 0.2 / std::sqrt(GetParam().width));
    const Found<double> exact(in, 20.0);
    const Found<float> rough(in, 20.0);
    double worst = 20.0;
    for (std::size_t k = 0; k < exact.margins.size(); ++k) {
        EXPECT_NEAR(rough.margins[k].logdet, exact.margins[k].logdet,
                    1e-5 * (1 + exact.margins[k].norm));
        worst = std::max(worst, exact.margins[k].norm);
    }
    EXPECT_LE((rough.d_scores.matrix() - exact.d_scores.matrix()).norm(),
              1e-4 * worst / 20 * (1e-6 + exact.d_scores.matrix().norm()));
    EXPECT_LE((rough.d_attention - exact.d_attention).norm(),
              1e-4 * worst / 20 * (1e-6 + exact.d_attention.norm()));
}

}  // namespace
}  // namespace marginscope::kernels
