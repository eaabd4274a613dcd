// `marginscope stories`: what it prints keeps its own rules, and broken sentences are counted.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "process.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::TemporaryFolder;

class StoriesCommand : public ::testing::Test {
protected:
    Outcome run(const std::vector<std::string>& arguments) {
        return Process(arguments, folder_.path()).wait();
    }
    json checked(const std::string& text, bool from_start) {
        const std::string file = folder_.path() / "text.txt";
        std::ofstream(file) << text;
        std::vector<std::string> arguments = {"stories", "--check", file, "--json", "-"};
        if (from_start) arguments.push_back("--from-start");
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return json::parse(outcome.out, nullptr, false);
    }

    TemporaryFolder folder_;
};

TEST_F(StoriesCommand, TheBuiltInStoriesKeepTheirOwnRules) {
    const Outcome stories = run({"stories"});
    EXPECT_EQ(stories.code, 0);
    EXPECT_GT(stories.out.size(), 900'000u);
    const std::string some = stories.out.substr(0, stories.out.find("\n\n", 20'000) + 2);
    json found = checked(some, true);
    EXPECT_GT(found["sentences"].get<int>(), 100);
    EXPECT_EQ(found["well_formed"], found["sentences"]);
    EXPECT_EQ(found["share"], 1.0);
    // One sentence spoilt: one less is well formed, and a rule is named.
    std::string spoilt = some;
    const std::size_t at = spoilt.find(". ", 5'000);
    spoilt.insert(at, " xyzzy");
    const json worse = checked(spoilt, true);
    EXPECT_LT(worse["well_formed"].get<int>(), found["well_formed"].get<int>());
    EXPECT_GE(worse["broken"]["vocabulary"].get<int>(), 1);
}

TEST_F(StoriesCommand, ATextWithoutASentenceHasNoShare) {
    const json found = checked("no story at all", false);
    EXPECT_EQ(found["sentences"], 0);
    EXPECT_TRUE(found["share"].is_null());
    EXPECT_EQ(run({"stories", "--json", "-"}).code, 2);
    EXPECT_NE(run({"stories", "--check", folder_.path() / "nowhere.txt"}).code, 0);
}

}  // namespace
}  // namespace marginscope
