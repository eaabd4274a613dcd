// The panel of curves: labels, threshold, marks and the mouse.
#include "ui/decode/traces.h"

#include <algorithm>
#include <cmath>

#include "ui/decode/trace_rows.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

/// How the panel is divided: names beside the curves, or above them where it is narrow.
struct Division {
    bool narrow = false;
    float numbers = 0;  // width of the column with the ends of the scales
    float left = 0;     // of all that stands beside the curves
    float header = 0;   // height of the name above a curve
};

void draw_threshold(const TraceAxis& axis, const TraceRow& row, float& threshold, TracesView& view,
                    const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float y = row.y(threshold);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const bool near = ImGui::IsWindowHovered() && mouse.x >= axis.at.x &&
                      mouse.x <= axis.at.x + axis.width && std::abs(mouse.y - y) < theme.px(4);
    if (near && ImGui::IsMouseClicked(0)) view.dragging = true;
    if (!ImGui::IsMouseDown(0)) view.dragging = false;
    if (view.dragging) {
        const float t = std::clamp((row.top + row.height - mouse.y) / row.height, 0.0F, 1.0F);
        threshold = row.low + t * (row.high - row.low);
    }
    if (near || view.dragging) {
        ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
        ImGui::SetTooltip("Margins below this line count as low: G goes to the next. Drag it.");
    }
    const float dash = theme.px(5);
    const ImU32 color = with_alpha(theme.accent, near || view.dragging ? 1.0F : 0.6F);
    for (float x = axis.at.x; x < axis.at.x + axis.width; x += 2 * dash) {
        draw->AddLine(ImVec2(x, y), ImVec2(std::min(x + dash, axis.at.x + axis.width), y), color);
    }
    const float font_px = theme.px(11);
    const std::string words = shortened(theme.fonts.text, font_px,
                                        "low: below " + format_number(threshold, 3), axis.width);
    draw->AddText(theme.fonts.text, font_px,
                  ImVec2(axis.at.x + axis.width - width_of(theme.fonts.text, font_px, words),
                         std::max(row.top, y - font_px - theme.px(1))),
                  theme.accent, words.c_str());
}

void draw_marks(const Trace& trace, const TraceAxis& axis, const TraceRow& row,
                const MarginFrame& margins, float threshold, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const int count = std::min(axis.count, static_cast<int>(margins.cells.size()));
    for (int i = 0; i < count; ++i) {
        const MarginCell& cell = margins.cells[static_cast<std::size_t>(i)];
        const float v = trace.value(i);
        if (!cell.valid || std::isnan(v)) continue;
        const ImVec2 at(axis.x(i), row.y(v));
        if (v < threshold || cell.crossings > 0)
            draw->AddCircleFilled(at, theme.px(2.5F), theme.accent);
        if (cell.support) draw->AddCircle(at, theme.px(4.5F), theme.ring, 0, theme.px(1.5F));
    }
}

// Name, unit, and both ends of the scale.
void draw_label(const Trace& trace, const Division& division, ImVec2 at, const TraceRow* row,
                const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float line = theme.px(type::kSmall), height = row != nullptr ? row->height : line;
    const char* unit = text_of(trace.quantity).unit;
    const float names =
        division.narrow ? ImGui::GetContentRegionAvail().x : division.left - division.numbers;
    std::string words = trace.name;
    const bool two_lines = !division.narrow && height > 2.6F * line;
    const std::string with_unit = words + ", " + unit;
    if (!two_lines && unit[0] != 0 &&
        width_of(theme.fonts.text, line, with_unit) <= names - theme.px(6))
        words = with_unit;
    const float block = two_lines ? 2.2F * line : line;
    const float y = division.narrow || row == nullptr
                        ? at.y
                        : row->top + std::max(0.0F, (height - block) / 2) - theme.px(1);
    ImGui::SetCursorScreenPos(ImVec2(at.x, y));
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    quantity_label(theme, trace.quantity, {},
                   shortened(theme.fonts.text, line, words, names - theme.px(6)).c_str());
    ImGui::PopFont();
    if (two_lines)
        draw->AddText(theme.fonts.text, theme.px(11), ImVec2(at.x, y + 1.2F * line), theme.faint,
                      unit);
    if (row == nullptr || height < theme.px(21)) return;
    const auto limit = [&](float value, float limit_y) {
        const std::string number = format_number(value, 2);
        const float width = width_of(theme.fonts.mono, theme.px(11), number);
        draw->AddText(theme.fonts.mono, theme.px(11),
                      ImVec2(at.x + division.left - width - theme.px(4), limit_y), theme.faint,
                      number.c_str());
    };
    limit(row->high, row->top - theme.px(1));
    limit(row->low, row->top + height - theme.px(11));
}

