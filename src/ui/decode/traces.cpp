// One row per curve, drawn with at most two points a pixel column.
#include "ui/decode/traces.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

struct Trace {
    Quantity quantity;
    const char* name;
    std::function<float(int)> value;  // NaN: a gap
    bool margin = false;              // carries threshold and rings
};

struct Axis {
    int count = 1;
    ImVec2 at{0, 0};
    float width = 0;
    float x(int index) const {
        return at.x + (static_cast<float>(index) + 0.5F) / static_cast<float>(count) * width;
    }
    int index(float pixel) const {
        return static_cast<int>(std::floor((pixel - at.x) / width * static_cast<float>(count)));
    }
};

struct Row {
    float top = 0, height = 0;
    float low = 0, high = 1;
    float y(float value) const {
        return top + height - std::clamp((value - low) / (high - low), 0.0F, 1.0F) * height;
    }
};

bool fit_row(const Trace& trace, int count, Row& row) {
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (int i = 0; i < count; ++i) {
        const float v = trace.value(i);
        if (!std::isfinite(v)) continue;
        low = std::min(low, v);
        high = std::max(high, v);
    }
    if (low > high) return false;
    if (high - low < 1e-6F) high = low + 1;
    const float room = 0.06F * (high - low);
    row.low = low - room;
    row.high = high + room;
    return true;
}

void draw_curve(const Trace& trace, const Axis& axis, const Row& row, ImU32 color, float thick) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const int columns = std::max(1, static_cast<int>(axis.width));
    if (axis.count <= 2 * columns) {
        for (int i = 0; i < axis.count; ++i) {
            const float v = trace.value(i);
            if (std::isnan(v)) {
                draw->PathStroke(color, 0, thick);
                continue;
            }
            draw->PathLineTo(ImVec2(axis.x(i), row.y(v)));
        }
        draw->PathStroke(color, 0, thick);
        return;
    }
    for (int c = 0; c < columns;
         ++c) {  // smallest and largest of each pixel column: no extreme is lost
        const int begin = static_cast<int>(static_cast<long>(c) * axis.count / columns);
        const int end = static_cast<int>(static_cast<long>(c + 1) * axis.count / columns);
        float low = std::numeric_limits<float>::infinity(), high = -low;
        for (int i = begin; i < end; ++i) {
            const float v = trace.value(i);
            if (std::isnan(v)) continue;
            low = std::min(low, v);
            high = std::max(high, v);
        }
        if (low > high) continue;
        const float x = axis.at.x + static_cast<float>(c) + 0.5F;
        draw->AddLine(ImVec2(x, row.y(high)), ImVec2(x, row.y(low) + 1), color);
    }
}

void draw_threshold(const Axis& axis, const Row& row, TracesView& view, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float y = row.y(view.threshold);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const bool near = ImGui::IsWindowHovered() && mouse.x >= axis.at.x &&
                      mouse.x <= axis.at.x + axis.width && std::abs(mouse.y - y) < theme.px(4);
    if (near && ImGui::IsMouseClicked(0)) view.dragging = true;
    if (!ImGui::IsMouseDown(0)) view.dragging = false;
    if (view.dragging) {
        const float t = std::clamp((row.top + row.height - mouse.y) / row.height, 0.0F, 1.0F);
        view.threshold = row.low + t * (row.high - row.low);
    }
    if (near || view.dragging) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
    const float dash = theme.px(5);
    const ImU32 color = with_alpha(theme.accent, near || view.dragging ? 1.0F : 0.6F);
    for (float x = axis.at.x; x < axis.at.x + axis.width; x += 2 * dash) {
        draw->AddLine(ImVec2(x, y), ImVec2(std::min(x + dash, axis.at.x + axis.width), y), color);
    }
    const std::string words = format_number(view.threshold, 3);
    const float font_px = theme.px(11),
                width = theme.fonts.mono->CalcTextSizeA(font_px, 1e9F, 0, words.c_str()).x;
    draw->AddText(theme.fonts.mono, font_px,
                  ImVec2(axis.at.x + axis.width - width, y - font_px - theme.px(1)), theme.accent,
                  words.c_str());
}

void draw_marks(const Trace& trace, const Axis& axis, const Row& row, const MarginFrame& margins,
                const TracesView& view, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const int count = std::min(axis.count, static_cast<int>(margins.cells.size()));
    for (int i = 0; i < count; ++i) {
        const MarginCell& cell = margins.cells[static_cast<std::size_t>(i)];
        const float v = trace.value(i);
        if (!cell.valid || std::isnan(v)) continue;
        const ImVec2 at(axis.x(i), row.y(v));
        if (cell.logdet < view.threshold || cell.crossings > 0)
            draw->AddCircleFilled(at, theme.px(2.5F), theme.accent);
        if (cell.support) draw->AddCircle(at, theme.px(4.5F), theme.ring, 0, theme.px(1.5F));
    }
}

