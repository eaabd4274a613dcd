// Places the nodes once per version and draws those in sight.
#include "ui/decode/branch_tree.h"

#include <algorithm>
#include <cmath>

#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

ImVec2 pixel(const TreeView& view, ImVec2 place) {
    return ImVec2(view.origin.x + (place.x + 0.5F) * view.step.x,
                  view.origin.y + (place.y + 0.5F) * view.step.y);
}

void draw_edge(const TreeView& view, const Theme& theme, ImVec2 from, ImVec2 to, bool on_line) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImU32 color = on_line ? theme.dim : theme.line_strong;
    const ImVec2 a = pixel(view, from), b = pixel(view, to);
    if (a.y == b.y) {
        // Under the characters: between them a short line would read as a space.
        const float under = view.step.y * 0.46F;
        draw->AddLine(ImVec2(a.x, a.y + under), ImVec2(b.x, b.y + under), color, theme.px(1));
        return;
    }
    const float bend = view.step.x * 0.5F;
    draw->AddBezierCubic(a, ImVec2(a.x + bend, a.y), ImVec2(b.x - bend, b.y), b, color,
                         theme.px(1));
}

void draw_nodes(const DecodeFrame& decode, const TreeView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 clip_min = draw->GetClipRectMin(), clip_max = draw->GetClipRectMax();
    const int cursor_node =
        decode.cursor > 0 && decode.cursor <= static_cast<int>(decode.line.size())
            ? decode.line[static_cast<std::size_t>(decode.cursor - 1)].node
            : -1;
    const float font_px = theme.px(13), half_x = view.step.x * 0.44F, half_y = view.step.y * 0.42F;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const bool hover = ImGui::IsWindowHovered();
    for (std::size_t i = 0; i < decode.tree.size(); ++i) {
        const TreeNode& node = decode.tree[i];
        if (node.hidden) continue;
        const ImVec2 at = pixel(view, view.place[i]);
        if (at.x < clip_min.x - view.step.x || at.x > clip_max.x + view.step.x) continue;
        if (node.parent >= 0 && node.parent < static_cast<int>(view.place.size())) {
            draw_edge(view, theme, view.place[static_cast<std::size_t>(node.parent)], view.place[i],
                      node.on_line);
        }
    }
    for (std::size_t i = 0; i < decode.tree.size(); ++i) {
        const TreeNode& node = decode.tree[i];
        if (node.hidden) continue;
        const ImVec2 at = pixel(view, view.place[i]);
        if (at.x < clip_min.x - view.step.x || at.x > clip_max.x + view.step.x ||
            at.y < clip_min.y - view.step.y || at.y > clip_max.y + view.step.y) {
            continue;
        }
        const ImVec2 low(at.x - half_x, at.y - half_y), high(at.x + half_x, at.y + half_y);
        const bool hot =
            hover && mouse.x >= low.x && mouse.x < high.x && mouse.y >= low.y && mouse.y < high.y;
        const bool here = static_cast<int>(i) == cursor_node;
        draw->AddRectFilled(low, high,
                            here  ? mix(theme.panel, theme.select, 0.45F)
                            : hot ? theme.hover
                                  : theme.panel,
                            theme.px(3));
        const std::string symbol = symbol_at(decode, node.token);
        const ImU32 color = here || hot ? theme.text : node.on_line ? theme.text : theme.dim;
        draw_symbol(*draw, theme.fonts.mono, font_px, at, color, symbol);
        if (!hot) continue;
        if (node.on_line) context.selection.hover_index = node.depth;
        if (ImGui::IsMouseClicked(0)) {
            context.selection.index = -1;
            context.out.push_back(GoToNode{static_cast<int>(i)});
        }
    }
}

}  // namespace

void place_nodes(const std::vector<TreeNode>& tree, TreeView& view) {
    const std::size_t count = tree.size();
    std::vector<std::vector<int>> children(count);
    std::vector<int> roots;
    for (std::size_t i = 0; i < count; ++i) {
        const int parent = tree[i].parent;
        if (tree[i].hidden) continue;
        if (parent >= 0 && parent < static_cast<int>(count))
            children[static_cast<std::size_t>(parent)].push_back(static_cast<int>(i));
        else
            roots.push_back(static_cast<int>(i));
    }
    const auto line_first = [&](int a, int b) {
        return tree[static_cast<std::size_t>(a)].on_line >
               tree[static_cast<std::size_t>(b)].on_line;
    };
    view.place.assign(count, ImVec2(0, 0));
    view.columns = 0;
    int row = 0;
    std::stable_sort(roots.begin(), roots.end(), line_first);
    // A stack of branch heads: a branch is walked to its leaf in one row, its side branches wait.
    // Depths may reach thousands.
    std::vector<int> heads(roots.rbegin(), roots.rend());
    while (!heads.empty()) {
        int node = heads.back();
        heads.pop_back();
        for (;;) {
            const auto at = static_cast<std::size_t>(node);
            view.place[at] = ImVec2(static_cast<float>(tree[at].depth), static_cast<float>(row));
            view.columns = std::max(view.columns, tree[at].depth + 1);
            auto& next = children[at];
            if (next.empty()) break;
            std::stable_sort(next.begin(), next.end(), line_first);
            for (std::size_t k = 1; k < next.size(); ++k) heads.push_back(next[k]);
            node = next[0];
        }
        ++row;
    }
    view.rows = row;
}

void draw_branch_tree(const Frames& frames, TreeView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.decode == nullptr || frames.decode->tree.empty()) {
        empty_state(theme, "No branches yet",
                    "Choose a candidate, or press B: every continuation is kept here.");
        return;
    }
    const DecodeFrame& decode = *frames.decode;
    if (view.version != decode.version || view.place.size() != decode.tree.size()) {
        place_nodes(decode.tree, view);
        view.version = decode.version;
    }
    ImGui::BeginChild("##tree", ImVec2(0, 0), 0,
                      ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NoNavInputs);
    view.step = ImVec2(theme.px(14), theme.px(22));
    view.origin = ImGui::GetCursorScreenPos();
    if (decode.cursor != view.cursor_seen) {
        view.cursor_seen = decode.cursor;
        const float x = static_cast<float>(decode.cursor) * view.step.x;
        ImGui::SetScrollX(std::max(0.0F, x - ImGui::GetWindowWidth() * 0.7F));
    }
    ImGui::Dummy(ImVec2(static_cast<float>(view.columns + 1) * view.step.x,
                        static_cast<float>(view.rows) * view.step.y));
    draw_nodes(decode, view, context);
    ImGui::EndChild();
}

}  // namespace marginscope
