// The plane: what is drawn, what is told below, and what the hand does.
#include <algorithm>

#include "core/boundary_style.h"
#include "core/token_letter.h"
#include "ui/action_button.h"
#include "ui/flow.h"
#include "ui/playground/plane_marks.h"
#include "ui/playground/playground_panels.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

void draw_options(const PlaygroundFrame& frame, PlanePanelView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const float gap = theme.px(6);
    const auto toggle = [&](const char* words, bool& on, const char* hint, bool first = false) {
        if (!first) flow(button_width(words) + theme.px(30), gap);
        switch_button(theme, words, on, hint);
    };
    toggle("circles", view.circles,
           "The geometric margin of every token: the circle touches its own boundary", true);
    toggle("ellipse", view.ellipse,
           "Mean and covariance of the past under the attention weights: at the pointer, or at the "
           "token in question");
    toggle("noise", view.cloud, "The token in question with noise; what crosses is in the accent");
    const auto button = [&](const char* words, bool enabled, const char* hint) {
        flow(button_width(words), gap);
        ImGui::BeginDisabled(!enabled);
        const bool pressed = ImGui::Button(words);
        ImGui::EndDisabled();
        if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled))
            ImGui::SetTooltip("%s", hint);
        return pressed;
    };
    const int count = frame.document.size();
    if (button("Add a token", count < kMostTokens,
               "Also by a double click, or Insert (at most 12)"))
        context.asked.emplace_back("playground.add");
    const std::string remove = "Remove " + token_letter(frame.document.asked);
    if (button(remove.c_str(), count > kLeastTokens, "The token in question, or Delete"))
        context.asked.emplace_back("playground.remove");
}

void draw_field(const PlaygroundFrame& frame, const PlaygroundDocument& shown,
                const PlaneCanvas& canvas, PanelContext& context) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (context.pictures == nullptr) {
        draw->AddRectFilled(canvas.at, canvas.end(), context.theme.raised);
        return;
    }
    BoundaryStyle style = BoundaryStyle::themed(context.theme.dark());
    style.iso_step = 1;
    const int side = static_cast<int>(canvas.side);
    const ImTextureID picture = context.pictures->plane("playground", shown, frame.document.asked,
                                                        {}, side, side, style, context.theme.scale);
    draw->AddImage(ImTextureRef(picture), canvas.at, canvas.end(), {0, 1}, {1, 0});
}

// The engine computes what is seen from the pointer; it is told only when that moved.
void tell_pointer(const PlaneHands& hands, PlanePanelView& view, PanelContext& context) {
    const bool inside = hands.hovered && !view.hold.any();
    if (inside && (!view.pointing || !(view.pointed == hands.mouse)))
        context.out.push_back(PointPlayground{hands.mouse, true});
    else if (!inside && view.pointing)
        context.out.push_back(PointPlayground{});
    view.pointing = inside;
    view.pointed = hands.mouse;
}

void tell_hands(const PlaygroundFrame& frame, const PlaneHands& hands, const PlanePanelView& view,
                PanelContext& context) {
    if (hands.moved && view.hold.target) {
        BarrierPull pull = frame.document.pull;
        pull.target = view.hold.at;
        context.out.push_back(SetPlaygroundPull{pull});
    } else if (hands.moved) {
        context.out.push_back(MovePlaygroundToken{view.hold.index, view.hold.at});
    }
    if (hands.clicked && hands.which >= 0 && hands.which != frame.document.asked)
        context.out.push_back(AskPlaygroundToken{hands.which});
    if (hands.double_clicked_nothing && frame.document.size() < kMostTokens)
        context.out.push_back(AddPlaygroundToken{hands.mouse});
}

std::string sentence_of(const PlaygroundFrame& frame) {
    if (!frame.note.empty()) return frame.note;
    if (frame.support.empty())
        return "No token has a boundary within reach. Drag the tokens, or turn A.";
    return "Drag the ringed token " + token_letter(frame.support.front()) +
           " away from the thick line: it is the weakest link, until another one takes over.";
}

}  // namespace

bool playground_shown(const Frames& frames, const Theme& theme) {
    if (frames.playground != nullptr && !frames.playground->document.tokens.empty()) return true;
    empty_state(theme, "No playground yet",
                "Tokens in a plane, their boundary and their margins; it opens by itself in a "
                "moment, or choose a preset.");
    return false;
}

void draw_playground_plane(const Frames& frames, PlanePanelView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    if (!playground_shown(frames, theme)) return;
    const PlaygroundFrame& frame = *frames.playground;
    draw_options(frame, view, context);
    paragraph(theme, theme.text, sentence_of(frame).c_str());
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const PlaneCanvas canvas = PlaneCanvas::fit(
        theme, at,
        {ImGui::GetContentRegionAvail().x,
         std::max(theme.px(120), ImGui::GetContentRegionAvail().y - theme.px(18))});
    view.plot_at = canvas.at;
    view.plot_side = canvas.side;
    const PlaneHands hands = plane_hands(canvas, theme, "##plane", frame.document.tokens,
                                         &frame.document.pull.target, view.hold);
    PlaygroundDocument shown = frame.document;
    const auto count = static_cast<int>(shown.tokens.size());
    if (view.hold.moved && view.hold.index >= 0 && view.hold.index < count)
        shown.tokens[static_cast<std::size_t>(view.hold.index)] = view.hold.at;
    const PlanarPoint target =
        view.hold.target && view.hold.moved ? view.hold.at : shown.pull.target;
    draw_field(frame, shown, canvas, context);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->PushClipRect(canvas.at, canvas.end(), true);
    draw_plane_marks(frame, canvas, view, shown.tokens, target, theme);
    draw->PopClipRect();
    draw_plane_ticks(canvas, theme);
    tell_pointer(hands, view, context);
    tell_hands(frame, hands, view, context);
    if (hands.hovered && !view.hold.any()) hover_token(frame, canvas, theme);
    ImGui::SetCursorScreenPos({at.x, canvas.end().y + theme.px(20)});
    const std::string caption = "Boundary of token " + token_letter(frame.document.asked) +
                                ": thick, det J = 0; warm, det J < 0; hatched, beyond twice. "
                                "Circles: each token's own.";
    small_paragraph(theme, theme.dim, caption.c_str());
}

}  // namespace marginscope
