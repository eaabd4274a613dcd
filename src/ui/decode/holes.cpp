// A column for each hole, and the likeliest ways of filling all of them.
#include "ui/decode/holes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "figures/decode/law_commands.h"
#include "figures/decode/law_words.h"
#include "ui/action_button.h"
#include "ui/decode/decode_view.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr float kRow = 19.0F;      // design pixels
constexpr float kColumn = 270.0F;  // of a hole
constexpr float kWords = 200.0F;   // of the words beside them, at least
constexpr int kShown = 8;          // characters of a hole

// What the model reads for all that it does not know has no face of its own in every font.
constexpr std::string_view kUnknown = "\uFFFD";

float at(const std::vector<float>& law, int token) {
    return token < static_cast<int>(law.size()) ? law[static_cast<std::size_t>(token)] : kNoValue;
}

// Likeliest first, by both sides where that is known.
std::vector<int> order_of(const HoleLaw& hole) {
    const std::vector<float>& law = hole.both.empty() ? hole.past : hole.both;
    std::vector<int> order(law.size());
    std::iota(order.begin(), order.end(), 0);
    const auto shown = std::min<std::size_t>(order.size(), kShown);
    const auto likelier = [&](int a, int b) {
        return at(law, a) != at(law, b) ? at(law, a) > at(law, b)
                                        : at(hole.past, a) > at(hole.past, b);
    };
    std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(shown), likelier);
    order.resize(shown);
    return order;
}

void draw_share(const Theme& theme, ImVec2 left_top, float width, float share, ImU32 color,
                const std::string& words) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float px = theme.px(type::kSmall), number = theme.px(60);
    const float height = theme.px(kRow);
    if (width > number + theme.px(12))
        bar(*draw, ImVec2(left_top.x, left_top.y + height * 0.3F),
            ImVec2(width - number - theme.px(6), height * 0.4F),
            std::isfinite(share) ? share : 0.0F, color, theme.raised);
    const std::string fits = shortened(theme.fonts.mono, px, words, std::min(number, width));
    draw->AddText(theme.fonts.mono, px,
                  ImVec2(left_top.x + width - width_of(theme.fonts.mono, px, fits),
                         left_top.y + (height - px) / 2),
                  color, fits.c_str());
}

void draw_token(const HoleLaw& hole, int token, const DecodeFrame& decode, float width,
                const Theme& theme) {
    const ImVec2 left_top = ImGui::GetCursorScreenPos();
    const float height = theme.px(kRow), room = theme.px(24);
    const std::string symbol = symbol_at(decode, token);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, theme.px(1)));
    ImGui::InvisibleButton("##token", ImVec2(std::max(1.0F, width), height));
    ImGui::PopStyleVar();
    const bool hovered = ImGui::IsItemHovered();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (hovered)
        draw->AddRectFilled(left_top, ImVec2(left_top.x + width, left_top.y + height), theme.hover,
                            theme.px(3));
    const int own = hole.index < static_cast<int>(decode.line.size())
                        ? decode.line[static_cast<std::size_t>(hole.index)].token
                        : -1;
    draw_symbol(*draw, token == own ? theme.fonts.mono_bold : theme.fonts.mono,
                theme.px(type::kToken), ImVec2(left_top.x + room / 2, left_top.y + height / 2),
                symbol == kUnknown ? theme.error : theme.text, symbol == kUnknown ? "?" : symbol);
    const float half = (width - room - theme.px(10)) / 2;
    const float both = at(hole.both, token), past = at(hole.past, token);
    draw_share(theme, ImVec2(left_top.x + room, left_top.y), half, both, theme.text,
               hole.both.empty() ? "…" : share_words(both, at(hole.error, token)));
    draw_share(theme, ImVec2(left_top.x + room + half + theme.px(10), left_top.y), half, past,
               theme.dim, hole.past.empty() ? "…" : share_words(past, at(hole.past_error, token)));
    if (!hovered) return;
    value_card(theme, symbol_and_place(&decode, token, hole.index),
               {{"given both sides", share_with_error(both, at(hole.error, token))},
                {"given the past alone", share_with_error(past, at(hole.past_error, token))},
                {"", token == own ? "stands there in the text" : "", theme.dim}});
}

