// Symbols as words, and words that fit the place they get; numbers as words come along.
//
// Any thread where no font is named; what names or asks for one: main thread, inside a frame.
#pragma once

#include <imgui.h>

#include <string>
#include <string_view>

#include "core/words.h"
#include "ui/theme.h"

namespace marginscope {

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
