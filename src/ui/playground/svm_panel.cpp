// Points of two classes, the line between them, its margin, and the vectors that hold it.
#include <algorithm>
#include <cmath>

#include "core/playground/linear_svm.h"
#include "ui/flow.h"
#include "ui/playground/plane_canvas.h"
#include "ui/playground/playground_panels.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

ImU32 class_color(const Theme& theme, int label) { return label > 0 ? theme.select : theme.good; }

void draw_settings(const PlaygroundFrame& frame, SvmPanelView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    double c = frame.document.svm.c;
    SliderSpec spec{"C", {kLeastC, kMostC, true}};
    spec.hint = "What a unit of slack costs: large, the margin gives way";
    if (slider(theme, spec, c)) context.out.push_back(SetSvmCost{c});
    segmented(theme, "label",
              {{"class −", "What a double click adds"}, {"class +", "What a double click adds"}},
              view.label);
    const int count = static_cast<int>(frame.document.svm.points.size());
    flow(button_width("Add a point"), theme.px(6));
    ImGui::BeginDisabled(count >= kMostSvmPoints);
    if (ImGui::Button("Add a point"))
        context.out.push_back(
            AddSvmPoint{{view.label == 1 ? 1.0 : -1.0, 0}, view.label == 1 ? 1 : -1});
    ImGui::EndDisabled();
    flow(button_width("Remove"), theme.px(6));
    const bool chosen = view.chosen >= 0 && view.chosen < count;
    ImGui::BeginDisabled(!chosen);
    if (ImGui::Button("Remove")) {
        context.out.push_back(RemoveSvmPoint{view.chosen});
        view.chosen = -1;
    }
    ImGui::EndDisabled();
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled))
        ImGui::SetTooltip("The point that was clicked last");
}

// w x + b = level, cut off where the plane ends by its clip rectangle.
void draw_level(const PlaygroundSvm& svm, double level, ImU32 color, float thick,
                const PlaneCanvas& canvas) {
    const double size = std::hypot(svm.w.x, svm.w.y);
    if (!(size > 0) || !std::isfinite(size)) return;
    const PlanarPoint normal{svm.w.x / size, svm.w.y / size};
    const double off = (level - svm.b) / size;
    const PlanarPoint foot{normal.x * off, normal.y * off};
    const double far = 4 * kPlaneHalf + std::abs(off);
    const ImVec2 a = canvas.to_pixel({foot.x - far * normal.y, foot.y + far * normal.x});
    const ImVec2 b = canvas.to_pixel({foot.x + far * normal.y, foot.y - far * normal.x});
    ImGui::GetWindowDrawList()->AddLine(a, b, color, thick);
}

void draw_points(const PlaygroundFrame& frame, const SvmPanelView& view,
                 std::span<const PlanarPoint> points, const PlaneCanvas& canvas,
                 const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const PlaygroundSvm& svm = frame.svm;
    const double size = std::hypot(svm.w.x, svm.w.y);
    for (std::size_t k = 0; k < points.size(); ++k) {
        const PlanarPoint p = points[k];
        if (!std::isfinite(p.x) || !std::isfinite(p.y)) continue;
        const int label = frame.document.svm.labels[k];
        const ImVec2 at = canvas.to_pixel(p);
        // Slack: how far it stands on the wrong side of its own margin line.
        if (svm.has_line && k < svm.slack.size() && svm.slack[k] > 1e-9 && size > 0) {
            const double back = label * svm.slack[k] / (size * size);
            draw->AddLine(at, canvas.to_pixel({p.x + back * svm.w.x, p.y + back * svm.w.y}),
                          with_alpha(theme.accent, 0.8F), theme.px(1.5F));
        }
        draw->AddCircleFilled(at, canvas.mark(theme, 5), class_color(theme, label));
        const float arm = canvas.mark(theme, 2.5F);
        draw->AddLine({at.x - arm, at.y}, {at.x + arm, at.y}, theme.panel, theme.px(1.2F));
        if (label > 0)
            draw->AddLine({at.x, at.y - arm}, {at.x, at.y + arm}, theme.panel, theme.px(1.2F));
        if (k < svm.alphas.size() && svm.has_line && svm.alphas[k] > 0)
            draw->AddCircle(at, canvas.mark(theme, 8.5F), theme.ring, 0, canvas.mark(theme, 2));
        if (static_cast<int>(k) == view.chosen)
            draw->AddCircle(at, canvas.mark(theme, 12), theme.text, 0, theme.px(1));
    }
}

