// The twin of the shown text: equal to the command's, never older than it says, and no hindrance.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>

#include "engine/decode/decode_session.h"
#include "nn/decode/twin_run.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using std::chrono::milliseconds;
using testing_support::random_text;
using testing_support::TemporaryFolder;
using testing_support::tiny_model;

struct Shown {
    DecodeSession session;

    explicit Shown(const std::string& prompt, unsigned seed = 5) {
        session.set_prompt(prompt);
        session.set_model(std::make_shared<const Model>(tiny_model(false, true, seed)), "model",
                          "fitted");
    }
    void finish() {
        while (session.work(milliseconds(1000))) {
        }
    }
    std::shared_ptr<const TwinFrame> finished(const SetDecodeNoise& noise) {
        session.set_noise(noise);
        finish();
        return session.take_twin_frame();
    }
};

SetDecodeNoise some_noise(NoisePlace where = NoisePlace::embeddings) {
    SetDecodeNoise noise{0.3, false, 11};
    noise.where = where;
    noise.draws = 3;
    return noise;
}

void expect_near(float told, const std::optional<double>& wanted, int index) {
    if (wanted)
        EXPECT_NEAR(told, *wanted, 1e-6 * std::max(1.0, std::abs(*wanted))) << index;
    else
        EXPECT_TRUE(std::isnan(told)) << index;
}

TEST(TwinOfTheText, IsTheCommands) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "tiny.safetensors";
    save_model(tiny_model(), file);
    const std::string text = random_text(47, 3);
    for (const NoisePlace where :
         {NoisePlace::embeddings, NoisePlace::attention, NoisePlace::residual})
        for (const bool relative : {false, true}) {
            SetDecodeNoise noise = some_noise(where);
            noise.relative = relative;
            if (relative) noise.positions = {2, 17, 40};
            Shown shown(text);
            SetView view;
            view.kind = MarginKind::singular;
            shown.session.set_view(view);
            const auto frame = shown.finished(noise);
            TwinRequest request;
            request.model = file;
            request.text = text;
            request.sigma = noise.sigma;
            request.relative = relative;
            request.where = where;
            request.positions = noise.positions;
            request.draws = noise.draws;
            request.seed = noise.seed;
            request.kind = MarginKind::singular;
            const TwinReport report = run_twin(request);
            ASSERT_EQ(frame->cells.size(), 47u);
            EXPECT_EQ(frame->pending, 0);
            EXPECT_EQ(frame->kind, MarginKind::singular);
            EXPECT_EQ(frame->rms, report.rms);
            for (int i = 0; i < 47; ++i) {
                const auto at = static_cast<std::size_t>(i);
                const TwinCell& cell = frame->cells[at];
                ASSERT_TRUE(cell.known && !cell.stale);
                expect_near(cell.kl, report.mean_kl[at], i);
                expect_near(cell.share_flipped, report.share_flipped[at], i);
                expect_near(cell.entropy, report.entropy[at], i);
                expect_near(cell.mutual_information, report.mutual_information[at], i);
                std::optional<double> gap = 0.0;
                for (const TwinDraw& draw : report.draws)
                    gap = draw.margin_gap[at] && gap
                              ? std::optional(*gap + *draw.margin_gap[at] / 3)
                              : std::nullopt;
                expect_near(cell.margin_gap, gap, i);
                EXPECT_EQ(cell.clean != cell.noisy,
                          std::ranges::count(report.draws[0].flips, at) == 1)
                    << i;
            }
            for (std::size_t d = 0; d < 3; ++d)
                EXPECT_EQ(frame->first_divergence[d],
                          report.draws[d].first_divergence
                              ? static_cast<int>(*report.draws[d].first_divergence)
                              : -1);
        }
}

TEST(TwinOfTheText, WithoutNoiseThereIsNone) {
    Shown shown(random_text(30, 3));
    shown.finish();
    const auto frame = shown.session.take_twin_frame();
    ASSERT_TRUE(frame);
    EXPECT_TRUE(frame->cells.empty());
    shown.session.step_forward();
    shown.finish();
    EXPECT_FALSE(shown.session.take_twin_frame()) << "nothing to tell anew";
}

TEST(TwinOfTheText, AGrowingTextKeepsWhatItHad) {
    Shown shown(random_text(20, 3)), fresh(random_text(21, 3));
    const auto before = shown.finished(some_noise());
    shown.session.choose(fresh.session.take_decode_frame()->line.back().token);
    const auto grown = shown.session.take_twin_frame();
    ASSERT_EQ(grown->cells.size(), 21u);
    EXPECT_EQ(grown->pending, 1);
    for (std::size_t i = 0; i < 20; ++i) EXPECT_TRUE(grown->cells[i].known);
    EXPECT_FALSE(grown->cells[20].known);
    shown.finish();
    const auto after = shown.session.take_twin_frame();
    const auto whole = fresh.finished(some_noise());
    for (std::size_t i = 1; i < 21; ++i)
        EXPECT_NEAR(after->cells[i].kl, whole->cells[i].kl, 1e-6) << i;
    shown.session.step_back();
    EXPECT_EQ(shown.session.take_twin_frame()->pending, 0) << "back costs nothing";
}

