// What a path's seeds say: paired differences, and a proposal that says no more than they do.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>

#include "engine/path/path_cells.h"

namespace marginscope {
namespace {

PathCell done(double lambda, std::int64_t seed, double clean, double noisy) {
    PathCell cell;
    cell.lambda = lambda;
    cell.seed = seed;
    cell.status = CellStatus::done;
    cell.clean_ce = clean;
    cell.noisy_ce = {{0.05, noisy}};
    return cell;
}

/// At lambda 0 every seed has clean 1 and noisy 2; at `lambda` the relative differences given.
void add_seeds(std::vector<PathCell>& cells, double lambda, const std::vector<double>& clean,
               const std::vector<double>& noisy) {
    for (std::size_t k = 0; k < clean.size(); ++k) {
        const auto seed = static_cast<std::int64_t>(k);
        if (std::none_of(cells.begin(), cells.end(), [&](const PathCell& cell) {
                return cell.lambda == 0 && cell.seed == seed;
            }))
            cells.push_back(done(0, seed, 1, 2));
        cells.push_back(done(lambda, seed, 1 + clean[k], 2 * (1 + noisy[k])));
    }
}

TEST(PairedDifferences, AreOverTheSeedsThatBothHave) {
    // Differences +1 %, +2 %, +3 %: mean 2 %, spread 1 %, half width 4.303 * 1 % / sqrt(3).
    const std::vector<PathCell> cells = {done(0, 1, 1.0, 2.0),     done(0, 2, 2.0, 2.0),
                                         done(0, 3, 4.0, 2.0),     done(0.02, 1, 1.01, 1.8),
                                         done(0.02, 2, 2.04, 1.8), done(0.02, 3, 4.12, 1.8),
                                         done(0.02, 4, 9.0, 9.0)};
    const auto paired = paired_differences(cells);
    ASSERT_EQ(paired.size(), 2u);
    EXPECT_EQ(paired[0].quantity, "clean");
    EXPECT_EQ(paired[0].seeds, 3);
    EXPECT_NEAR(paired[0].mean, 0.02, 1e-12);
    EXPECT_NEAR(paired[0].spread, 0.01, 1e-12);
    EXPECT_NEAR(paired[0].high - paired[0].mean, 4.30265 * 0.01 / std::sqrt(3.0), 1e-6);
    EXPECT_EQ(paired[1].quantity, "noise 0.05");
    EXPECT_NEAR(paired[1].mean, -0.1, 1e-12);
    EXPECT_NEAR(paired[1].low, -0.1, 1e-9);
}

TEST(PairedDifferences, LeaveOutLossesThatAreNotFinite) {
    std::vector<PathCell> cells;
    add_seeds(cells, 0.02, {0.01, 0.02}, {-0.1, -0.1});
    cells.back().clean_ce = NAN;
    for (const PairedDifference& one : paired_differences(cells)) {
        EXPECT_TRUE(std::isfinite(one.mean)) << one.quantity;
        EXPECT_EQ(one.seeds, one.quantity == "clean" ? 1 : 2);
    }
}

TEST(Proposal, TakesTheMostRobustWithinTheCleanCost) {
    std::vector<PathCell> cells;
    add_seeds(cells, 0.02, {0.010, 0.011, 0.009}, {-0.150, -0.151, -0.149});
    add_seeds(cells, 0.1, {0.100, 0.101, 0.099}, {-0.400, -0.401, -0.399});
    const auto proposal = propose_lambda(cells, 0.02);
    ASSERT_TRUE(proposal.has_value());
    EXPECT_TRUE(proposal->settled);
    EXPECT_EQ(proposal->pairs, 3);
    EXPECT_DOUBLE_EQ(proposal->lambda, 0.02);
    EXPECT_NE(proposal->reason.find("-15.00 %"), std::string::npos) << proposal->reason;
    EXPECT_NE(proposal->reason.find("fewer than five"), std::string::npos) << proposal->reason;
    EXPECT_DOUBLE_EQ(propose_lambda(cells, 0.2)->lambda, 0.1);
}

TEST(Proposal, AMeanOfTheLuckySeedIsNoBenefit) {
    // Lambda 0.2 is worse at either seed; the mean of its one finished seed is below the mean of
    // both at lambda 0 all the same.
    std::vector<PathCell> cells = {done(0, 1337, 3.6348, 3.6348), done(0, 1338, 3.6426, 3.6426),
                                   done(0.2, 1337, 3.6384, 3.6384)};
    auto proposal = propose_lambda(cells, 0.02);
    ASSERT_TRUE(proposal.has_value());
    EXPECT_FALSE(proposal->settled);
    EXPECT_DOUBLE_EQ(proposal->lambda, 0.0);
    EXPECT_EQ(proposal->pairs, 1);
    EXPECT_FALSE(proposal->seeds_needed.has_value()) << "one pair has no spread";
    EXPECT_NE(proposal->reason.find("two at least"), std::string::npos) << proposal->reason;
    cells.push_back(done(0.2, 1338, 3.6470, 3.6470));
    proposal = propose_lambda(cells, 0.02);
    EXPECT_FALSE(proposal->settled) << "two pairs, +0.10 % and +0.12 %: the interval holds 0";
    EXPECT_EQ(proposal->pairs, 2);
    EXPECT_DOUBLE_EQ(proposal->lambda, 0.0);
}

TEST(Proposal, AnIntervalWithZeroInItIsNoHeadlineButSaysHowManySeeds) {
    std::vector<PathCell> cells;
    // Mean -1 %, spread 1 %: t(0.975) + t(0.8) with n - 1 degrees reaches sqrt(n) at n = 10.
    add_seeds(cells, 0.01, {0, 0, 0}, {-0.02, -0.01, 0.0});
    const auto proposal = propose_lambda(cells, 0.02);
    ASSERT_TRUE(proposal.has_value());
    EXPECT_FALSE(proposal->settled);
    EXPECT_DOUBLE_EQ(proposal->lambda, 0.0);
    ASSERT_TRUE(proposal->seeds_needed.has_value());
    EXPECT_EQ(*proposal->seeds_needed, 7);
    EXPECT_NE(proposal->reason.find("No lambda_m can be told from 0 yet"), std::string::npos);
    EXPECT_NE(proposal->reason.find("about 7 more seeds"), std::string::npos) << proposal->reason;
}

TEST(Proposal, ZeroIsSettledOnceAllOthersAreToldToBeWorse) {
    std::vector<PathCell> cells;
    add_seeds(cells, 0.02, {0, 0, 0}, {0.050, 0.051, 0.049});
    add_seeds(cells, 0.1, {0.100, 0.101, 0.099}, {-0.400, -0.401, -0.399});
    const auto proposal = propose_lambda(cells, 0.02);
    ASSERT_TRUE(proposal.has_value());
    EXPECT_TRUE(proposal->settled);
    EXPECT_DOUBLE_EQ(proposal->lambda, 0.0);
}

TEST(Proposal, NeedsLambdaZeroAndAnotherOfTheSameSeed) {
    EXPECT_FALSE(propose_lambda({done(0, 1, 1, 2)}, 0.02).has_value());
    EXPECT_FALSE(propose_lambda({done(0.01, 1, 1, 2), done(0.02, 1, 1, 2)}, 0.02).has_value());
    EXPECT_FALSE(propose_lambda({done(0, 1, 1, 2), done(0.02, 2, 1, 2)}, 0.02).has_value());
}

TEST(Proposal, EachHeadAndSigmaIsJudgedAgainstItsOwnZero) {
    const PathRecipe tied{true, "closed"}, own{false, "learned"};
    std::vector<PathCell> cells, others;
    add_seeds(cells, 0.02, {0.010, 0.011, 0.009}, {-0.300, -0.301, -0.299});
    add_seeds(others, 0.02, {0.010, 0.011, 0.009}, {-0.200, -0.201, -0.199});
    for (PathCell& cell : cells) cell.recipe = tied;
    for (PathCell& cell : others) {
        cell.recipe = own;
        cell.noisy_ce[0].second *= 0.5;  // far less fragile before any barrier
    }
    cells.insert(cells.end(), others.begin(), others.end());
    const auto paired = paired_differences(cells);
    ASSERT_EQ(paired.size(), 4u);
    for (const PairedDifference& one : paired) {
        const double noisy = one.recipe == tied ? -0.3 : -0.2;
        EXPECT_NEAR(one.mean, one.quantity == "clean" ? 0.01 : noisy, 1e-9);
        EXPECT_EQ(one.seeds, 3);
    }
    const auto proposal = propose_lambda(cells, 0.02);
    ASSERT_TRUE(proposal.has_value());
    EXPECT_TRUE(proposal->settled);
    EXPECT_DOUBLE_EQ(proposal->lambda, 0.02);
    EXPECT_EQ(proposal->recipe, own) << "0.8 nats under noise, not the 1.4 of the larger gain";
    EXPECT_TRUE(proposal->reason.starts_with("own head, sigma learned: -20.00 %"))
        << proposal->reason;
}

/// The rule once more, from the cells' own numbers and a printed table of Student's t.
struct Expected {
    double lambda = 0;
    bool settled = false;
    bool any = false;
};
Expected by_hand(const std::vector<PathCell>& cells, double cost) {
    constexpr double kStudent[] = {12.7062047, 4.3026527, 3.1824463, 2.7764451, 2.5705818};
    std::map<double, std::map<std::int64_t, std::pair<double, double>>> table;
    for (const PathCell& cell : cells)
        if (cell.status == CellStatus::done && cell.train_noise == 0)
            table[cell.lambda][cell.seed] = {*cell.clean_ce, cell.noisy_ce.at(0).second};
    Expected result;
    double best = 0;
    bool all_ruled_out = true;
    for (const auto& [lambda, seeds] : table) {
        if (lambda == 0) continue;
        std::vector<double> clean, noisy;
        for (const auto& [seed, loss] : seeds)
            if (const auto base = table[0].find(seed); base != table[0].end()) {
                clean.push_back(loss.first / base->second.first - 1);
                noisy.push_back(loss.second / base->second.second - 1);
            }
        if (noisy.empty()) continue;
        result.any = true;
        const auto bounds = [&](const std::vector<double>& d) {
            const auto n = static_cast<double>(d.size());
            double sum = 0, squares = 0;
            for (const double x : d) sum += x, squares += x * x;
            const double m = sum / n;
            if (d.size() < 2) return std::array<double, 3>{m, NAN, NAN};
            const double half = kStudent[d.size() - 2] *
                                std::sqrt(std::max(0.0, squares - n * m * m) / (n - 1) / n);
            return std::array<double, 3>{m, m - half, m + half};
        };
        const auto c = bounds(clean), y = bounds(noisy);
        if (!(y[1] > 0) && !(c[1] > cost)) all_ruled_out = false;
        if (y[2] < 0 && c[0] <= cost && y[0] < best) {
            best = y[0];
            result.lambda = lambda;
            result.settled = true;
        }
    }
    if (!result.settled && result.any) result.settled = all_ruled_out;
    return result;
}

TEST(Proposal, AgreesWithTheRuleByHandOnRandomPaths) {
    std::mt19937 generator(20);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    int settled = 0, unsettled = 0, zero = 0;
    for (int round = 0; round < 500; ++round) {
        std::vector<PathCell> cells;
        const double missing = 0.3 * uniform(generator);
        const double spread = 0.002 + 0.03 * uniform(generator);
        std::map<double, std::pair<double, double>> effect;  // of clean and noisy
        for (const double lambda : {0.01, 0.02, 0.1})
            effect[lambda] = {0.02 * normal(generator), 0.03 * normal(generator)};
        for (std::int64_t seed = 0; seed < 6; ++seed) {
            const double luck = 0.2 * normal(generator);  // large between seeds, shared by all
            for (const double lambda : {0.0, 0.01, 0.02, 0.1}) {
                const double own = lambda > 0 ? spread * normal(generator) : 0;
                PathCell cell = done(lambda, seed, (2 + luck) * (1 + effect[lambda].first + own),
                                     (3 + luck) * (1 + effect[lambda].second + own));
                if (uniform(generator) < missing) cell.status = CellStatus::running;
                cells.push_back(cell);
                cell.train_noise = 0.01;  // rivals take no part
                cell.noisy_ce[0].second *= 0.5;
                cells.push_back(cell);
            }
        }
        std::shuffle(cells.begin(), cells.end(), generator);
        const Expected expected = by_hand(cells, 0.02);
        const auto proposal = propose_lambda(cells, 0.02);
        ASSERT_EQ(proposal.has_value(), expected.any) << round;
        if (!proposal) continue;
        EXPECT_EQ(proposal->settled, expected.settled) << round << ": " << proposal->reason;
        EXPECT_DOUBLE_EQ(proposal->lambda, expected.lambda) << round << ": " << proposal->reason;
        EXPECT_FALSE(proposal->settled && proposal->seeds_needed);
        settled += proposal->settled && proposal->lambda > 0;
        zero += proposal->settled && proposal->lambda == 0;
        unsettled += !proposal->settled;
    }
    EXPECT_GT(settled, 50);
    EXPECT_GT(unsettled, 50);
    EXPECT_GT(zero, 10);
}

}  // namespace
}  // namespace marginscope
