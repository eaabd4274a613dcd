// Planning, starting and stopping a path.
#include "ui/path/plan_form.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <set>

#include "core/error.h"
#include "ui/path/path_curves.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

std::string joined(const std::vector<double>& values) {
    std::string all;
    for (const double value : values)
        all.append(all.empty() ? "" : ",").append(format_value(value));
    return all;
}

void text_row(const Theme& theme, const char* label, const char* id, std::string& text,
              const char* hint) {
    ImGui::AlignTextToFramePadding();
    text_small(theme, theme.dim, label);
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", hint);
    ImGui::SameLine(theme.px(104));
    input_text(id, text, "", ImGui::GetContentRegionAvail().x);
}

void whole_row(const Theme& theme, const char* label, const char* id, int& value, int low, int high,
               const char* hint) {
    ImGui::AlignTextToFramePadding();
    text_small(theme, theme.dim, label);
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", hint);
    ImGui::SameLine(theme.px(104));
    ImGui::SetNextItemWidth(-FLT_MIN);
    if (ImGui::InputInt(id, &value, 0)) value = std::clamp(value, low, high);
}

void draw_form(PathView& view, PanelContext& context, bool can_start) {
    const Theme& theme = context.theme;
    PlanForm& form = view.form;
    text_row(
        theme, "lambda_m", "##lambdas", form.lambdas,
        "Weights of the barrier to try, separated by commas; 0 is the comparison and belongs in");
    whole_row(theme, "Seeds", "##seeds", form.seeds, 1, 100,
              "Trainings for every lambda; nothing may be claimed from fewer than five");
    text_row(theme, "Trained noise", "##noises", form.train_noises,
             "Rivals: training noise on the embeddings, 0 and for example 0.01");
    text_row(theme, "Noise, abs.", "##sigmas", form.sigmas,
             "Noise at which the models are judged, per coordinate of the embeddings");
    text_row(theme, "Noise, RMS", "##relative", form.relative_sigmas,
             "The same in units of each model's own embedding RMS");
    whole_row(theme, "Steps", "##steps", form.config.train.steps, 1, 1000000,
              "Training steps of each cell");
    whole_row(theme, "Layers", "##layers", form.config.model.layers, 1, 64, "Transformer blocks");
    whole_row(theme, "Heads", "##heads", form.config.model.heads, 1, 64,
              "Attention heads; the width must be a multiple");
    whole_row(theme, "Width", "##width", form.config.model.width, 2, 4096, "Embedding width d");
    whole_row(theme, "At once", "##jobs", form.jobs, 0, 256,
              "Trainings at the same time; 0: one for each core");
    text_row(theme, "Folder", "##folder", form.folder,
             "Where the runs go; empty: a new folder of the program's own");
    if (!form.problem.empty()) paragraph(theme, theme.error, form.problem.c_str());
    ImGui::Dummy(ImVec2(0, theme.px(2)));
    if (primary_button(theme, "Start the path", can_start))
        if (auto plan = plan_of(form, view.relative, view.rule_percent / 100.0)) {
            context.out.push_back(StartPath{std::move(*plan)});
            form.open = false;
        }
    ImGui::SameLine();
    if (ImGui::Button("Copy as command"))
        if (const auto plan = plan_of(form, view.relative, view.rule_percent / 100.0))
            ImGui::SetClipboardText(path_command(*plan).c_str());
}

void draw_open(PlanForm& form, PanelContext& context) {
    const Theme& theme = context.theme;
    if (ImGui::Button("Show the finished path that came along"))
        context.out.push_back(OpenPath{""});
    input_text("##open", form.open_folder, "Another path's folder",
               ImGui::GetContentRegionAvail().x - theme.px(64));
    ImGui::SameLine();
    ImGui::BeginDisabled(form.open_folder.empty());
    if (ImGui::Button("Open")) context.out.push_back(OpenPath{form.open_folder});
    ImGui::EndDisabled();
}

std::string folder_name(const std::string& folder) {
    std::filesystem::path path(folder);
    if (!path.has_filename()) path = path.parent_path();
    return path.filename().empty() ? folder : path.filename().string();
}

/// A row of numbers; where they do not fit, the ends and how many.
void numbers_row(const Theme& theme, const char* name, const std::vector<double>& values) {
    if (values.empty()) return;
    std::string all;
    for (const double value : values) all += (all.empty() ? "" : "  ") + format_number(value);
    std::string words = all;
    ImGui::PushFont(theme.fonts.mono, type::kBody - 1);
    if (ImGui::CalcTextSize(all.c_str()).x > ImGui::GetContentRegionAvail().x - theme.px(112))
        words = format_number(values.front()) + " … " + format_number(values.back()) + " (" +
                std::to_string(values.size()) + ")";
    ImGui::PopFont();
    value_row(theme, name, words);
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", all.c_str());
}

