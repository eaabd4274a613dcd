// Scales, words, ticks, the tree's places, the pace of frames and the event log: what needs no
// frame to be tested.
#include "ui/widgets.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "support/synthetic_frames.h"
#include "ui/decode/attention_row.h"
#include "ui/decode/boundary.h"
#include "ui/decode/branch_tree.h"
#include "ui/decode/causes.h"
#include "ui/decode/decode_actions.h"
#include "ui/decode/decode_view.h"
#include "ui/event_log.h"
#include "ui/frame_pacer.h"
#include "ui/margin_style.h"

namespace marginscope {
namespace {

TEST(SliderScale, LogWithAZeroSlotKeepsZeroApart) {
    const SliderScale scale{0.001, 1.0, true, true, false};
    EXPECT_LT(scale.to_unit(0), 0);
    EXPECT_EQ(scale.from_unit(-1), 0);
    EXPECT_DOUBLE_EQ(scale.to_unit(0.001), 0);
    EXPECT_DOUBLE_EQ(scale.to_unit(1.0), 1);
    for (const double value : {0.001, 0.02, 0.05, 0.37, 1.0})
        EXPECT_NEAR(scale.from_unit(scale.to_unit(value)), value, 1e-12);
}

TEST(SliderScale, IntegersAreWhole) {
    const SliderScale scale{0, 10, false, false, true};
    for (double t = 0; t <= 1; t += 0.0371)
        EXPECT_EQ(scale.from_unit(t), std::round(scale.from_unit(t)));
}

TEST(Words, NumbersAndWhiteSpaceAreVisible) {
    EXPECT_EQ(format_number(NAN), "–");
    EXPECT_EQ(format_number(-INFINITY), "-∞");
    EXPECT_EQ(format_number(0.123456), "0.1235");
    EXPECT_EQ(format_amount(NAN, "nats"), "–");
    EXPECT_EQ(format_amount(1.5, "nats"), "1.5 nats");
    EXPECT_EQ(format_percent(0), "0.0 %");
    EXPECT_EQ(format_percent(0.0004), "< 0.1 %");
    EXPECT_EQ(format_percent(0.99999), "> 99.9 %");
    EXPECT_EQ(format_percent(1), "100.0 %");
    EXPECT_EQ(format_percent(NAN), "–");
    EXPECT_EQ(format_duration(125), "2 min 05 s");
    for (const char* space : {" ", "\n", "\t", "\r", ""}) {
        const std::string seen = visible_symbol(space);
        EXPECT_FALSE(seen.empty());
        EXPECT_NE(seen, space);
    }
    EXPECT_EQ(visible_symbol("ä"), "ä");
}

TEST(Words, ACharacterWithoutAGlyphIsItsCodePoint) {
    EXPECT_EQ(visible_symbol("\x01"), "U+0001");
    EXPECT_EQ(visible_symbol("\xC2\x94"), "U+0094");
    EXPECT_EQ(visible_symbol("😀"), "U+1F600") << "beyond what the font's index can name";
    EXPECT_EQ(visible_symbol("\xE4\xBD"), "\xEF\xBF\xBD") << "half a character";
    ImGui::CreateContext();
    ImGui::GetIO().BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
    load_fonts();
    ImGui::GetIO().DisplaySize = ImVec2(100, 100);
    ImGui::NewFrame();
    EXPECT_EQ(visible_symbol("你"), "U+4F60");
    EXPECT_EQ(visible_symbol("ם"), "U+05DD");
    EXPECT_EQ(visible_symbol("Ж"), "Ж");
    EXPECT_EQ(visible_symbol("é"), "é");
    ImGui::EndFrame();
    for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
        texture->SetTexID(ImTextureID_Invalid);
        texture->SetStatus(ImTextureStatus_Destroyed);
    }
    ImGui::DestroyContext();
}

TEST(Words, OfEveryQuantityHaveTheirGlyphs) {
    ImGui::CreateContext();
    const Fonts fonts = load_fonts();
    for (int q = 0; q < static_cast<int>(Quantity::count); ++q) {
        const QuantityText& text = text_of(static_cast<Quantity>(q));
        for (const char* words : {text.name, text.symbol, text.formula, text.unit, text.sentence}) {
            for (const char* c = words; *c != 0;) {
                const auto first = static_cast<unsigned char>(*c);
                const int length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
                const std::string symbol(c, static_cast<std::size_t>(length));
                c += length;
                unsigned point = first & (length == 1 ? 0x7FU : 0x7FU >> length);
                for (std::size_t i = 1; i < symbol.size(); ++i)
                    point = point << 6 | (static_cast<unsigned char>(symbol[i]) & 0x3FU);
                for (ImFont* font : {fonts.text, fonts.mono})
                    EXPECT_TRUE(point < 0x10000 && font->IsGlyphInFont(static_cast<ImWchar>(point)))
                        << symbol << " of " << text.name << ": " << words;
            }
        }
        EXPECT_EQ(std::string(text.formula).find("Cov"), std::string::npos) << text.name;
    }
    ImGui::DestroyContext();
}

TEST(Words, NotYetAndNoneHereAreToldApart) {
    MarginFrame frame;
    frame.has_stage = true;
    MarginCell pending, none;
    pending.pending = true;
    EXPECT_NE(std::string(missing_words(&frame, &pending)), missing_words(&frame, &none));
    EXPECT_NE(std::string(why_no_margin(&frame, &pending)), why_no_margin(&frame, &none));
    EXPECT_NE(std::string(why_no_margin(&frame, nullptr)), why_no_margin(&frame, &none));
}

Frames with_shares(std::initializer_list<PastPoint> past, int crossings) {
    Frames frames = synthetic::usual();
    auto boundary = std::make_shared<BoundaryFrame>(*frames.boundary);
    boundary->past = past;
    boundary->crossings_now = crossings;
    frames.boundary = boundary;
    return frames;
}

TEST(Causes, AreToldInASentence) {
    DecodeFrame decode;
    decode.symbols =
        std::make_shared<std::vector<std::string>>(std::vector<std::string>{"?", "t", "i", "n"});
    const PastPoint t{{}, 175, 1, 0.5F, 0.6F, -2.0F}, i{{}, 171, 2, 0.2F, 0.5F, -1.0F},
        n{{}, 3, 3, 0.1F, 0.1F, 0.4F};
    EXPECT_EQ(causes_sentence(*with_shares({n, i, t}, 1).boundary, &decode),
              "t at 175 pushes it over the boundary.");
    const PastPoint half{{}, 175, 1, 0.5F, 0.55F, -2.0F}, other{{}, 171, 2, 0.2F, 0.5F, -1.0F},
        third{{}, 3, 3, 0.1F, 0.1F, 0.4F};
    EXPECT_EQ(causes_sentence(*with_shares({third, other, half}, 2).boundary, &decode),
              "t at 175 and i at 171 push it over the boundary.");
    EXPECT_EQ(causes_sentence(*with_shares({n, i, t}, 0).boundary, &decode),
              "n at 3 lowers its margin most.")
        << "on this side it is the volume share that counts, and only what is positive lowers";
    EXPECT_EQ(causes_sentence(*with_shares({}, 0).boundary, &decode),
              "No past character lowers its margin.");
}

TEST(Ticks, AreRoundAndInside) {
    for (const auto& [low, high] : {std::pair{-1.6F, 1.6F}, {0.0F, 1e-4F}, {-300.0F, 12000.0F}}) {
        const std::vector<float> ticks = round_ticks(low, high, 6);
        ASSERT_GE(ticks.size(), 2U);
        ASSERT_LE(ticks.size(), 8U);
        for (const float tick : ticks) EXPECT_TRUE(tick >= low && tick <= high);
    }
    EXPECT_TRUE(round_ticks(1, 1, 5).empty());
    EXPECT_TRUE(round_ticks(NAN, 1, 5).empty());
}

TEST(PlaneMap, KeepsUnitsEqualAndInverts) {
    BoundaryFrame frame;
    frame.x_min = -2, frame.x_max = 4, frame.y_min = -1, frame.y_max = 1;
    const PlaneMap map = PlaneMap::fit(frame, ImVec2(10, 20), ImVec2(300, 300));
    EXPECT_NEAR(map.size.x / 6, map.size.y / 2, 0.6);
    const PlanePoint back = map.to_plane(map.to_pixel({1.5F, -0.25F}));
    EXPECT_NEAR(back.x, 1.5F, 1e-4F);
    EXPECT_NEAR(back.y, -0.25F, 1e-4F);
}

TEST(Branches, NoTwoNodesShareAPlaceAndTheLineIsTheFirstRow) {
    const Frames frames = synthetic::largest();
    TreeView view;
    place_nodes(frames.decode->tree, view);
    std::set<std::pair<int, int>> taken;
    for (std::size_t i = 0; i < view.place.size(); ++i) {
        EXPECT_TRUE(
            taken.insert({static_cast<int>(view.place[i].x), static_cast<int>(view.place[i].y)})
                .second);
        if (frames.decode->tree[i].on_line) {
            EXPECT_EQ(view.place[i].y, 0);
        }
    }
}

TEST(LowMargins, AreWalkedInOrderAndWrap) {
    MarginFrame margins;
    for (const float value : {0.0F, -3.0F, 0.5F, -4.0F, 0.0F}) {
        MarginCell cell;
        cell.valid = true;
        cell.logdet = value;
        margins.cells.push_back(cell);
    }
    EXPECT_EQ(next_low_margin(margins, -1, -2), 1);
    EXPECT_EQ(next_low_margin(margins, 1, -2), 3);
    EXPECT_EQ(next_low_margin(margins, 3, -2), 1);
    EXPECT_EQ(next_low_margin(margins, 0, -9), 3) << "none below the threshold: the lowest";
    EXPECT_EQ(next_low_margin(MarginFrame{}, 0, 0), -1);
}

TEST(LowMargins, AreOfTheKindThatIsShown) {
    MarginFrame margins;
    margins.kind = MarginKind::singular;
    for (const auto& [logdet, sigma] :
         {std::pair{-3.0F, 0.5F}, {0.1F, 0.02F}, {-4.0F, 0.4F}, {0.2F, 0.01F}}) {
        MarginCell cell;
        cell.valid = true;
        cell.logdet = logdet, cell.sigma_min = sigma;
        margins.cells.push_back(cell);
    }
    EXPECT_EQ(next_low_margin(margins, -1, 0.1F), 1);
    EXPECT_EQ(next_low_margin(margins, 1, 0.1F), 3);
    EXPECT_EQ(next_low_margin(margins, 0, 0.001F), 3);
}

TEST(MarginRange, IsNotFlattenedByOneFarValue) {
    MarginFrame margins;
    for (int i = 0; i < 100; ++i) {
        MarginCell cell;
        cell.valid = true;
        cell.logdet = i == 50 ? -80.0F : 0.01F * static_cast<float>(i);
        margins.cells.push_back(cell);
    }
    const MarginRange range = margin_range(margins);
    EXPECT_GT(range.low, -1);
    EXPECT_LT(range.high, 1);
    EXPECT_EQ(range.to_unit(-80), 0);
}

TEST(MarginColors, AreStrongAtTheBoundaryAndTheirOwnForNan) {
    const Theme theme = make_theme(ThemeKind::dark, 1);
    EXPECT_EQ(margin_color(theme, 0), theme.text) << "the accent is for what lies beyond";
    EXPECT_EQ(margin_color(theme, NAN), theme.nan);
    EXPECT_EQ(margin_color(theme, 0.5F), margin_color(theme, 1.0F));
}

TEST(AttentionRows, SumToOneAndKnowTheirEntropy) {
    const Frames frames = synthetic::usual();
    const AttentionFrame& a = *frames.attention;
    for (int query = 0; query < a.size; ++query) {
        const RowNumbers row = row_numbers(a, 1, 2, query);
        EXPECT_NEAR(row.sum, 1, 1e-5);
        EXPECT_GE(row.entropy, -1e-6);
        EXPECT_LE(row.entropy, std::log(query + 1) + 1e-5);
    }
}

TEST(FramePacer, ThreeFramesAfterInputThenRests) {
    FramePacer pacer;
    double now = 10;
    for (int i = 0; i < 3; ++i) pacer.drawn(now, 0.01);
    EXPECT_FALSE(pacer.owes());
    pacer.input(now);
    int frames = 0;
    while (pacer.owes()) {
        now += pacer.wait(now, false);
        pacer.drawn(now, 0.01);
        ++frames;
    }
    EXPECT_EQ(frames, FramePacer::kFramesAfterInput);
}

TEST(FramePacer, YieldsToTrainingButNeverWhollyAndLessUnderAHand) {
    FramePacer pacer;
    for (int i = 0; i < 50; ++i) pacer.drawn(i, 0.012);
    EXPECT_NEAR(pacer.interval(100, true), 0.3, 1e-6) << "12 ms a frame at 4 % of a core";
    EXPECT_NEAR(pacer.interval(100, false), 1.0 / 60, 1e-9);
    for (int i = 0; i < 50; ++i) pacer.drawn(i, 0.5);
    EXPECT_NEAR(pacer.interval(100, true), 1.0 / FramePacer::kLeastRate, 1e-6);
    pacer.input(100);
    EXPECT_NEAR(pacer.interval(100.1, true), 1.0 / FramePacer::kTouchedRate, 1e-6);
}

TEST(EventLog, WritesStepsDragsAndLambda) {
    const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "events.log";
    {
        EventLog log(path.string());
        Frames frames = synthetic::usual();
        log.frames(frames);
        auto boundary = std::make_shared<BoundaryFrame>(*frames.boundary);
        boundary->version = 2;
        boundary->token_at = {0.5F, 0.1F};
        boundary->logdet_now = -1.25;
        log.commands({DragToken{boundary->index, boundary->token_at}});
        frames.boundary = boundary;
        log.frames(frames);
        log.training(synthetic::training_events(100));
        log.drawn(frames, 1.5);
        log.summary(0, 0.1);
    }
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    for (const char* line : {"step 812\n", "drag index=134 logdet=-1.25\n", "drag_latency_ms ",
                             "lambda 0.05 @ step 50\n", "mark 50 ", "frame 1 at ", "gl_errors 0\n",
                             "build_p95_ms 1.50\n"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << " is not in\n" << text;
    }
}

}  // namespace
}  // namespace marginscope
