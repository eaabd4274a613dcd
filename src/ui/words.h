// Numbers, amounts and symbols as words, and words that fit the place they get.
//
// Any thread where no font is named; what names or asks for one: main thread, inside a frame.
#pragma once

#include <imgui.h>

#include <string>
#include <string_view>

#include "ui/theme.h"

namespace marginscope {

/// What stands for a number that is not there.
constexpr const char* kNoNumber = "–";

/// Four significant digits, "∞", "-∞"; a dash where there is no number.
std::string format_number(double value, int digits = 4);
/// The number and its unit; the dash alone where there is none.
std::string format_amount(double value, const char* unit, int digits = 4);
/// "12.3 %"; what is more than nothing never reads as nothing: "< 0.1 %".
std::string format_percent(double share);
std::string format_duration(double secs);  // "2 min 05 s", "" where it is not known
/// "beyond, 2 crossings" or "this side": where a token lies, apart from how far it is.
std::string side_words(int crossings);

/// What to draw for a symbol of the vocabulary: white space becomes visible, an empty one "?", and
/// a character that no embedded font has becomes its code point, "U+4F60". Outside a frame every
/// character counts as drawable.
std::string visible_symbol(std::string_view symbol);

/// The words, or as many of them as fit into `width` pixels and an ellipsis.
std::string shortened(ImFont* font, float font_px, const std::string& words, float width);
float width_of(ImFont* font, float font_px, const std::string& words);

/// A visible symbol around a centre, in the place of one character of a font of fixed width: wider
/// ones are drawn smaller, a code point as its hexadecimal digits, two in a row.
void draw_symbol(ImDrawList& draw, ImFont* font, float font_px, ImVec2 center, ImU32 color,
                 const std::string& symbol);

}  // namespace marginscope
