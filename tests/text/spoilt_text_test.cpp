// Spoilt texts: what is read, and where it can be judged, against the definition of a place.
#include "text/spoilt_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "text/letter_case.h"

namespace marginscope {
namespace {

constexpr int kKinds = 40;  // ids 0 … 39; of these 0 and 1, 2 and 3 … are a letter's two cases

std::vector<int> random_ids(std::size_t length, unsigned seed) {
    std::mt19937 rng(seed);
    std::vector<int> ids(length);
    for (int& id : ids) id = static_cast<int>(rng() % kKinds);
    return ids;
}

struct Sources {
    std::vector<int> inserted, other_case;
    Sources() : inserted{7, 8, 8}, other_case(kKinds) {
        for (int id = 0; id < kKinds; ++id) other_case[static_cast<std::size_t>(id)] = id ^ 1;
    }
};

SpoiltText spoilt(const std::vector<int>& text, CharacterChange change, double rate,
                  std::uint64_t draw = 0) {
    static const Sources sources;
    return spoil(text, {change,
                        rate,
                        {3, DrawPurpose::characters, draw, 11, 0},
                        sources.inserted,
                        sources.other_case});
}

TEST(SpoiltText, NothingIsHitAtRateZero) {
    const std::vector<int> text = random_ids(50, 1);
    for (const auto change : {CharacterChange::swap, CharacterChange::drop, CharacterChange::insert,
                              CharacterChange::letter_case}) {
        const SpoiltText out = spoilt(text, change, 0.0);
        EXPECT_EQ(out.ids, text);
        std::vector<int> places(50);
        std::iota(places.begin(), places.end(), 0);
        EXPECT_EQ(out.place, places);
        EXPECT_EQ(out.changed, 0u);
    }
}

TEST(SpoiltText, EachChangeAtRateOne) {
    const std::vector<int> text = {10, 20, 30, 12, 14};
    const SpoiltText swapped = spoilt(text, CharacterChange::swap, 1.0);
    EXPECT_EQ(swapped.ids, (std::vector<int>{20, 10, 12, 30, 14}));
    EXPECT_EQ(swapped.place, (std::vector<int>{-1, 1, -1, 3, 4}));
    EXPECT_EQ(swapped.changed, 4u);
    const SpoiltText dropped = spoilt(text, CharacterChange::drop, 1.0);
    EXPECT_TRUE(dropped.ids.empty());
    EXPECT_EQ(dropped.changed, 5u);
    const SpoiltText inserted = spoilt(text, CharacterChange::insert, 1.0);
    EXPECT_EQ(inserted.place, (std::vector<int>{0, -1, 1, -1, 2, -1, 3, -1, 4, -1}));
    for (std::size_t k = 0; k < 5; ++k) {
        EXPECT_EQ(inserted.ids[2 * k], text[k]);
        EXPECT_TRUE(inserted.ids[2 * k + 1] == 7 || inserted.ids[2 * k + 1] == 8);
    }
    const SpoiltText cased = spoilt(text, CharacterChange::letter_case, 1.0);
    EXPECT_EQ(cased.ids, (std::vector<int>{11, 21, 31, 13, 15}));
    EXPECT_EQ(cased.place, (std::vector<int>{0, 1, 2, 3, 4}));
    EXPECT_EQ(spoilt({5, 5}, CharacterChange::swap, 1.0).changed, 0u) << "as it was";
}

// Every place is checked against its definition: what was read up to there, inserted characters
// aside, are the true characters 0 … p but for those that are missing everywhere.
TEST(SpoiltText, APlaceHasReadExactlyTheTrueCharactersUpToIt) {
    std::vector<int> text(300);  // all different, so that each character names its place
    std::iota(text.begin(), text.end(), 100);
    std::vector<int> same(400);
    std::iota(same.begin(), same.end(), 0);
    const std::vector<int> inserted = {7};
    for (const auto change :
         {CharacterChange::swap, CharacterChange::drop, CharacterChange::insert})
        for (std::uint64_t draw = 0; draw < 20; ++draw) {
            const SpoiltText out = spoil(
                text, {change, 0.3, {5, DrawPurpose::characters, draw, 0, 0}, inserted, same});
            ASSERT_EQ(out.ids.size(), out.place.size());
            const std::set<int> ever(out.ids.begin(), out.ids.end());
            std::set<int> read;
            std::size_t judged = 0;
            for (std::size_t k = 0; k < out.ids.size(); ++k) {
                if (out.ids[k] != 7) read.insert(out.ids[k] - 100);
                std::set<int> expected;
                const int last = read.empty() ? -1 : *read.rbegin();
                for (int p = 0; p <= last; ++p)
                    if (ever.contains(p + 100)) expected.insert(p);
                const bool whole = read == expected && out.ids[k] != 7;
                EXPECT_EQ(out.place[k], whole ? last : -1);
                judged += whole;
            }
            EXPECT_GT(judged, 150u);
        }
}

TEST(SpoiltText, HitsAreKeyedAndNested) {
    const std::vector<int> text = random_ids(4000, 2);
    const auto hits = [&](double rate, std::uint64_t draw) {
        std::set<std::size_t> at;
        const SpoiltText out = spoilt(text, CharacterChange::letter_case, rate, draw);
        for (std::size_t k = 0; k < text.size(); ++k)
            if (out.ids[k] != text[k]) at.insert(k);
        EXPECT_EQ(at.size(), out.changed);
        return at;
    };
    const auto few = hits(0.02, 0), many = hits(0.1, 0);
    EXPECT_NEAR(static_cast<double>(few.size()), 80, 4 * std::sqrt(80));
    EXPECT_NEAR(static_cast<double>(many.size()), 400, 4 * std::sqrt(400));
    EXPECT_TRUE(std::includes(many.begin(), many.end(), few.begin(), few.end()));
    EXPECT_EQ(hits(0.02, 0), few);
    EXPECT_NE(hits(0.02, 1), few);
}

TEST(LetterCase, PairsAreTheirOwnPartners) {
    const std::map<char32_t, char32_t> pairs = {{U'a', U'A'}, {U'z', U'Z'}, {U'é', U'É'},
                                                {U'þ', U'Þ'}, {U'σ', U'Σ'}, {U'ω', U'Ω'},
                                                {U'я', U'Я'}, {U'ё', U'Ё'}, {U'ї', U'Ї'}};
    for (const auto& [small, capital] : pairs) {
        EXPECT_EQ(other_case(small), capital);
        EXPECT_EQ(other_case(capital), small);
    }
    for (const char32_t none : {U'1', U' ', U'÷', U'×', U'ß', U'ÿ', U'ς', U'\n', U'@', U'[', U'`'})
        EXPECT_EQ(other_case(none), none);
    for (char32_t any = 0; any < 0x600; ++any) EXPECT_EQ(other_case(other_case(any)), any);
}

}  // namespace
}  // namespace marginscope
