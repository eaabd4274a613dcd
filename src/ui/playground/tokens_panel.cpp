// The chain: a row a token, the weakest link ringed.
#include <algorithm>

#include "core/token_letter.h"
#include "ui/playground/plane_marks.h"
#include "ui/playground/playground_panels.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

double longest(const PlaygroundFrame& frame) {
    double most = 0;
    for (const PlaygroundToken& token : frame.tokens)
        if (token.geometric && std::isfinite(*token.geometric))
            most = std::max(most, *token.geometric);
    return most;
}

void draw_row(const PlaygroundFrame& frame, int index, double most, PanelContext& context) {
    const Theme& theme = context.theme;
    const PlaygroundToken& token = frame.tokens[static_cast<std::size_t>(index)];
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = std::max(theme.px(60), ImGui::GetContentRegionAvail().x);
    const float height = theme.px(26);
    ImGui::PushID(index);
    if (ImGui::InvisibleButton("##row", {width, height}) && index != frame.document.asked)
        context.out.push_back(AskPlaygroundToken{index});
    const bool hovered = ImGui::IsItemHovered();
    ImGui::PopID();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (hovered || index == frame.document.asked)
        draw->AddRectFilled(at, {at.x + width, at.y + height}, hovered ? theme.hover : theme.raised,
                            theme.px(4));
    const ImVec2 center{at.x + theme.px(16), at.y + height / 2};
    const bool beyond = token.has_boundary && token.crossings > 0;
    draw->AddCircle(center, theme.px(8),
                    beyond                          ? theme.accent
                    : index == frame.document.asked ? theme.select
                                                    : theme.line_strong,
                    0, theme.px(1.5F));
    if (is_support(frame, index)) draw->AddCircle(center, theme.px(11), theme.ring, 0, theme.px(2));
    draw_symbol(*draw, theme.fonts.mono_bold, theme.px(12), center, theme.text,
                token_letter(index));
    const float px = theme.px(type::kSmall);
    const std::string words = token_margin_words(token) + (beyond ? ", beyond" : "");
    const float left = at.x + theme.px(34);
    const std::string fits =
        shortened(theme.fonts.text, px, words, at.x + width - left - theme.px(4));
    draw->AddText(theme.fonts.text, px, {left, at.y + theme.px(2)},
                  beyond            ? theme.accent
                  : token.geometric ? theme.text
                                    : theme.dim,
                  fits.c_str());
    const float share = token.geometric && most > 0
                            ? static_cast<float>(std::clamp(*token.geometric / most, 0.0, 1.0))
                            : 0.0F;
    bar(*draw, {left, at.y + height - theme.px(8)},
        {at.x + width - left - theme.px(4), theme.px(4)}, share,
        is_support(frame, index) ? theme.ring : theme.select, theme.active);
}

}  // namespace

void draw_playground_tokens(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    if (!playground_shown(frames, theme)) return;
    const PlaygroundFrame& frame = *frames.playground;
    const std::string words =
        frame.support.empty()
            ? "Geometric margin g of each token. None has a boundary within reach."
            : "Geometric margin g of each token. The smallest is the support token's: " +
                  token_letter(frame.support.front()) + ".";
    small_paragraph(theme, theme.dim, words.c_str());
    const double most = longest(frame);
    for (int k = 0; k < static_cast<int>(frame.tokens.size()); ++k)
        draw_row(frame, k, most, context);
}

}  // namespace marginscope
