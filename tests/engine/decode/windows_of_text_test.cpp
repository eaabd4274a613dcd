// Every character of the shown text has its numbers, in the window the rule gives it: those of a
// margin report, however the text was arrived at.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "engine/decode/decode_session.h"
#include "nn/measure/margin_report.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using std::chrono::milliseconds;
using testing_support::random_text;
using testing_support::TemporaryFolder;
using testing_support::tiny_model;

class WindowsOfText : public testing::Test {
protected:
    WindowsOfText() : model_(std::make_shared<const Model>(tiny_model())) {
        save_model(*model_, folder_.path() / "model.safetensors");
    }
    MarginReport report(const std::string& text, WindowRule rule) {
        return report_margins({.model = folder_.path() / "model.safetensors",
                               .text = text,
                               .geometric = GeometricScope::none,
                               .windows = rule});
    }
    void show(DecodeSession& session, const std::string& text) {
        session.set_prompt(text);
        session.set_model(model_, "model", "fitted");
    }
    static void finish(DecodeSession& session) {
        while (session.work(milliseconds(1000))) {
        }
    }
    // All numbers of the session against the report of its text.
    void expect_equal(DecodeSession& session, const MarginReport& expected) {
        finish(session);
        session.geometric_margin_arrived();  // a frame, whether anything changed or not
        const auto margins = session.take_margin_frame(geometry_);
        session.set_playing(false, 1);
        const auto decode = session.take_decode_frame();
        ASSERT_EQ(margins->cells.size(), expected.positions.size());
        EXPECT_EQ(margins->pending, 0);
        for (std::size_t i = 0; i < margins->cells.size(); ++i) {
            const MarginCell& cell = margins->cells[i];
            const PositionReport& position = expected.positions[i];
            EXPECT_EQ(cell.window_begin, static_cast<int>(position.window.begin)) << i;
            EXPECT_EQ(cell.valid, position.stage && position.stage->has_boundary) << i;
            EXPECT_EQ(std::isnan(decode->line[i].logprob), !position.logprob) << i;
            if (position.logprob) {
                EXPECT_NEAR(decode->line[i].logprob, *position.logprob, 1e-3) << i;
                EXPECT_NEAR(decode->line[i].entropy, *position.entropy, 1e-3) << i;
            }
            if (!cell.valid) continue;
            EXPECT_NEAR(cell.logdet, position.stage->logdet.value, 1e-4) << i;
            EXPECT_EQ(cell.sign, position.stage->logdet.sign) << i;
            EXPECT_EQ(cell.crossings, position.stage->crossings) << i;
            EXPECT_NEAR(cell.sigma_min, position.stage->sigma_min, 1e-5) << i;
            EXPECT_NEAR(cell.energy, *position.energy, 1e-3 * (1 + *position.energy)) << i;
        }
        EXPECT_EQ(std::vector<std::size_t>(margins->support.begin(), margins->support.end()),
                  expected.support);
        if (expected.share_beyond) {
            EXPECT_NEAR(margins->share_beyond, *expected.share_beyond, 1e-12);
            EXPECT_NEAR(margins->nats_per_position, *expected.nats_per_position, 1e-6);
        }
    }

    TemporaryFolder folder_;
    std::shared_ptr<const Model> model_;
    GeometryThread geometry_{[](auto) {}, [] {}};
};

TEST_F(WindowsOfText, NumbersAreThoseOfTheReportByEveryRule) {
    for (const WindowRule rule : {WindowRule::half, WindowRule::slide, WindowRule::disjoint})
        for (const std::size_t length : {3u, 12u, 13u, 19u, 57u}) {
            const std::string text = random_text(length, static_cast<unsigned>(length));
            DecodeSession session;
            SetView view;
            view.windows = rule;
            session.set_view(view);
            show(session, text);
            const MarginReport expected = report(text, rule);
            if (expected.positions.size() < length) continue;  // a last window of two has none
            expect_equal(session, expected);
        }
}

