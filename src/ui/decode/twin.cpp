// The panel of the twin: noise, a sentence, the strip, the averaged prediction.
#include "ui/decode/twin.h"

#include <algorithm>
#include <cmath>

#include "ui/decode/twin_controls.h"
#include "ui/decode/twin_strip.h"
#include "ui/decode/twin_words.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

/// The selected character's distribution averaged over draws.
void draw_average(const DecodeFrame& decode, const TwinFrame& twin, const Theme& theme) {
    if (twin.selected < 0 || twin.selected >= static_cast<int>(twin.cells.size())) return;
    const TwinCell& cell = twin.cells[static_cast<std::size_t>(twin.selected)];
    const std::string place = symbol_and_place(&decode, cell.token, twin.selected);
    if (!cell.known || twin.average.empty()) {
        const std::string words =
            place + (cell.known ? ": nothing before it predicts it." : ": being computed.");
        small_paragraph(theme, theme.dim, words.c_str());
        return;
    }
    std::string words =
        "In place of " + place + ", averaged over draws (without noise → under it):";
    for (const TwinCandidate& one : twin.average)
        words += "  " + symbol_at(decode, one.token) + " " + format_percent(one.clean) + " → " +
                 format_percent(one.averaged);
    small_paragraph(theme, cell.stale ? theme.dim : theme.text, words.c_str());
    value_row(theme, Quantity::entropy, format_amount(cell.entropy, "nats"), 0,
              "Entropy of the average");
    value_row(theme, Quantity::entropy, format_amount(cell.expected_entropy, "nats"), 0,
              "expected: mean over draws");
    value_row(theme, Quantity::mutual_information, format_amount(cell.mutual_information, "nats"));
}

}  // namespace

void draw_twin(const Frames& frames, TwinView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.decode == nullptr || frames.decode->line.empty()) {
        empty_state(theme, "No twin yet",
                    "With a text and some noise, its twin under the noise stands here beside it.");
        return;
    }
    draw_twin_controls(frames, view.controls, context);
    ImGui::Dummy(ImVec2(0, theme.px(2)));
    if (frames.twin == nullptr || frames.twin->noise.sigma <= 0 || frames.twin->cells.empty()) {
        small_paragraph(theme, theme.dim,
                        "Without noise the twin is the text itself: turn Noise up to see where "
                        "the two part.");
        return;
    }
    const TwinFrame& twin = *frames.twin;
    small_paragraph(theme, theme.text, twin_sentence(twin).c_str());
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", unit_words(twin).c_str());
    if (twin.noise.where != NoisePlace::embeddings)
        small_paragraph(theme, theme.dim,
                        "The stage reads the embeddings, which this noise does not reach: no "
                        "margin changes.");
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    draw_twin_strip(frames, view, context);
    draw_average(*frames.decode, twin, theme);
}

}  // namespace marginscope
