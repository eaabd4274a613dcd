// Rows of branches.
#include "ui/decode/branch_list.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ui/decode/branch_tree.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr float kRow = 22;     // design pixels
constexpr float kIndent = 14;  // for each level
constexpr float kNumber = 74;  // a column of numbers
// Below these widths the entropy, and the log-probability, are left out.
constexpr float kForEntropy = 360, kForLogprob = 220;

// The beginning of a text with its spaces and line breaks visible.
std::string one_line(const std::string& text) {
    std::string line;
    for (const char c : text)
        if (c == '\n')
            line += "↵";
        else if (c == '\t')
            line += "⇥";
        else
            line += c;
    return line;
}

struct Columns {
    float width, text, entropy, logprob;  // 0: left out
    float number;
};

Columns columns_of(const Theme& theme) {
    Columns c{};
    c.width = ImGui::GetContentRegionAvail().x;
    c.number = theme.px(kNumber);
    c.entropy = c.width >= theme.px(kForEntropy) ? c.number : 0;
    c.logprob = c.width >= theme.px(kForLogprob) ? c.number : 0;
    c.text = c.width - c.number - c.entropy - c.logprob - theme.px(8);
    return c;
}

void draw_number(const Theme& theme, ImVec2 right_middle, float room, const std::string& words,
                 ImU32 color) {
    const float px = theme.px(type::kSmall);
    const std::string fits = shortened(theme.fonts.mono, px, words, room - theme.px(6));
    ImGui::GetWindowDrawList()->AddText(
        theme.fonts.mono, px,
        ImVec2(right_middle.x - width_of(theme.fonts.mono, px, fits), right_middle.y - px / 2),
        color, fits.c_str());
}

void draw_head(const Theme& theme, const BranchFrame& frame, const Columns& c) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = theme.px(18), middle = at.y + height / 2;
    float right = at.x + c.width - theme.px(4);
    draw_number(theme, ImVec2(right, middle), c.number, name_of(frame.kind), theme.dim);
    right -= c.number;
    if (c.entropy > 0) {
        draw_number(theme, ImVec2(right, middle), c.number, "entropy", theme.dim);
        right -= c.number;
    }
    if (c.logprob > 0) draw_number(theme, ImVec2(right, middle), c.number, "log p", theme.dim);
    ImGui::InvisibleButton("##head", ImVec2(std::max(1.0F, c.width), height));
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort))
        ImGui::SetTooltip(
            "log p: of the branch's characters, summed, nats\nentropy: mean over them, nats\n%s: "
            "the lowest margin in it",
            name_of(frame.kind));
}

void draw_menu(const BranchRow& row, BranchListView& view, PanelContext& context) {
    if (!ImGui::BeginPopupContextItem("##menu")) return;
    if (ImGui::MenuItem("Go there")) context.out.push_back(GoToNode{row.node});
    if (ImGui::MenuItem("Compare with the text", nullptr, false, !row.on_line))
        context.out.push_back(CompareBranch{row.node}),
            context.asked.push_back("edit.show_comparison");
    if (ImGui::MenuItem("Name…")) {
        view.renaming = row.node;
        view.name = row.name;
        view.focus = true;
    }
    if (ImGui::MenuItem(row.folded ? "Unfold" : "Fold", nullptr, false,
                        row.folded || row.children > 0))
        context.out.push_back(FoldBranch{row.node, !row.folded});
    if (ImGui::MenuItem("Prune", nullptr, false, row.level > 0))
        context.out.push_back(PruneBranch{row.node});
    ImGui::EndPopup();
}

void draw_fold(const BranchRow& row, ImVec2 at, float height, PanelContext& context) {
    const Theme& theme = context.theme;
    if (!row.folded && row.children == 0) return;
    const ImVec2 mid(at.x + theme.px(6), at.y + height / 2);
    const float r = theme.px(3.5F);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (row.folded)
        draw->AddTriangleFilled(ImVec2(mid.x - r / 2, mid.y - r), ImVec2(mid.x + r, mid.y),
                                ImVec2(mid.x - r / 2, mid.y + r), theme.dim);
    else
        draw->AddTriangleFilled(ImVec2(mid.x - r, mid.y - r / 2), ImVec2(mid.x + r, mid.y - r / 2),
                                ImVec2(mid.x, mid.y + r), theme.dim);
    if (ImGui::IsItemHovered() && ImGui::IsMouseClicked(0) &&
        ImGui::GetIO().MousePos.x < at.x + theme.px(14))
        context.out.push_back(FoldBranch{row.node, !row.folded});
}

void draw_name_field(BranchListView& view, float width, PanelContext& context) {
    if (std::exchange(view.focus, false)) ImGui::SetKeyboardFocusHere();
    const bool entered = input_text("##name", view.name, "Name of the branch", width,
                                    ImGuiInputTextFlags_EnterReturnsTrue);
    if (entered) context.out.push_back(RenameBranch{view.renaming, view.name.c_str()});
    if (entered || ImGui::IsItemDeactivated()) view.renaming = -1;
}

