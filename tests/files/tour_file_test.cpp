// The form of a tour: what is read, and that every mistake is found with its line.
#include "files/tour_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "core/error.h"
#include "files/json_line_numbers.h"
#include "files/paths.h"

namespace marginscope {
namespace {

const TourPlaces kPlaces = {{"decode", {"decode.text", "decode.boundary"}}, {"path", {}}};

constexpr const char* kGood = R"({
  "tour": 1,
  "title": "A title",
  "teaches": ["What it", "teaches."],
  "steps": [
    {
      "title": "First",
      "text": "Of {characters} characters {share_beyond} are beyond.",
      "workspace": "decode",
      "panels": ["decode.text"],
      "set": [
        {"command": "set_prompt", "text": "Once"},
        {"command": "step_decode", "count": 12}
      ],
      "numbers": ["share_beyond", "support_token"]
    },
    {
      "title": "Second",
      "text": "Guess.",
      "workspace": "decode",
      "select": "support_token",
      "ask": {
        "question": "Which way?",
        "choice": [
          {"text": "down", "quantity": "share_beyond", "since": 1, "below": 0},
          {"text": "up", "quantity": "share_beyond", "since": 1, "from": 0}
        ],
        "after": "So it is."
      }
    },
    {
      "title": "Third",
      "text": "Click.",
      "select": 4,
      "ask": {"question": "Which?", "point": {"quantity": "support_tokens", "tolerance": 1}}
    }
  ]
}
)";

std::string told(const TourReading& reading) {
    std::string all;
    for (const TourFault& fault : reading.faults)
        all += std::to_string(fault.line) + ": " + fault.sentence + "\n";
    return all;
}

// The good tour with `from` in the line replaced; its faults.
TourReading spoilt(const std::string& from, const std::string& to) {
    std::string text = kGood;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return read_tour(text.replace(at, from.size(), to), kPlaces);
}

TEST(TourFile, IsReadAsItIsWritten) {
    const TourReading reading = read_tour(kGood, kPlaces);
    ASSERT_EQ(told(reading), "");
    EXPECT_EQ(reading.tour.teaches, "What it teaches.");
    ASSERT_EQ(reading.tour.steps.size(), 3U);
    const TourStep& first = reading.tour.steps[0];
    EXPECT_EQ(first.panels, std::vector<std::string>{"decode.text"});
    ASSERT_EQ(first.set.size(), 2U);
    EXPECT_EQ(std::get<SetPrompt>(first.set[0]).text, "Once");
    EXPECT_EQ(std::get<StepDecode>(first.set[1]).count, 12);
    EXPECT_EQ(first.numbers,
              (std::vector{TourQuantity::share_beyond, TourQuantity::support_token}));
    const TourStep& second = reading.tour.steps[1];
    EXPECT_EQ(second.select_what, TourQuantity::support_token);
    ASSERT_EQ(second.ask.options.size(), 2U);
    EXPECT_EQ(second.ask.options[0].value.since, 0);
    EXPECT_EQ(second.ask.options[0].below, 0.0);
    EXPECT_FALSE(second.ask.options[0].from.has_value());
    EXPECT_EQ(second.ask.after, "So it is.");
    const TourStep& third = reading.tour.steps[2];
    EXPECT_EQ(third.select, 4);
    EXPECT_EQ(third.ask.kind, TourQuestion::point);
    EXPECT_EQ(third.ask.tolerance, 1);
}

TEST(TourFile, TextsShowQuantitiesOfTheMoment) {
    EXPECT_EQ(with_quantities("{characters} of {share_beyond}, {not this}",
                              [](TourQuantity quantity) {
                                  return quantity == TourQuantity::characters ? "7"
                                                                              : "{characters}";
                              }),
              "7 of {characters}, {not this}");
}

struct Mistake {
    const char* from;
    const char* to;
    int line;
    const char* words;
};

