// The SVM against scikit-learn's numbers, against its own optimality conditions, and on sets that
// are degenerate.
#include "core/playground/linear_svm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

namespace marginscope {
namespace {

using nlohmann::json;

SvmSet random_set(unsigned seed, double c) {
    std::mt19937 rng(seed);
    std::normal_distribution<double> normal;
    SvmSet set;
    set.c = c;
    const int n = 4 + static_cast<int>(seed % 50);
    const double apart = 0.1 + 0.05 * (seed % 30);
    for (int k = 0; k < n; ++k) {
        const int label = k % 2 ? 1 : -1;
        const double x = label * apart + normal(rng);
        set.points.push_back({x, 0.7 * normal(rng)});
        set.labels.push_back(label);
    }
    return set;
}

TEST(LinearSvm, FortySetsAgainstScikitLearn) {
    std::ifstream file(MARGINSCOPE_SOURCE_DIR "/tests/golden/linear_svm.json");
    const json golden = json::parse(file);
    ASSERT_EQ(golden["cases"].size(), 40U);
    for (const json& one : golden["cases"]) {
        SvmSet set;
        for (const json& p : one["points"]) set.points.push_back({p[0], p[1]});
        set.labels = one["labels"].get<std::vector<int>>();
        set.c = one["C"];
        const LinearSvm svm = solve_linear_svm(set);
        ASSERT_TRUE(svm.has_line);
        EXPECT_EQ(svm.sentence, "");
        EXPECT_NEAR(svm.w.x, one["w"][0], 1e-6);
        EXPECT_NEAR(svm.w.y, one["w"][1], 1e-6);
        EXPECT_NEAR(svm.b, one["b"], 1e-6);
        EXPECT_NEAR(svm.margin, one["margin"], 1e-6 * (1 + svm.margin));
        auto support = one["support"].get<std::vector<int>>();
        std::sort(support.begin(), support.end());
        EXPECT_EQ(svm.support, support);
        for (std::size_t k = 0; k < svm.alphas.size(); ++k) {
            EXPECT_NEAR(svm.alphas[k], one["alphas"][k], 1e-6 * std::max(1.0, set.c));
            EXPECT_NEAR(svm.slack[k], one["slack"][k], 1e-6);
        }
    }
}

// Weak duality makes the gap a bound whoever computed it; here it is computed again from w, b and
// the alphas alone.
TEST(LinearSvm, DualGapIsAtMostOneInAHundredMillion) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        for (const double c : {0.01, 0.1, 1.0, 10.0, 100.0}) {
            const SvmSet set = random_set(seed, c);
            const LinearSvm svm = solve_linear_svm(set);
            SCOPED_TRACE(seed);
            ASSERT_TRUE(svm.has_line);
            double x = 0, y = 0, sum = 0, balance = 0, slack = 0;
            for (std::size_t k = 0; k < set.points.size(); ++k) {
                const double a = svm.alphas[k] * set.labels[k];
                x += a * set.points[k].x;
                y += a * set.points[k].y;
                sum += svm.alphas[k];
                balance += a;
                EXPECT_GE(svm.alphas[k], 0.0);
                EXPECT_LE(svm.alphas[k], c);
            }
            for (std::size_t k = 0; k < set.points.size(); ++k)
                slack += std::max(
                    0.0, 1 - set.labels[k] * (x * set.points[k].x + y * set.points[k].y + svm.b));
            EXPECT_NEAR(balance, 0.0, 1e-12 * (1 + sum));
            const double primal = 0.5 * (x * x + y * y) + c * slack;
            const double dual = sum - 0.5 * (x * x + y * y);
            EXPECT_LE((primal - dual) / primal, 1e-8);
            EXPECT_GE((primal - dual) / primal, -1e-12);
            EXPECT_NEAR(svm.gap, (primal - dual) / primal, 1e-12);
            EXPECT_LE(svm.kkt, 1e-8);
            EXPECT_NEAR(svm.margin * std::hypot(svm.w.x, svm.w.y), 1.0, 1e-12);
        }
    }
}

TEST(LinearSvm, OneClassHasASentenceAndNoLine) {
    SvmSet set;
    EXPECT_NE(solve_linear_svm(set).sentence, "");
    set.points = {{0, 0}, {1, 1}};
    set.labels = {1, 1};
    const LinearSvm svm = solve_linear_svm(set);
    EXPECT_FALSE(svm.has_line);
    EXPECT_NE(svm.sentence.find("one class"), std::string::npos);
}

