// The panel of a path: its form, or how far it is and what it is made of.
#include "ui/path/plan_panel.h"

#include <algorithm>

#include "core/messages/recipe_words.h"
#include "figures/path/path_recipes.h"
#include "ui/field_rows.h"
#include "ui/flow.h"
#include "ui/path/plan_form.h"
#include "ui/path/plan_summary.h"
#include "ui/path/plot_parts.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

/// The fields of a run that a plan shows at once; the rest unfolds.
constexpr std::string_view kUsual[] = {"model.layers",  "model.heads",      "model.width",
                                       "model.context", "train.steps",      "train.batch",
                                       "train.lr",      "train.seed",       "model.tied",
                                       "stage.sigma",   "stage.sigma_floor"};
/// What the path varies itself or gives each cell.
constexpr std::string_view kVaried[] = {"barrier.lambda", "train.noise", "train.threads"};

bool is_one_of(std::span<const std::string_view> names, const Field& field) {
    return std::find(names.begin(), names.end(), field.name) != names.end();
}

void text_row(const Theme& theme, const char* label, const char* id, std::string& text,
              const char* hint, const char* when_empty = "") {
    form_row(theme, label, false, hint);
    input_text(id, text, when_empty, ImGui::GetContentRegionAvail().x);
}

void whole_row(const Theme& theme, const char* label, const char* id, int& value, int low, int high,
               const char* hint) {
    form_row(theme, label, false, hint);
    if (ImGui::InputInt(id, &value, 0)) value = std::clamp(value, low, high);
}

void draw_grid_rows(PlanForm& form, const std::string& window_text, const Theme& theme) {
    if (!begin_form("##grid")) return;
    text_row(
        theme, "lambda_m", "##lambdas", form.lambdas,
        "Weights of the barrier to try, separated by commas; 0 is what the others are compared "
        "with and belongs in");
    whole_row(theme, "Seeds", "##seeds", form.seeds, 1, 100,
              "Trainings for every lambda_m; nothing may be claimed from fewer than five");
    text_row(theme, "Stage sigmas", "##stage-sigmas", form.stage_sigmas,
             "Values of the stage's sigma to try with every lambda_m, as in closed, learned, 1; "
             "each is judged against its own lambda_m 0. Empty: the one below",
             "one, as below");
    form_row(theme, "Both heads", false,
             "Train every model with its head tied to the embeddings and with a head of its own");
    ImGui::BeginDisabled(!form.init.empty());
    ImGui::Checkbox("##both-heads", &form.both_heads);
    ImGui::EndDisabled();
    text_row(theme, "Noise in training", "##noises", form.train_noises,
             "The barrier's rival: models trained with this noise on their embeddings. 0 is the "
             "path's own, 0, 0.01 adds a rival to each");
    text_row(theme, "Judged at noise", "##sigmas", form.sigmas,
             "Noise at which the finished models are judged, per coordinate of the embeddings");
    text_row(theme, "Judged at × RMS", "##relative", form.relative_sigmas,
             "The same in units of each model's own embedding RMS");
    text_row(theme, "Text", "##text", form.text,
             "The text file that every model learns; empty: the text of the window",
             window_text.c_str());
    text_row(theme, "Begin from", "##init", form.init,
             "A checkpoint or a run folder: every model begins with its weights, characters and "
             "shape, with a new optimizer and a new stage; empty: new weights",
             "new weights");
    text_row(theme, "Folder", "##folder", form.folder,
             "Where the runs go; empty: a new folder of the program's own", "a new one");
    whole_row(theme, "Trained at once", "##jobs", form.jobs, 0, 256,
              "Models that train side by side; 0: as many as the processor has cores");
    end_form();
}

/// Says how the settings of Train differ from those of the plan, and takes them over on a click.
void draw_train_settings(PlanForm& form, const RunConfig& of_train, const Theme& theme) {
    std::string differs;
    for (const Field& field : config_fields())
        if (!is_one_of(kVaried, field) && field.get(form.config) != field.get(of_train))
            differs += (differs.empty() ? "" : ", ") + field.label + " " +
                       format_value(field.get(of_train));
    if (differs.empty()) return;
    paragraph(theme, theme.dim, ("Train's next run differs: " + differs + ".").c_str());
    if (ImGui::SmallButton("Take Train's settings")) form.config = of_train;
}

