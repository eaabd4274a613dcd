// lambda_m x recipes: paired changes in colour.
#include "ui/path/changes_panel.h"

#include <algorithm>
#include <string>

#include "core/messages/recipe_words.h"
#include "figures/path/change_words.h"
#include "figures/path/path_changes.h"
#include "figures/path/path_recipes.h"
#include "ui/flow.h"
#include "ui/path/plot_parts.h"
#include "ui/widgets.h"
#include "ui/words.h"

namespace marginscope {
namespace {

constexpr float kWordsPx = 11;

struct Place {
    ImVec2 at{0, 0};  // of the first cell
    float heads = 0;  // width of the words before it
    float cell_width = 0, cell_height = 0;

    ImVec2 corner(std::size_t row, std::size_t column) const {
        return {at.x + static_cast<float>(column) * cell_width,
                at.y + static_cast<float>(row) * cell_height};
    }
};

Place place_of(const PathChanges& changes, const Theme& theme) {
    const ImVec2 from = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    float heads = 0;
    for (const PathRecipe& recipe : changes.recipes)
        heads =
            std::max(heads, width_of(theme.fonts.text, theme.px(kWordsPx), recipe_words(recipe)));
    Place place;
    place.heads = std::min(heads + theme.px(10), room.x * 0.42F);
    place.at = {from.x + place.heads, from.y + theme.px(20)};
    const auto columns = static_cast<float>(std::max<std::size_t>(1, changes.lambdas.size())),
               rows = static_cast<float>(std::max<std::size_t>(1, changes.recipes.size()));
    place.cell_width = std::clamp((room.x - place.heads) / columns, theme.px(20), theme.px(160));
    place.cell_height = std::clamp((room.y - theme.px(22)) / rows, theme.px(20), theme.px(64));
    return place;
}

void draw_text(ImVec2 corner, ImVec2 size, const std::string& words, ImU32 color,
               const Theme& theme) {
    const float px = theme.px(kWordsPx);
    const float width = width_of(theme.fonts.mono, px, words);
    if (width > size.x - theme.px(4)) return;  // the hover card has it
    ImGui::GetWindowDrawList()->AddText(
        theme.fonts.mono, px, {corner.x + (size.x - width) / 2, corner.y + (size.y - px) / 2},
        color, words.c_str());
}

void draw_heads(const PathChanges& changes, const Place& place, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float px = theme.px(kWordsPx);
    for (std::size_t column = 0; column < changes.lambdas.size(); ++column)
        draw_text({place.corner(0, column).x, place.at.y - theme.px(18)},
                  {place.cell_width, theme.px(16)}, format_number(changes.lambdas[column]),
                  theme.dim, theme);
    for (std::size_t row = 0; row < changes.recipes.size(); ++row) {
        const std::string words = shortened(
            theme.fonts.text, px, recipe_words(changes.recipes[row]), place.heads - theme.px(10));
        draw->AddText(
            theme.fonts.text, px,
            {place.at.x - place.heads, place.corner(row, 0).y + (place.cell_height - px) / 2},
            theme.dim, words.c_str());
    }
}

void hover_cell(const PathRecipe& recipe, double lambda, const PairedDifference* one,
                const std::string& quantity, const Theme& theme) {
    std::vector<CardLine> lines;
    if (one == nullptr) {
        lines.push_back({"not yet", "no seed is done here and at lambda_m 0"});
    } else {
        lines.push_back({full_name(quantity), mean_words(*one) + " %"});
        lines.push_back({"95 % interval", interval_words(*one)});
        lines.push_back({"paired seeds", std::to_string(one->seeds)});
        lines.push_back({one->told() ? "told from 0" : "not told from 0",
                         one->told() ? "" : "dim: the interval holds 0", theme.dim});
    }
    lines.push_back({"click", "shows this head and sigma", theme.dim});
    value_card(theme, recipe_words(recipe) + ", lambda_m " + format_number(lambda), lines);
}

/// Bright where the interval excludes 0, three quarters towards the panel where it holds it.
void draw_cell(ImVec2 corner, ImVec2 size, const PairedDifference* one, const ColorScale& scale,
               const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float gap = theme.px(1.5F), round = theme.px(3);
    const ImVec2 a(corner.x + gap, corner.y + gap),
        b(corner.x + size.x - gap, corner.y + size.y - gap);
    if (one == nullptr) {
        draw->AddRect(a, b, theme.line_strong, round);
        return;
    }
    const ImU32 color = to_u32(color_of(diverging_map(theme.dark()), scale, one->mean));
    draw->AddRectFilled(a, b, one->told() ? color : mix(color, theme.panel, 0.75F), round);
    const Rgb behind = color_of(diverging_map(theme.dark()), scale, one->mean);
    const bool light = 0.299 * behind.r + 0.587 * behind.g + 0.114 * behind.b > 140;
    const ImU32 letters = light ? IM_COL32(20, 22, 28, 255) : IM_COL32(245, 246, 250, 255);
    draw_text(corner, size, mean_words(*one), one->told() ? letters : theme.dim, theme);
}

void quantity_choice(const std::vector<std::string>& names, PathView& view, const Theme& theme) {
    if (std::find(names.begin(), names.end(), view.look.changed) == names.end())
        view.look.changed = names.front();
    if (!begin_list("##changed", view.look.changed, theme.px(150), theme)) return;
    for (const std::string& name : names)
        if (ImGui::Selectable(name.c_str(), name == view.look.changed)) view.look.changed = name;
    ImGui::EndCombo();
}

}  // namespace

bool grid_choice(const PathFrame& path, PathView& view, const Theme& theme) {
    if (recipes_of(path).size() < 2) return false;
    int shown = view.changes ? 1 : 0;
    if (segmented(theme, "grid",
                  {{"models", "A cell for each model of the head and sigma that is shown"},
                   {"lambda_m × sigma", "What lambda_m changes in each head and sigma"}},
                  shown))
        view.changes = shown == 1;
    return view.changes;
}

void draw_path_changes(const Frames& frames, PathView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const PathFrame& path = *frames.path;
    const std::vector<std::string> names = changed_quantities(path);
    if (names.empty()) {
        empty_state(theme, "No changes yet",
                    "They need models of the same seed that are done at lambda_m 0 and at another "
                    "value, with the same head and sigma.");
        return;
    }
    quantity_choice(names, view, theme);
    const PathChanges changes = changes_of(path, view.look.changed);
    const ColorScale percent{100 * changes.scale.min, 100 * changes.scale.max, false, true};
    flow(theme.px(280), theme.px(16));
    color_bar(theme, diverging_map(theme.dark()), percent, "%, lower is better",
              std::min(theme.px(280), ImGui::GetContentRegionAvail().x));
    const Place place = place_of(changes, theme);
    draw_heads(changes, place, theme);
    const ImVec2 size(place.cell_width, place.cell_height);
    for (std::size_t row = 0; row < changes.recipes.size(); ++row)
        for (std::size_t column = 0; column < changes.lambdas.size(); ++column) {
            const ImVec2 corner = place.corner(row, column);
            const PairedDifference* one = changes.at(row, column);
            draw_cell(corner, size, one, changes.scale, theme);
            ImGui::SetCursorScreenPos(corner);
            ImGui::PushID(static_cast<int>(row * changes.lambdas.size() + column));
            if (ImGui::InvisibleButton("##change", size)) view.look.recipe = changes.recipes[row];
            ImGui::PopID();
            if (ImGui::IsItemHovered())
                hover_cell(changes.recipes[row], changes.lambdas[column], one, view.look.changed,
                           theme);
        }
}

}  // namespace marginscope