TEST(TourFile, EachMistakeNamesItsLine) {
    const auto mistakes = std::to_array<Mistake>({
        {"\"tour\": 1", "\"tour\": 2", 2, "form's number is 1"},
        {"\"title\": \"A title\",", "", 1, "\"title\" is missing"},
        {"\"title\": \"Second\"", "\"titel\": \"Second\"", 18, "'titel' is not known here"},
        {"\"title\": \"Second\"", "\"title\": \"  \"", 18, "\"title\" is empty"},
        {"{share_beyond} are", "{share_beyont} are", 8, "no quantity 'share_beyont'"},
        {"\"workspace\": \"decode\",\n      \"panels\"",
         "\"workspace\": \"dekode\",\n      \"panels\"", 9, "no workspace 'dekode'"},
        {"[\"decode.text\"]", "[\n\"decode.text\",\n\"decode.txt\"]", 12, "no panel 'decode.txt'"},
        {"\"count\": 12", "\"count\": \"many\"", 13, "must be a whole number"},
        {"\"step_decode\"", "\"step_decod\"", 13, "no command 'step_decod'"},
        {"\"step_decode\", \"count\": 12", "\"save_model\", \"path\": \"x\"", 13,
         "cannot do 'save_model'"},
        {"\"step_decode\", \"count\": 12", "\"end_tour\"", 13, "cannot lead the tour itself"},
        {"\"support_token\"]", "\"support\"]", 15, "no quantity 'support'"},
        {"\"select\": \"support_token\"", "\"select\": \"share_beyond\"", 21, "no character"},
        {"\"select\": 4", "\"select\": -4", 34, "index of a character"},
        {"\"since\": 1, \"below\": 0", "\"since\": 2, \"below\": 0", 25, "a step before this one"},
        {"\"since\": 1, \"below\": 0", "\"since\": 1", 25, "\"from\", \"below\" or both"},
        {", \"tolerance\": 1", ", \"tolerance\": -1", 35, "0 or more"},
        {"\"point\": {\"quantity\": \"support_tokens\", \"tolerance\": 1}",
         "\"number\": {\"quantity\": \"support_tokens\"}", 35, "\"tolerance\" is missing"},
        {"\"support_tokens\"", "\"text_loss\"", 35, "A point is a character"},
        {"\"after\": \"So it is.\"", "\"number\": {}", 22,
         "one of \"choice\", \"number\" and \"point\""},
        {"\"title\": \"Third\",", "\"title\": \"Third\",\n\"title\": \"Third\",", 33,
         "given twice"},
        {"\"text\": \"Click.\",", "\"text\": \"Click.\"", 34, "not valid JSON"},
    });
    for (const Mistake& mistake : mistakes) {
        const TourReading reading = spoilt(mistake.from, mistake.to);
        const bool found = std::ranges::any_of(reading.faults, [&](const TourFault& fault) {
            return fault.line == mistake.line &&
                   fault.sentence.find(mistake.words) != std::string::npos;
        });
        EXPECT_TRUE(found) << mistake.to << " should give " << mistake.line << ": " << mistake.words
                           << "\n"
                           << told(reading);
    }
}

TEST(TourFile, AllMistakesAreFoundAtOnce) {
    std::string text = kGood;
    const std::pair<const char*, const char*> changes[] = {
        {"\"tour\": 1", "\"tour\": 7"},
        {"{characters}", "{charakters}"},
        {"step_decode", "step_decod"},
        {"\"since\": 1, \"from\"", "\"from\""},
        {"\"tolerance\": 1", "\"tolerance\": -1"}};
    for (const auto& [from, to] : changes)
        text.replace(text.find(from), std::string(from).size(), to);
    const TourReading reading = read_tour(text, kPlaces);
    ASSERT_EQ(reading.faults.size(), 4U)
        << told(reading);  // an option without "since" is no mistake
    EXPECT_EQ(reading.faults[0].line, 2);
    EXPECT_EQ(reading.faults[1].line, 8);
    EXPECT_EQ(reading.faults[2].line, 13);
    EXPECT_EQ(reading.faults[3].line, 35);
}