void draw_hole(const HoleLaw& hole, const DecodeFrame& decode, float width, PanelContext& context) {
    const Theme& theme = context.theme;
    const float told = told_by_what_follows(hole);
    const std::string head =
        "hole at " + std::to_string(hole.index) +
        (std::isnan(told) ? "" : " · what follows adds " + format_number(told, 3) + " nats");
    text_small(theme, theme.text,
               shortened(theme.fonts.text, theme.px(type::kSmall), head, width).c_str());
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "How much more is known of the character when what stands behind it is given, too:\n"
            "KL(both sides || past alone)");
    const float half = (width - theme.px(34)) / 2, px = theme.px(type::kSmall);
    const ImVec2 left_top = ImGui::GetCursorScreenPos();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const auto label = [&](float x, const char* words) {
        const std::string fits = shortened(theme.fonts.text, px, words, half);
        draw->AddText(theme.fonts.text, px, ImVec2(x, left_top.y), theme.dim, fits.c_str());
    };
    label(left_top.x + theme.px(24), "both sides");
    label(left_top.x + theme.px(34) + half, "past alone");
    ImGui::Dummy(ImVec2(width, px + theme.px(2)));
    for (const int token : order_of(hole)) {
        ImGui::PushID(token);
        draw_token(hole, token, decode, width, theme);
        ImGui::PopID();
    }
}

/// Leaves the cursor beside the columns where there is room for words, else below.
void draw_columns(const HolesFrame& frame, const DecodeFrame& decode, PanelContext& context) {
    const Theme& theme = context.theme;
    const float room = ImGui::GetContentRegionAvail().x, gap = theme.px(14);
    const int columns = std::clamp(static_cast<int>((room + gap) / theme.px(kColumn)), 1,
                                   std::max(1, static_cast<int>(frame.holes.size())));
    const float width =
        std::min((room + gap) / static_cast<float>(columns) - gap, theme.px(1.5F * kColumn));
    for (std::size_t k = 0; k < frame.holes.size(); ++k) {
        if (k % static_cast<std::size_t>(columns) != 0) ImGui::SameLine(0, gap);
        ImGui::PushID(static_cast<int>(k));
        ImGui::BeginGroup();
        draw_hole(frame.holes[k], decode, width, context);
        ImGui::EndGroup();
        ImGui::PopID();
    }
    const float left = room - static_cast<float>(columns) * (width + gap);
    if (frame.holes.size() <= static_cast<std::size_t>(columns) && left > theme.px(kWords))
        ImGui::SameLine(0, 2 * gap);
}

void draw_fillings(const HolesFrame& frame, const Theme& theme) {
    if (frame.holes.size() < 2 || frame.fillings.empty()) return;
    std::string words = "Together: ";
    for (const HoleFilling& one : frame.fillings)
        words += shown_filling(one) + " " + share_words(one.probability, one.error) + "   ";
    small_paragraph(theme, theme.text, words.c_str());
}

void draw_copy(const HolesFrame& frame, const DecodeFrame& decode) {
    const std::string command = subset_command(decode, frame);
    if (command.empty()) return;
    if (ImGui::SmallButton("Copy as command")) ImGui::SetClipboardText(command.c_str());
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("The command line that finds the law of all holes, given both sides");
}

std::string running_words(const HolesFrame& holes) {
    std::string words = "Finding laws";
    if (std::isfinite(holes.progress) && holes.progress > 0.0)
        words += ": " + format_number(100.0 * holes.progress, 2) + " %";
    if (std::isfinite(holes.eta_secs) && holes.eta_secs >= 1.0)
        words += ", about " + format_number(holes.eta_secs, 2) + " s left";
    return words + "…";
}

}  // namespace

void draw_holes(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.decode == nullptr || frames.decode->line.empty())
        return empty_state(theme, "No text yet", "A hole is made in a text.");
    if (frames.holes == nullptr || frames.holes->holes.empty()) {
        empty_state(theme, "No holes yet",
                    "Select a character and press H: what could stand there, given what stands on "
                    "both sides of it?");
        action_button(context, "decode.hole", Icon::target);
        return;
    }
    const HolesFrame& holes = *frames.holes;
    if (ImGui::BeginChild("##holes")) {
        if (holes.running) small_paragraph(theme, theme.dim, running_words(holes).c_str());
        draw_columns(holes, *frames.decode, context);
        ImGui::BeginGroup();
        draw_fillings(holes, theme);
        if (!holes.sentence.empty()) small_paragraph(theme, theme.dim, holes.sentence.c_str());
        if (const std::string unknown = unknown_words(*frames.decode, holes); !unknown.empty())
            small_paragraph(theme, theme.dim, unknown.c_str());
        draw_copy(holes, *frames.decode);
        ImGui::EndGroup();
    }
    ImGui::EndChild();
}

}  // namespace marginscope
