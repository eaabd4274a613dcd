// The nearest boundary point against a search of the whole plane, and what removal does.
#include "core/playground/plane_margins.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "core/playground/position_map.h"
#include "random_playground.h"

namespace marginscope {
namespace {

// The nearest change of sign along 720 rays in steps of 0.005, bisected: no gradient, no lattice.
std::optional<double> by_rays(const PositionMap& map, PlanarPoint u, double radius) {
    const double step = 0.005;
    const bool positive = map.det(u) > 0;
    std::optional<double> best;
    for (int k = 0; k < 720; ++k) {
        const double angle = 2 * M_PI * k / 720;
        const auto same = [&](double r) {
            return (map.det({u.x + r * std::cos(angle), u.y + r * std::sin(angle)}) > 0) ==
                   positive;
        };
        for (double r = step; r < best.value_or(radius) + step; r += step) {
            if (same(r)) continue;
            double low = r - step;
            double high = r;
            for (int half = 0; half < 30; ++half) {
                const double middle = 0.5 * (low + high);
                (same(middle) ? low : high) = middle;
            }
            best = std::min(high, best.value_or(radius));
            break;
        }
    }
    return best;
}

TEST(PlaneMargins, NearestPointIsWithinOnePercentOfASearchOfThePlane) {
    int found = 0;
    for (unsigned seed = 0; seed < 60; ++seed) {
        PlaygroundDocument document = random_playground(seed, 3 + static_cast<int>(seed % 6));
        document.strict = seed % 4 != 3;
        const Stage stage = stage_of(document);
        const int i = document.size() - 1;
        const GeometricMargin margin = plane_margin(document, stage, i);
        const PlanarPoint u = document.tokens.back();
        const auto searched = by_rays(PositionMap(document, i), u, margin.searched_radius);
        SCOPED_TRACE(seed);
        ASSERT_EQ(margin.value.has_value(), searched.has_value());
        if (!searched) continue;
        EXPECT_NEAR(*margin.value, *searched, 0.01 * *searched);
        EXPECT_LE(margin.sigma_min_at_point, 1e-8);
        EXPECT_NEAR(margin.point.norm(), *margin.value, 1e-12);
        ++found;
    }
    EXPECT_GE(found, 30);
}

TEST(PlaneMargins, RadiusReachesTheFarthestCorner) {
    PlaygroundDocument document = random_playground(3);
    document.tokens.back() = {1, -2};
    EXPECT_NEAR(plane_margin(document, stage_of(document), 5).searched_radius, std::hypot(4, 5),
                1e-12);
}

// Two tokens at +-x, A = a I, the third between: Sigma along x only, so det J = 1 - a x^2 (1 -
// tanh^2(a x u)) = 0 has a closed form.
TEST(PlaneMargins, ClosedFormOfTwoTokens) {
    PlaygroundDocument document;
    document.tokens = {{-1.5, 0}, {1.5, 0}, {0.1, 0.4}};
    document.a = {1, 0, 0, 1};
    document.asked = 2;
    const double boundary = std::atanh(std::sqrt(1 - 1 / 2.25)) / 1.5;
    const std::vector<PositionMargins> all = plane_margins(document, stage_of(document));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_FALSE(all[0].has_boundary);
    EXPECT_FALSE(all[1].has_boundary);
    ASSERT_TRUE(all[2].geometric && all[2].geometric->value);
    EXPECT_NEAR(*all[2].geometric->value, boundary - 0.1, 1e-9);
    EXPECT_EQ(all[2].crossings, 1);
    EXPECT_EQ(plane_support(all), std::vector<int>{2});
}

TEST(PlaneMargins, NegativeDefiniteAHasNoBoundary) {
    for (unsigned seed = 0; seed < 10; ++seed) {
        PlaygroundDocument document = random_playground(seed);
        document.a = {-1, 0.2, 0.2, -0.5};
        for (const PositionMargins& m : plane_margins(document, stage_of(document))) {
            EXPECT_FALSE(m.geometric->value.has_value());
            EXPECT_EQ(m.crossings, 0);
        }
        EXPECT_TRUE(plane_support(plane_margins(document, stage_of(document))).empty());
    }
}

TEST(PlaneMargins, LeastTokenIsTheOneWhoseRemovalChangesLeast) {
    for (unsigned seed = 0; seed < 30; ++seed) {
        const PlaygroundDocument document = random_playground(seed, 8);
        const std::vector<int> support = plane_support(plane_margins(document, stage_of(document)));
        if (support.empty()) continue;
        const auto least = least_token(document, support);
        ASSERT_TRUE(least.has_value());
        EXPECT_NE(*least, support.front());
        const double held = stage_of(document).log_det(support.front()).value;
        const auto change = [&](int s) {
            const PlaygroundDocument less = without_token(document, s);
            const int moved = support.front() - (s < support.front() ? 1 : 0);
            return std::abs(stage_of(less).log_det(moved).value - held);
        };
        for (int s = 0; s < document.size(); ++s) {
            if (s != support.front()) {
                EXPECT_LE(change(*least), change(s) + 1e-12);
            }
        }
    }
}

TEST(PlaneMargins, WithoutATokenTheQuestionStays) {
    PlaygroundDocument document = random_playground(1, 5);
    document.asked = 3;
    EXPECT_EQ(without_token(document, 1).asked, 2);
    EXPECT_EQ(without_token(document, 4).asked, 3);
    document.asked = 4;
    EXPECT_EQ(without_token(document, 4).asked, 3);
    EXPECT_EQ(without_token(document, 0).tokens.front(), document.tokens[1]);
}

}  // namespace
}  // namespace marginscope
