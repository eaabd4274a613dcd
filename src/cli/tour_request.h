// What `tour --html` asks of whoever can draw: the walk through a tour, a step at a time. Apart
// from cli.h, so that only who draws compiles frames.
//
// Plain values; the main thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/messages/frames.h"

namespace marginscope {

/// One step as it is shown, its question answered.
struct TourStepPicture {
    Frames frames;
    std::string png;  // of the window, without the tour's card
};

struct TourRequest {
    std::filesystem::path tour;
    int width = 1280;
    int height = 800;
    std::function<void(const TourStepPicture&)> take;  // called for each step, in order
};

}  // namespace marginscope
