// Margins as they are displayed, by the quick ways, against the direct ones.
#include <gtest/gtest.h>

#include <limits>

#include "core/reference_attention.h"
#include "core/stage/stage.h"

namespace marginscope {
namespace {

using reference::random_stage;
using reference::RandomStage;

TEST(DisplayedMargins, SigmaMinOfStages) {
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
            const double expected = reference::singular_values(stage.jacobian(i)).minCoeff();
            EXPECT_NEAR(stage.sigma_min(i), expected, 1e-10 * expected);
            const PositionMargins margins = stage.margins(i);
            EXPECT_NEAR(margins.sigma_min, expected, 1e-10 * expected);
            EXPECT_NEAR(margins.logdet.value, stage.log_det_primal(i).value, 1e-9);
            EXPECT_EQ(margins.logdet.sign, stage.log_det_primal(i).sign);
            EXPECT_EQ(margins.crossings, stage.crossings(i));
        }
    }
}

// What is displayed, by the quick route, against the direct one: an LU of J, its whole SVD, all its
// eigenvalues.
TEST(DisplayedMargins, AreThoseOfTheDirectRoute) {
    for (const auto& [positions, width, gain] :
         {std::tuple{40, 48, 1.0}, {40, 48, 2.0}, {30, 12, 1.5}, {24, 33, 0.3}}) {
        const reference::RandomStage random = reference::random_stage(
            static_cast<std::uint64_t>(width), positions, width, width, gain);
        Stage stage(random.u.topRows(positions / 2), random.weights);
        for (int i = positions / 2; i < positions; ++i) stage.append(random.u.row(i));
        for (int i = 2; i < positions; ++i) {
            const Matrix j = stage.jacobian(i);
            const Vector sigma = reference::singular_values(j);
            const double condition = sigma(0) / sigma(width - 1);
            const PositionMargins found = stage.margins(i);
            const LogDet logdet = reference::log_det(j);
            EXPECT_NEAR(found.logdet.value, logdet.value, 1e-12 * std::max(1.0, condition));
            EXPECT_EQ(found.logdet.sign, logdet.sign);
            EXPECT_NEAR(found.sigma_min, sigma(width - 1), 1e-12 * sigma(0));
            int crossings = 0;
            const Matrix map = Matrix::Identity(width, width) - j;
            for (const std::complex<double>& value : reference::eigenvalues(map))
                crossings += value.imag() == 0.0 && value.real() > 1.0;
            EXPECT_EQ(found.crossings, crossings) << i;
        }
    }
}

}  // namespace
}  // namespace marginscope
