// The stage against softmax attention differentiated by dual numbers, and its own laws.
#include "core/stage/stage.h"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <limits>

#include "core/reference_attention.h"

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
    const Eigen::MatrixXd inverse = Eigen::MatrixXd(j_).fullPivLu().inverse();
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
    const Eigen::VectorXcd all = Eigen::EigenSolver<Eigen::MatrixXd>(map, false).eigenvalues();
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
    const Vector sigma = Eigen::JacobiSVD<Matrix>(j_).singularValues();
    EXPECT_NEAR(stage_.sigma_min(last_), sigma(sigma.size() - 1), 1e-12 * std::max(1.0, sigma(0)));
}

INSTANTIATE_TEST_SUITE_P(Random, StageReference,
                         ::testing::Range(0, static_cast<int>(std::size(kCases))));

TEST(Stage, EveryPositionOfOneStage) {
    const RandomStage random = random_stage(5, 20, 10, 10, 2.0);
    const Stage stage = random.stage();
    for (int i = 1; i < stage.positions(); ++i) {
        const Matrix j = reference::jacobian(random.u, random.weights, i);
        const LogDet expected = reference::log_det(j);
        const PositionMargins m = stage.margins(i);
        EXPECT_EQ(m.position, i);
        EXPECT_NEAR(m.logdet.value, expected.value, reference::tolerance(j));
        EXPECT_EQ(m.logdet.sign, expected.sign);
        EXPECT_NEAR(m.det, expected.det(), reference::tolerance(j) * std::abs(expected.det()));
        EXPECT_NEAR(m.sigma_min, Eigen::JacobiSVD<Matrix>(j).singularValues().minCoeff(), 1e-12);
        EXPECT_NEAR(m.energy_sq, stage.residual(i).squaredNorm(), 1e-12);
    }
}

// d eigenvalues at every position, the zeros of a short past among them: the sums of their powers
// are the traces of the powers of I - J by automatic differentiation.
TEST(Stage, SpectrumIsWholeAtEveryPosition) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        const bool strict = seed % 3 != 2;
        const RandomStage random = random_stage(seed, 12, 8, 8, 1.5, strict, seed % 2 == 1);
        const Stage stage = random.stage();
        for (int i = 0; i < 12; ++i) {
            const Matrix map =
                Matrix::Identity(8, 8) - reference::jacobian(random.u, random.weights, i);
            const Eigen::VectorXcd values = stage.spectrum(i);
            ASSERT_EQ(values.size(), 8);
            for (int k = 1; k < 8; ++k) EXPECT_GE(values(k - 1).real(), values(k).real());
            Matrix power = Matrix::Identity(8, 8);
            double scale = 1.0;
            for (int k = 1; k <= 4; ++k) {
                power = power * map;
                scale = std::max(scale, power.norm());
                const std::complex<double> sum = values.array().pow(k).sum();
                EXPECT_NEAR(sum.real(), power.trace(), 1e-9 * scale) << seed << " " << i;
                EXPECT_NEAR(sum.imag(), 0.0, 1e-9 * scale);
            }
            if (strict && i < 8) EXPECT_GE((values.array() == 0.0).count(), 8 - std::max(i - 1, 0));
        }
    }
}

TEST(Stage, ScalarClosedForm) {
    // d = 1: J = 1 - a Var, boundary at Var = 1/a.
    const double a = 2.5;
    Matrix u(4, 1);
    u << -0.7, 0.4, 1.1, 0.3;
    const Stage stage(u, {Matrix::Constant(1, 1, a), Matrix::Constant(1, 1, 1.0), {}, true});
    const double q = 0.3;
    double sum = 0, mean = 0, square = 0;
    for (const double key : {-0.7, 0.4, 1.1}) {
        const double weight = std::exp(a * key * q);
        sum += weight, mean += weight * key, square += weight * key * key;
    }
    const double variance = square / sum - (mean / sum) * (mean / sum);
    EXPECT_NEAR(stage.jacobian(3)(0, 0), 1 - a * variance, 1e-14);
    EXPECT_NEAR(stage.log_det(3).value, std::log(std::abs(1 - a * variance)), 1e-13);
    EXPECT_EQ(stage.crossings(3), a * variance > 1 ? 1 : 0);
    EXPECT_NEAR(stage.sigma_min(3), std::abs(1 - a * variance), 1e-14);
}

