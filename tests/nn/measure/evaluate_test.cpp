// Noise, its curves, and margin reports, on small models from disk.
#include "nn/measure/evaluate.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/stage/stage.h"
#include "nn/decode/next_margins.h"
#include "nn/measure/margin_report.h"
#include "nn/measure/noise.h"
#include "nn/measure/parallel_jobs.h"
#include "nn/measure/probes.h"
#include "nn/model/device.h"
#include "nn/probability/decode_run.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using testing_support::random_text;
using testing_support::TemporaryFolder;
using testing_support::tiny_model;

class OnDisk : public testing::Test {
protected:
    std::filesystem::path saved(const Model& model, const std::string& name = "model.safetensors") {
        save_model(model, folder_.path() / name);
        return folder_.path() / name;
    }
    TemporaryFolder folder_;
};

TEST(ComputeThreads, MemoryOfAPassIsKeptForTheNext) {
    set_compute_threads(1);
    constexpr std::int64_t kFloats = 2 << 20;  // 8 MB: as an evaluation's widest layer
    const auto pages = [] {
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        return usage.ru_minflt;
    };
    const auto passes = [] {
        for (int k = 0; k < 20; ++k) at::empty({kFloats}).fill_(1.0F);
    };
    // The allocator keeps up to a dozen scraps beside aligned tensors to itself, each of which
    // stands between a freed tensor and its neighbour: the first passes may take new pages.
    passes();
    const long before = pages();
    passes();
    EXPECT_LT(pages() - before, 2 * kFloats * 4 / 4096) << "twenty passes took 2048 pages each";
}

TEST(Noise, DependsOnItsKeyAndNotOnTheBatch) {
    const std::vector<std::uint64_t> windows = {3, 9, 4};
    const at::Tensor all = standard_noise({.seed = 1, .draw = 2}, windows, 10, 16);
    const at::Tensor alone =
        standard_noise({.seed = 1, .draw = 2}, std::span(windows).subspan(1, 1), 10, 16);
    EXPECT_TRUE(at::equal(all[1], alone[0]));
    const at::Tensor later =
        standard_noise({.seed = 1, .draw = 2}, std::span(windows).subspan(1, 1), 4, 16, 6);
    EXPECT_TRUE(at::equal(all[1].narrow(0, 6, 4), later[0]));
    EXPECT_FALSE(at::equal(all, standard_noise({.seed = 2, .draw = 2}, windows, 10, 16)));
    EXPECT_FALSE(at::equal(all, standard_noise({.seed = 1, .draw = 3}, windows, 10, 16)));
    EXPECT_FALSE(
        at::equal(all, standard_noise({.seed = 1, .draw = 2, .layer = 1}, windows, 10, 16)));
    EXPECT_FALSE(at::equal(all[0], all[1]));
}

TEST(Noise, IsStandardNormal) {
    std::vector<std::uint64_t> windows(50);
    for (std::size_t k = 0; k < windows.size(); ++k) windows[k] = k;
    const at::Tensor draws =
        standard_noise({.seed = 7}, windows, 20, 100).to(at::kDouble);  // 100,000 numbers
    EXPECT_NEAR(draws.mean().item<double>(), 0.0, 0.015);
    EXPECT_NEAR(draws.square().mean().item<double>(), 1.0, 0.02);
    EXPECT_NEAR(draws.pow(4).mean().item<double>(), 3.0, 0.15);
}

TEST(Noise, RmsCountsTokensAsOftenAsTheyOccur) {
    const Model model = tiny_model();
    const std::vector<int> ids = model.vocabulary.encode("aab");
    const at::Tensor rows = at::embedding(model.gpt.token_embeddings(),
                                          at::tensor({ids[0], ids[1], ids[2]}, at::kLong));
    EXPECT_NEAR(token_embedding_rms(model.gpt, ids), std::sqrt(rows.square().mean().item<double>()),
                1e-6);
}

