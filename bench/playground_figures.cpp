// The Playground: computing a frame of twelve tokens, building and drawing it, a drag over the real
// engine.
#include <algorithm>
#include <cmath>
#include <string>
#include <thread>

#include "bench/figures.h"
#include "core/statistics.h"
#include "engine/engine.h"
#include "engine/playground/playground_frames.h"
#include "ui/engine_source.h"
#include "ui/offscreen_window.h"

namespace marginscope {
namespace {

constexpr int kRounds = 60;
constexpr double kPatienceSecs = 30.0;

PlaygroundDocument twelve_tokens() {
    PlaygroundDocument document;
    for (int k = 0; k < kMostTokens; ++k) {
        const double angle = 2.4 * k;
        const double radius = 0.4 + 0.16 * k;
        document.tokens.push_back({radius * std::cos(angle), radius * std::sin(angle)});
    }
    document.a = {0.84, 0.19, -0.09, 0.65};
    document.asked = kMostTokens - 1;
    for (int k = 0; k < 24; ++k) {
        document.svm.points.push_back(
            {(k % 2 ? 0.7 : -0.7) + 0.9 * std::sin(1.9 * k), 1.8 * std::cos(2.7 * k)});
        document.svm.labels.push_back(k % 2 ? 1 : -1);
    }
    return document;
}

double milliseconds_since(BenchClock::time_point start) { return 1000 * seconds_since(start); }

BenchFigure computing() {
    PlaygroundDocument document = twelve_tokens();
    std::vector<double> ms;
    for (int k = 0; k < kRounds; ++k) {
        document.tokens[0].x = 0.4 + 0.01 * k;
        const auto start = BenchClock::now();
        const PlaygroundFrame frame = playground_frame(document);
        ms.push_back(milliseconds_since(start) + (frame.tokens.empty() ? 1e9 : 0.0));
    }
    return {"playground.frame_ms",
            quantile(ms, 0.95),
            "ms",
            "<= 4",
            "",
            "margins of 12 tokens with their nearest boundary points, cloud, curve and SVM, 95th "
            "percentile of " +
                std::to_string(kRounds)};
}

std::vector<BenchFigure> drawing() {
    OffscreenWindow window({1280, 800, 1.0F, ThemeKind::dark, "playground"});
    PlaygroundDocument document = twelve_tokens();
    std::vector<double> build_ms;
    std::vector<double> drawn_ms;
    CommandList out;
    for (int k = 0; k < kRounds; ++k) {
        document.tokens[0].x = 0.4 + 0.01 * k;  // so that the plane is drawn anew
        Frames frames;
        frames.playground = std::make_shared<PlaygroundFrame>(playground_frame(document));
        const auto start = BenchClock::now();
        window.draw(frames, out);
        const Image image = window.pixels();  // waits for the picture
        if (k < 5 || image.width == 0) continue;
        drawn_ms.push_back(milliseconds_since(start));
        build_ms.push_back(window.last_build_ms());
    }
    return {{"playground.frame_build_p95", quantile(build_ms, 0.95), "ms", "<= 4", "",
             "building the interface of the Playground at 1280x800, 12 tokens, all circles on"},
            {"playground.drawn_ms_p95", quantile(drawn_ms, 0.95), "ms", "<= 60", "",
             "the same with its plane evaluated and the whole window drawn and read back"}};
}

std::vector<BenchFigure> dragging() {
    OffscreenWindow window({1280, 800, 1.0F, ThemeKind::dark, "playground"});
    EngineSource source{EngineOptions{}};
    CommandList out;
    const auto wait = [&](const auto& done) {
        const auto start = BenchClock::now();
        while (seconds_since(start) < kPatienceSecs) {
            const Frames frames = source.frames();
            if (frames.playground && done(*frames.playground)) {
                window.draw(frames, out);
                (void)window.pixels();
                return true;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return false;
    };
    if (!wait([](const PlaygroundFrame&) { return true; })) return {};
    while (source.frames().playground->document.size() < kMostTokens) {
        const int size = source.frames().playground->document.size();
        source.send({AddPlaygroundToken{{0.3 * size - 2, 1.5 - 0.2 * size}}});
        if (!wait([&](const PlaygroundFrame& f) { return f.document.size() > size; })) return {};
    }
    std::vector<double> ms;
    for (int k = 1; k <= kRounds; ++k) {
        const PlanarPoint to{0.02 * k, 0.5};
        const auto start = BenchClock::now();
        source.send({MovePlaygroundToken{0, to}});
        if (wait([&](const PlaygroundFrame& f) { return f.document.tokens[0] == to; }))
            ms.push_back(milliseconds_since(start));
    }
    if (ms.empty()) return {};
    return {{"playground.drag_ms", quantile(ms, 0.95), "ms", "<= 100", "",
             "from dragging one of 12 tokens to the drawn frame, 95th percentile of " +
                 std::to_string(ms.size())}};
}

}  // namespace

std::vector<BenchFigure> playground_figures(const BenchSettings&) {
    std::vector<BenchFigure> figures = {computing()};
    for (const auto measure : {drawing, dragging}) {
        const std::vector<BenchFigure> more = measure();
        figures.insert(figures.end(), more.begin(), more.end());
    }
    return figures;
}

}  // namespace marginscope
