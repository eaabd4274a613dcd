// `marginscope stage` as a user runs it: which positions say what, and what each null means.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "process.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::TemporaryFolder;

class StageCommand : public ::testing::Test {
protected:
    json document(const json& input, std::vector<std::string> flags = {}) {
        const std::string file = folder_.path() / "stage.json";
        std::ofstream(file) << input;
        std::vector<std::string> arguments = {"stage", file};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        const Outcome outcome = Process(arguments, folder_.path()).wait();
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return json::parse(outcome.out, nullptr, false);
    }

    static json random_rows(int rows, int columns, std::uint64_t seed) {
        std::mt19937_64 rng(seed);
        std::normal_distribution<double> normal;
        json all = json::array();
        for (int r = 0; r < rows; ++r) {
            json row = json::array();
            for (int c = 0; c < columns; ++c) row.push_back(normal(rng));
            all.push_back(row);
        }
        return all;
    }

    TemporaryFolder folder_;
};

TEST_F(StageCommand, TheSecondTokenOfAStageThatAttendsToItselfIsASupportToken) {
    json u = random_rows(6, 3, 1);
    u[0] = {4, 0, 0};
    u[1] = {-4, 0, 0};
    const json one = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    json input = {{"u", u}, {"W_Q", one}, {"W_K", one}, {"strict", false}};
    json out = document(input);
    EXPECT_LT(out["positions"][1]["logdet"].get<double>(), -20.0);
    EXPECT_EQ(out["support"][0], 1);
    EXPECT_TRUE(out["positions"][1]["geometric"].is_object());
    input["strict"] = true;
    out = document(input);
    for (const json& position : out["support"]) EXPECT_GE(position, 2);
}

TEST_F(StageCommand, PositionsWithoutABoundaryAreTrivialAndComplete) {
    const json input = {
        {"u", random_rows(5, 9, 2)}, {"W_Q", random_rows(9, 9, 3)}, {"W_K", random_rows(9, 9, 4)}};
    const json out = document(input);
    EXPECT_TRUE(out["positions"][0].is_null());
    const json& second = out["positions"][1];
    EXPECT_EQ(second["det"], 1.0);
    EXPECT_EQ(second["logdet"], 0.0);
    EXPECT_EQ(second["sign"], 1);
    EXPECT_EQ(second["sigma_min"], 1.0);
    EXPECT_EQ(second["crossings"], 0);
    EXPECT_TRUE(second["geometric"].is_null());
    for (int i = 1; i < 5; ++i) {
        const json& values = out["positions"][i]["eigenvalues"];
        ASSERT_EQ(values.size(), 9u);
        EXPECT_GE(std::count(values.begin(), values.end(), json{0.0, 0.0}), 9 - (i - 1));
    }
}

TEST_F(StageCommand, NotSearchedAndNotFoundDiffer) {
    json input = {
        {"u", random_rows(8, 4, 5)}, {"W_Q", random_rows(4, 4, 6)}, {"W_K", random_rows(4, 4, 7)}};
    const json none = document(input, {"--geometric", "none"});
    const json near = document(input, {"--geometric", "support", "--support", "2"});
    const json all = document(input);
    EXPECT_EQ(none["support"], all["support"]);
    const json& support = near["support"];
    for (int i = 2; i < 8; ++i) {
        const json& skipped = none["positions"][i]["geometric"];
        EXPECT_TRUE(skipped["value"].is_null());
        EXPECT_TRUE(skipped["searched_radius"].is_null());
        const json& searched = all["positions"][i]["geometric"];
        EXPECT_TRUE(searched["searched_radius"].is_number());
        EXPECT_NEAR(skipped["first_order"].get<double>(), searched["first_order"].get<double>(),
                    1e-9 * searched["first_order"].get<double>());
        const bool chosen = std::find(support.begin(), support.end(), i) != support.end();
        EXPECT_EQ(near["positions"][i]["geometric"], chosen ? searched : skipped);
    }
    // A negative definite A has no boundary at all: looked for, not found.
    const json minus = {{-1, 0}, {0, -1}}, plus = {{1, 0}, {0, 1}};
    input = {{"u", random_rows(5, 2, 8)}, {"W_Q", minus}, {"W_K", plus}};
    const json away = document(input);
    for (int i = 2; i < 5; ++i) {
        EXPECT_TRUE(away["positions"][i]["geometric"]["value"].is_null());
        EXPECT_TRUE(away["positions"][i]["geometric"]["searched_radius"].is_number());
    }
}

TEST_F(StageCommand, AWideStageAnswersWithoutTheSearch) {
    const json input = {{"u", random_rows(120, 64, 9)},
                        {"W_Q", random_rows(16, 64, 10)},
                        {"W_K", random_rows(16, 64, 11)}};
    const json out = document(input, {"--geometric", "none"});
    ASSERT_EQ(out["positions"].size(), 120u);
    EXPECT_EQ(out["support"].size(), 5u);
}

}  // namespace
}  // namespace marginscope
