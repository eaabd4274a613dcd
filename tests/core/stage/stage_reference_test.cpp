// Every quantity of a stage against softmax attention differentiated by dual numbers.
#include <gtest/gtest.h>

#include <limits>

#include "core/reference_attention.h"
#include "core/stage/stage.h"

namespace marginscope {
namespace {

using reference::random_stage;
using reference::RandomStage;

struct Case {
    int positions, width, rows;
    double gain;
    bool strict, own_values;
};

// Wide and narrow, more tokens than dimensions and fewer, near identity and crossed.
const Case kCases[] = {
    {64, 64, 64, 1.0, true, false}, {64, 64, 64, 2.0, true, false},  {64, 64, 16, 3.0, true, true},
    {40, 64, 64, 0.1, true, false}, {20, 64, 64, 2.5, true, true},   {64, 16, 16, 1.5, true, false},
    {64, 3, 8, 2.0, true, true},    {30, 1, 1, 1.0, true, false},    {3, 12, 5, 2.0, true, false},
    {2, 6, 6, 1.0, true, false},    {64, 64, 64, 1.5, false, false}, {24, 48, 12, 2.0, false, true},
    {50, 8, 8, 2.0, false, true},   {2, 5, 5, 1.0, false, false},
};

RandomStage make(const Case& c, std::uint64_t seed) {
    return random_stage(seed, c.positions, c.width, c.rows, c.gain, c.strict, c.own_values);
}

double relative(const Matrix& found, const Matrix& expected) {
    return (found - expected).norm() / std::max(expected.norm(), 1e-300);
}

class StageReference : public ::testing::TestWithParam<int> {
protected:
    RandomStage random_ = make(kCases[GetParam()], 100 + static_cast<std::uint64_t>(GetParam()));
    Stage stage_ = random_.stage();
    int last_ = stage_.positions() - 1;
    Matrix j_ = reference::jacobian(random_.u, random_.weights, last_);
    double tolerance_ = reference::tolerance(j_);
};

TEST_P(StageReference, JacobianMeanAndResidual) {
    EXPECT_LE(relative(stage_.jacobian(last_), j_), tolerance_);
    const Vector token = random_.u.row(last_);
    const auto mean = reference::attention_mean(random_.u, random_.weights, last_,
                                                reference::lift<double>(token));
    const Vector expected =
        Eigen::Map<const Vector>(mean.data(), static_cast<Eigen::Index>(mean.size()));
    EXPECT_LE(relative(stage_.mean(last_), expected), 1e-12);
    EXPECT_LE(relative(stage_.residual(last_), token - expected), 1e-12);
    EXPECT_NEAR(stage_.attention(last_).sum(), 1.0, 1e-14);
}

TEST_P(StageReference, DeterminantPrimalAndDual) {
    const LogDet expected = reference::log_det(j_);
    for (const LogDet& found :
         {stage_.log_det(last_), stage_.log_det_primal(last_), stage_.log_det_dual(last_),
          stage_.log_det_at(last_, random_.u.row(last_))}) {
        EXPECT_EQ(found.sign, expected.sign);
        // det = exp(log|det|): an absolute error of the logarithm is a relative one of det.
        EXPECT_NEAR(found.value, expected.value, tolerance_);
        EXPECT_NEAR(found.det() / expected.det(), 1.0, tolerance_);
    }
}

TEST_P(StageReference, GradientIsTheSecondDerivative) {
    const Vector gradient = stage_.gradient(last_);
    const int width = stage_.width();
    // Every coordinate where that is cheap, otherwise directions: three at random, one axis.
    std::vector<Vector> directions;
    std::mt19937_64 rng(7);
    for (int k = 0; k < std::min(width, 16); ++k) directions.push_back(Vector::Unit(width, k));
    for (int k = 0; k < 3; ++k) directions.push_back(reference::random_matrix(rng, width, 1, 1.0));
    for (const Vector& direction : directions) {
        const double expected =
            reference::log_det_slope(random_.u, random_.weights, last_, direction);
        EXPECT_NEAR(gradient.dot(direction), expected,
                    tolerance_ * std::max(gradient.norm() * direction.norm(), std::abs(expected)));
    }
}

// E12 and E12' by their definitions as sums over attended tokens, with the attention and J of the
// reference and a plain inverse.
TEST_P(StageReference, SharesAreTheTermsOfTheTraces) {
    const StageWeights& w = random_.weights;
    const Matrix a = w.w_k.transpose() * w.w_q / std::sqrt(static_cast<double>(w.w_q.rows()));
    const int n = stage_.attended(last_);
    Matrix values = random_.u.topRows(n);
    if (w.w_v) values = random_.u.topRows(n) * w.w_v->transpose();
    const Vector alpha = [&] {
        Vector logits(n);
        for (int s = 0; s < n; ++s)
            logits(s) = (w.w_q * random_.u.row(last_).transpose())
                            .dot(w.w_k * random_.u.row(s).transpose());
        logits =
            ((logits.array() - logits.maxCoeff()) / std::sqrt(static_cast<double>(w.w_q.rows())))
                .exp();
        return Vector(logits / logits.sum());
    }();
    const Vector u_mean = random_.u.topRows(n).transpose() * alpha;
    const Vector v_mean = values.transpose() * alpha;
    const Matrix inverse = reference::inverse(j_);
    Vector trace(n), volume(n);
    for (int s = 0; s < n; ++s) {
        const Vector u_off = random_.u.row(s).transpose() - u_mean;
        const Vector v_off = values.row(s).transpose() - v_mean;
        trace(s) = alpha(s) * u_off.dot(a * v_off);
        volume(s) = alpha(s) * u_off.dot(a * (inverse * v_off));
    }
    EXPECT_LE((stage_.trace_share(last_) - trace).norm(), tolerance_ * trace.norm());
    EXPECT_LE((stage_.volume_share(last_) - volume).norm(), tolerance_ * volume.norm());
    const double width = stage_.width();
    const double scale = std::max(1.0, std::abs(inverse.trace()) + width);
    EXPECT_NEAR(stage_.trace_share(last_).sum() + stage_.trace_share_self(last_),
                width - j_.trace(), tolerance_ * std::max(1.0, j_.norm() * std::sqrt(width)));
    EXPECT_NEAR(stage_.volume_share(last_).sum() + stage_.volume_share_self(last_),
                inverse.trace() - width, tolerance_ * scale);
    if (w.strict) {
        EXPECT_EQ(stage_.trace_share_self(last_), 0.0);
        EXPECT_EQ(stage_.volume_share_self(last_), 0.0);
    }
}

TEST_P(StageReference, SpectrumCrossingsAndSigmaMin) {
    const Eigen::MatrixXd map = Matrix::Identity(j_.rows(), j_.cols()) - j_;
    const Eigen::VectorXcd all = reference::eigenvalues(map);
    const Eigen::VectorXcd found = stage_.spectrum(last_);
    EXPECT_EQ(found.size(), stage_.width());
    // As polynomials: prod (1 - lambda) = det J and sum lambda = tr.
    std::complex<double> log_sum = 0.0;
    for (const auto& value : found) log_sum += std::log(1.0 - value);
    EXPECT_NEAR(log_sum.real(), reference::log_det(j_).value,
                1e-7 * std::max(1.0, reference::condition(j_) / 1e4));
    EXPECT_NEAR(found.sum().real(), map.trace(), 1e-9 * std::max(1.0, map.norm()));
    int crossings = 0;
    for (const auto& value : all) crossings += std::abs(value.imag()) < 1e-12 && value.real() > 1.0;
    EXPECT_EQ(stage_.crossings(last_), crossings);
    EXPECT_EQ(stage_.log_det(last_).sign, crossings % 2 == 1 ? -1 : 1);
    const Vector sigma = reference::singular_values(j_);
    EXPECT_NEAR(stage_.sigma_min(last_), sigma(sigma.size() - 1), 1e-12 * std::max(1.0, sigma(0)));
}

INSTANTIATE_TEST_SUITE_P(Random, StageReference,
                         ::testing::Range(0, static_cast<int>(std::size(kCases))));

// E19: the gradients of log|det M| in the dual's own inputs, by central differences.
TEST(Stage, DualGradients) {
    const RandomStage random = random_stage(21, 9, 12, 12, 2.0);
    const int n = 8;
    const Matrix a = random.weights.score_matrix();
    const Eigen::MatrixXd g = random.u.topRows(n) * a * random.u.topRows(n).transpose();
    const Vector alpha = random.stage().attention(n);
    Eigen::MatrixXd d = -alpha * alpha.transpose();
    d.diagonal() += alpha;
    const auto value = [&](const Eigen::MatrixXd& dd, const Eigen::MatrixXd& gg) {
        return reference::log_det(Matrix::Identity(n, n) - dd * gg).value;
    };
    EXPECT_NEAR(value(d, g), random.stage().log_det(n).value, 1e-11);
    const Matrix inverse = reference::inverse(Eigen::MatrixXd::Identity(n, n) - d * g);
    const Eigen::MatrixXd in_g = -(inverse * d).transpose();
    const Eigen::MatrixXd in_d = -(g * inverse).transpose();
    const double h = 1e-6;
    for (int r = 0; r < n; r += 3) {
        for (int c = 0; c < n; c += 2) {
            const Eigen::MatrixXd e = h * Vector::Unit(n, r) * Vector::Unit(n, c).transpose();
            EXPECT_NEAR((value(d, g + e) - value(d, g - e)) / (2 * h), in_g(r, c),
                        1e-6 * (1 + std::abs(in_g(r, c))));
            EXPECT_NEAR((value(d + e, g) - value(d - e, g)) / (2 * h), in_d(r, c),
                        1e-6 * (1 + std::abs(in_d(r, c))));
        }
    }
    // D = diag(alpha) - alpha alpha^T, d alpha = D d logits, logits = U A u_i.
    const Vector in_alpha = in_d.diagonal() - (in_d + in_d.transpose()) * alpha;
    const Vector in_token = (random.u.topRows(n) * a).transpose() * (d * in_alpha);
    EXPECT_LE((random.stage().gradient(n) - in_token).norm(), 1e-11 * in_token.norm());
}

}  // namespace
}  // namespace marginscope
