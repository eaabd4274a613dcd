// plan.json: what comes back, and what is refused with a sentence.
#include "files/run_plan.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "core/error.h"
#include "files/json_numbers.h"
#include "files/run_folder.h"
#include "files/temp_folder.h"

namespace marginscope {
namespace {

using testing_files::put_file;
using testing_files::sentence_of;
using testing_files::TempFolder;

TEST(RunPlan, ComesBackAndIsEmptyWithoutAFile) {
    TempFolder folder;
    EXPECT_EQ(read_run_plan(folder / "plan.json"), RunPlan());
    const RunPlan plan{"7:123",
                       "models/first.safetensors",
                       "ab12",
                       5000,
                       {{3, "train.lr", "0.001"}, {9, "train.noise_relative", "true"}},
                       "runs/parent",
                       500};
    write_run_plan(folder / "plan.json", plan);
    EXPECT_EQ(read_run_plan(folder / "plan.json"), plan);
    RunFolder run = RunFolder::create(folder / "run", {{"a", 1}}, {plan});
    EXPECT_EQ(run.plan(), plan);
    run.write_plan({});
    EXPECT_EQ(RunFolder::open(folder / "run").plan(), RunPlan());
}

TEST(RunPlan, WrongOnesAreRefusedAndNamed) {
    TempFolder folder;
    for (const char* text :
         {"[]", "{\"text\": 3}", "{\"steps\": -1}", "{\"steps\": 2.5}", "{\"steps\": \"9\"}",
          "{\"forked_at\": 1.5}", "{\"steps\": 9223372036854775808}", "{\"changes\": 3}",
          "{\"changes\": [3]}", "{\"changes\": [{\"step\": -1, \"field\": \"a\", \"value\": 1}]}",
          "{\"changes\": [{\"step\": 1, \"field\": 3, \"value\": 1}]}",
          "{\"changes\": [{\"step\": 1, \"field\": \"a\", \"value\": [1]}]}", "{"}) {
        put_file(folder / "plan.json", text);
        const std::string sentence =
            sentence_of<UserError>([&] { read_run_plan(folder / "plan.json"); });
        EXPECT_NE(sentence.find("plan.json"), std::string::npos) << text << ": " << sentence;
    }
}

// The library wraps what is beyond 63 bits and calls 3.0 a real; each value is decided here by its
// text.
TEST(WholeNumber, TakesWholeNumbersInRangeOnly) {
    const auto of = [](const char* text) {
        return whole_number(nlohmann::json::parse(text), -5, 1'000'000'000'000);
    };
    EXPECT_EQ(of("0"), 0);
    EXPECT_EQ(of("-5"), -5);
    EXPECT_EQ(of("1000000000000"), 1'000'000'000'000);
    for (const char* text : {"-6", "1000000000001", "9223372036854775807", "9223372036854775808",
                             "18446744073709551615", "18446744073709551611", "2.0", "2.5", "\"3\"",
                             "true", "null", "[1]", "{}"})
        EXPECT_FALSE(of(text).has_value()) << text;
}

TEST(ParseJson, RefusesWhatNestsTooDeeply) {
    const auto nested = [](int levels) {
        return "{\"a\": \"[[\\\"[\", \"b\": " + std::string(static_cast<std::size_t>(levels), '[') +
               std::string(static_cast<std::size_t>(levels), ']') + "}";
    };
    EXPECT_NO_THROW(parse_json(nested(100), "x"));
    const std::string sentence = sentence_of<UserError>([&] { parse_json(nested(300'000), "x"); });
    EXPECT_NE(sentence.find("levels"), std::string::npos) << sentence;
}

TEST(ParseJson, QuotesLittleOfWhatItRefuses) {
    const std::string sentence = sentence_of<UserError>(
        [&] { parse_json("{\"a\": \"" + std::string(100'000, 'x'), "config.json"); });
    EXPECT_NE(sentence.find("config.json"), std::string::npos);
    EXPECT_LT(sentence.size(), 400u);
}

}  // namespace
}  // namespace marginscope
