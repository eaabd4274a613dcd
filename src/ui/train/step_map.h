// A heat map over the steps of a run: where it stands, its picture, its axis of steps.
//
// Main thread.
#pragma once

#include <cstdint>
#include <string>

#include "figures/train/margin_columns.h"
#include "ui/panel.h"
#include "ui/train/train_view.h"

namespace marginscope {

/// The rectangle of the picture; y runs from `top` at its upper edge to `bottom`.
struct StepMap {
    ImVec2 at{0, 0}, size{0, 0};
    double top = 1, bottom = 0;
    double first_step = 0, end_step = 1;  // at the left and the right edge

    float y_of(double value) const {
        return at.y + size.y * static_cast<float>((top - value) / (top - bottom));
    }
    double value_of(float y) const {
        return top - static_cast<double>((y - at.y) / size.y) * (top - bottom);
    }
    double step_of(float x) const {
        return first_step + static_cast<double>((x - at.x) / size.x) * (end_step - first_step);
    }
};

/// Whether the series has other looks at its margins than those that `view` was last told of; then
/// it is told. A run that began anew may have as many, up to the same step and under the same name:
/// the last look's own values tell them apart. The series has one at least.
bool looks_changed(const TrainSeries& series, StepMapView& view);

/// In the room that is left, but for `left` at its side, for labels, and what stands below: the
/// axis of steps and a colour bar.
StepMap place_step_map(const StepColumns& columns, float left, const Theme& theme);

/// The picture under `name`, and an invisible button over it that takes the mouse.
void draw_step_map(const char* name, const StepMap& map, const StepColumns& columns,
                   std::uint64_t version, const ColorScale& scale, PanelContext& context);

/// The first and the last step of `margins` below the map; of a single one, that it is alone.
void draw_step_axis(const std::vector<MarginSample>& margins, const StepMap& map,
                    const Theme& theme);

/// Words to the left of the map, their middle at y; none where they would touch `last_y`, the place
/// of those before, which is then left alone.
void draw_row_label(const StepMap& map, float y, const std::string& words, float& last_y,
                    const Theme& theme);

/// Over the map: the step that is looked back at; nothing for -1.
void draw_moment(const StepMap& map, std::int64_t step, const Theme& theme);

/// Below the axis of steps.
void draw_map_colors(const StepMap& map, const ColorScale& scale, const char* label,
                     const Theme& theme);

}  // namespace marginscope
