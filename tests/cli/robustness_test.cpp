// Figures of the Robustness workspace: their numbers are those of `noise` and `fragility`, to the
// last digit, and the command in a file makes it again.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "process.h"
#include "support/csv_reader.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::read_text;
using testing_support::TemporaryFolder;
using Rows = std::vector<std::vector<std::string>>;

class RobustnessFigures : public testing::Test {
protected:
    Outcome run(const std::vector<std::string>& arguments) {
        return Process(arguments, folder_.path()).wait();
    }
    std::string path(const std::string& name) { return (folder_.path() / name).string(); }

    Rows drawn(const std::string& panel, const json& wish) {
        const Outcome outcome = run({"render", "robustness", "--panel", panel, "--measure",
                                     wish.dump(), "--out", path(panel + ".csv")});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        Rows rows = read_csv(read_text(path(panel + ".csv")));
        while (!rows.empty() && rows[0][0].starts_with("# ")) rows.erase(rows.begin());
        return rows;
    }

    TemporaryFolder folder_;
};

json wish(const char* part) {
    return {{"command", "start_robustness"},
            {"parts", {{part, true}}},
            {"settings",
             {{"sigmas", {0, 0.5}},
              {"draws", 2},
              {"max_windows", 6},
              {"seed", 3},
              {"positions", 400},
              {"directions", 2}}}};
}

TEST_F(RobustnessFigures, ALossIsThatOfNoise) {
    const Rows rows = drawn("loss", wish("noise"));
    const Outcome listed = run({"noise", "--sigmas", "0,0.5", "--relative", "--draws", "2",
                                "--max-windows", "6", "--seed", "3", "--json", "-"});
    ASSERT_EQ(listed.code, 0) << listed.err;
    const json points = json::parse(listed.out).at("curves").at(0).at("points");
    ASSERT_EQ(rows.size(), 1 + points.size());
    for (std::size_t k = 0; k < points.size(); ++k) {
        EXPECT_EQ(std::stod(rows[k + 1][2]), points[k].at("sigma").get<double>());
        EXPECT_EQ(std::stod(rows[k + 1][3]), points[k].at("ce").get<double>());
        EXPECT_EQ(std::stod(rows[k + 1][4]), points[k].at("ce_low").get<double>());
        EXPECT_EQ(std::stod(rows[k + 1][5]), points[k].at("ce_high").get<double>());
    }
    const std::string first = read_text(path("loss.csv"));
    const std::size_t begin = first.find("# command: marginscope ");
    ASSERT_NE(begin, std::string::npos);
    const std::string command = first.substr(begin + 23, first.find('\n', begin) - begin - 23);
    std::filesystem::remove(path("loss.csv"));
    ASSERT_EQ(
        std::system((std::string(MARGINSCOPE_PROGRAM) + " " + command + " > /dev/null").c_str()), 0)
        << command;
    EXPECT_EQ(read_text(path("loss.csv")), first) << command;
}

TEST_F(RobustnessFigures, ThePlacesAreThoseOfFragility) {
    const Rows rows = drawn("fragility", wish("fragility"));
    const Outcome listed = run(
        {"fragility", "--max-positions", "400", "--directions", "2", "--seed", "3", "--json", "-"});
    ASSERT_EQ(listed.code, 0) << listed.err;
    const json positions = json::parse(listed.out).at("positions");
    ASSERT_EQ(rows.size(), 1 + positions.size());
    for (std::size_t k = 0; k < positions.size(); ++k) {
        EXPECT_EQ(std::stoll(rows[k + 1][0]), positions[k].at("i").get<std::int64_t>());
        EXPECT_EQ(rows[k + 1][3], std::to_string(positions[k].at("window")[0].get<int>()));
        if (positions[k].at("sigma").is_number()) {
            EXPECT_EQ(std::stod(rows[k + 1][4]), positions[k].at("sigma").get<double>());
        }
    }
}

TEST_F(RobustnessFigures, WrongUseIsOneSentence) {
    const auto refused = [&](const std::vector<std::string>& arguments, const char* words) {
        const Outcome outcome = run(arguments);
        EXPECT_NE(outcome.code, 0);
        EXPECT_NE(outcome.err.find(words), std::string::npos) << outcome.err;
        EXPECT_EQ(outcome.out, "");
    };
    refused({"render", "path", "--measure", "{}", "--out", path("x.png")}, "workspace robustness");
    refused({"render", "robustness", "--measure", R"({"command": "jump_over"})", "--out",
             path("x.png")},
            "jump_over");
    json gone = wish("noise");
    gone["settings"]["models"] = {path("gone.safetensors")};
    refused({"render", "robustness", "--panel", "loss", "--measure", gone.dump(), "--out",
             path("x.svg")},
            "gone.safetensors");
    EXPECT_FALSE(std::filesystem::exists(path("x.svg")));
}

}  // namespace
}  // namespace marginscope
