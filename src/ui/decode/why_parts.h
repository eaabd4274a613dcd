// The parts of the panel Why, one below the other.
//
// Main thread, inside a panel.
#pragma once

#include <span>
#include <string>

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

/// Rows: the embeddings, then each layer; the likeliest characters, log p of the one that came, and
/// the layer's margin.
void draw_lens(const WhyFrame& why, const DecodeFrame& decode, WhyView& view,
               PanelContext& context);
/// A map of layers × heads in the colours of the chosen effect.
void draw_head_map(const WhyFrame& why, const DecodeFrame& decode, WhyView& view,
                   PanelContext& context);
/// The same heads as a table, those that matter most first.
void draw_head_table(const WhyFrame& why, const DecodeFrame& decode, PanelContext& context);

/// What a head is measured by.
enum class Effect { kl, next, own, margin, entropy, sink };
constexpr int kEffects = 6;
struct EffectText {
    const char* name;  // of the choice, and of the column
    const char* unit;
    const char* hint;
    bool is_signed;  // colours with zero fixed
};
const EffectText& text_of(Effect effect);
float value_of(const HeadEffectCell& cell, Effect effect);
/// The card of one head with all of them.
void draw_head_card(const WhyFrame& why, const DecodeFrame& decode, int head, const Theme& theme);

/// Values in columns of equal width from `left`, right-aligned; as many as fit before `right`.
void draw_cells(const Theme& theme, float left, float right, float top, float width,
                std::span<const std::string> values, ImU32 color);

/// "'e'", "a space", "a line break": a token inside a sentence.
std::string quoted(const DecodeFrame& decode, int token);

}  // namespace marginscope
