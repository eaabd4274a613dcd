// Characters of the shown text as figures write them, and what every figure of Decode says below.
//
// Pure functions, any thread.
#pragma once

#include <string>

#include "core/messages/frames.h"
#include "figures/figure.h"
#include "figures/figure_source.h"

namespace marginscope {

/// As pictures show it: white space made visible.
std::string shown_character(const DecodeFrame& decode, int token);
/// As it stands in the text: for tables that a program reads.
std::string exact_character(const DecodeFrame& decode, int token);
/// The characters of the text before the cursor, as they stand in it.
std::string shown_text_of(const DecodeFrame& decode);

/// The selected character, or -1.
int selected_character(const FigureSource& source);
/// "t at 175".
std::string character_and_place(const DecodeFrame& decode, int index);

/// "Model …, stage fitted, windows half, 120 characters."
std::string decode_caption(const Frames& frames);

/// Whether there is a text at all; says in `figure` what to do where there is none.
bool has_text(const FigureSource& source, Figure& figure);

}  // namespace marginscope