TEST_F(OnDisk, CleanLossIsThatOfPlainPasses) {
    const Model model = tiny_model();
    const std::string text = random_text(400, 8);
    NoiseRequest request{.model = saved(model), .text = text, .sigmas = {0.0}, .threads = 1};
    const NoiseCurve curve = evaluate_noise(request);
    const std::vector<int> ids = model.vocabulary.encode(text);
    const std::size_t begin = 360;
    ASSERT_EQ(curve.windows, 3u);  // 40 characters, 12 predicted by each window
    const at::NoGradGuard no_grad;
    for (std::size_t w = 0; w < 3; ++w) {
        std::vector<std::int64_t> x, y;
        for (std::size_t t = 0; t < 12; ++t) {
            x.push_back(ids[begin + 12 * w + t]);
            y.push_back(ids[begin + 12 * w + t + 1]);
        }
        const at::Tensor logits = model.gpt.logits_from_embeddings(
            model.gpt.embed(at::tensor(x, at::kLong).unsqueeze(0)));
        const double ce =
            cross_entropy(logits, at::tensor(y, at::kLong).unsqueeze(0)).item<double>();
        EXPECT_NEAR(curve.points[0].window_ce[w], ce, 1e-5);
    }
    EXPECT_EQ(curve.points[0].flips, 0.0);
    EXPECT_LE(curve.points[0].ce_low, curve.points[0].ce);
    EXPECT_GE(curve.points[0].ce_high, curve.points[0].ce);
}

TEST_F(OnDisk, NoiseGrowsWithSigmaAndSharesItsDraws) {
    const auto path = saved(tiny_model());
    for (const NoisePlace where :
         {NoisePlace::embeddings, NoisePlace::attention, NoisePlace::residual}) {
        NoiseRequest request{.model = path,
                             .text = random_text(3000, 9),
                             .sigmas = {0.0, 1e-4, 0.3, 3.0},
                             .where = where,
                             .draws = 2,
                             .threads = 1};
        const NoiseCurve curve = evaluate_noise(request);
        EXPECT_NEAR(curve.points[1].ce, curve.points[0].ce, 1e-2);
        EXPECT_NE(curve.points[1].ce, curve.points[0].ce);
        EXPECT_LT(curve.points[1].flips, curve.points[2].flips);
        EXPECT_LT(curve.points[2].flips, curve.points[3].flips);
        // Fewer windows, other sigmas: the windows that are left see the same draws.
        request.max_windows = 7;
        request.sigmas = {3.0};
        const NoiseCurve part = evaluate_noise(request);
        ASSERT_EQ(part.windows, 7u);
        const auto& all = curve.points[3].window_ce;
        for (std::size_t k = 0; k < 7; ++k)
            EXPECT_NEAR(part.points[0].window_ce[k], all[k * all.size() / 7], 1e-5);
    }
}

TEST_F(OnDisk, RelativeNoiseIsInUnitsOfTheRms) {
    const auto path = saved(tiny_model());
    NoiseRequest request{.model = path,
                         .text = random_text(600, 10),
                         .sigmas = {0.5},
                         .relative = true,
                         .draws = 2,
                         .threads = 1};
    const NoiseCurve relative = evaluate_noise(request);
    request.relative = false;
    request.sigmas = {0.5 * relative.rms};
    EXPECT_NEAR(relative.points[0].ce, evaluate_noise(request).points[0].ce, 1e-9);
}

TEST_F(OnDisk, ShortTextsAndBadNoiseAreRefused) {
    const auto path = saved(tiny_model());
    EXPECT_THROW(evaluate_noise({.model = path, .text = "abc"}), UserError);
    EXPECT_THROW(evaluate_noise({.model = path, .text = random_text(600, 1), .sigmas = {-0.1}}),
                 UserError);
    EXPECT_THROW(evaluate_noise({.model = folder_.path() / "nowhere", .text = random_text(600, 1)}),
                 UserError);
}

