// `margins` and `decode` on the small trained model: windows, sides, units, unknown characters.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "files/paths.h"
#include "process.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::TemporaryFolder;

Outcome run(const std::vector<std::string>& arguments) {
    const TemporaryFolder folder;
    return Process(arguments, folder.path()).wait();
}

const std::string kText =
    "Once there was a small boy called Tom. He had a red kite and a brown dog. The dog ran to the "
    "old tree near the house, and the boy ran after it with his kite.";

json margins(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "margins");
    arguments.insert(arguments.end(), {"--json", "-"});
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return json::parse(outcome.out);
}

TEST(TextMargins, EachPositionSaysItsWindowAndTheSecondIsTheIdentity) {
    const json report = margins({"--prompt", kText});
    EXPECT_EQ(report["window_rule"], "half");
    ASSERT_EQ(report["positions"].size(), kText.size());
    for (const json& position : report["positions"]) {
        const int begin = position["window"][0], i = position["i"];
        EXPECT_LT(i, begin + position["window"][1].get<int>());
        if (i >= 32) EXPECT_GE(i - begin, 32) << "half a context or more before it";
        EXPECT_EQ(position["logdet"].is_null(), i == 0);
    }
    const json& second = report["positions"][1];
    EXPECT_EQ(second["logdet"], 0);
    EXPECT_EQ(second["sign"], 1);
    EXPECT_EQ(second["sigma_min"], 1);
    EXPECT_EQ(second["crossings"], 0);
    EXPECT_TRUE(second["geometric"].is_null());
    const json all = margins({"--prompt", kText, "--support", "10000"});
    EXPECT_EQ(std::count(all["support"].begin(), all["support"].end(), 1), 0);
}

TEST(TextMargins, NumbersDoNotDependOnWhatFollowsOrOnHowManyAreMeasured) {
    const json whole = margins({"--prompt", kText});
    const json shorter = margins({"--prompt", kText.substr(0, 101)});
    const json some = margins({"--prompt", kText, "--max-positions", "100"});
    EXPECT_LE(some["positions"].size(), 100u);
    for (const json* part : {&shorter, &some})
        for (const json& position : (*part)["positions"]) {
            const json& same = whole["positions"][position["i"].get<std::size_t>()];
            EXPECT_EQ(position["window"][0], same["window"][0]);
            EXPECT_EQ(position["logdet"], same["logdet"]);
            EXPECT_EQ(position["crossings"], same["crossings"]);
        }
}

TEST(TextMargins, TheModelIsAFileThatOpens) {
    const json report = margins({"--prompt", "abc def"});
    const std::string model = report["model"];
    EXPECT_TRUE(std::filesystem::path(model).is_absolute());
    EXPECT_EQ(margins({"--prompt", "abc def", "--model", model}), report);
}

TEST(TextMargins, SlidingWindowsSayTheirCostFirst) {
    const Outcome sliding = run(
        {"margins", "--prompt", kText, "--windows", "slide", "--geometric", "none", "--json", "-"});
    EXPECT_EQ(sliding.code, 0) << sliding.err;
    EXPECT_NE(sliding.err.find("--windows slide reads"), std::string::npos) << sliding.err;
    const json report = json::parse(sliding.out);
    EXPECT_EQ(report["window_rule"], "slide");
    for (const json& position : report["positions"])
        EXPECT_EQ(position["window"][0], std::max(0, position["i"].get<int>() - 63));
}

TEST(TextMargins, CharactersTheModelDoesNotKnowAreSaid) {
    const Outcome decoded = run({"decode", "--prompt", "The \u4f60\u597d", "--tokens", "3"});
    EXPECT_EQ(decoded.code, 0);
    EXPECT_NE(decoded.err.find("2 characters of the prompt are unknown"), std::string::npos)
        << decoded.err;
    const Outcome measured = run({"margins", "--prompt", "The cat\u4f60", "--json", "-"});
    EXPECT_NE(measured.err.find("1 character of the text is unknown"), std::string::npos)
        << measured.err;
    EXPECT_EQ(json::parse(measured.out)["unknown"], 1);
    const Outcome known = run({"decode", "--prompt", "The ", "--tokens", "3"});
    EXPECT_EQ(known.err.find("unknown"), std::string::npos) << known.err;
}

TEST(TextMargins, TheLeastMarginIsInTheUnitOfItsKind) {
    // The model without a barrier: the other one writes nothing beyond.
    const std::string model = asset_path(kPlainModelAsset).string();
    for (const std::string kind : {"determinant", "singular"})
        for (const bool beyond : {false, true}) {
            const std::string least = kind == "determinant" ? "-3" : "0.02";
            std::vector<std::string> arguments = {
                "decode",       "--prompt", "The ",   "--tokens", "40",      "--kind", kind,
                "--min-margin", least,      "--json", "-",        "--model", model};
            if (beyond) arguments.push_back("--allow-beyond");
            const Outcome outcome = run(arguments);
            ASSERT_EQ(outcome.code, 0) << outcome.err;
            int crossed = 0;
            const json result = json::parse(outcome.out);
            ASSERT_EQ(result["tokens"].size(), 40U);
            for (const json& token : result["tokens"]) {
                EXPECT_GE(token["margin"].get<double>(), std::stod(least));
                crossed += token["crossings"].get<int>() > 0;
            }
            EXPECT_EQ(crossed > 0, beyond) << kind;
        }
}

}  // namespace
}  // namespace marginscope
