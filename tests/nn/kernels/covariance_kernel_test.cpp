// The primal kernel against dense matrices, its gradients against finite differences.
#include "nn/kernels/covariance_kernel.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <Eigen/SVD>
#include <vector>

#include "support/padded_rows.h"

namespace marginscope::kernels {
namespace {

using namespace linear;

struct Case {
    Eigen::Index time, size;
    std::int64_t every;  // of the positions
};

struct Given {
    std::vector<std::int64_t> seen;
    Matrix attention, values, keys;

    Given(const Case& c, unsigned seed, double scale) {
        Draws draws(seed);
        for (std::int64_t n = 3; n <= c.time; n += c.every) seen.push_back(n);
        attention = random_weights(draws, seen, c.time);
        values = draws.matrix(c.time, c.size, scale);
        keys = draws.matrix(c.time, c.size, scale);
    }

    Matrix covariance(std::size_t k, const Matrix& of_keys) const {
        const Eigen::Index n = seen[k];
        const Eigen::VectorXd a = attention.row(static_cast<Eigen::Index>(k)).head(n).transpose();
        const Matrix v = values.topRows(n), x = of_keys.topRows(n);
        return v.transpose() * a.asDiagonal() * x -
               (v.transpose() * a) * (x.transpose() * a).transpose();
    }
    Matrix jacobian(std::size_t k) const {
        return Matrix::Identity(values.cols(), values.cols()) - covariance(k, keys);
    }
    double weighted_sum(const std::vector<double>& weights) const {
        double sum = 0.0;
        for (std::size_t k = 0; k < seen.size(); ++k)
            sum += weights[k] * std::log(std::abs(jacobian(k).determinant()));
        return sum;
    }
};

template <typename Real>
struct Found {
    std::vector<Real> logdet, sign, norm;
    PaddedRows<Real> d_attention, d_values, d_keys;