TEST_F(OnDisk, StageReportIsWhatCoreSaysOfEachWindow) {
    const Model model = tiny_model();
    const std::string text = random_text(30, 11);  // windows of 12, 12 and 6
    const MarginReport report = report_margins(
        {.model = saved(model), .text = text, .windows = WindowRule::disjoint, .threads = 2});
    ASSERT_EQ(report.positions.size(), 30u);
    const std::vector<int> ids = model.vocabulary.encode(text);
    double beyond = 0, counted = 0;
    for (std::size_t w = 0; w < 3; ++w) {
        const std::size_t n = w < 2 ? 12 : 6;
        const auto window = std::span(ids).subspan(12 * w, n);
        const Stage stage(stage_embeddings(model.gpt, window), stage_weights(model));
        for (std::size_t t = 0; t < n; ++t) {
            const PositionReport& record = report.positions[12 * w + t];
            EXPECT_EQ(record.i, 12 * w + t);
            EXPECT_EQ(record.stage.has_value(), t >= 1);
            if (t >= 1) EXPECT_EQ(record.stage->has_boundary, t >= 2);
            EXPECT_EQ(record.logprob.has_value(), t >= 1);
            if (t < 2) continue;
            const double logdet = stage.log_det(static_cast<int>(t)).value;
            EXPECT_NEAR(record.stage->logdet.value, logdet, 1e-11 * (1 + std::abs(logdet)));
            EXPECT_NEAR(record.stage->sigma_min, stage.sigma_min(static_cast<int>(t)), 1e-9);
            beyond += record.stage->beyond();
            ++counted;
        }
    }
    EXPECT_NEAR(*report.share_beyond, beyond / counted, 1e-12);
    EXPECT_EQ(report.not_finite, 0u);

    // The five nearest, nearest first, each with its geometric margin, nobody else.
    std::vector<std::pair<double, std::size_t>> order;
    for (const auto& record : report.positions)
        if (record.stage && record.stage->has_boundary)
            order.emplace_back(record.stage->logdet.value, record.i);
    std::sort(order.begin(), order.end());
    ASSERT_EQ(report.support.size(), 5u);
    for (std::size_t k = 0; k < 5; ++k) EXPECT_EQ(report.support[k], order[k].second);
    for (const auto& record : report.positions) {
        const bool chosen = std::find(report.support.begin(), report.support.end(), record.i) !=
                            report.support.end();
        EXPECT_EQ(record.support, chosen);
        EXPECT_EQ(record.stage && record.stage->geometric, chosen);
    }
}

TEST_F(OnDisk, ProbabilitiesAreThoseOfTheModel) {
    const Model model = tiny_model();
    const std::string text = random_text(12, 12);
    const MarginReport report =
        report_margins({.model = saved(model), .text = text, .geometric = GeometricScope::none});
    const std::vector<int> ids = model.vocabulary.encode(text);
    const at::NoGradGuard no_grad;
    const at::Tensor row =
        at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong).unsqueeze(0);
    const at::Tensor logprob =
        at::log_softmax(model.gpt.logits_from_embeddings(model.gpt.embed(row))[0], -1);
    for (std::size_t t = 1; t < 12; ++t) {
        const at::Tensor before = logprob[static_cast<std::int64_t>(t) - 1].to(at::kDouble);
        EXPECT_NEAR(*report.positions[t].logprob, before[ids[t]].item<double>(), 1e-4);
        EXPECT_NEAR(*report.positions[t].entropy, -(before.exp() * before).sum().item<double>(),
                    1e-4);
    }
}

TEST_F(OnDisk, LongTextsAreSampledEvenly) {
    const MarginReport report = report_margins({.model = saved(tiny_model()),
                                                .text = random_text(5000, 13),
                                                .geometric = GeometricScope::none,
                                                .max_positions = 60,
                                                .windows = WindowRule::disjoint});
    EXPECT_EQ(report.windows, 5u);
    EXPECT_EQ(report.positions.size(), 60u);
    EXPECT_EQ(report.positions.front().i, 0u);
    EXPECT_GT(report.positions.back().i, 3500u);
}

TEST_F(OnDisk, HeadAndLayerViewsHaveEveryHeadAndLayer) {
    const auto path = saved(tiny_model(true, false));  // no stage needed
    const std::string text = random_text(20, 14);
    const MarginReport heads =
        report_margins({.model = path, .text = text, .view = MarginView::heads});
    const MarginReport layers = report_margins(
        {.model = path, .text = text, .view = MarginView::layer, .kind = MarginKind::singular});
    for (const auto& record : heads.positions) {
        ASSERT_EQ(record.heads.size(), 2u);
        ASSERT_EQ(record.heads[0].size(), 2u);
        EXPECT_FALSE(record.stage);
    }
    for (const auto& record : layers.positions) ASSERT_EQ(record.layers.size(), 2u);
    ASSERT_EQ(layers.support.size(), 5u);
    double least = 1e9;
    for (const auto& record : layers.positions)
        for (const auto& layer : record.layers) least = std::min(least, layer.sigma_min);
    const auto& nearest = layers.positions[layers.support[0]].layers;
    EXPECT_EQ(std::min(nearest[0].sigma_min, nearest[1].sigma_min), least);
    EXPECT_FALSE(heads.share_beyond);
    EXPECT_THROW(report_margins({.model = path, .text = text}), UserError);
    EXPECT_THROW(report_margins({.model = path,
                                 .text = text,
                                 .view = MarginView::heads,
                                 .kind = MarginKind::geometric}),
                 UserError);
    EXPECT_THROW(report_margins({.model = path, .text = "ab", .view = MarginView::heads}),
                 UserError);
}