/// What the path is made of, as far as its cells tell.
void draw_summary(const PathFrame& path, const Theme& theme) {
    std::set<std::int64_t> seeds;
    for (const PathCell& cell : path.cells) seeds.insert(cell.seed);
    const std::vector<double> lambdas = lambdas_of(path), trained = train_noises_of(path);
    ImGui::Dummy(ImVec2(0, theme.px(2)));
    std::string grid = std::to_string(lambdas.size()) + " lambda_m × " +
                       std::to_string(seeds.size()) + (seeds.size() == 1 ? " seed" : " seeds");
    if (trained.size() > 1) grid.append(" × ").append(std::to_string(trained.size()));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(theme.px(8), theme.px(3)));
    value_row(theme, "Folder", folder_name(path.folder));
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", path.folder.c_str());
    value_row(theme, "Grid", grid);
    numbers_row(theme, "lambda_m", lambdas);
    numbers_row(theme, "Seeds", {seeds.begin(), seeds.end()});
    if (trained.back() > 0) numbers_row(theme, "Trained noise", trained);
    numbers_row(theme, "Noise, absolute", sigmas_of(path, false));
    numbers_row(theme, "Noise × RMS", sigmas_of(path, true));
    const PathCell& first = path.cells.front();
    if (!first.site.empty()) value_row(theme, "Barrier site", first.site);
    if (!first.fit.empty()) value_row(theme, "Stage fit", first.fit);
    ImGui::PopStyleVar();
    ImGui::Dummy(ImVec2(0, theme.px(2)));
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
    if (path.running) {  // the time left has its place on a line of its own
        text_colored(theme.text, words.c_str());
        words = format_percent(path.progress);
    }
    progress_chip(theme, words.c_str(), path.progress, path.running ? path.eta_secs : 0,
                  theme.px(72));
    if (!path.sentence.empty()) paragraph(theme, theme.dim, path.sentence.c_str());
    if (!form.open) draw_summary(path, theme);
    if (path.running) {
        if (ImGui::Button("Stop")) context.out.push_back(StopPath{});
        if (ImGui::IsItemHovered())
            ImGui::SetTooltip(
                "What is done stays; the rest goes on from its checkpoints when the path is "
                "started again");
        return;
    }
    if (done < static_cast<int>(path.cells.size())) {
        if (ImGui::Button("Go on")) {
            form.folder = path.folder;
            form.open = true;
        }
        ImGui::SameLine();
    }
    switch_button(theme, "Plan another", form.open);
}

}  // namespace

std::optional<std::vector<double>> parse_numbers(const std::string& text, const char* what,
                                                 std::string& problem) {
    std::vector<double> values;
    for (std::size_t at = 0; at < text.size();) {
        at = text.find_first_not_of(" ,;\t", at);
        if (at == std::string::npos) break;
        const std::size_t end = std::min(text.find_first_of(" ,;\t", at), text.size());
        double value = 0;
        const auto read = std::from_chars(text.data() + at, text.data() + end, value);
        if (read.ec != std::errc() || read.ptr != text.data() + end || !std::isfinite(value) ||
            value < 0) {
            problem = std::string(what) + ": \"" + text.substr(at, end - at) +
                      "\" is not a number from 0 up.";
            return std::nullopt;
        }
        values.push_back(value);
        at = end;
    }
    return values;
}

std::optional<PathPlan> plan_of(PlanForm& form, bool relative, double max_clean_loss) {
    form.problem.clear();
    PathPlan plan;
    const auto lambdas = parse_numbers(form.lambdas, "lambda_m", form.problem);
    const auto noises = parse_numbers(form.train_noises, "Trained noise", form.problem);
    const auto sigmas = parse_numbers(form.sigmas, "Noise, absolute", form.problem);
    const auto relative_sigmas = parse_numbers(form.relative_sigmas, "Noise in RMS", form.problem);
    if (!lambdas || !noises || !sigmas || !relative_sigmas) return std::nullopt;
    if (lambdas->empty()) form.problem = "A path needs at least one lambda_m, for example 0, 0.02.";
    try {
        validate(form.config);
    } catch (const UserError& error) {
        form.problem = error.what();
    }
    if (!form.problem.empty()) return std::nullopt;
    plan.folder = form.folder;
    plan.lambdas = *lambdas;
    plan.train_noises = noises->empty() ? std::vector<double>{0} : *noises;
    plan.sigmas = *sigmas;
    plan.relative_sigmas = *relative_sigmas;
    plan.seeds = form.seeds;
    plan.jobs = form.jobs;
    plan.relative = relative;
    plan.max_clean_loss = max_clean_loss;
    plan.config = form.config;
    return plan;
}

std::string path_command(const PathPlan& plan) {
    std::string command = "marginscope path --out " +
                          (plan.folder.empty() ? std::string("DIR") : plan.folder) + " --lambdas " +
                          joined(plan.lambdas) + " --seeds " + std::to_string(plan.seeds) +
                          " --train-noises " + joined(plan.train_noises) + " --sigmas " +
                          joined(plan.relative ? plan.relative_sigmas : plan.sigmas) +
                          (plan.relative ? " --relative" : "");
    for (const Field& field : config_fields()) {
        const FieldValue value = field.get(plan.config);
        if (value != field.get(RunConfig{}))
            command += " --" +
                       std::string(field.short_flag.empty() ? field.name : field.short_flag) + " " +
                       format_value(value);
    }
    return command;
}

void draw_plan(const Frames& frames, PathView& view, PanelContext& context) {
    const PathFrame* path = frames.path.get();
    const bool has_path = path != nullptr && !path->cells.empty();
    if (has_path) draw_progress(*path, view.form, context);
    if (has_path && !view.form.open) return;
    ImGui::Dummy(ImVec2(0, context.theme.px(4)));
    draw_form(view, context, !has_path || !path->running);
    ImGui::Dummy(ImVec2(0, context.theme.px(6)));
    draw_open(view.form, context);
}

}  // namespace marginscope
