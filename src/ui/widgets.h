// The pieces panels are made of: words, hover cards, chips, icons, value rows, sliders, colour
// bars.
//
// Main thread, inside a frame. Nothing here keeps state of its own: what must survive lies in the
// caller's values or in ImGui's storage.
#pragma once

#include <imgui.h>

#include <functional>
#include <initializer_list>
#include <span>
#include <string>

#include "core/colormap.h"
#include "ui/quantities.h"
#include "ui/theme.h"
#include "ui/words.h"

namespace marginscope {

// ---- Words
// ----------------------------------------------------------------------------------------------------------

void text_small(const Theme& theme, ImU32 color, const char* words);
void text_colored(ImU32 color, const char* words);
/// These wrap at the panel's width.
void paragraph(const Theme& theme, ImU32 color, const char* words);
void small_paragraph(const Theme& theme, ImU32 color, const char* words);
/// Small capitals-like heading over a group.
void heading(const Theme& theme, const char* words);
/// The sentence of a panel that has nothing to show: a title and what to do, centred.
void empty_state(const Theme& theme, const char* title, const char* sentence);

// ---- Hover cards
// ----------------------------------------------------------------------------------------------------

/// A quantity's name; hovering shows its formula and `live` ("" for none).
void quantity_label(const Theme& theme, Quantity quantity, const std::string& live = {},
                    const char* words = nullptr);
/// The card alone, for a hovered item of the caller's.
void formula_card(const Theme& theme, Quantity quantity, const std::string& live = {});
/// Lines "name  value" at the mouse.
struct CardLine {
    std::string name;
    std::string value;
    ImU32 color = 0;  // 0: the text's
};
void value_card(const Theme& theme, const std::string& title, std::span<const CardLine> lines);
void value_card(const Theme& theme, const std::string& title,
                std::initializer_list<CardLine> lines);

// ---- Rows, chips, bars
// ----------------------------------------------------------------------------------------------

/// "Name ........ value" over the panel's width, the name with its card. A value that has no room
/// beside its name goes below it.
void value_row(const Theme& theme, Quantity quantity, const std::string& value, ImU32 color = 0,
               const char* name = nullptr);
void value_row(const Theme& theme, const char* name, const std::string& value, ImU32 color = 0);
void chip(const Theme& theme, const char* words, ImU32 color);
/// Activity with a thin bar (progress 0…1, or below 0 for none) and the time left.
void progress_chip(const Theme& theme, const char* words, double progress, double eta_secs,
                   float width);
void key_hint(const Theme& theme, const char* key);
/// Horizontal bar of `share` (0…1) in the given rectangle.
void bar(ImDrawList& draw, ImVec2 at, ImVec2 size, float share, ImU32 color, ImU32 track);

/// A crisp frame inside the rectangle: corners and thickness (pixels) on whole pixels.
void outline(ImDrawList& draw, ImVec2 low, ImVec2 high, ImU32 color, float rounding, float thick);

/// A labelled colour bar with both limits and the middle; horizontal, `width` wide.
void color_bar(const Theme& theme, ColorMap map, const ColorScale& scale, const char* label,
               float width);
/// The same for any function of 0…1.
void color_bar(const Theme& theme, const std::function<ImU32(float)>& color_at, const char* low,
               const char* middle, const char* high, const char* label, float width);

// ---- Input
// ----------------------------------------------------------------------------------------------------------

enum class Icon {
    menu,
    first,
    back,
    play,
    pause,
    forward,
    last,
    restart,
    branch,
    close,
    expand,
    shrink,
    target
};
void draw_icon(ImDrawList& draw, Icon icon, ImVec2 center, float size, ImU32 color);
bool icon_button(const Theme& theme, const char* id, Icon icon, const char* hint,
                 bool enabled = true, bool on = false);
/// A filled button for the one main thing of a panel.
bool primary_button(const Theme& theme, const char* words, bool enabled = true);
/// One of several names and the tooltip it has (nullptr: none).
struct Choice {
    const char* name;
    const char* hint = nullptr;
};
/// Exclusive choice in a row, or in several where the panel is narrow; true when `value` changed.
bool segmented(const Theme& theme, const char* id, std::span<const Choice> choices, int& value);
bool segmented(const Theme& theme, const char* id, std::initializer_list<Choice> choices,
               int& value);
bool segmented(const Theme& theme, const char* id, std::initializer_list<const char*> names,
               int& value);
/// The room one row of them takes.
float segmented_width(const Theme& theme, std::initializer_list<Choice> choices);
bool switch_button(const Theme& theme, const char* words, bool& on, const char* hint = nullptr);
bool input_text(const char* id, std::string& text, const char* hint, float width,
                ImGuiInputTextFlags flags = 0);

/// How a slider maps values to 0…1. With log_scale and zero_slot, the value 0 has a place of its
/// own at the left.
struct SliderScale {
    double min = 0.0;
    double max = 1.0;
    bool log_scale = false;
    bool zero_slot = false;
    bool integer = false;

    double to_unit(double value) const;   // below 0 for a value in the zero slot
    double from_unit(double unit) const;  // below 0 gives 0
};
struct SliderSpec {
    const char* label;
    SliderScale scale;
    int digits = 3;                       // significant
    const char* off_text = nullptr;       // shown at 0, e.g. "off"
    Quantity quantity = Quantity::count;  // its card on hovering the label
    const char* hint = nullptr;
};
/// Label, track and a field with the number: on one row, or the track below where the panel is
/// narrow. Only a drag along the track or a number typed and entered changes `value`; a click never
/// does. True when it changed.
bool slider(const Theme& theme, const SliderSpec& spec, double& value);

}  // namespace marginscope
