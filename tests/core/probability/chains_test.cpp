// R-hat and effective sample size against ArviZ's numbers and against closed forms.
#include "core/probability/chains.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

namespace marginscope {
namespace {

/// Stationary AR(1) with autocorrelation rho^t: worth n (1 - rho) / (1 + rho) independent draws.
std::vector<std::vector<double>> autoregressive(unsigned seed, int chains, int draws, double rho) {
    std::mt19937 rng(seed);
    std::normal_distribution<double> normal;
    std::vector<std::vector<double>> out;
    for (int c = 0; c < chains; ++c) {
        std::vector<double> chain = {normal(rng)};
        while (static_cast<int>(chain.size()) < draws)
            chain.push_back(rho * chain.back() + std::sqrt(1.0 - rho * rho) * normal(rng));
        out.push_back(std::move(chain));
    }
    return out;
}

TEST(Chains, AreDiagnosedAsArviZDoes) {
    std::ifstream file(MARGINSCOPE_SOURCE_DIR "/tests/golden/chains.json");
    const nlohmann::json golden = nlohmann::json::parse(file);
    ASSERT_GE(golden.at("cases").size(), 8U);
    for (const nlohmann::json& one : golden.at("cases")) {
        const auto chains = one.at("chains").get<std::vector<std::vector<double>>>();
        const auto found = diagnose(chains);
        ASSERT_TRUE(found) << one.at("name");
        EXPECT_NEAR(found->r_hat, one.at("r_hat").get<double>(), 1e-9) << one.at("name");
        const double ess = one.at("ess").get<double>();
        EXPECT_NEAR(found->ess, ess, 1e-8 * ess) << one.at("name");
    }
}

TEST(Chains, AreWorthWhatTheirAutocorrelationTimeSays) {
    for (const double rho : {0.0, 0.5, 0.9}) {
        const auto found = diagnose(autoregressive(3, 4, 20000, rho));
        ASSERT_TRUE(found);
        const double expected = 80000.0 * (1.0 - rho) / (1.0 + rho);
        EXPECT_NEAR(found->ess / expected, 1.0, 0.08) << rho;
        EXPECT_NEAR(found->r_hat, 1.0, 0.005) << rho;
    }
}

TEST(Chains, ThatDifferInPlaceOrSpreadAreTold) {
    auto chains = autoregressive(5, 4, 1000, 0.0);
    ASSERT_LT(diagnose(chains)->r_hat, 1.01);
    auto moved = chains;
    for (double& value : moved[2]) value += 1.0;
    EXPECT_GT(diagnose(moved)->r_hat, 1.05);
    auto widened = chains;
    for (double& value : widened[2]) value *= 3.0;
    EXPECT_GT(diagnose(widened)->r_hat, 1.05);
    // A trend within chains that agree: seen by their halves.
    for (auto& chain : chains)
        for (std::size_t t = 0; t < chain.size(); ++t) chain[t] += static_cast<double>(t) / 500.0;
    EXPECT_GT(diagnose(chains)->r_hat, 1.05);
}

TEST(Chains, DependOnTheRanksAlone) {
    auto chains = autoregressive(7, 2, 101, 0.4);
    const auto plain = diagnose(chains);
    for (auto& chain : chains)
        for (double& value : chain) value = std::exp(3.0 * value);
    EXPECT_DOUBLE_EQ(diagnose(chains)->ess, plain->ess);
}

TEST(Chains, HaveNoDiagnosisWhereNoneIsDefined) {
    using Chains = std::vector<std::vector<double>>;
    EXPECT_FALSE(diagnose(Chains{}));
    EXPECT_FALSE(diagnose(Chains{{1.0, 2.0, 3.0}}));
    EXPECT_FALSE(diagnose(Chains{{1.0, 2.0, 3.0, 4.0}, {1.0, 2.0, 3.0}}));
    EXPECT_FALSE(diagnose(Chains{{2.0, 2.0, 2.0, 2.0}, {2.0, 2.0, 2.0, 2.0}}));
    EXPECT_FALSE(diagnose(Chains{{1.0, 1.0, 1.0, 1.0}, {2.0, 2.0, 2.0, 2.0}}));
    EXPECT_FALSE(diagnose(Chains{{1.0, 2.0, std::numeric_limits<double>::quiet_NaN(), 4.0}}));
    EXPECT_TRUE(diagnose(Chains{{1.0, 2.0, 3.0, 5.0, 4.0, 2.0, 3.0, 1.0}}));
}

TEST(Chains, NormalQuantileInvertsTheDistribution) {
    for (const double z : {-8.0, -3.0, -1.0, -0.1, 0.0, 0.4, 1.959963984540054, 5.0}) {
        const double p = 0.5 * std::erfc(-z / std::sqrt(2.0));
        EXPECT_NEAR(normal_quantile(p), z, z < 3.0 ? 1e-12 : 1e-9) << z;
    }
}

}  // namespace
}  // namespace marginscope
