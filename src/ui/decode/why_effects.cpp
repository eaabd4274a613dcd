// What heads are measured by, in words, and the card of one head.
#include <array>

#include "ui/decode/why_parts.h"
#include "ui/widgets.h"

namespace marginscope {

const EffectText& text_of(Effect effect) {
    static constexpr std::array<EffectText, kEffects> kTexts = {{
        {"KL", "nats",
         "How far the prediction moves without the head: its divergence, with it against without "
         "it",
         false},
        {"next", "nats", "Change of log p of the character that came next", true},
        {"this", "nats", "Change of log p of the chosen character itself", true},
        {"margin", "nats",
         "Change of log|det J| at the later layer where it changes most. The fitted stage reads "
         "the "
         "embeddings: no head changes its margins. The last layer's heads change none",
         true},
        {"entropy", "nats", "How widely the head looks back from the chosen character", false},
        {"sink", "", "The head's weight on the first character of the window", false},
    }};
    return kTexts[static_cast<std::size_t>(effect)];
}

float value_of(const HeadEffectCell& cell, Effect effect) {
    switch (effect) {
        case Effect::kl:
            return cell.kl;
        case Effect::next:
            return cell.next_change;
        case Effect::own:
            return cell.own_change;
        case Effect::margin:
            return cell.margin_change;
        case Effect::entropy:
            return cell.entropy;
        case Effect::sink:
            return cell.sink;
    }
    return kNoValue;
}

void draw_head_card(const WhyFrame& why, const DecodeFrame& decode, int head, const Theme& theme) {
    const std::string title = "Without layer " + std::to_string(head / why.heads) + ", head " +
                              std::to_string(head % why.heads);
    if (head >= static_cast<int>(why.effects.size())) {
        value_card(theme, title, {{"", "not computed yet", theme.dim}});
        return;
    }
    const HeadEffectCell& cell = why.effects[static_cast<std::size_t>(head)];
    const std::string next = why.next >= 0
                                 ? "log p of " + quoted(decode, why.next) + ", which came next"
                                 : "log p of the next character";
    value_card(
        theme, title,
        {{"prediction moves by", format_amount(cell.kl, "nats")},
         {"likeliest next character",
          quoted(decode, cell.likeliest) + (cell.flips ? ", another one" : ", the same"),
          cell.flips ? theme.accent : 0},
         {next, format_amount(cell.next_change, "nats")},
         {"log p of " + quoted(decode, why.token) + " itself",
          format_amount(cell.own_change, "nats")},
         {cell.margin_layer >= 0 ? "log|det J| of layer " + std::to_string(cell.margin_layer)
                                 : std::string("later layers' margins"),
          cell.margin_layer >= 0 ? format_amount(cell.margin_change, "nats")
                                 : std::string("none after it")},
         {"entropy of its attention", format_amount(cell.entropy, "nats")},
         {"weight on character " + std::to_string(why.window_begin), format_percent(cell.sink)},
         {"", "its output set to 0 at every position", theme.dim}});
}

}  // namespace marginscope