// Heads and layers: the numbers, the ranking and whose they are.
void expect_view(const MarginFrame& frame, const MarginReport& expected) {
    ASSERT_EQ(frame.cells.size(), expected.positions.size());
    EXPECT_EQ(frame.view, expected.view);
    EXPECT_EQ(frame.pending, 0);
    for (std::size_t i = 0; i < frame.cells.size(); ++i) {
        const MarginCell& cell = frame.cells[i];
        const PositionReport& position = expected.positions[i];
        EXPECT_EQ(cell.valid, position.i > position.window.begin) << i;
        if (!cell.valid) continue;
        ASSERT_GE(cell.of_layer, 0);
        const auto layer = static_cast<std::size_t>(cell.of_layer);
        const ViewMargin& nearest =
            expected.view == MarginView::heads
                ? position.heads[layer][static_cast<std::size_t>(cell.of_head)]
                : position.layers[layer];
        EXPECT_NEAR(cell.logdet, nearest.logdet.value, 1e-6 * (1 + std::abs(cell.logdet))) << i;
        EXPECT_NEAR(cell.sigma_min, nearest.sigma_min, 1e-6) << i;
        EXPECT_EQ(cell.sign, nearest.logdet.sign) << i;
        EXPECT_EQ(cell.crossings, nearest.crossings) << i;
        std::vector<ViewMargin> all = position.layers;
        for (const auto& row : position.heads) all.insert(all.end(), row.begin(), row.end());
        for (const ViewMargin& one : all)
            EXPECT_LE(
                expected.kind == MarginKind::singular ? nearest.sigma_min : nearest.logdet.value,
                expected.kind == MarginKind::singular ? one.sigma_min : one.logdet.value);
    }
    EXPECT_EQ(std::vector<std::size_t>(frame.support.begin(), frame.support.end()),
              expected.support);
}

TEST_F(WindowsOfText, HeadsAndLayersAreThoseOfTheReport) {
    for (const MarginView of : {MarginView::heads, MarginView::layer})
        for (const MarginKind kind : {MarginKind::determinant, MarginKind::singular}) {
            const std::string text = random_text(31, 21);
            DecodeSession session;
            show(session, text);
            finish(session);  // of the stage: nothing of it may stay
            SetView view;
            view.view = of;
            view.kind = kind;
            view.support = 7;
            session.set_view(view);
            EXPECT_GT(session.take_margin_frame(geometry_)->pending, 0);
            finish(session);
            const auto frame = session.take_margin_frame(geometry_);
            expect_view(*frame, report_margins({.model = folder_.path() / "model.safetensors",
                                                .text = text,
                                                .view = of,
                                                .kind = kind,
                                                .support = 7}));
            for (const float value : frame->head_logdet) EXPECT_FALSE(std::isnan(value));
            session.set_view({});
            finish(session);
            session.geometric_margin_arrived();
            expect_equal(session, report(text, WindowRule::half));
        }
}

TEST_F(WindowsOfText, ADistanceToTheBoundaryExistsInTheStageAlone) {
    DecodeSession session;
    show(session, random_text(20, 2));
    SetView view;
    view.view = MarginView::heads;
    view.kind = MarginKind::geometric;
    session.set_view(view);
    finish(session);
    const auto frame = session.take_margin_frame(geometry_);
    EXPECT_NE(frame->sentence.find("stage view only"), std::string::npos);
    EXPECT_FALSE(frame->measurable());
    EXPECT_EQ(frame->pending, 0);
    EXPECT_TRUE(frame->support.empty());
    EXPECT_FALSE(session.take_geometric_request());
    view.view = MarginView::stage;
    session.set_view(view);
    EXPECT_EQ(session.take_margin_frame(geometry_)->sentence, "");
    EXPECT_TRUE(session.take_geometric_request());
}

TEST_F(WindowsOfText, HeadsHaveMarginsWithoutAStage) {
    DecodeSession session;
    session.set_prompt(random_text(20, 2));
    session.set_model(std::make_shared<const Model>(tiny_model(false, false)), "model", "none");
    SetView view;
    view.view = MarginView::heads;
    session.set_view(view);
    finish(session);
    const auto frame = session.take_margin_frame(geometry_);
    EXPECT_TRUE(frame->measurable());
    EXPECT_FALSE(frame->cells[0].valid);
    EXPECT_TRUE(frame->cells[1].valid);
    EXPECT_EQ(frame->support.size(), 5u);
}

TEST_F(WindowsOfText, TheWayToATextLeavesNoTrace) {
    std::mt19937 random(11);
    for (int round = 0; round < 6; ++round) {
        const std::string text = random_text(40, static_cast<unsigned>(round));
        const std::size_t given = 1 + random() % 30;
        DecodeSession session;
        show(session, text.substr(0, given));
        for (std::size_t i = given; i < text.size(); ++i) {
            session.choose(model_->vocabulary.encode(text.substr(i, 1)).front());
            if (random() % 3 == 0) session.work(milliseconds(0));
            if (random() % 5 == 0) {
                session.jump(static_cast<int>(random() % (i + 1)));
                session.work(milliseconds(0));
                session.jump(static_cast<int>(i));
            }
        }
        ASSERT_EQ(session.text(), text);
        expect_equal(session, report(text, WindowRule::half));
        session.step_back();
        expect_equal(session, report(text.substr(0, 39), WindowRule::half));
    }
}

