// The traces of uncertainty: of the averaged law where characters are drawn from one, else of the
// twin, and none where there is no noise.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "figures/decode/trace_series.h"
#include "figures/figure_command.h"
#include "figures/figure_list.h"
#include "support/synthetic_frames.h"

namespace marginscope {
namespace {

const TraceSeries* find(const std::vector<TraceSeries>& all, TraceKind kind) {
    const auto at = std::ranges::find(all, kind, &TraceSeries::kind);
    return at == all.end() ? nullptr : &*at;
}

Frames with(bool averages, bool twin) {
    Frames frames = synthetic::usual();
    auto decode = std::make_shared<DecodeFrame>(*frames.decode);
    if (averages) decode->sampling.chooser = {.noise_draws = 4, .noise_sigma = 0.1};
    for (std::size_t i = 0; i < decode->line.size(); ++i) {
        decode->line[i].expected_entropy = 100.0F + static_cast<float>(i);
        decode->line[i].mutual_information = 0.01F * static_cast<float>(i);
    }
    frames.decode = decode;
    if (!twin) frames.twin = nullptr;
    return frames;
}

TEST(UncertaintyTraces, AreOfTheLawThatIsDrawnFrom) {
    for (const bool twin : {false, true}) {
        const Frames frames = with(true, twin);
        const auto traces = trace_series(frames);
        ASSERT_NE(find(traces, TraceKind::expected_entropy), nullptr);
        EXPECT_EQ(find(traces, TraceKind::expected_entropy)->value(3), 103.0F);
        EXPECT_EQ(find(traces, TraceKind::mutual_information)->value(3), 0.03F);
        EXPECT_EQ(find(traces, TraceKind::divergence) != nullptr, twin);
    }
}

TEST(UncertaintyTraces, ElseOfModelsThatWereOpenedTogether) {
    for (const bool averages : {false, true}) {
        Frames frames = with(averages, true);
        auto decode = std::make_shared<DecodeFrame>(*frames.decode);
        decode->ensemble = "8 samples";
        for (TokenCell& cell : decode->line) cell.mean_logprob = -1.5F;
        decode->line[4].mean_logprob = kNoValue;
        frames.decode = decode;
        const auto traces = trace_series(frames);
        const TraceSeries* mean = find(traces, TraceKind::mean_logprob);
        ASSERT_NE(mean, nullptr);
        EXPECT_EQ(mean->name, "Log-probability, 8 samples");
        EXPECT_EQ(mean->value(3), -1.5F);
        EXPECT_TRUE(std::isnan(mean->value(4)));
        const TraceSeries* expected = find(traces, TraceKind::expected_entropy);
        ASSERT_NE(expected, nullptr);
        EXPECT_EQ(expected->name,
                  averages ? "Expected entropy, noise" : "Expected entropy, 8 samples");
        EXPECT_EQ(expected->value(3), 103.0F) << "not the twin's";
        EXPECT_EQ(find(traces, TraceKind::mutual_information)->value(3), 0.03F);
    }
    EXPECT_EQ(find(trace_series(with(true, true)), TraceKind::mean_logprob), nullptr);
}

TEST(UncertaintyTraces, CandidatesHaveTheMeanBesideTheirOwnShare) {
    FigureSource source;
    source.frames = synthetic::usual();
    const auto columns = [&] {
        return make_figure(*find_figure("decode", "candidates"), source).table.columns;
    };
    EXPECT_EQ(columns().size(), 6U);
    auto decode = std::make_shared<DecodeFrame>(*source.frames.decode);
    decode->ensemble = "8 samples";
    decode->ensemble_path = "runs/around one";
    decode->candidates[0].mean_probability = 0.25F;
    source.frames.decode = decode;
    ASSERT_EQ(columns().size(), 7U);
    EXPECT_EQ(columns()[6], "mean of 8 samples (T = 1)");
    const FigureTable table = make_figure(*find_figure("decode", "candidates"), source).table;
    EXPECT_EQ(std::get<float>(table.cell(0, 6)), 0.25F);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(table.cell(1, 6))) << "not known yet";
    // What the figure is drawn of is opened by its folder.
    const FigureInfo& info = *find_figure("decode", "traces");
    EXPECT_NE(figure_command(info, source, {}).find("--model 'runs/around one'"),
              std::string::npos);
}

TEST(UncertaintyTraces, ElseOfTheTwin) {
    const Frames frames = with(false, true);
    ASSERT_FALSE(frames.twin->cells.empty());
    const auto traces = trace_series(frames);
    int known = 0;
    for (std::size_t i = 0; i < frames.twin->cells.size(); ++i) {
        const TwinCell& cell = frames.twin->cells[i];
        const float value = find(traces, TraceKind::mutual_information)->value(static_cast<int>(i));
        if (cell.stale || std::isnan(cell.mutual_information)) {
            EXPECT_TRUE(std::isnan(value));
            continue;
        }
        ++known;
        EXPECT_EQ(value, cell.mutual_information);
    }
    EXPECT_GT(known, 5);
}

TEST(UncertaintyTraces, WithoutNoiseThereAreNone) {
    const Frames frames = with(false, false);
    const auto traces = trace_series(frames);
    EXPECT_EQ(find(traces, TraceKind::expected_entropy), nullptr);
    EXPECT_EQ(find(traces, TraceKind::mutual_information), nullptr);
    EXPECT_NE(find(traces, TraceKind::entropy), nullptr);
}

}  // namespace
}  // namespace marginscope