// Whatever stands in a file: reading ends, throws nothing, and every line it names is in the file.
TEST(TourFile, BearsAnyBytes) {
    std::mt19937 random(20261128);
    const std::string good = kGood;
    const std::string pieces[] = {"{", "}",    "[",         "]",       "\"",   ",",
                                  ":", "null", "1e999",     "\\u12",   "\xFF", "\n",
                                  "-", "true", "\"steps\"", "\"set\"", "{}"};
    int refused = 0;
    for (int k = 0; k < 3000; ++k) {
        std::string text = good;
        for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
            const auto at = random() % text.size();
            const auto length = random() % 30;
            switch (random() % 3) {
                case 0:
                    text.erase(at, length);
                    break;
                case 1:
                    text.insert(at, pieces[random() % std::size(pieces)]);
                    break;
                default:
                    text.insert(at, good.substr(random() % good.size(), length));
            }
            if (text.empty()) text = "{";
        }
        const TourReading reading = read_tour(text, kPlaces);
        const auto lines = 1 + std::ranges::count(text, '\n');
        for (const TourFault& fault : reading.faults) {
            ASSERT_GE(fault.line, 1);
            ASSERT_LE(fault.line, lines) << text;
            ASSERT_FALSE(fault.sentence.empty());
        }
        refused += !reading.faults.empty();
    }
    EXPECT_GT(refused, 2000);
    EXPECT_FALSE(read_tour(std::string(100000, '['), kPlaces).faults.empty());
    EXPECT_FALSE(read_tour("", kPlaces).faults.empty());
    EXPECT_FALSE(read_tour("[1, 2]", kPlaces).faults.empty());
}

// Against a count by hand: each value begins on the line that its path is said to be on.
TEST(JsonLineNumbers, AreThoseOfTheValues) {
    const JsonLineNumbers lines(
        "{\n\"a\": [1,\n 2, {\"b\\\"\":\n\n \"x\\n\"}],\n\"c\": \"d\ne\"\n, \"f\": 3}");
    EXPECT_EQ(lines.line_of(""), 1);
    EXPECT_EQ(lines.line_of("/a"), 2);
    EXPECT_EQ(lines.line_of("/a/0"), 2);
    EXPECT_EQ(lines.line_of("/a/1"), 3);
    EXPECT_EQ(lines.line_of("/a/2"), 3);
    EXPECT_EQ(lines.line_of("/a/2/b\\\""), 5);
    EXPECT_EQ(lines.line_of("/a/2/gone/deeper"), 3);
    EXPECT_EQ(lines.line_of("/c"), 6);
    EXPECT_EQ(lines.line_of("/f"), 8);
}

// What docs/tours.md tells teachers to copy, and its table of quantities.
TEST(TourDocs, AreTrue) {
    if (!has_asset("../docs/tours.md"))
        GTEST_SKIP() << "the documentation is not beside the assets";
    const std::string page = tour_text(asset_path("../docs/tours.md"));
    const auto begin = page.find("```json\n") + 8;
    const std::string example = page.substr(begin, page.find("\n```", begin) - begin);
    const TourReading reading = read_tour(example);
    EXPECT_EQ(told(reading), "");
    EXPECT_EQ(reading.tour.steps.size(), 3U);
    for (const std::string_view name : kEnumNames<TourQuantity>)
        EXPECT_NE(page.find("| `" + std::string(name) + "` |"), std::string::npos) << name;
}

TEST(ShippedTours, HaveNoMistakes) {
    for (const auto& file : shipped_tours()) {
        const TourReading reading = read_tour(tour_text(file));
        EXPECT_EQ(told(reading), "") << file;
        EXPECT_GE(reading.tour.steps.size(), 3U) << file;
        EXPECT_LE(reading.tour.steps.size(), 6U) << file;
    }
    EXPECT_THROW(tour_path("no-such-tour"), UserError);
}

}  // namespace
}  // namespace marginscope
