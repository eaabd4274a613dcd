// Digits of laws over texts, and the figures of holes and particles.
#include "figures/decode/law_words.h"

#include <gtest/gtest.h>

#include <cmath>

#include "figures/decode/law_commands.h"
#include "figures/figure_command.h"
#include "figures/figure_files.h"
#include "support/csv_reader.h"
#include "support/synthetic_frames.h"
#include "support/synthetic_holes.h"
#include "support/synthetic_particles.h"

namespace marginscope {
namespace {

TEST(LawWords, HaveNoMoreDigitsThanTheErrorLeaves) {
    EXPECT_EQ(share_words(0.87654F), "87.7 %");
    EXPECT_EQ(share_words(0.0123F), "1.2 %");
    EXPECT_EQ(share_words(0.0002F), "< 0.1 %");
    EXPECT_EQ(share_words(0.9998F), "> 99.9 %");
    EXPECT_EQ(share_words(kNoValue), "–");
    EXPECT_EQ(share_words(0.87654F, 0.02F), "88 %");
    EXPECT_EQ(share_words(0.87654F, 0.0032F), "87.7 %");
    EXPECT_EQ(share_words(0.87654F, 0.00021F), "87.65 %");
    EXPECT_EQ(share_words(0.43F, 0.12F), "40 %");
    EXPECT_EQ(share_words(0.001F, 0.002F), "< 0.5 %") << "cannot be told from nothing";
    EXPECT_EQ(share_words(0.0F, 0.0F), "< 0.1 %") << "no draw had it: that is not never";
    EXPECT_EQ(share_words(1.0F, 0.0F), "> 99.9 %");
    EXPECT_EQ(share_with_error(0.87654F, 0.02F), "88 % ± 2 %");
    EXPECT_EQ(share_with_error(0.87654F, kNoValue), "87.65 %");
    EXPECT_EQ(share_with_error(kNoValue, 0.02F), "–");
}

// Rounded, but never by more than half the error.
TEST(LawWords, StayWithinTheError) {
    for (float share = 0.003F; share < 1.0F; share *= 1.37F)
        for (float error = 1e-5F; error < 0.3F; error *= 2.1F) {
            const std::string words = share_words(share, error);
            if (words.starts_with("<")) {
                EXPECT_LT(share, 2.0F * error) << words;
                EXPECT_GE(0.01F * std::stof(words.substr(2)), share) << words;
            } else {
                EXPECT_NEAR(0.01F * std::stof(words), share, 0.51F * error + 1e-7F) << words;
            }
        }
}

TEST(LawWords, WhatFollowsTellsNothingWhereTheLawsAreEqual) {
    HoleLaw hole;
    hole.past = {0.25F, 0.5F, 0.25F};
    EXPECT_TRUE(std::isnan(told_by_what_follows(hole)));
    hole.both = hole.past;
    EXPECT_EQ(told_by_what_follows(hole), 0.0F);
    hole.both = {0.0F, 1.0F, 0.0F};
    EXPECT_NEAR(told_by_what_follows(hole), std::log(2.0F), 1e-6F);
}

TEST(LawWords, SayWhatIsNotOfTheLaw) {
    ParticleFrame particles;
    particles.settings.barrier_weight = 0.5;
    EXPECT_EQ(law_words(particles),
              "Law: the model's at temperature 0.8, times exp(-0.5 · sum of barriers).");
    particles.done = 3;
    particles.log_z = 0.0F;
    particles.log_z_error = 7.9e-17F;
    EXPECT_EQ(constant_words(particles), "log Z = 0 (Z ± less than 0.001 %)");
    particles.sampling.chooser.best_of = 4;
    EXPECT_NE(law_words(particles).find("choosers that are on are of one text at a time"),
              std::string::npos);
}

std::vector<std::vector<std::string>> rows_of(const FigureSource& source, const char* name) {
    const Figure figure = make_figure(*find_figure("decode", name), source);
    auto rows = read_csv(figure_csv(figure));
    while (!rows.empty() && rows[0][0].starts_with("# ")) rows.erase(rows.begin());
    return rows;
}

TEST(LawFigures, HoldTheLawsOfEveryHole) {
    FigureSource source;
    source.frames = synthetic::usual();
    auto holes = synthetic::make_holes(*source.frames.decode, 2);
    source.frames.holes = holes;
    const std::size_t tokens = holes->holes[0].both.size();
    auto rows = rows_of(source, "holes");
    ASSERT_EQ(rows.size(), 1 + 2 * tokens);
    for (std::size_t k = 0; k < tokens; ++k) {
        EXPECT_EQ(rows[1 + tokens + k][0], std::to_string(holes->holes[1].index));
        EXPECT_FLOAT_EQ(std::stof(rows[1 + tokens + k][2]), holes->holes[1].both[k]);
        EXPECT_EQ(rows[1 + tokens + k][3], "") << "exact";
        EXPECT_FLOAT_EQ(std::stof(rows[1 + tokens + k][4]), holes->holes[1].past[k]);
    }
    holes->holes[1].both.clear();
    holes->holes[0].error.assign(tokens, 0.01F);
    rows = rows_of(source, "holes");
    EXPECT_EQ(rows[1 + tokens][2], "") << "not known yet";
    EXPECT_EQ(rows[1][3], "0.01");
    const auto caption = [&] {
        return make_figure(*find_figure("decode", "holes"), source).caption;
    };
    EXPECT_EQ(caption().find("does not know"), std::string::npos);
    auto decode = std::make_shared<DecodeFrame>(*source.frames.decode);
    decode->vocabulary = 1;
    source.frames.decode = decode;
    EXPECT_NE(caption().find("does not know"), std::string::npos);
    rows = rows_of(source, "fillings");
    ASSERT_EQ(rows.size(), 1 + holes->fillings.size());
    EXPECT_EQ(rows[2][0], "bb");
}

TEST(LawFigures, HoldEveryParticleAndItsWorth) {
    FigureSource source;
    source.frames = synthetic::usual();
    const auto particles = synthetic::make_particles(*source.frames.decode, 12, 20);
    source.frames.particles = particles;
    auto rows = rows_of(source, "particles");
    ASSERT_EQ(rows.size(), 13U);
    for (std::size_t k = 0; k < 12; ++k) {
        EXPECT_EQ(rows[k + 1][0], particles->rows[k].text);
        EXPECT_FLOAT_EQ(std::stof(rows[k + 1][1]), particles->rows[k].weight);
        EXPECT_FLOAT_EQ(std::stof(rows[k + 1][4]), particles->rows[k].barrier);
    }
    rows = rows_of(source, "particle_worth");
    ASSERT_EQ(rows.size(), 21U);
    EXPECT_EQ(rows[9][2], "1") << "drawn again before the ninth";
    EXPECT_EQ(rows[10][2], "0");
}

TEST(LawFigures, AreMadeAgainByTheirCommands) {
    FigureSource source;
    source.frames = synthetic::usual();
    source.frames.holes = synthetic::make_holes(*source.frames.decode, 2);
    const std::string holes = figure_command(*find_figure("decode", "fillings"), source, "x.svg");
    EXPECT_NE(holes.find(" --panel fillings "), std::string::npos) << holes;
    EXPECT_NE(holes.find(" --holes 2,5"), std::string::npos) << holes;
    auto particles = synthetic::make_particles(*source.frames.decode, 12, 20);
    particles->sampling.seed = 9;
    particles->sampling.min_margin = -2.0;
    particles->sampling.chooser.best_of = 4;
    source.frames.particles = particles;
    const std::string words =
        figure_command(*find_figure("decode", "particle_worth"), source, "x.svg");
    EXPECT_NE(words.find(" --prompt $'the \"beginning\"\\012' --tokens 20 --particles 48 "
                         "--barrier-weight 0.5 --min-margin -2 --seed 9 --out x.svg"),
              std::string::npos)
        << words;
    EXPECT_EQ(figure_command(*find_figure("decode", "text"), source, "x").find("--holes"),
              std::string::npos);
}

}  // namespace
}  // namespace marginscope
