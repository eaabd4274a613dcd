// The explanation of a character: asked for only while it is in sight, equal to what the window's
// other frames say, and its direction that of finite differences.
#include "engine/decode/why_frame.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "engine/decode/decode_session.h"
#include "engine/engine_fixture.h"
#include "nn/model/tensor_eigen.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using std::chrono::milliseconds;
using testing_support::random_text;
using testing_support::tiny_model;

struct Asked {
    std::shared_ptr<const Model> model = std::make_shared<const Model>(tiny_model());
    DecodeSession session;
    SetView view;

    explicit Asked(const std::string& text, int index) {
        session.set_prompt(text);
        session.set_model(model, "model", "fitted");
        view.index = index;
        view.why = true;
        session.set_view(view);
    }
};

TEST(WhyRequest, IsMadeOnceAndOnlyWhileItIsInSight) {
    Asked asked(random_text(20, 3), 9);
    const auto first = asked.session.take_why_request();
    ASSERT_TRUE(first);
    EXPECT_FALSE(asked.session.take_why_request());
    EXPECT_EQ(first->window_begin + first->position, 9);
    EXPECT_EQ(first->revision, asked.session.take_decode_frame()->selected_revision);
    asked.session.jump(9);
    const int chosen = first->next == 3 ? 4 : 3;
    asked.session.choose(chosen);
    const auto other = asked.session.take_why_request();
    ASSERT_TRUE(other) << "another character comes next";
    EXPECT_EQ(other->next, chosen);
    EXPECT_EQ(other->revision, first->revision);
    asked.view.index = 4;
    asked.view.why = false;
    asked.session.set_view(asked.view);
    EXPECT_FALSE(asked.session.take_why_request());
    asked.session.set_model(std::make_shared<const Model>(tiny_model(true)), "other", "fitted");
    EXPECT_FALSE(asked.session.take_why_request());
    asked.view.why = true;
    asked.session.set_view(asked.view);
    EXPECT_TRUE(asked.session.take_why_request());
}

TEST(WhyMaker, GoesOnHeadByHeadAndAgreesWithTheText) {
    Asked asked(random_text(20, 3), 9);
    while (asked.session.work(milliseconds(1000))) {
    }
    const auto decode = asked.session.take_decode_frame();
    WhyMaker maker;
    EXPECT_FALSE(maker.work(milliseconds(1)));
    EXPECT_FALSE(maker.take());
    maker.explain(*asked.session.take_why_request());
    EXPECT_TRUE(maker.work(milliseconds(0)));
    const auto early = maker.take();
    ASSERT_TRUE(early);
    EXPECT_TRUE(early->effects.empty());
    EXPECT_EQ(early->lens.size(), 3u) << "direction and lens come first";
    while (maker.work(milliseconds(0))) maker.work(milliseconds(5));
    const auto frame = maker.take();
    ASSERT_TRUE(frame);
    EXPECT_FALSE(maker.take());
    EXPECT_GT(frame->version, early->version);
    EXPECT_EQ(frame->effects.size(), 4u);
    EXPECT_EQ(frame->index, 9);
    EXPECT_EQ(frame->token, decode->line[9].token);
    EXPECT_EQ(frame->next, decode->line[10].token);
    EXPECT_NEAR(frame->lens.back().own_logprob, decode->line[9].logprob, 1e-3);
    EXPECT_NEAR(frame->lens.back().next_logprob, decode->line[10].logprob, 1e-3);
    EXPECT_TRUE(std::isnan(frame->lens.front().logdet)) << "the embeddings are no layer";
    asked.view.view = MarginView::layer;
    asked.session.set_view(asked.view);
    while (asked.session.work(milliseconds(1000))) {
    }
    const GeometryThread geometry([](auto) {}, [] {});
    const auto margins = asked.session.take_margin_frame(geometry);
    const MarginCell& cell = margins->cells[9];
    EXPECT_NEAR(frame->lens[static_cast<std::size_t>(cell.of_layer) + 1].logdet, cell.logdet, 1e-5);
}