TEST(Stage, TrivialPositions) {
    const Stage stage = random_stage(3, 5, 7, 7, 3.0).stage();
    EXPECT_FALSE(stage.has_jacobian(0));
    EXPECT_TRUE(stage.has_jacobian(1));
    EXPECT_FALSE(stage.has_margin(1));
    EXPECT_TRUE(stage.has_margin(2));
    EXPECT_EQ(stage.mean(0), Vector::Zero(7));
    EXPECT_EQ(stage.attention(0).size(), 0);
    for (const int i : {0, 1}) {
        EXPECT_TRUE(stage.jacobian(i).isIdentity(1e-15));
        EXPECT_EQ(stage.log_det(i).value, 0.0);
        EXPECT_EQ(stage.log_det(i).sign, 1);
        EXPECT_EQ(stage.crossings(i), 0);
        EXPECT_EQ(stage.sigma_min(i), 1.0);
        EXPECT_EQ(stage.gradient(i), Vector::Zero(7));
        EXPECT_EQ(stage.spectrum(i), Eigen::VectorXcd::Zero(7));
        EXPECT_FALSE(stage.margins(i).has_boundary);
        EXPECT_FALSE(stage.geometric_margin(i).value.has_value());
    }
    const Stage self = random_stage(3, 5, 7, 7, 3.0, false).stage();
    EXPECT_FALSE(self.has_jacobian(0));
    EXPECT_TRUE(self.has_margin(1));
    EXPECT_TRUE(random_stage(3, 5, 7, 7, 3.0, false, true).stage().has_jacobian(0));
}

TEST(Stage, SingularJacobianIsMinusInfinity) {
    // Values scaled so that one eigenvalue of Cov(v,u) A is exactly 1: two tokens at -1 and 1 with
    // equal weights have variance 1.
    Matrix u(3, 1);
    u << -1.0, 1.0, 0.0;
    const Stage stage(u, {Matrix::Identity(1, 1), Matrix::Identity(1, 1), {}, true});
    EXPECT_EQ(stage.log_det(2).value, -std::numeric_limits<double>::infinity());
    EXPECT_EQ(stage.log_det(2).sign, 0);
    EXPECT_EQ(stage.margins(2).det, 0.0);
    EXPECT_EQ(stage.sigma_min(2), 0.0);
    EXPECT_EQ(stage.geometric_margin(2).value.value_or(-1.0), 0.0);
    // The same in 40 dimensions, through the dual.
    Matrix wide = Matrix::Zero(3, 40);
    wide(0, 5) = -1.0;
    wide(1, 5) = 1.0;
    const double scale = std::pow(40.0, 0.25);
    const Stage dual(
        wide, {scale * Matrix::Identity(40, 40), scale * Matrix::Identity(40, 40), {}, true});
    EXPECT_LE(dual.log_det(2).value, -30.0);
    EXPECT_LE(dual.sigma_min(2), 1e-14);
}

TEST(Stage, MovingAndAppendingEqualBuildingAnew) {
    RandomStage random = random_stage(9, 12, 6, 4, 2.0, true, true);
    Stage stage(random.u.topRows(11), random.weights);
    stage.append(random.u.row(11));
    EXPECT_EQ(stage.positions(), 12);
    random.u.row(4) *= -0.5;
    stage.set_embedding(4, random.u.row(4));
    const Stage fresh = random.stage();
    for (int i = 0; i < 12; ++i) {
        EXPECT_NEAR(stage.log_det(i).value, fresh.log_det(i).value, 1e-12);
        EXPECT_LE((stage.gradient(i) - fresh.gradient(i)).norm(),
                  1e-10 * std::max(1.0, fresh.gradient(i).norm()));
    }
}

