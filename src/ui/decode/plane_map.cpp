// Coordinates of the boundary picture and its ticks.
#include <algorithm>
#include <cmath>

#include "ui/decode/boundary.h"

namespace marginscope {

PlaneMap PlaneMap::fit(const BoundaryFrame& frame, ImVec2 at, ImVec2 room) {
    PlaneMap map;
    map.x_min = frame.x_min;
    map.x_max = frame.x_max > frame.x_min ? frame.x_max : frame.x_min + 1;
    map.y_min = frame.y_min;
    map.y_max = frame.y_max > frame.y_min ? frame.y_max : frame.y_min + 1;
    const float unit = std::max(
        1e-6F, std::min(room.x / (map.x_max - map.x_min), room.y / (map.y_max - map.y_min)));
    map.size = ImVec2(std::floor(unit * (map.x_max - map.x_min)),
                      std::floor(unit * (map.y_max - map.y_min)));
    map.at = ImVec2(std::floor(at.x), std::floor(at.y));
    return map;
}

ImVec2 PlaneMap::to_pixel(PlanePoint p) const {
    return ImVec2(at.x + (p.x - x_min) / (x_max - x_min) * size.x,
                  at.y + (y_max - p.y) / (y_max - y_min) * size.y);
}

PlanePoint PlaneMap::to_plane(ImVec2 pixel) const {
    return {x_min + (pixel.x - at.x) / size.x * (x_max - x_min),
            y_max - (pixel.y - at.y) / size.y * (y_max - y_min)};
}

std::vector<float> round_ticks(float lo, float hi, int most) {
    std::vector<float> ticks;
    if (!(hi > lo) || !std::isfinite(lo) || !std::isfinite(hi) || most < 1) return ticks;
    const float raw = (hi - lo) / static_cast<float>(most);
    const float power = std::pow(10.0F, std::floor(std::log10(raw)));
    const float step = raw <= power       ? power
                       : raw <= 2 * power ? 2 * power
                       : raw <= 5 * power ? 5 * power
                                          : 10 * power;
    for (float k = std::ceil(lo / step); k * step <= hi && ticks.size() < 64; k += 1) {
        const float tick = k * step;
        ticks.push_back(std::abs(tick) < step * 1e-3F ? 0.0F : tick);
    }
    return ticks;
}

}  // namespace marginscope
