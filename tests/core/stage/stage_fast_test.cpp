// The stage's fast ways (Lanczos on the inverse, many factorisations at once) against slow ones.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <limits>

#include "core/linear/log_det.h"
#include "core/linear/rows.h"
#include "core/linear/spectra.h"
#include "core/reference_attention.h"

namespace marginscope {
namespace {

using reference::random_matrix;
using reference::random_stage;

double sigma_min_by_svd(const Matrix& a) {
    return Eigen::BDCSVD<Eigen::MatrixXd>(a).singularValues().minCoeff();
}

// A matrix with the given singular values and random singular vectors.
Matrix with_singular_values(std::mt19937_64& rng, const Vector& sigma) {
    const Eigen::Index n = sigma.size();
    const auto rotation = [&] {
        const Eigen::MatrixXd x = random_matrix(rng, static_cast<int>(n), static_cast<int>(n), 1.0);
        return Eigen::MatrixXd(Eigen::HouseholderQR<Eigen::MatrixXd>(x).householderQ());
    };
    return rotation() * sigma.asDiagonal() * rotation();
}

TEST(StageFast, SigmaMinOfClusteredSpectra) {
    std::mt19937_64 rng(11);
    Vector sigma = Vector::LinSpaced(96, 0.5, 3.0);
    for (const double apart : {0.0, 1e-12, 1e-9, 1e-7, 1e-5, 1e-3}) {
        for (int k = 0; k < 4; ++k) sigma(k) = 0.2 * (1.0 + k * apart);
        const Matrix a = with_singular_values(rng, sigma);
        EXPECT_NEAR(linear::smallest_singular_value(a) / 0.2, 1.0, 1e-10) << apart;
    }
    // All of them alike, where nothing converges quickly.
    for (int k = 0; k < 96; ++k) sigma(k) = 1.0 + 1e-4 * k;
    EXPECT_NEAR(linear::smallest_singular_value(with_singular_values(rng, sigma)), 1.0, 1e-10);
    EXPECT_NEAR(linear::smallest_singular_value(Matrix::Identity(96, 96)), 1.0, 1e-14);
}

TEST(StageFast, SigmaMinNearSingular) {
    std::mt19937_64 rng(12);
    Vector sigma = Vector::LinSpaced(64, 1.0, 2.0);
    for (const double smallest : {0.0, 1e-15, 1e-12, 1e-8, 1e-4, 1e-2}) {
        sigma(0) = smallest;
        const Matrix a = with_singular_values(rng, sigma);
        EXPECT_NEAR(linear::smallest_singular_value(a), smallest,
                    std::max(1e-10 * smallest, 1e-14 * 64));
    }
    Matrix a = with_singular_values(rng, sigma);
    a.row(5) = a.row(9);
    EXPECT_LE(linear::smallest_singular_value(a), 1e-13);
    a(3, 4) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(std::isnan(linear::smallest_singular_value(a)));
    a(3, 4) = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(std::isnan(linear::smallest_singular_value(a)));
}

TEST(StageFast, SigmaMinOfStages) {
    struct Shape {
        int positions, width, rows;
        double gain;
        bool strict, own_values;
    };
    for (const Shape& s :
         {Shape{64, 128, 128, 0.02, true, false}, Shape{64, 128, 128, 2.0, true, false},
          Shape{64, 128, 16, 4.0, true, true}, Shape{3, 128, 128, 3.0, true, false},
          Shape{60, 48, 48, 2.0, true, false}, Shape{30, 40, 40, 2.0, false, true}}) {
        const auto random =
            random_stage(31, s.positions, s.width, s.rows, s.gain, s.strict, s.own_values);
        const Stage stage = random.stage();
        for (int i = s.positions - 1; i > 1; i = i / 2) {
            const double expected = sigma_min_by_svd(stage.jacobian(i));
            EXPECT_NEAR(stage.sigma_min(i), expected, 1e-10 * expected);
            const PositionMargins margins = stage.margins(i);
            EXPECT_NEAR(margins.sigma_min, expected, 1e-10 * expected);
            EXPECT_NEAR(margins.logdet.value, stage.log_det_primal(i).value, 1e-9);
            EXPECT_EQ(margins.logdet.sign, stage.log_det_primal(i).sign);
            EXPECT_EQ(margins.crossings, stage.crossings(i));
        }
    }
}

TEST(StageFast, InverseOfEverySize) {
    std::mt19937_64 rng(13);
    for (int n = 1; n <= 40; ++n) {
        const Matrix a = random_matrix(rng, n, n, 1.0);
        Matrix inverse = a;
        const LogDet det = linear::invert_in_place(inverse);
        EXPECT_NEAR(det.value, linear::log_det(a).value, 1e-10);
        EXPECT_EQ(det.sign, linear::log_det(a).sign);
        EXPECT_LE((a * inverse - Matrix::Identity(n, n)).norm(), 1e-13 * reference::condition(a));
    }
    Matrix zero = Matrix::Zero(5, 5);
    EXPECT_EQ(linear::invert_in_place(zero).sign, 0);
}

TEST(StageFast, ProductsOfEverySize) {
    std::mt19937_64 rng(14);
    for (const int n : {1, 3, 4, 9, 17}) {
        for (const int d : {1, 7, 8, 33}) {
            const Matrix a = random_matrix(rng, n, d, 1.0), b = random_matrix(rng, n + 2, d, 1.0);
            EXPECT_LE((linear::times_transposed(a, b) - a * b.transpose()).norm(), 1e-13);
            const Vector x = random_matrix(rng, d, 1, 1.0), w = random_matrix(rng, n, 1, 1.0);
            Vector y(n), z = x;
            linear::multiply(linear::Rows(a), x.data(), y.data());
            linear::add_transposed(linear::Rows(a), w.data(), z.data());
            EXPECT_LE((y - a * x).norm(), 1e-13);
            EXPECT_LE((z - x - a.transpose() * w).norm(), 1e-13);
        }
    }
}

// A row of neighbours, of strangers (the shared order of rows serves few of them), and points
// whose attention overflows.
TEST(StageFast, PlaneOfEveryWidth) {
    for (const int positions : {3, 6, 9, 18, 41, 64}) {
        const auto random = random_stage(41, positions, 48, 48, 3.0);
        const Stage stage = random.stage();
        const int i = positions - 1;
        std::mt19937_64 rng(3);
        const Vector e1 = random_matrix(rng, 48, 1, 1.0), e2 = random_matrix(rng, 48, 1, 1.0);
        const Vector origin = random.u.row(i);
        for (const double reach : {0.3, 3.0, 100.0}) {
            std::vector<double> xs, ys = {-0.5 * reach, 0.2 * reach};
            for (int k = 0; k < 21; ++k) xs.push_back(reach * (0.1 * k - 1.0));
            std::vector<float> logdet(42);
            std::vector<std::int8_t> sign(42);
            stage.log_det_on_plane(i, origin, e1, e2, xs, ys, logdet, sign);
            for (std::size_t at = 0; at < 42; ++at) {
                const LogDet expected = reference::log_det(
                    stage.jacobian_at(i, origin + xs[at % 21] * e1 + ys[at / 21] * e2));
                EXPECT_NEAR(logdet[at], expected.value,
                            2e-6 * std::max(1.0, std::abs(expected.value)));
                EXPECT_EQ(sign[at], expected.sign);
            }
        }
    }
}

TEST(StageFast, PlaneThroughSingularAndOverflowingPoints) {
    // Two tokens at -1 and 1: variance 1 at the middle, so that J is singular just there.
    Matrix u = Matrix::Zero(3, 4);
    u(0, 0) = -1.0;
    u(1, 0) = 1.0;
    const double scale = std::sqrt(2.0);
    const Stage stage(u,
                      {scale * Matrix::Identity(4, 4), Matrix::Identity(4, 4) * scale, {}, true});
    const std::vector<double> xs = {-1.0, 0.0, 1.0, 1e308}, ys = {0.0};
    std::vector<float> logdet(4);
    std::vector<std::int8_t> sign(4, 5);
    const Vector e1 = 10.0 * Vector::Unit(4, 0), e2 = Vector::Unit(4, 1);
    stage.log_det_on_plane(2, Vector::Zero(4), e1, e2, xs, ys, logdet, sign);
    EXPECT_TRUE(logdet[1] < -30.0f);
    EXPECT_EQ(sign[0], 1);
    EXPECT_EQ(sign[2], 1);
    EXPECT_TRUE(std::isnan(logdet[3]));
    EXPECT_EQ(sign[3], 0);
}

TEST(StageFast, PlaneStopsBetweenRows) {
    const Stage stage = random_stage(42, 20, 24, 24, 2.0).stage();
    std::stop_source stop;
    stop.request_stop();
    const std::vector<double> xs(4, 0.0), ys(3, 0.0);
    std::vector<float> logdet(12, 7.0f);
    std::vector<std::int8_t> sign(12, 7);
    stage.log_det_on_plane(19, Vector::Zero(24), Vector::Unit(24, 0), Vector::Unit(24, 1), xs, ys,
                           logdet, sign, stop.get_token());
    for (const float value : logdet) EXPECT_EQ(value, 7.0f);
}

// What is displayed, by the quick route, against the direct one: an LU of J, its whole SVD, all its
// eigenvalues.
TEST(StageFast, DisplayedMarginsAreThoseOfTheDirectRoute) {
    for (const auto& [positions, width, gain] :
         {std::tuple{40, 48, 1.0}, {40, 48, 2.0}, {30, 12, 1.5}, {24, 33, 0.3}}) {
        const reference::RandomStage random = reference::random_stage(
            static_cast<std::uint64_t>(width), positions, width, width, gain);
        Stage stage(random.u.topRows(positions / 2), random.weights);
        for (int i = positions / 2; i < positions; ++i) stage.append(random.u.row(i));
        for (int i = 2; i < positions; ++i) {
            const Matrix j = stage.jacobian(i);
            const Vector sigma = Eigen::JacobiSVD<Matrix>(j).singularValues();
            const double condition = sigma(0) / sigma(width - 1);
            const PositionMargins found = stage.margins(i);
            const Eigen::PartialPivLU<Eigen::MatrixXd> lu(j);
            const double logdet = lu.matrixLU().diagonal().array().abs().log().sum();
            EXPECT_NEAR(found.logdet.value, logdet, 1e-12 * std::max(1.0, condition));
            EXPECT_EQ(found.logdet.sign, lu.determinant() < 0 ? -1 : 1);
            EXPECT_NEAR(found.sigma_min, sigma(width - 1), 1e-12 * sigma(0));
            int crossings = 0;
            const Matrix map = Matrix::Identity(width, width) - j;
            const Eigen::VectorXcd values =
                Eigen::EigenSolver<Eigen::MatrixXd>(map, false).eigenvalues();
            for (const std::complex<double>& value : values)
                crossings += value.imag() == 0.0 && value.real() > 1.0;
            EXPECT_EQ(found.crossings, crossings) << i;
        }
    }
}

}  // namespace
}  // namespace marginscope