void draw_row(const BranchRow& row, const BranchFrame& frame, const Columns& c,
              BranchListView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const float height = theme.px(kRow);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    if (view.renaming == row.node) return draw_name_field(view, c.width, context);
    const bool pressed = ImGui::InvisibleButton("##row", ImVec2(std::max(1.0F, c.width), height));
    const bool hovered = ImGui::IsItemHovered();
    const float indent = view.order == BranchOrder::tree
                             ? theme.px(kIndent) * static_cast<float>(std::min(row.level, 8))
                             : 0;
    const float left = at.x + indent, middle = at.y + height / 2, px = theme.px(type::kSmall);
    const bool fold_hit =
        ImGui::GetIO().MousePos.x < left + theme.px(14) && (row.folded || row.children > 0);
    if (pressed && !fold_hit) {
        context.selection.index = -1;
        context.out.push_back(GoToNode{row.node});
    }
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const bool compared = frame.comparison.node == row.node;
    if (hovered || compared)
        draw->AddRectFilled(at, ImVec2(at.x + c.width, at.y + height),
                            compared ? theme.active : theme.hover, theme.px(3));
    draw_menu(row, view, context);
    draw_fold(row, ImVec2(left, at.y), height, context);
    float x = left + theme.px(14);
    const float end = at.x + c.text;
    const auto words = [&](ImFont* font, const std::string& text, ImU32 color) {
        if (end - x < 2 * px) return;  // no room for more than an ellipsis
        const std::string fits = shortened(font, px, text, end - x);
        draw->AddText(font, px, ImVec2(x, middle - px / 2), color, fits.c_str());
        x += width_of(font, px, fits) + theme.px(8);
    };
    if (!row.name.empty()) words(theme.fonts.semibold, row.name, theme.text);
    words(theme.fonts.mono, one_line(row.text), row.on_line ? theme.text : theme.dim);
    const std::string late = row.pending > 0 ? "…" : kNoNumber;
    float right = at.x + c.width - theme.px(4);
    draw_number(theme, ImVec2(right, middle), c.number,
                std::isnan(row.margin) ? late : format_number(row.margin),
                row.crossings > 0 ? theme.accent : theme.text);
    right -= c.number;
    if (c.entropy > 0) {
        draw_number(theme, ImVec2(right, middle), c.number,
                    std::isnan(row.entropy) ? late : format_number(row.entropy, 3), theme.dim);
        right -= c.number;
    }
    if (c.logprob > 0)
        draw_number(theme, ImVec2(right, middle), c.number,
                    std::isnan(row.logprob) ? late : format_number(row.logprob), theme.text);
    if (!hovered) return;
    value_card(theme, row.name.empty() ? "Branch at " + std::to_string(row.index) : row.name,
               {{"characters", std::to_string(row.length)},
                {"log p", format_amount(row.logprob, "nats")},
                {"mean entropy", format_amount(row.entropy, "nats")},
                {"lowest margin", row.margin_index < 0 ? kNoNumber
                                                       : format_number(row.margin) + " at " +
                                                             std::to_string(row.margin_index)},
                {"side there", row.margin_index < 0 ? kNoNumber : side_words(row.crossings)},
                {"", "a click goes there, a right click has more", theme.dim}});
}

}  // namespace

std::vector<int> sorted_rows(const BranchFrame& frame, BranchOrder order) {
    std::vector<int> rows(frame.rows.size());
    std::iota(rows.begin(), rows.end(), 0);
    if (order == BranchOrder::tree) return rows;
    const auto value = [&](int row) {
        const BranchRow& at = frame.rows[static_cast<std::size_t>(row)];
        return order == BranchOrder::margin
                   ? at.margin
                   : -at.logprob / static_cast<float>(std::max(1, at.length));
    };
    std::ranges::stable_sort(rows, [&](int a, int b) {
        const float x = value(a), y = value(b);
        if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
        return x < y;
    });
    return rows;
}

void draw_branches(const Frames& frames, TreeView& tree, BranchListView& view,
                   PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.decode == nullptr || frames.branches == nullptr || frames.branches->rows.empty()) {
        empty_state(theme, "No branches yet",
                    "Choose a candidate, or press B: every continuation is kept here.");
        return;
    }
    const BranchFrame& frame = *frames.branches;
    int shown = view.as_tree ? 3 : static_cast<int>(view.order);
    if (segmented(theme, "order",
                  {{"as made", "In the order of the tree"},
                   {"likeliest", "By log-probability per character"},
                   {"lowest margin", "The branch that comes nearest the boundary first"},
                   {"tree", "Drawn, one row a branch"}},
                  shown)) {
        view.as_tree = shown == 3;
        if (!view.as_tree) view.order = static_cast<BranchOrder>(shown);
    }
    if (view.as_tree) return draw_branch_tree(frames, tree, context);
    if (view.version != frame.version || view.sorted_by != view.order) {
        view.sorted = sorted_rows(frame, view.order);
        view.version = frame.version;
        view.sorted_by = view.order;
    }
    ImGui::BeginChild("##rows", ImVec2(0, std::max(theme.px(66), ImGui::GetContentRegionAvail().y)),
                      0, ImGuiWindowFlags_NoNavInputs);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    const Columns columns = columns_of(theme);
    draw_head(theme, frame, columns);
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(view.sorted.size()), theme.px(kRow));
    while (clipper.Step())
        for (int k = clipper.DisplayStart; k < clipper.DisplayEnd; ++k) {
            const BranchRow& row =
                frame.rows[static_cast<std::size_t>(view.sorted[static_cast<std::size_t>(k)])];
            ImGui::PushID(row.node);
            draw_row(row, frame, columns, view, context);
            ImGui::PopID();
        }
    ImGui::PopStyleVar();
    ImGui::EndChild();
}

}  // namespace marginscope