TEST(TwinOfTheText, OldNumbersAreMarkedAndNeverCounted) {
    Shown shown(random_text(40, 3));
    const auto before = shown.finished(some_noise());
    SetDecodeNoise other = some_noise();
    other.seed = 12;
    shown.session.set_noise(other);
    const auto changed = shown.session.take_twin_frame();
    EXPECT_EQ(changed->pending, 40);
    EXPECT_EQ(changed->share_flipped, 0.0);
    EXPECT_EQ(changed->first_divergence, (std::vector<int>{-1, -1, -1}));
    for (std::size_t i = 0; i < 40; ++i) {
        EXPECT_TRUE(changed->cells[i].stale);
        if (i > 0) EXPECT_EQ(changed->cells[i].kl, before->cells[i].kl);
    }
    shown.finish();
    const auto after = shown.session.take_twin_frame();
    EXPECT_EQ(after->pending, 0);
    EXPECT_NE(after->cells[20].kl, before->cells[20].kl);
    SetView view;
    view.kind = MarginKind::singular;
    shown.session.set_view(view);
    EXPECT_EQ(shown.session.take_twin_frame()->pending, 40) << "gaps are of the kind";
}

TEST(TwinOfTheText, FrozenItStaysWhileTheTextGoesOn) {
    Shown shown(random_text(20, 3));
    SetDecodeNoise noise = some_noise();
    const auto before = shown.finished(noise);
    noise.frozen = true;
    shown.session.set_noise(noise);
    EXPECT_TRUE(shown.session.take_twin_frame()->noise.frozen);
    for (int k = 0; k < 3; ++k) shown.session.step_forward();
    shown.finish();
    const auto held = shown.session.take_twin_frame();
    ASSERT_TRUE(held);
    EXPECT_TRUE(held->behind);
    ASSERT_EQ(held->cells.size(), 20u);
    EXPECT_EQ(held->cells[19].kl, before->cells[19].kl);
    noise.frozen = false;
    const auto thawed = shown.finished(noise);
    EXPECT_FALSE(thawed->behind);
    EXPECT_EQ(thawed->cells.size(), 23u);
    EXPECT_EQ(thawed->pending, 0);
    // Frozen from the beginning: it is computed once.
    noise.frozen = true;
    Shown other(random_text(20, 3));
    EXPECT_EQ(other.finished(noise)->pending, 0);
}

TEST(TwinOfTheText, FollowsDragsAndWeights) {
    Shown shown(random_text(20, 3));
    const auto before = shown.finished(some_noise());
    Vector delta = Vector::Zero(8);  // a constant would be taken out by the norms
    delta[2] = 0.9;
    shown.session.drag(9, delta);
    shown.finish();
    const auto dragged = shown.session.take_twin_frame();
    EXPECT_EQ(dragged->pending, 0);
    EXPECT_NEAR(dragged->cells[9].kl, before->cells[9].kl, 1e-6) << "its own prediction is before";
    EXPECT_NE(dragged->cells[12].kl, before->cells[12].kl);
    shown.session.reset_drags();
    shown.finish();
    EXPECT_EQ(shown.session.take_twin_frame()->cells[12].kl, before->cells[12].kl);
    shown.session.weights_changed();
    EXPECT_EQ(shown.session.take_twin_frame()->pending, 20);
    shown.finish();
    EXPECT_NEAR(shown.session.take_twin_frame()->cells[12].kl, before->cells[12].kl, 1e-6);
    shown.session.set_model(std::make_shared<const Model>(tiny_model(false, true, 9)), "other",
                            "fitted");
    shown.finish();
    EXPECT_NE(shown.session.take_twin_frame()->cells[12].kl, before->cells[12].kl);
}

TEST(TwinOfTheText, ComesInSlicesAfterEverythingElse) {
    Shown shown(random_text(300, 3));
    SetDecodeNoise noise = some_noise();
    noise.draws = 32;
    shown.session.set_noise(noise);
    EXPECT_FALSE(shown.session.work(milliseconds(0), false) &&
                 shown.session.take_twin_frame()->pending < 300)
        << "nothing of it beside a training";
    int slices = 0;
    for (bool left = true; left; ++slices) left = shown.session.work(milliseconds(0));
    EXPECT_GT(slices, 1000) << "a pass or a draw's margins at a time";
    EXPECT_EQ(shown.session.take_twin_frame()->pending, 0);
    EXPECT_FALSE(shown.session.work(milliseconds(0)));
}

TEST(TwinOfTheText, TheAverageIsOfTheSelectedCharacter) {
    Shown shown(random_text(30, 3));
    SetView view;
    view.index = 12;
    shown.session.set_view(view);
    const auto frame = shown.finished(some_noise());
    EXPECT_EQ(frame->selected, 12);
    ASSERT_EQ(frame->average.size(), 8u);
    for (std::size_t k = 1; k < 8; ++k)
        EXPECT_GE(frame->average[k - 1].averaged, frame->average[k].averaged);
    view.index = 0;
    shown.session.set_view(view);
    EXPECT_TRUE(shown.session.take_twin_frame()->average.empty()) << "nothing predicts it";
}

}  // namespace
}  // namespace marginscope