    Found(const Given& in, double cap, const LowRankLift<Real>* lift = nullptr)
        : logdet(in.seen.size()),
          sign(in.seen.size()),
          norm(in.seen.size()),
          d_attention(in.attention.rows(), in.attention.cols()),
          d_values(in.values.rows(), in.values.cols()),
          d_keys(in.values.rows(), in.values.cols()) {
        const PaddedRows<Real> attention(in.attention), values(in.values), keys(in.keys);
        CovarianceScratch<Real> scratch;
        covariance_positions(
            {attention.data(), in.seen.data(), static_cast<std::int64_t>(in.seen.size()),
             values.data(), keys.data(), in.values.rows(), in.values.cols(), cap, lift},
            {logdet.data(), sign.data(), norm.data(), d_attention.data(), d_values.data(),
             d_keys.data()},
            scratch);
    }
};

class CovarianceKernel : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Shapes, CovarianceKernel,
                         testing::Values(Case{3, 1, 1}, Case{9, 4, 1}, Case{40, 8, 1},
                                         Case{70, 17, 1}, Case{100, 6, 7}, Case{90, 33, 2}));

TEST_P(CovarianceKernel, DeterminantsAndNorms) {
    const Given in(GetParam(), 11, 0.7);
    const Found<double> found(in, 1e12);
    for (std::size_t k = 0; k < in.seen.size(); ++k) {
        const Matrix j = in.jacobian(k);
        const double det = j.determinant();
        EXPECT_NEAR(found.logdet[k], std::log(std::abs(det)), 1e-9 * (1 + j.inverse().norm()));
        EXPECT_EQ(found.sign[k], det > 0 ? 1.0 : -1.0);
        EXPECT_NEAR(found.norm[k], j.inverse().norm(), 1e-9 * j.inverse().squaredNorm());
    }
}

TEST_P(CovarianceKernel, CappedGradientsEqualFiniteDifferences) {
    Given in(GetParam(), 12, 0.5);
    std::vector<double> norms;
    for (std::size_t k = 0; k < in.seen.size(); ++k)
        norms.push_back(in.jacobian(k).inverse().norm());
    std::vector<double> sorted = norms;
    std::sort(sorted.begin(), sorted.end());
    const double cap = sorted[sorted.size() / 2];  // about half of them above
    std::vector<double> weights;
    for (const double norm : norms) weights.push_back(std::min(1.0, cap / norm));
    const Found<double> found(in, cap);
    Draws draws(13);
    for (int trial = 0; trial < 4; ++trial) {
        Matrix d_a = draws.matrix(in.attention.rows(), in.attention.cols());
        for (Eigen::Index r = 0; r < d_a.rows(); ++r)
            d_a.row(r).tail(d_a.cols() - in.seen[static_cast<std::size_t>(r)]).setZero();
        const Matrix d_v = draws.matrix(in.values.rows(), in.values.cols());
        const Matrix d_k = draws.matrix(in.values.rows(), in.values.cols());
        const double h = 1e-6;
        const auto at = [&](double step) {
            Given moved = in;
            moved.attention += step * d_a;
            moved.values += step * d_v;
            moved.keys += step * d_k;
            return moved.weighted_sum(weights);
        };
        const double expected = (at(h) - at(-h)) / (2 * h);
        const double by_kernel = found.d_attention.matrix().cwiseProduct(d_a).sum() +
                                 found.d_values.matrix().cwiseProduct(d_v).sum() +
                                 found.d_keys.matrix().cwiseProduct(d_k).sum();
        EXPECT_NEAR(by_kernel, expected, 1e-5 * (1 + std::abs(expected)));
    }
}

TEST_P(CovarianceKernel, Float32IsCloseToFloat64) {
    const Given in(GetParam(), 14, 0.4);
    const Found<double> exact(in, 20.0);
    const Found<float> rough(in, 20.0);
    const double worst = *std::max_element(exact.norm.begin(), exact.norm.end());
    for (std::size_t k = 0; k < in.seen.size(); ++k)
        EXPECT_NEAR(rough.logdet[k], exact.logdet[k], 1e-5 * (1 + exact.norm[k]));
    const auto expect_close = [&](const PaddedRows<float>& a, const PaddedRows<double>& b) {
        EXPECT_LE((a.matrix() - b.matrix()).norm(),
                  1e-4 * std::max(1.0, worst / 20) * (1e-6 + b.matrix().norm()));
    };
    expect_close(rough.d_attention, exact.d_attention);
    expect_close(rough.d_values, exact.d_values);
    expect_close(rough.d_keys, exact.d_keys);
}

// J = I - L C R of width d stands behind I_p - C R L.
TEST(CovarianceKernelLift, NormsAreThoseOfTheJacobianWhereTheyMatter) {
    const Case shape{50, 9, 1};
    const Eigen::Index d = 21;
    Given in(shape, 15, 0.8);
    Draws draws(16);
    const Matrix left = draws.matrix(d, shape.size, 0.4), right = draws.matrix(shape.size, d, 0.4);
    const Matrix source = in.keys;
    in.keys = source * right * left;
    const PaddedRows<double> of_source(source), gram_left(left.transpose() * left),
        gram_right(right * right.transpose());
    const auto largest = [](const Matrix& x) { return x.jacobiSvd().singularValues()(0); };
    const LowRankLift<double> lift{of_source.data(), gram_left.data(), gram_right.data(),
                                   largest(left) * largest(right), static_cast<double>(d)};
    std::vector<double> exact;
    for (std::size_t k = 0; k < in.seen.size(); ++k)
        exact.push_back(
            (Matrix::Identity(d, d) - left * in.covariance(k, source) * right).inverse().norm());
    const auto [least, most] = std::minmax_element(exact.begin(), exact.end());
    // No cap reached: bounds are enough. All capped: every norm is exact.
    for (const double cap : {0.5 * *least, 0.5 * (*least + *most), 1e9}) {
        const Found<double> found(in, cap, &lift);
        for (std::size_t k = 0; k < exact.size(); ++k) {
            if (exact[k] > cap)
                EXPECT_NEAR(found.norm[k], exact[k], 1e-8 * exact[k]);
            else
                EXPECT_TRUE(found.norm[k] >= exact[k] * (1 - 1e-9) && found.norm[k] <= cap);
        }
    }
}

TEST(CovarianceKernelTrouble, SingularPositionsAreFlaggedAndAddNothing) {
    // p = 1: J = 1 - Cov(v, k). Values 0 and 2 with equal weights have Cov(v, v) = 1.
    Given in({4, 1, 1}, 17, 1.0);
    in.attention.row(0) << 0.5, 0.5, 0.0, 0.0;
    in.attention.row(1) << 0.25, 0.25, 0.25, 0.25;
    in.values << 0.0, 2.0, 0.0, 1.0;
    in.keys = in.values;
    const Found<double> found(in, 100.0);
    EXPECT_EQ(found.sign[0], 0.0);
    EXPECT_EQ(found.logdet[0], -std::numeric_limits<double>::infinity());
    EXPECT_EQ(found.norm[0], std::numeric_limits<double>::infinity());
    EXPECT_EQ(found.d_attention.matrix().row(0).norm(), 0.0);
    EXPECT_EQ(found.sign[1], 1.0);
    EXPECT_TRUE(found.d_values.matrix().allFinite());
    EXPECT_GT(found.d_values.matrix().norm(), 0.0);
}

}  // namespace
}  // namespace marginscope::kernels