TEST_F(WindowsOfText, NotYetIsNeitherComputedNorUndefined) {
    DecodeSession session;
    show(session, random_text(60, 2));
    const auto before = session.take_margin_frame(geometry_);
    ASSERT_TRUE(before);
    EXPECT_EQ(before->pending, 58);
    for (std::size_t i = 0; i < before->cells.size(); ++i) {
        EXPECT_FALSE(before->cells[i].valid);
        EXPECT_EQ(before->cells[i].pending, i >= 2) << "only a text's first two have none";
    }
    EXPECT_TRUE(session.work(milliseconds(0)));
    const auto some = session.take_margin_frame(geometry_);
    EXPECT_TRUE(some->cells.back().valid) << "the newest first";
    EXPECT_GT(some->pending, 0);
    SetView view;
    view.index = 20;
    session.set_view(view);
    session.work(milliseconds(0));
    EXPECT_TRUE(session.take_margin_frame(geometry_)->cells[20].valid) << "the selected first";
    finish(session);
    const auto all = session.take_margin_frame(geometry_);
    EXPECT_EQ(all->pending, 0);
    EXPECT_FALSE(all->cells[0].valid || all->cells[1].valid);
    EXPECT_EQ(all->cells[1].logdet, 0.0F) << "J is the identity there";
}

TEST_F(WindowsOfText, InViewIsTheCursorsAndTheSelectedWindow) {
    DecodeSession session;
    show(session, random_text(100, 2));
    SetView view;
    view.index = 30;
    session.set_view(view);
    while (session.work(milliseconds(1000), false)) {
    }
    const auto frame = session.take_margin_frame(geometry_);
    EXPECT_TRUE(frame->cells[30].valid && frame->cells[99].valid);
    EXPECT_TRUE(frame->cells[60].pending);
}

TEST_F(WindowsOfText, EveryCharacterHasItsBoundaryAndAttentionInItsOwnWindow) {
    DecodeSession session;
    show(session, random_text(60, 5));
    finish(session);
    const auto margins = session.take_margin_frame(geometry_);
    for (const int index : {2, 11, 12, 30, 47, 59, 13}) {
        SetView view;
        view.index = index;
        session.set_view(view);
        const auto request = session.take_boundary_request();
        ASSERT_TRUE(request && request->stage) << index;
        const MarginCell& cell = margins->cells[static_cast<std::size_t>(index)];
        EXPECT_EQ(request->window_begin, cell.window_begin);
        EXPECT_EQ(request->window_begin + request->position, index);
        EXPECT_TRUE(request->stage->has_margin(request->position)) << index;
        EXPECT_NEAR(request->stage->log_det(request->position).value, cell.logdet, 1e-4);
        EXPECT_EQ(session.take_decode_frame()->selected, index);
        const auto attention = session.take_attention_frame();
        if (!attention) continue;  // the same window as before
        EXPECT_EQ(attention->window_begin, cell.window_begin);
        EXPECT_GT(attention->size, index - attention->window_begin);
        EXPECT_EQ(attention->tokens.size(), static_cast<std::size_t>(attention->size));
    }
}

TEST_F(WindowsOfText, GeometricMarginsReachTheWholeText) {
    DecodeSession session;
    show(session, random_text(30, 6));
    finish(session);
    SetView view;
    view.kind = MarginKind::geometric;
    session.set_view(view);
    int requests = 0;
    session.take_margin_frame(geometry_);
    while (auto request = session.take_geometric_request()) {
        geometry_.request_margins(std::move(*request));
        for (int waits = 0; waits < 3000 && !geometry_.idle(); ++waits)
            std::this_thread::sleep_for(milliseconds(10));
        session.geometric_margin_arrived();
        session.take_margin_frame(geometry_);
        ASSERT_LT(++requests, 20);
    }
    session.geometric_margin_arrived();
    const auto frame = session.take_margin_frame(geometry_);
    for (std::size_t i = 2; i < frame->cells.size(); ++i) {
        EXPECT_TRUE(frame->cells[i].geometric_known) << i;
        if (frame->cells[i].geometric) EXPECT_GE(*frame->cells[i].geometric, 0.0F);
    }
}

}  // namespace
}  // namespace marginscope
