// The shown text beside models: it survives all of them, changes recompute only what they touch,
// and panels agree.
#include "engine/decode/decode_session.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using std::chrono::milliseconds;
using testing_support::random_text;
using testing_support::tiny_model;

std::shared_ptr<const Model> model_of(const std::vector<std::string>& symbols, unsigned seed = 5) {
    return std::make_shared<const Model>(
        tiny_model(false, true, seed, Vocabulary::from_symbols(symbols)));
}

std::shared_ptr<const Model> usual_model(unsigned seed = 5) {
    return std::make_shared<const Model>(tiny_model(false, true, seed));
}

struct Shown {
    DecodeSession session;
    GeometryThread geometry{[](auto) {}, [] {}};

    explicit Shown(const std::string& prompt, std::shared_ptr<const Model> model = usual_model()) {
        session.set_prompt(prompt);
        session.set_model(std::move(model), "model", "fitted");
    }
    void finish() {
        while (session.work(milliseconds(1000))) {
        }
    }
    std::shared_ptr<const MarginFrame> margins() { return session.take_margin_frame(geometry); }
};

std::string line_of(const DecodeFrame& frame) {
    std::string all;
    for (const TokenCell& cell : frame.line)
        all += (*frame.symbols)[static_cast<std::size_t>(cell.token)];
    return all;
}

TEST(DecodeSession, TheTextSurvivesAnySequenceOfModels) {
    const std::vector<std::shared_ptr<const Model>> models = {
        usual_model(1), model_of({"A", "C", "G", "T"}), model_of({"a", "\uFFFD"}),
        model_of({"\uFFFD", "a", "b", "X"}), model_of({"Q", "\n"})};
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
        const std::string text = random_text(1 + random() % 30, random()) + "\u201cX\n";
        Shown shown(text);
        shown.session.jump(static_cast<int>(random() % 8));
        const DecodeDocument before = shown.session.document();
        for (int k = 0; k < 6; ++k) {
            const auto& model = models[random() % models.size()];
            shown.session.set_model(model, "m", "fitted");
            EXPECT_EQ(shown.session.document().tree, before.tree);
            EXPECT_EQ(shown.session.document().prompt, text);
            shown.finish();
            const auto frame = shown.session.take_decode_frame();
            ASSERT_TRUE(frame);
            EXPECT_EQ(frame->vocabulary, model->vocabulary.size());
            for (const TokenCell& cell : frame->line)
                EXPECT_LT(cell.token, static_cast<int>(frame->symbols->size()));
            for (const CandidateCell& cell : frame->candidates)
                EXPECT_LT(cell.token, frame->vocabulary);
            ASSERT_TRUE(shown.margins());
        }
        shown.session.set_model(usual_model(), "m", "fitted");
        EXPECT_EQ(shown.session.document().tree, before.tree);
    }
}