void draw_form(PathView& view, const std::string& window_text, const RunConfig& of_train,
               PanelContext& context, bool can_start) {
    const Theme& theme = context.theme;
    PlanForm& form = view.form;
    draw_grid_rows(form, window_text, theme);
    const auto usual = [](const Field& field) { return is_one_of(kUsual, field); };
    const auto fixed = [&](const Field& field) {
        return !form.init.empty() && field.name.starts_with("model.");
    };
    draw_field_rows({"##usual", usual, fixed}, form.config, form.problem, theme);
    if (ImGui::TreeNode("All settings")) {
        const auto rest = [&](const Field& field) {
            return !usual(field) && !is_one_of(kVaried, field);
        };
        draw_field_rows({"##all", rest, fixed}, form.config, form.problem, theme);
        ImGui::TreePop();
    }
    draw_train_settings(form, of_train, theme);
    if (!form.problem.empty()) paragraph(theme, theme.error, form.problem.c_str());
    ImGui::Dummy(ImVec2(0, theme.px(2)));
    if (primary_button(theme, "Start the path", can_start))
        if (auto plan = plan_of(form, view.relative, view.rule_percent / 100.0)) {
            context.out.push_back(StartPath{std::move(*plan)});
            form.open = false;
        }
    const char* copy = "Copy as command";
    flow(button_width(copy), ImGui::GetStyle().ItemSpacing.x);
    if (ImGui::Button(copy))
        if (const auto plan = plan_of(form, view.relative, view.rule_percent / 100.0))
            ImGui::SetClipboardText(path_command(*plan).c_str());
}

void draw_open(PlanForm& form, PanelContext& context) {
    const Theme& theme = context.theme;
    if (ImGui::Button("Show the example path")) context.out.push_back(OpenPath{""});
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("A small finished path that comes with the program");
    input_text("##open", form.open_folder, "Folder of another path",
               ImGui::GetContentRegionAvail().x - theme.px(64));
    ImGui::SameLine();
    ImGui::BeginDisabled(form.open_folder.empty());
    if (ImGui::Button("Open")) context.out.push_back(OpenPath{form.open_folder});
    ImGui::EndDisabled();
}

/// Which head and sigma the panels show, where the path has several.
void draw_recipes(const std::shared_ptr<const PathFrame>& path, PathView& view,
                  const Theme& theme) {
    const std::vector<PathRecipe> recipes = recipes_of(*path);
    if (recipes.size() < 2) return;
    const PathRecipe now = shown_part(path, view)->cells.front().recipe;
    if (!begin_list("##recipe", recipe_words(now), ImGui::GetContentRegionAvail().x, theme)) return;
    for (const PathRecipe& recipe : recipes)
        if (ImGui::Selectable(recipe_words(recipe).c_str(), recipe == now))
            view.look.recipe = recipe;
    ImGui::EndCombo();
}

void draw_progress(const PathFrame& path, PlanForm& form, PanelContext& context) {
    const Theme& theme = context.theme;
    int done = 0, failed = 0;
    for (const PathCell& cell : path.cells) {
        done += cell.status == CellStatus::done;
        failed += cell.status == CellStatus::failed;
    }
    std::string words =
        std::to_string(done) + " of " + std::to_string(path.cells.size()) + " models done";
    if (failed > 0) words += ", " + std::to_string(failed) + " failed";
    if (path.running) words += ", " + std::to_string(path.running_cells) + " at work";
    paragraph(theme, theme.text, words.c_str());
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 track(ImGui::GetContentRegionAvail().x, theme.px(4));
    bar(*ImGui::GetWindowDrawList(), at, track, static_cast<float>(path.progress), theme.select,
        theme.active);
    ImGui::Dummy(track);
    if (path.running) {
        const std::string left = format_duration(path.eta_secs);
        small_paragraph(theme, theme.dim,
                        (format_percent(path.progress) +
                         (path.eta_secs > 0 ? ", " + left + " left" : ", time left not known yet"))
                            .c_str());
    }
    if (!path.sentence.empty()) paragraph(theme, theme.dim, path.sentence.c_str());
    if (!form.open) draw_plan_summary(path, theme);
    if (path.running) {
        if (ImGui::Button("Stop")) context.out.push_back(StopPath{});
        if (ImGui::IsItemHovered())
            ImGui::SetTooltip(
                "What is done stays; the rest goes on from its checkpoints when the path is "
                "started again");
        return;
    }
    if (done < static_cast<int>(path.cells.size())) {
        if (ImGui::Button("Go on")) context.out.push_back(StartPath{path.plan});
        if (ImGui::IsItemHovered())
            ImGui::SetTooltip("Trains and measures what is missing, with the settings below");
        flow(button_width("Plan another"), ImGui::GetStyle().ItemSpacing.x);
    }
    switch_button(theme, "Plan another", form.open);
}

}  // namespace

void draw_plan(const Frames& frames, PathView& view, const RunConfig& of_train,
               PanelContext& context) {
    const PathFrame* path = frames.path.get();
    const bool has_path = path != nullptr && !path->cells.empty();
    if (has_path) draw_recipes(frames.path, view, context.theme);
    if (has_path) draw_progress(*path, view.form, context);
    if (has_path && !view.form.open) return;
    ImGui::Dummy(ImVec2(0, context.theme.px(4)));
    const TrainingFrame* training = frames.training.get();
    const std::string window_text = training != nullptr && !training->corpus_label.empty()
                                        ? training->corpus_label
                                        : "the built-in stories";
    draw_form(view, window_text, of_train, context, !has_path || !path->running);
    ImGui::Dummy(ImVec2(0, context.theme.px(6)));
    draw_open(view.form, context);
}

}  // namespace marginscope