void hover_point(const PlaygroundFrame& frame, const PlaneCanvas& canvas, const Theme& theme) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const SvmSet& set = frame.document.svm;
    for (std::size_t k = 0; k < set.points.size(); ++k) {
        const ImVec2 at = canvas.to_pixel(set.points[k]);
        if (!(std::hypot(mouse.x - at.x, mouse.y - at.y) < theme.px(8))) continue;
        std::vector<CardLine> lines;
        if (frame.svm.has_line && k < frame.svm.alphas.size()) {
            lines.push_back({"alpha", format_number(frame.svm.alphas[k], 3)});
            lines.push_back({"slack", format_number(frame.svm.slack[k], 3)});
        }
        lines.push_back({"drag", "moves it", theme.dim});
        value_card(theme, "Point " + std::to_string(k) + (set.labels[k] > 0 ? ", +" : ", −"),
                   lines);
        return;
    }
}

void tell_hands(const PlaygroundFrame& frame, const PlaneHands& hands, SvmPanelView& view,
                PanelContext& context) {
    if (hands.moved) context.out.push_back(MoveSvmPoint{view.hold.index, view.hold.at});
    if (hands.clicked) view.chosen = hands.which;
    const bool room = frame.document.svm.points.size() < static_cast<std::size_t>(kMostSvmPoints);
    if (hands.double_clicked_nothing && room)
        context.out.push_back(AddSvmPoint{hands.mouse, view.label == 1 ? 1 : -1});
}

void draw_numbers(const PlaygroundFrame& frame, const Theme& theme) {
    const PlaygroundSvm& svm = frame.svm;
    if (!frame.svm_note.empty()) small_paragraph(theme, theme.text, frame.svm_note.c_str());
    if (!svm.sentence.empty()) small_paragraph(theme, theme.accent, svm.sentence.c_str());
    if (!svm.has_line) return;
    const std::string words = "margin 1/|w| " + format_number(svm.margin, 3) + " · " +
                              std::to_string(svm.support.size()) + " support vectors · KKT " +
                              format_number(svm.kkt, 2) + " · gap " +
                              format_number(std::max(svm.gap, 0.0), 2);
    small_paragraph(theme, theme.dim, words.c_str());
}

}  // namespace

void draw_playground_svm(const Frames& frames, SvmPanelView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    if (!playground_shown(frames, theme)) return;
    const PlaygroundFrame& frame = *frames.playground;
    if (frame.document.svm.labels.size() != frame.document.svm.points.size()) return;
    draw_settings(frame, view, context);
    draw_numbers(frame, theme);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const PlaneCanvas canvas =
        PlaneCanvas::fit(theme, at,
                         {ImGui::GetContentRegionAvail().x,
                          std::max(theme.px(120), ImGui::GetContentRegionAvail().y)});
    view.plot_at = canvas.at;
    view.plot_side = canvas.side;
    const PlaneHands hands =
        plane_hands(canvas, theme, "##svm", frame.document.svm.points, nullptr, view.hold);
    std::vector<PlanarPoint> points = frame.document.svm.points;
    if (view.hold.moved && view.hold.index >= 0 &&
        view.hold.index < static_cast<int>(points.size()))
        points[static_cast<std::size_t>(view.hold.index)] = view.hold.at;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(canvas.at, canvas.end(), theme.raised);
    draw->PushClipRect(canvas.at, canvas.end(), true);
    if (frame.svm.has_line) {
        draw_level(frame.svm, 0, theme.text, theme.px(2), canvas);
        for (const double level : {-1.0, 1.0})
            draw_level(frame.svm, level, theme.dim, theme.px(1), canvas);
    }
    draw_points(frame, view, points, canvas, theme);
    draw->PopClipRect();
    draw_plane_ticks(canvas, theme);
    tell_hands(frame, hands, view, context);
    if (hands.hovered && !view.hold.any()) hover_point(frame, canvas, theme);
    ImGui::SetCursorScreenPos({at.x, canvas.end().y + theme.px(18)});
    ImGui::Dummy({1, 1});
}

}  // namespace marginscope
