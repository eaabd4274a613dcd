// The traces of uncertainty: of the averaged law where characters are drawn from one, else of the
// twin, and none where there is no noise.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "figures/decode/trace_series.h"
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