TEST(WhyMaker, TheDirectionIsThatInWhichTheMarginFalls) {
    for (const int index : {5, 9, 14}) {
        Asked asked(random_text(20, 4), index);
        const WhyRequest request = *asked.session.take_why_request();
        WhyMaker maker;
        maker.explain(request);
        maker.work(milliseconds(0));
        const auto frame = maker.take();
        ASSERT_EQ(frame->direction_sentence, "");
        const Vector u = request.u.row(request.position).transpose();
        Vector slope(u.size());
        for (int c = 0; c < u.size(); ++c) {
            const Vector step = 1e-6 * Vector::Unit(u.size(), c);
            slope[c] = (request.stage->log_det_at(request.position, u + step).value -
                        request.stage->log_det_at(request.position, u - step).value) /
                       2e-6;
        }
        const Matrix wte = to_matrix(asked.model->gpt.token_embeddings());
        const Vector own = wte.row(request.read_as).transpose();
        EXPECT_NEAR(frame->reach, 1 / slope.norm(), 1e-3 / slope.norm());
        EXPECT_FALSE(frame->reach_is_geometric);
        float most = 1;
        for (const DirectionWord& word : frame->more) {
            const Vector way = wte.row(word.token).transpose() - own;
            EXPECT_NEAR(word.cosine, -way.dot(slope) / (way.norm() * slope.norm()), 1e-4);
            EXPECT_NEAR(word.along, -way.dot(slope) / slope.norm(), 1e-3 * way.norm());
            EXPECT_NEAR(word.share, word.along * slope.norm(), 1e-3 * way.norm() * slope.norm());
            EXPECT_LE(word.cosine, most);
            EXPECT_GT(word.cosine, 0);
            most = word.cosine;
        }
        for (const DirectionWord& word : frame->less) EXPECT_LT(word.cosine, 0);
        EXPECT_FALSE(frame->more.empty() && frame->less.empty());
        maker.set_geometric(0.5);
        const auto with = maker.take();
        ASSERT_TRUE(with);
        EXPECT_TRUE(with->reach_is_geometric);
        for (const DirectionWord& word : with->more)
            EXPECT_NEAR(word.share, word.along / 0.5, 1e-5 * std::abs(word.share));
        maker.set_geometric(0.5);
        EXPECT_FALSE(maker.take()) << "nothing new";
    }
}

TEST(WhyMaker, SaysWhyThereIsNoDirection) {
    Asked asked(random_text(20, 4), 0);
    WhyMaker maker;
    maker.explain(*asked.session.take_why_request());
    maker.work(milliseconds(0));
    auto frame = maker.take();
    EXPECT_NE(frame->direction_sentence.find("no boundary here"), std::string::npos);
    EXPECT_TRUE(std::isnan(frame->lens.back().own_logprob)) << "nothing predicts the first";
    DecodeSession session;
    session.set_prompt("abc def");
    session.set_model(std::make_shared<const Model>(tiny_model(false, false)), "m", "none");
    SetView view;
    view.why = true;
    session.set_view(view);
    maker.explain(*session.take_why_request());
    while (maker.work(milliseconds(5))) {
    }
    frame = maker.take();
    EXPECT_NE(frame->direction_sentence.find("no fitted stage"), std::string::npos);
    EXPECT_EQ(frame->next, -1);
    EXPECT_TRUE(std::isnan(frame->effects[0].next_change));
}

class WhyEngineTest : public EngineTest {};

TEST_F(WhyEngineTest, TheWindowAsksByItsViewAndGetsAWholeExplanation) {
    Engine engine(options());
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_FALSE(engine.frames().why);
    SetView view;
    view.why = true;
    view.index = 5;
    engine.send(view);
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const Frames frames = engine.frames();
    ASSERT_TRUE(frames.why);
    EXPECT_EQ(frames.why->revision, frames.decode->selected_revision);
    EXPECT_EQ(frames.why->effects.size(), 2u);
}

}  // namespace
}  // namespace marginscope