TEST(LinearSvm, OnePlaceHasASentenceAndNoLine) {
    SvmSet set{{{1, 1}, {1, 1}, {1, 1}}, {1, -1, 1}, 1};
    const LinearSvm svm = solve_linear_svm(set);
    EXPECT_FALSE(svm.has_line);
    EXPECT_NE(svm.sentence.find("one place"), std::string::npos);
}

TEST(LinearSvm, CoincidentPointsAreSolvedAndSaid) {
    for (const double c : {0.01, 1.0, 100.0}) {
        const LinearSvm mixed =
            solve_linear_svm({{{1, 0}, {-1, 0}, {0.2, 0}, {0.2, 0}}, {1, -1, 1, -1}, c});
        EXPECT_NE(mixed.sentence.find("different classes coincide"), std::string::npos);
        EXPECT_LE(mixed.gap, 1e-8);
        const LinearSvm twice =
            solve_linear_svm({{{1, 0}, {1, 0}, {-1, 0.5}, {-1, -0.5}}, {1, 1, -1, -1}, c});
        EXPECT_NE(twice.sentence.find("one class coincide"), std::string::npos);
        EXPECT_LE(twice.gap, 1e-8);
    }
}

TEST(LinearSvm, CollinearPointsHaveALineAtRightAnglesAndASentence) {
    for (const double c : {0.01, 1.0, 100.0}) {
        const LinearSvm svm = solve_linear_svm(
            {{{-2, -1}, {-1, -0.5}, {-0.5, -0.25}, {1, 0.5}, {2, 1}}, {-1, -1, -1, 1, 1}, c});
        ASSERT_TRUE(svm.has_line);
        EXPECT_NE(svm.sentence.find("one line"), std::string::npos);
        EXPECT_NEAR(svm.w.x - 2 * svm.w.y, 0, 1e-12);
        EXPECT_LE(svm.gap, 1e-8);
    }
}

// Four corners, one class on each diagonal: by symmetry no line is better than none.
TEST(LinearSvm, CrossedDiagonalsHaveNoLine) {
    const LinearSvm svm =
        solve_linear_svm({{{1, 1}, {-1, -1}, {1, -1}, {-1, 1}}, {1, 1, -1, -1}, 1});
    EXPECT_FALSE(svm.has_line);
    EXPECT_NE(svm.sentence.find("better than none"), std::string::npos);
}

TEST(LinearSvm, RemovingWhatIsNoSupportVectorChangesNothing) {
    int tried = 0;
    for (unsigned seed = 0; seed < 40; ++seed) {
        const SvmSet set = random_set(seed, 1);
        const LinearSvm svm = solve_linear_svm(set);
        for (std::size_t k = 0; k < set.points.size(); ++k) {
            if (svm.alphas[k] > 0) continue;
            SvmSet less = set;
            less.points.erase(less.points.begin() + static_cast<std::ptrdiff_t>(k));
            less.labels.erase(less.labels.begin() + static_cast<std::ptrdiff_t>(k));
            const LinearSvm again = solve_linear_svm(less);
            EXPECT_NEAR(again.w.x, svm.w.x, 1e-9);
            EXPECT_NEAR(again.b, svm.b, 1e-9);
            ++tried;
            break;
        }
    }
    EXPECT_GT(tried, 10);
}

// What a picture's clicks make: points on a coarse grid, many coincide or lie on lines.
TEST(LinearSvm, GridsOfPointsEndAndSayHowExactTheyAre) {
    std::mt19937 rng(11);
    std::uniform_int_distribution<int> cell(-2, 2);
    for (int round = 0; round < 300; ++round) {
        SvmSet set;
        set.c = round % 3 == 0 ? 0.01 : round % 3 == 1 ? 1.0 : 100.0;
        for (int k = 0; k < 3 + round % 20; ++k) {
            const double x = cell(rng);
            set.points.push_back({x, static_cast<double>(cell(rng))});
            set.labels.push_back(k % 2 ? 1 : -1);
        }
        const LinearSvm svm = solve_linear_svm(set);
        SCOPED_TRACE(round);
        if (svm.has_line) {
            EXPECT_LE(svm.gap, 1e-8);
        } else {
            EXPECT_NE(svm.sentence, "");
        }
    }
}

}  // namespace
}  // namespace marginscope