std::vector<Trace> traces_of(const Frames& frames) {
    const DecodeFrame& decode = *frames.decode;
    std::vector<Trace> traces;
    const MarginFrame* margins = frames.margins.get();
    if (margins != nullptr && margins->has_stage) {
        const auto cell = [margins](int i) { return margin_at(margins, i); };
        const MarginKind kind = margins->kind;
        traces.push_back({quantity_of(kind), text_of(quantity_of(kind)).symbol,
                          [=](int i) {
                              const MarginCell* c = cell(i);
                              return c == nullptr ? kNoValue : shown_margin(*c, kind);
                          },
                          true});
        traces.push_back({Quantity::lowest_head, "lowest head", [=](int i) {
                              const MarginCell* c = cell(i);
                              return c == nullptr || !c->valid ? kNoValue : c->lowest_head;
                          }});
    }
    const auto token = [&decode](int i) -> const TokenCell& {
        return decode.line[static_cast<std::size_t>(i)];
    };
    traces.push_back({Quantity::entropy, "entropy", [=](int i) { return token(i).entropy; }});
    traces.push_back({Quantity::logprob, "log p", [=](int i) { return token(i).logprob; }});
    if (frames.noise != nullptr && !frames.noise->kl.empty() && decode.noise_sigma > 0) {
        const NoiseFrame* noise = frames.noise.get();
        const int begin = decode.window_begin;
        traces.push_back({Quantity::kl, "KL, noise", [=](int i) {
                              const int k = i - begin;
                              return k < 0 || k >= static_cast<int>(noise->kl.size())
                                         ? kNoValue
                                         : noise->kl[static_cast<std::size_t>(k)];
                          }});
    }
    return traces;
}

void draw_trace(const Trace& trace, const Axis& axis, float top, float height, const Frames& frames,
                TracesView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    Row row{top + theme.px(2), height - theme.px(4)};
    const float small = theme.px(11);
    const float left = axis.at.x - theme.px(92);
    ImGui::SetCursorScreenPos(ImVec2(left, top + (height - theme.px(14)) / 2));
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    quantity_label(theme, trace.quantity, {}, trace.name);
    ImGui::PopFont();
    if (!fit_row(trace, axis.count, row)) {
        draw->AddText(theme.fonts.text, small,
                      ImVec2(axis.at.x + theme.px(4), top + (height - small) / 2), theme.faint,
                      "no values yet");
        return;
    }
    if (trace.margin) {
        row.low = std::min(row.low, view.threshold - 0.05F * (row.high - row.low));
    }
    const auto limit = [&](float value, float y) {
        const std::string words = format_number(value, 2);
        const float width = theme.fonts.mono->CalcTextSizeA(theme.px(10), 1e9F, 0, words.c_str()).x;
        draw->AddText(theme.fonts.mono, theme.px(10), ImVec2(axis.at.x - width - theme.px(4), y),
                      theme.faint, words.c_str());
    };
    if (height > theme.px(24)) {
        limit(row.high, top);
        limit(row.low, top + height - theme.px(11));
    }
    const ImU32 color = trace.margin ? theme.text : mix(theme.dim, theme.text, 0.2F);
    draw_curve(trace, axis, row, color, theme.px(trace.margin ? 1.25F : 1.0F));
    if (trace.margin && frames.margins->kind == MarginKind::determinant) {
        draw_threshold(axis, row, view, theme);
        draw_marks(trace, axis, row, *frames.margins, view, theme);
    }
}

void handle_mouse(const DecodeFrame& decode, const std::vector<Trace>& traces, const Axis& axis,
                  float bottom, TracesView& view, PanelContext& context) {
    const Theme& theme = context.theme;
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
    for (const Trace& trace : traces)
        lines.push_back({trace.name, format_number(trace.value(index))});
    value_card(theme,
               symbol_at(decode, decode.line[static_cast<std::size_t>(index)].token) + "   at " +
                   std::to_string(index),
               lines);
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
    const float left = theme.px(92), gap = theme.px(4);
    Axis axis{std::max(1, static_cast<int>(decode.line.size())), ImVec2(at.x + left, at.y),
              std::max(20.0F, room.x - left)};
    view.plot_at = axis.at;
    view.plot_size = ImVec2(axis.width, room.y);
    const float unit = std::max(theme.px(12), (room.y - gap * static_cast<float>(traces.size())) /
                                                  (static_cast<float>(traces.size()) + 1.0F));
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (decode.window_begin > 0) {  // what the model has forgotten
        const float edge = axis.at.x + static_cast<float>(decode.window_begin) /
                                           static_cast<float>(axis.count) * axis.width;
        draw->AddRectFilled(axis.at, ImVec2(edge, axis.at.y + room.y),
                            with_alpha(theme.ground, 0.55F));
    }
    float top = at.y;
    for (const Trace& trace : traces) {
        const float height =
            trace.margin ? 2 * unit : unit;  // the margin is what this window is about
        draw_trace(trace, axis, top, height, frames, view, context);
        top += height + gap;
        draw->AddLine(ImVec2(axis.at.x, top - gap / 2),
                      ImVec2(axis.at.x + axis.width, top - gap / 2), theme.line);
    }
    handle_mouse(decode, traces, axis, top - gap, view, context);
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy(ImVec2(room.x, std::min(room.y, top - at.y)));
}

}  // namespace marginscope
