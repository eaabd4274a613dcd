// How a margin looks: its words, and a colour that is strong near the boundary and calm far from
// it; its number and the range of a text's numbers come along.
//
// Any thread; pure.
#pragma once

#include <string>

#include "core/messages/frames.h"
#include "figures/margin_values.h"
#include "ui/quantities.h"
#include "ui/theme.h"

namespace marginscope {

/// The same in words with its unit; "none found" and "not computed yet" where there is no number.
std::string margin_words(const MarginCell& cell, MarginKind kind);

Quantity quantity_of(MarginKind kind);
/// Whose margins: "" of the stage, "of the nearest head", "of the nearest layer".
const char* of_words(MarginView view);
/// Which one: "layer 2, head 1", "layer 2"; "" of the stage.
std::string nearest_words(const MarginCell& cell);

/// Of what stands on this side: the text's own colour at unit 0, calm from a third upwards; the
/// accent is for what lies beyond. NaN has its own colour.
ImU32 margin_color(const Theme& theme, float unit);

/// The light of what a number is worth.
ImU32 health_color(const Theme& theme, HealthLevel level);
const char* health_words(HealthLevel level);

/// In a word or two what stands instead of a number at a cell that is not valid.
const char* missing_words(const MarginFrame* frame, const MarginCell* cell);
/// Why there is no number at a cell that is not valid: not computed yet, or not defined there. One
/// sentence.
const char* why_no_margin(const MarginFrame* frame, const MarginCell* cell);
/// One sentence for wherever the share beyond is shown.
constexpr const char* kWhyBeyond =
    "Many lie beyond: a fitted stage copies sharply from the past, and behind the first fold "
    "log|det J| grows again, which the fit rewards.";

/// "4/5": a support token under four of five stages of other seeds; "" where that is not known.
std::string recurrence_words(const MarginFrame& frame, int index);

/// The visible symbol of a token id.
std::string symbol_at(const DecodeFrame& decode, int token);
/// A character of the text that the model does not know.
bool is_unknown(const DecodeFrame& decode, int token);
/// "t at 175", "space at 12": for sentences.
std::string symbol_and_place(const DecodeFrame* decode, int token, int index);

}  // namespace marginscope