void draw_trace(const Trace& trace, const TraceAxis& axis, const Division& division, ImVec2 at,
                float height, const Frames& frames, TracesView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    TraceRow row{at.y + division.header + theme.px(2), height - theme.px(4)};
    if (!row.fit(trace, axis.count)) {
        draw_label(trace, division, at, nullptr, theme);
        const float small = theme.px(11);
        ImGui::GetWindowDrawList()->AddText(
            theme.fonts.text, small,
            ImVec2(axis.at.x + theme.px(4), row.top + (row.height - small) / 2), theme.faint,
            "no values yet");
        return;
    }
    const MarginKind kind =
        frames.margins != nullptr ? frames.margins->kind : MarginKind::determinant;
    float& threshold = view.threshold_of(kind);
    if (trace.margin) row.low = std::min(row.low, threshold - 0.05F * (row.high - row.low));
    draw_label(trace, division, at, &row, theme);
    const ImU32 color = trace.margin ? theme.text : mix(theme.dim, theme.text, 0.2F);
    draw_curve(trace, axis, row, color, theme.px(trace.margin ? 1.25F : 1.0F));
    if (!trace.margin) return;
    draw_threshold(axis, row, threshold, view, theme);
    draw_marks(trace, axis, row, *frames.margins, threshold, theme);
}

void handle_mouse(const Frames& frames, const std::vector<Trace>& traces, const TraceAxis& axis,
                  float bottom, TracesView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const DecodeFrame& decode = *frames.decode;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const auto mark = [&](int index, ImU32 color) {
        if (index < 0 || index >= axis.count) return;
        draw->AddLine(ImVec2(axis.x(index), axis.at.y), ImVec2(axis.x(index), bottom), color);
    };
    mark(selected_index(context.selection, &decode), with_alpha(theme.select, 0.8F));
    mark(context.selection.lit_index, with_alpha(theme.dim, 0.7F));
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const int index = axis.index(mouse.x);
    if (!ImGui::IsWindowHovered() || view.dragging || index < 0 || index >= axis.count ||
        mouse.y < axis.at.y || mouse.y > bottom)
        return;
    context.selection.hover_index = index;
    if (ImGui::IsMouseClicked(0) && index < decode.cursor) context.selection.index = index;
    if (ImGui::IsMouseDoubleClicked(0)) context.out.push_back(JumpDecode{index});
    std::vector<CardLine> lines;
    for (const Trace& trace : traces) {
        const float value = trace.value(index);
        if (!std::isnan(value))
            lines.push_back({trace.name, format_amount(value, text_of(trace.quantity).unit)});
    }
    const MarginCell* cell = margin_at(frames.margins.get(), index);
    if (cell == nullptr || !cell->valid)
        lines.push_back({"margins", missing_words(frames.margins.get(), cell), theme.dim});
    value_card(theme,
               symbol_and_place(&decode, decode.line[static_cast<std::size_t>(index)].token, index),
               lines);
}

Division divide(const Theme& theme, float room) {
    Division d;
    d.narrow = room < theme.px(420);
    d.numbers = theme.px(42);
    d.left = d.numbers + (d.narrow ? 0.0F : theme.px(112));
    d.header = d.narrow ? theme.px(16) : 0.0F;
    return d;
}

}  // namespace

void draw_traces(const Frames& frames, TracesView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.decode == nullptr || frames.decode->line.empty()) {
        empty_state(theme, "No traces yet",
                    "Margins, entropy and log-probability are drawn here along the text.");
        return;
    }
    const DecodeFrame& decode = *frames.decode;
    const std::vector<Trace> traces = traces_of(frames);
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const Division division = divide(theme, room.x);
    TraceAxis axis{std::max(1, static_cast<int>(decode.line.size())),
                   ImVec2(at.x + division.left, at.y), std::max(20.0F, room.x - division.left)};
    // The margin is what this window is about: it gets two shares of the height. Where all of it is
    // too little the panel scrolls.
    const float gap = theme.px(4), count = static_cast<float>(traces.size());
    const float unit =
        std::max(theme.px(26), (room.y - (gap + division.header) * count) / (count + 1.0F));
    const float bottom = at.y + (gap + division.header) * count + unit * (count + 1.0F) - gap;
    view.plot_at = axis.at;
    view.plot_size = ImVec2(axis.width, bottom - at.y);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (decode.window_begin > 0) {  // what the model has forgotten
        const float edge = axis.at.x + static_cast<float>(decode.window_begin) /
                                           static_cast<float>(axis.count) * axis.width;
        draw->AddRectFilled(axis.at, ImVec2(edge, bottom), with_alpha(theme.ground, 0.55F));
    }
    float top = at.y;
    for (const Trace& trace : traces) {
        const float height = trace.margin ? 2 * unit : unit;
        draw_trace(trace, axis, division, ImVec2(at.x, top), height, frames, view, context);
        top += division.header + height + gap;
        draw->AddLine(ImVec2(axis.at.x, top - gap / 2),
                      ImVec2(axis.at.x + axis.width, top - gap / 2), theme.line);
    }
    handle_mouse(frames, traces, axis, bottom, view, context);
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy(ImVec2(room.x, bottom - at.y));
}

}  // namespace marginscope