TEST_F(OnDisk, DecodingIsRepeatableAndRespectsTheLeastMargin) {
    const auto path = saved(tiny_model());
    DecodeRequest request{.model = path, .prompt = "abc", .tokens = 40, .sampling = {}};
    request.sampling.seed = 3;
    const DecodeResult first = run_decode(request);
    EXPECT_EQ(first.text, run_decode(request).text);
    EXPECT_EQ(first.tokens.size(), 40u);
    EXPECT_EQ(first.stopped, "length");
    request.sampling.seed = 4;
    EXPECT_NE(first.text, run_decode(request).text);

    std::vector<double> margins;
    for (const auto& token : first.tokens) margins.push_back(*token.margin);
    std::sort(margins.begin(), margins.end());
    request.sampling.min_margin = margins[margins.size() / 3];
    request.sampling.allow_beyond = true;
    const DecodeResult careful = run_decode(request);
    for (const auto& token : careful.tokens) EXPECT_GE(*token.margin, *request.sampling.min_margin);
    request.sampling.min_margin = 1e300;
    const DecodeResult none = run_decode(request);
    EXPECT_EQ(none.stopped, "min_margin");
    EXPECT_TRUE(none.tokens.empty());
}

TEST_F(OnDisk, DecodedMarginsAreThoseOfTheReport) {
    const auto path = saved(tiny_model());
    const DecodeResult decoded =
        run_decode({.model = path, .prompt = "ab", .tokens = 10, .sampling = {}});
    const MarginReport report = report_margins(
        {.model = path, .text = "ab" + decoded.text, .geometric = GeometricScope::none});
    for (std::size_t k = 0; k < 10; ++k) {
        EXPECT_NEAR(*decoded.tokens[k].margin, report.positions[k + 2].stage->logdet.value, 1e-9);
        EXPECT_NEAR(decoded.tokens[k].logprob, *report.positions[k + 2].logprob, 1e-3);
    }
}

// Carried from token to token, over several windows, with candidates looked at in between and steps
// back: always what a stage made anew says.
TEST(NextMargins, CarriedEqualMadeAnew) {
    const Model model = tiny_model();
    Decoder decoder(model.gpt);
    NextMargins carried(model, decoder);
    std::vector<int> text = {1, 2, 0};
    const auto expect_equal = [&](int token) {
        NextMargins anew(model, decoder);
        for (const MarginKind kind : {MarginKind::determinant, MarginKind::singular}) {
            const auto expected = anew.of(token, kind), found = carried.of(token, kind);
            ASSERT_EQ(found.has_value(), expected.has_value());
            if (!found) continue;
            EXPECT_NEAR(found->logdet.value, expected->logdet.value, 1e-10);
            EXPECT_EQ(found->crossings, expected->crossings);
            EXPECT_NEAR(margin_value(*found, kind), margin_value(*expected, kind), 1e-9);
        }
    };
    EXPECT_FALSE(carried.of(0, MarginKind::determinant));
    decoder.append(text);
    for (int k = 0; k < 60; ++k) {
        const int other = (5 * k + 1) % 3, token = (7 * k * k) % 3;
        expect_equal(other);
        if (k % 3 != 0)
            expect_equal(token);  // otherwise the token appended is not the last looked at
        decoder.append(std::span(&token, 1));
        if (k % 17 == 16) {
            decoder.truncate(decoder.length() - 4);
            carried.clear();
        }
    }
    Model without = tiny_model();
    without.stage.reset();
    EXPECT_FALSE(NextMargins(without, decoder).of(0, MarginKind::determinant));
}

TEST(Jobs, RunEachOnceAndPassOnTheFirstError) {
    std::vector<int> runs(100, 0);
    std::size_t last = 0;
    EXPECT_TRUE(run_jobs(
        100, 3, [&](std::size_t k) { ++runs[k]; },
        [&](std::size_t done, std::size_t) { last = done; }, {}));
    EXPECT_EQ(std::count(runs.begin(), runs.end(), 1), 100);
    EXPECT_EQ(last, 100u);
    EXPECT_THROW(run_jobs(10, 2,
                          [](std::size_t k) {
                              if (k == 3) throw UserError("three");
                          },
                          {}, {}),
                 UserError);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(run_jobs(
        10, 2, [](std::size_t) {}, {}, stop.get_token()));
}

}  // namespace
}  // namespace marginscope
