// A stage's own laws: every position, trivial ones, singular ones, changes, and what is refused.
#include "core/stage/stage.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>

#include "core/reference_attention.h"

namespace marginscope {
namespace {

using reference::random_stage;
using reference::RandomStage;

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
        EXPECT_NEAR(m.sigma_min, reference::singular_values(j).minCoeff(), 1e-12);
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

TEST(Stage, StagesOfOneFormGrowByRowsThatTheyShare) {
    for (const bool own_values : {false, true}) {
        const RandomStage random = random_stage(10, 9, 6, 4, 2.0, true, own_values);
        const auto form = std::make_shared<const StageForm>(random.weights, 6);
        const Matrix last = random.u.bottomRows(3), keys = form->keys(last),
                     values = form->values(last);
        Stage stage(form, random.u.topRows(6));
        Stage branch = stage;
        for (int k = 0; k < 3; ++k) stage.append({last.row(k), keys.row(k), values.row(k)});
        branch.append({last.row(2), keys.row(2), values.row(2)});
        const Stage fresh = random.stage();
        ASSERT_EQ(stage.positions(), 9);
        for (int i = 0; i < 9; ++i) {
            EXPECT_NEAR(stage.log_det(i).value, fresh.log_det(i).value, 1e-12);
            EXPECT_NEAR(stage.sigma_min(i), fresh.sigma_min(i), 1e-12);
        }
        Matrix skipped(7, 6);
        skipped << random.u.topRows(6), random.u.row(8);
        EXPECT_NEAR(branch.log_det(6).value, Stage(skipped, random.weights).log_det(6).value,
                    1e-12);
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

}  // namespace
}  // namespace marginscope
