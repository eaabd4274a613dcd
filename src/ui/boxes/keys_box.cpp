// All keys and what the mouse does, in as many columns as there is room for.
#include <algorithm>
#include <cmath>

#include "ui/boxes/box.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

struct Row {
    std::string key;
    std::string words;
};
struct Group {
    std::string title;
    std::vector<Row> rows;
};

std::vector<Group> groups_of_keys() {
    std::vector<Group> groups;
    for (const Action& action : actions()) {
        const std::string key = key_of(action);
        if (key.empty()) continue;
        if (groups.empty() || groups.back().title != action.menu)
            groups.push_back({action.menu, {}});
        groups.back().rows.push_back({key, action.name});
    }
    groups.push_back({"Mouse",
                      {{"click", "select a character"},
                       {"double click", "move the cursor there"},
                       {"drag the token", "see its margin change"},
                       {"wheel", "zoom the boundary or a plot"},
                       {"double click a tab", "fill the window with it"}}});
    return groups;
}

// Everything in pixels.
struct Measures {
    float key = 0;    // the widest key
    float words = 0;  // room for the words beside it
    float gap = 0, line = 0, space = 0, between = 0;
    int columns = 1;

    float column() const { return key + gap + words; }
};

float height_of(const Row& row, const Measures& m) {
    return std::max(m.line, ImGui::CalcTextSize(row.words.c_str(), nullptr, false, m.words).y) +
           m.space;
}

float height_of(const Group& group, const Measures& m) {
    float height = m.line + m.space + m.between;
    for (const Row& row : group.rows) height += height_of(row, m);
    return height;
}

// How many groups each column takes when none may be higher than `limit`.
std::vector<int> spread(const std::vector<Group>& groups, const Measures& m, float limit) {
    std::vector<int> counts = {0};
    float height = 0;
    for (const Group& group : groups) {
        const float more = height_of(group, m);
        if (height > 0 && height + more > limit) {
            counts.push_back(0);
            height = 0;
        }
        height += more;
        ++counts.back();
    }
    return counts;
}

float highest(const std::vector<Group>& groups, const std::vector<int>& counts, const Measures& m) {
    float most = 0;
    std::size_t at = 0;
    for (const int count : counts) {
        float height = 0;
        for (int k = 0; k < count; ++k) height += height_of(groups[at++], m);
        most = std::max(most, height);
    }
    return most;
}

// The lowest limit that needs no more columns than there are.
std::vector<int> balance(const std::vector<Group>& groups, const Measures& m) {
    float limit = 0;
    for (const Group& group : groups) limit = std::max(limit, height_of(group, m));
    std::vector<int> counts = spread(groups, m, limit);
    while (static_cast<int>(counts.size()) > m.columns) {
        limit += m.line;
        counts = spread(groups, m, limit);
    }
    return counts;
}

Measures measure(const Theme& theme, const std::vector<Group>& groups, ImVec2 room) {
    Measures m;
    m.gap = theme.px(12);
    m.space = theme.px(4);
    m.between = theme.px(8);
    m.line = ImGui::GetTextLineHeight() + theme.px(2);
    float natural = 0;
    for (const Group& group : groups) {
        for (const Row& row : group.rows) {
            ImGui::PushFont(theme.fonts.mono, type::kSmall);
            m.key = std::max(m.key, ImGui::CalcTextSize(row.key.c_str()).x + theme.px(10));
            ImGui::PopFont();
            natural = std::max(natural, ImGui::CalcTextSize(row.words.c_str()).x);
        }
    }
    m.words = natural + 1;
    const float apart = theme.px(28);
    const auto fit = [&](float words) {
        return static_cast<int>((room.x + apart) / (m.key + m.gap + words + apart));
    };
    // Words wrap before a list has to be scrolled.
    m.columns = std::clamp(fit(m.words), 1, 3);
    const auto scrolls = [&] { return highest(groups, balance(groups, m), m) > room.y; };
    while (m.columns < 3 && fit(theme.px(110)) > m.columns && (m.columns < 2 || scrolls())) {
        const auto columns = static_cast<float>(++m.columns);
        m.words = (room.x - (columns - 1) * apart) / columns - m.key - m.gap;
    }
    if (m.columns == 1) m.words = std::min(m.words, room.x - m.key - m.gap);
    m.words = std::max(m.words, theme.px(60));
    return m;
}

void draw_group(const Theme& theme, const Group& group, const Measures& m, ImVec2& at) {
    ImGui::SetCursorPos(at);
    heading(theme, group.title.c_str());
    at.y += m.line + m.space;
    for (const Row& row : group.rows) {
        ImGui::SetCursorPos(at);
        key_hint(theme, row.key.c_str());
        ImGui::SetCursorPos(ImVec2(at.x + m.key + m.gap, at.y));
        ImGui::PushTextWrapPos(at.x + m.key + m.gap + m.words);
        text_colored(theme.dim, row.words.c_str());
        ImGui::PopTextWrapPos();
        at.y += height_of(row, m);
    }
    at.y += m.between;
}

}  // namespace

void draw_keys_box(ActionContext& c) {
    const Theme& theme = c.state.theme;
    const std::vector<Group> groups = groups_of_keys();
    const ImVec2 frame(theme.px(40) + ImGui::GetStyle().ScrollbarSize, theme.px(76));
    const ImVec2 room = room_for_box(theme);
    const Measures m = measure(theme, groups, ImVec2(room.x - frame.x, room.y - frame.y));
    const std::vector<int> counts = balance(groups, m);
    const float apart = theme.px(28);
    const ImVec2 inner(static_cast<float>(counts.size()) * (m.column() + apart) - apart,
                       highest(groups, counts, m));
    begin_box(c.state, "Keys",
              ImVec2((inner.x + frame.x) / theme.scale, (inner.y + frame.y) / theme.scale));
    ImGui::BeginChild("##keys", ImVec2(0, 0), 0, ImGuiWindowFlags_NoNavInputs);
    ImVec2 at = ImGui::GetCursorPos();
    const float top = at.y;
    std::size_t next = 0;
    for (const int count : counts) {
        at.y = top;
        for (int k = 0; k < count; ++k) draw_group(theme, groups[next++], m, at);
        at.x += m.column() + apart;
    }
    ImGui::EndChild();
    end_box();
}

}  // namespace marginscope
