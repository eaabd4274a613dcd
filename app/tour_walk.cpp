// One engine and one picture of a window, a step at a time.
#include "tour_walk.h"

#include <chrono>

#include "core/error.h"
#include "core/messages/tour.h"
#include "engine/engine.h"
#include "files/image.h"
#include "ui/engine_source.h"
#include "ui/offscreen_window.h"
#include "ui/tours/tour_view.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

constexpr double kPatienceSecs = 120;

/// Draws until nothing is asked for and nothing is computed any more.
void settle(FrameSource& source, OffscreenWindow& window) {
    constexpr int kQuietFrames = 8;  // docking, tabs and text sizes need a few
    const auto begin = std::chrono::steady_clock::now();
    for (int quiet = 0; quiet < kQuietFrames;) {
        CommandList out;
        window.draw(source.frames(), out);
        const bool asked = !out.empty();
        if (asked) source.send(std::move(out));
        const bool idle = source.wait_until_idle(1.0);
        quiet = asked || !idle ? 0 : quiet + 1;
        const double secs =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        if (secs > kPatienceSecs) return;
    }
}

void begin(FrameSource& source, const TourRequest& request) {
    source.send({StartTour{request.tour.string()}});
    source.wait_until_idle(kPatienceSecs);
    const Frames frames = source.frames();
    if (frames.tour != nullptr && frames.tour->on) return;
    for (const LogLine& line : source.take_log())
        if (line.error) throw UserError(line.text);
    throw UserError("The tour could not be begun.");
}

}  // namespace

void walk_tour(const TourRequest& request) {
    EngineOptions engine;
    engine.tour_places = tour_places();
    EngineSource source(std::move(engine));
    begin(source, request);
    OffscreenOptions options;
    options.width = request.width;
    options.height = request.height;
    options.theme = ThemeKind::light;
    OffscreenWindow window(options);
    window.state().view<TourView>().card = false;
    const int steps = static_cast<int>(source.frames().tour->steps.size());
    for (int step = 0; step < steps; ++step) {
        if (step > 0) source.send({GoToTourStep{step}});
        settle(source, window);
        // Any answer shows the right one.
        if (source.frames().tour->prediction.kind != TourQuestion::none)
            source.send({AnswerPrediction{0}});
        settle(source, window);
        if (const std::string trouble = source.frames().tour->trouble; !trouble.empty())
            throw UserError("Step " + std::to_string(step + 1) + ": " + trouble);
        const Image image = window.pixels();
        request.take(
            {source.frames(), png_of(image.width, image.height, PixelFormat::kRgba, image.rgba)});
    }
}

}  // namespace marginscope