TEST(DecodeSession, AModelShowsWhatItCannotReadAndSaysSo) {
    Shown shown("ab\"c\n\u00ef\"");
    const auto frame = shown.session.take_decode_frame();
    ASSERT_EQ(frame->line.size(), 7u);
    EXPECT_EQ(frame->unknown, 3);
    EXPECT_GE(frame->line[2].token, frame->vocabulary);
    EXPECT_LT(frame->line[3].token, frame->vocabulary);
    EXPECT_EQ(frame->line[2].token, frame->line[6].token);
    EXPECT_EQ(line_of(*frame), "ab\"c\u21b5\u00ef\"");
    EXPECT_TRUE(std::isnan(frame->line[2].logprob)) << "it cannot be predicted";
    EXPECT_FALSE(std::isnan(frame->line[2].entropy));
    const std::string sentence = shown.session.text_note();
    EXPECT_NE(sentence.find("3 characters"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("\u00ef"), std::string::npos) << sentence;
    shown.session.set_prompt("abc");
    EXPECT_EQ(shown.session.text_note(), "");
}

TEST(DecodeSession, AModelWithoutAnUnknownReadsTheMeanOfItsEmbeddings) {
    const auto model = model_of({"a", "b", " "});
    Shown shown("ab\nab", model);
    shown.finish();
    EXPECT_EQ(shown.session.take_decode_frame()->unknown, 1);
    SetView view;
    view.index = 4;
    shown.session.set_view(view);
    const auto request = shown.session.take_boundary_request();
    ASSERT_TRUE(request && request->stage);
    const at::Tensor mean = model->gpt.token_embeddings().to(at::kDouble).mean(0) +
                            model->gpt.position_embeddings()[2].to(at::kDouble);
    for (int c = 0; c < request->stage->width(); ++c)
        EXPECT_NEAR(request->stage->embeddings()(2, c), mean[c].item<double>(), 1e-5);
}

TEST(DecodeSession, WhatNoCharacterCanBeReadOfStandsAsideAndReturns) {
    Shown shown("abc abc");
    shown.session.set_model(model_of({"G", "T", "A"}), "genes", "fitted");
    const auto frame = shown.session.take_decode_frame();
    EXPECT_GT(frame->line.size(), 3u) << "a text long enough to have margins";
    EXPECT_EQ(frame->unknown, 0);
    EXPECT_EQ(shown.session.document().tree.text(), "abc abc");
    EXPECT_NE(shown.session.text_note().find("text of its own"), std::string::npos);
    EXPECT_TRUE(shown.session.step_forward());
    SamplingSettings cold;
    cold.temperature = 0.25;
    shown.session.set_sampling(cold);
    shown.session.set_model(usual_model(), "m", "fitted");
    EXPECT_EQ(shown.session.text(), "abc abc");
    EXPECT_EQ(shown.session.document().sampling, cold) << "settings are not the text's";
    shown.session.set_model(model_of({"G", "T", "A"}), "genes", "fitted");
    shown.session.set_prompt("GATTACA");
    EXPECT_EQ(shown.session.text(), "GATTACA");
    shown.session.set_model(usual_model(), "m", "fitted");
    EXPECT_EQ(shown.session.document().prompt, "GATTACA") << "what was given last is the text";
}

TEST(DecodeSession, BadTextLeavesEverythingAsItWas) {
    Shown shown("abc");
    const DecodeDocument before = shown.session.document();
    const DecodeRevisions revisions = shown.session.revisions();
    EXPECT_THROW(shown.session.set_prompt("ab\xFF"), UserError);
    EXPECT_EQ(shown.session.document(), before);
    EXPECT_EQ(shown.session.revisions(), revisions);
}

TEST(DecodeSession, ALongTextIsKeptWholeAndShownSoFar) {
    const std::string text = random_text(30000, 4);
    Shown shown(text);
    const auto frame = shown.session.take_decode_frame();
    EXPECT_EQ(frame->line.size(), 20000u);
    EXPECT_EQ(frame->left_out, 10000);
    EXPECT_EQ(shown.session.document().prompt, text);
}

TEST(DecodeSession, SettingsTouchNothingThatWasComputed) {
    Shown shown(random_text(40, 3));
    shown.session.set_noise({0.5, true, 3});
    shown.finish();
    ASSERT_TRUE(shown.session.take_decode_frame() && shown.margins());
    ASSERT_TRUE(shown.session.take_twin_frame() && shown.session.take_attention_frame());
    ASSERT_TRUE(shown.session.take_boundary_request());
    const DecodeRevisions before = shown.session.revisions();
    SamplingSettings hot;
    hot.temperature = 1.7;
    shown.session.set_sampling(hot);
    shown.session.set_playing(true, 12);
    DecodeRevisions expected = before;
    expected.settings += 2;
    EXPECT_EQ(shown.session.revisions(), expected);
    EXPECT_TRUE(shown.session.take_decode_frame());
    EXPECT_FALSE(shown.margins());
    EXPECT_FALSE(shown.session.take_twin_frame());
    EXPECT_FALSE(shown.session.take_attention_frame());
    EXPECT_FALSE(shown.session.take_boundary_request());
    EXPECT_FALSE(shown.session.work(milliseconds(1)));
}

TEST(DecodeSession, MarginSlicesDoNotRepeatTheAttention) {
    Shown shown(random_text(60, 3));
    ASSERT_TRUE(shown.session.take_attention_frame());
    shown.session.work(milliseconds(0));
    EXPECT_TRUE(shown.margins());
    EXPECT_FALSE(shown.session.take_attention_frame());
    shown.finish();
    EXPECT_FALSE(shown.session.take_attention_frame());
    const auto margins = shown.margins();
    for (const float one : margins->head_logdet) EXPECT_FALSE(std::isnan(one));
}

TEST(DecodeSession, WhatIsTypedAfterACharacterDoesNotCancelItsBoundary) {
    Shown shown(random_text(20, 3));
    SetView view;
    view.index = 14;
    shown.session.set_view(view);
    const auto first = shown.session.take_boundary_request();
    ASSERT_TRUE(first);
    EXPECT_EQ(shown.session.take_decode_frame()->selected_revision, first->cell_key);
    ASSERT_TRUE(shown.session.step_forward());
    EXPECT_FALSE(shown.session.take_boundary_request());
    EXPECT_EQ(shown.session.take_decode_frame()->selected_revision, first->cell_key);
    view.kind = MarginKind::singular;
    shown.session.set_view(view);
    EXPECT_FALSE(shown.session.take_boundary_request()) << "the picture is the same for each kind";
    view.zoom = 2;
    shown.session.set_view(view);
    EXPECT_TRUE(shown.session.take_boundary_request());
    shown.session.jump(12);
    EXPECT_NE(shown.session.take_decode_frame()->selected_revision, first->cell_key);
}

TEST(DecodeSession, EqualTextsBesideOtherWeightsShareNothing) {
    Shown shown("abc def");
    const auto first = shown.session.take_boundary_request();
    shown.session.set_model(usual_model(8), "other", "fitted");
    const auto other = shown.session.take_boundary_request();
    ASSERT_TRUE(first && other);
    EXPECT_NE(first->past_key, other->past_key);
    shown.session.weights_changed();
    const auto trained = shown.session.take_boundary_request();
    ASSERT_TRUE(trained);
    EXPECT_NE(other->past_key, trained->past_key);
}

TEST(DecodeSession, ADragBelongsToACharacterInItsBranch) {
    Shown shown("abcdef");
    const Vector delta = Vector::Constant(8, 0.3);
    shown.session.drag(4, delta);
    EXPECT_EQ(shown.session.take_decode_frame()->dragged, std::vector<int>{4});
    shown.session.jump(3);
    shown.session.choose(2);
    EXPECT_TRUE(shown.session.take_decode_frame()->dragged.empty())
        << "another character stands there";
    shown.session.go_to(5);
    EXPECT_EQ(shown.session.take_decode_frame()->dragged, std::vector<int>{4});
    shown.session.drag(4, Vector::Zero(8));
    EXPECT_TRUE(shown.session.take_decode_frame()->dragged.empty());
}

TEST(DecodeSession, ADraggedTokensGeometricMarginIsTheSameInEveryFrame) {
    std::mutex mutex;
    std::shared_ptr<const BoundaryFrame> boundary;
    DecodeSession session;
    session.set_prompt("abc def abc");
    session.set_model(usual_model(), "model", "fitted");
    GeometryThread geometry(
        [&](auto frame) {
            const std::lock_guard lock(mutex);
            boundary = frame;
        },
        [] {});
    SetView view;
    view.index = 8;
    view.grid = 24;
    session.set_view(view);
    int compared = 0;
    for (int k = 0; k < 4; ++k) {
        session.drag(8, Vector::Constant(8, 0.05 * k));
        while (session.work(milliseconds(1000))) {
        }
        auto request = session.take_boundary_request();
        ASSERT_TRUE(request) << k;
        geometry.request_boundary(*request);
        for (int waits = 0; waits < 3000 && !geometry.idle(); ++waits)
            std::this_thread::sleep_for(milliseconds(10));
        session.geometric_margin_arrived();
        const auto margins = session.take_margin_frame(geometry);
        const std::lock_guard lock(mutex);
        EXPECT_EQ(boundary->index, 8);
        EXPECT_EQ(boundary->revision, session.take_decode_frame()->selected_revision);
        EXPECT_TRUE(margins->cells[8].geometric_known);
        EXPECT_EQ(margins->cells[8].geometric, boundary->geometric);
        EXPECT_EQ(std::isfinite(margins->cells[8].geometric_share),
                  boundary->geometric.has_value());
        if (boundary->geometric) {
            EXPECT_GE(*boundary->geometric, 0.0F);
            const double length = request->stage->embeddings().row(request->position).norm();
            EXPECT_NEAR(margins->cells[8].geometric_share, *boundary->geometric / length, 1e-5);
            ++compared;
        }
    }
    EXPECT_GE(compared, 2);
}

TEST(DecodeSession, AGeometricLeastMarginIsGeometric) {
    Shown shown("abc def");
    SamplingSettings settings;
    settings.min_margin_kind = MarginKind::geometric;
    settings.min_margin = 1e9;  // further than any boundary that is found
    settings.allow_beyond = true;
    shown.session.set_sampling(settings);
    int far = 0;
    for (; far < 8 && shown.session.step_forward(); ++far) {
        const auto request = shown.session.take_boundary_request();
        ASSERT_TRUE(request);
        EXPECT_FALSE(request->stage->geometric_margin(request->position).value);
    }
    EXPECT_LT(far, 8) << "log|det J| would never refuse as a distance does";
}

}  // namespace
}  // namespace marginscope
