// One character of the scatter: where it stands, what follows it, and its numbers.
//
// Main thread, inside a frame; the words are pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/messages/frames.h"
#include "ui/panel.h"
#include "ui/widgets.h"

namespace marginscope {

/// What the model had read up to and with the character, as it stands in the text.
std::string text_before(const FragilityFrame& frame, std::size_t place);
std::vector<CardLine> place_lines(const FragilityFrame& frame, std::size_t place);
/// The selected one, with a button that shows it in Decode.
void draw_selected_place(const FragilityFrame& frame, std::size_t place, PanelContext& context);
/// The character of Decode's text that a place is, where that text has all that the model had read
/// of it; else -1.
int index_in_text(const FragilityFrame& frame, std::size_t place, const DecodeFrame* decode);

/// The other way: the place that a character of Decode's text is, of several the one for which the
/// model had read most; empty where that text has not all of it.
std::optional<std::size_t> place_in_text(const FragilityFrame& frame, int index,
                                         const DecodeFrame* decode);

}  // namespace marginscope