TEST(Stage, PlaneEqualsPointByPoint) {
    for (const Case& c : {Case{30, 40, 40, 2.0, true, false}, Case{40, 6, 6, 2.0, true, true},
                          Case{64, 2, 2, 2.0, true, false}, Case{10, 8, 8, 2.0, false, true},
                          Case{2, 8, 8, 2.0, true, false}}) {
        const RandomStage random = make(c, 77);
        const Stage stage = random.stage();
        const int i = c.positions - 1;
        std::mt19937_64 rng(1);
        const Vector e1 = reference::random_matrix(rng, c.width, 1, 1.0);
        const Vector e2 = reference::random_matrix(rng, c.width, 1, 1.0);
        const Vector origin = random.u.row(i);
        const std::vector<double> xs = {-1.0, -0.2, 0.0, 0.7, 1.5}, ys = {-0.5, 0.1, 2.0};
        std::vector<float> logdet(15);
        std::vector<std::int8_t> sign(15);
        stage.log_det_on_plane(i, origin, e1, e2, xs, ys, logdet, sign);
        for (std::size_t at = 0; at < 15; ++at) {
            const Vector query = origin + xs[at % 5] * e1 + ys[at / 5] * e2;
            const LogDet expected =
                reference::log_det(reference::jacobian_at(random.u, random.weights, i, query));
            EXPECT_NEAR(logdet[at], expected.value, 1e-5 * std::max(1.0, std::abs(expected.value)));
            EXPECT_EQ(sign[at], expected.sign);
        }
    }
}

TEST(Stage, WrongInputIsRefusedWithASentence) {
    const Matrix u = Matrix::Ones(4, 3);
    const Matrix w = Matrix::Identity(3, 3);
    const auto refuses = [](const Matrix& x, const StageWeights& weights, const std::string& part) {
        try {
            Stage stage(x, weights);
            ADD_FAILURE() << "accepted: " << part;
        } catch (const UserError& error) {
            EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
        }
    };
    refuses(Matrix(0, 3), {w, w, {}, true}, "at least one embedding");
    refuses(u, {Matrix::Ones(2, 4), w, {}, true}, "W_Q");
    refuses(u, {w, Matrix::Ones(2, 3), {}, true}, "W_K");
    refuses(u, {w, w, Matrix::Ones(2, 3), true}, "W_V");
    Matrix bad = u;
    bad(2, 1) = std::numeric_limits<double>::quiet_NaN();
    refuses(bad, {w, w, {}, true}, "NaN in row 2, column 1");
    bad(2, 1) = std::numeric_limits<double>::infinity();
    refuses(bad, {w, w, {}, true}, "infinite");
    refuses(u, {w, bad.topRows(3), {}, true}, "W_K");
    Stage stage(u, {w, w, {}, true});
    EXPECT_THROW(stage.append(Vector::Ones(2)), UserError);
    EXPECT_THROW(stage.set_embedding(1, Vector::Constant(3, std::nan(""))), UserError);
}

TEST(Stage, OverflowIsNanNotAHang) {
    const Matrix u = 1e200 * reference::random_stage(1, 6, 4, 4, 1.0).u;
    const Stage stage(u, {1e200 * Matrix::Identity(4, 4), Matrix::Identity(4, 4), {}, true});
    const PositionMargins m = stage.margins(5);
    EXPECT_TRUE(std::isnan(m.logdet.value));
    EXPECT_TRUE(std::isnan(m.sigma_min));
    EXPECT_FALSE(stage.geometric_margin(5).value.has_value());
}

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
    const Eigen::MatrixXd inverse = (Eigen::MatrixXd::Identity(n, n) - d * g).inverse();
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
