// What the files of a path's cells say, and the document made of them.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/messages/cell_status.h"
#include "engine/path/path_cells.h"
#include "engine/path/path_clock.h"
#include "engine/path/path_files.h"
#include "files/atomic_file.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Share of the cell's work that its files prove, by the plan's guess of what each step takes.
double progress_of(const PathPlan& plan, const PathCell& cell) {
    const std::vector<CellStep> steps = cell_steps(plan, cell);
    std::size_t done = 0;
    while (done < steps.size() && fs::exists(steps[done].proof)) ++done;
    return share_before(plan, done, done == 0 ? trained_share(plan, cell) : 0.0);
}

/// As `margins` says them, over the positions that have a margin.
void collect_margins(PathCell& cell, const json& document) {
    const json& sigma_min = document.at("sigma_min");
    cell.sigma_min_p5 = number_field(sigma_min, "p5").value_or(NAN);
    cell.sigma_min_median = number_field(sigma_min, "median").value_or(NAN);
    cell.sigma_min_min = number_field(sigma_min, "min").value_or(NAN);
    cell.logdet_mean = number_field(document, "logdet_mean").value_or(NAN);
    cell.share_beyond = number_field(document, "share_beyond").value_or(NAN);
}

void collect_noise(PathCell& cell, const json& document,
                   std::vector<std::pair<double, double>>& noisy) {
    const json& curve = document.at("curves").at(0);
    cell.embedding_rms = number_field(curve, "rms").value_or(NAN);
    noisy.clear();
    for (const json& point : curve.at("points")) {
        const double sigma = number_field(point, "sigma").value_or(NAN);
        const double ce = number_field(point, "ce").value_or(NAN);
        if (sigma == 0.0)
            cell.clean_ce = ce;
        else
            noisy.emplace_back(sigma, ce);
    }
}

void read_noisy(const json& document, std::vector<std::pair<double, double>>& noisy) {
    noisy.clear();
    for (const auto& [sigma, ce] : document.items())
        noisy.emplace_back(std::stod(sigma), number_or_null(ce, sigma).value_or(NAN));
    std::sort(noisy.begin(), noisy.end());
}

/// A finished cell from what `cell_document` wrote.
void read_result(PathCell& cell, const json& document) {
    const std::string mark = document.value("text_mark", std::string());
    if (!mark.empty() && !cell.text_mark.empty() && mark != cell.text_mark)
        throw UserError("they were computed from another text.");
    cell.clean_ce = number_field(document, "clean_ce");
    read_noisy(document.at("noisy_ce_absolute"), cell.noisy_ce);
    read_noisy(document.at("noisy_ce_relative"), cell.noisy_ce_relative);
    collect_margins(cell, document);
    cell.embedding_rms = number_field(document, "embedding_rms").value_or(NAN);
}

}  // namespace

// The last complete line of metrics.jsonl tells.
double trained_share(const PathPlan& plan, const PathCell& cell) {
    std::ifstream in(fs::path(cell.run) / "metrics.jsonl");
    std::string line;
    double step = 0;
    while (std::getline(in, line)) {
        const json parsed = json::parse(line, nullptr, false);
        if (parsed.is_object() && parsed.contains("step") && parsed["step"].is_number())
            step = parsed["step"].get<double>();
    }
    return plan.config.train.steps > 0 ? std::min(1.0, step / plan.config.train.steps) : 0.0;
}

double path_progress(const std::vector<PathCell>& cells) {
    constexpr double kNotAll = 0.999;
    if (cells.empty()) return 1.0;
    double sum = 0;
    bool all = true;
    for (const PathCell& cell : cells) {
        const bool ended = cell.status == CellStatus::done || cell.status == CellStatus::failed;
        sum += ended ? 1.0 : cell.progress;
        all = all && ended;
    }
    return all ? 1.0 : std::min(sum / static_cast<double>(cells.size()), kNotAll);
}

void collect_cell(const PathPlan& plan, PathCell& cell) {
    const bool summarised = fs::exists(cell_file(cell, kResult));
    const bool measured = fs::exists(cell_file(cell, kNoise)) &&
                          fs::exists(cell_file(cell, kRelativeNoise)) &&
                          fs::exists(cell_file(cell, kMargins));
    if (!summarised && !measured) {
        cell.progress = progress_of(plan, cell);
        return;
    }
    try {
        if (summarised) {
            read_result(cell, read_json_file(cell_file(cell, kResult), "results of a cell"));
        } else {
            collect_margins(cell, read_json_file(cell_file(cell, kMargins), "results of a cell"));
            collect_noise(cell, read_json_file(cell_file(cell, kNoise), "results of a cell"),
                          cell.noisy_ce);
            collect_noise(cell,
                          read_json_file(cell_file(cell, kRelativeNoise), "results of a cell"),
                          cell.noisy_ce_relative);
        }
        cell.status = CellStatus::done;
        cell.progress = 1.0;
        cell.sentence.clear();
    } catch (const std::exception& error) {
        cell.status = CellStatus::failed;
        cell.sentence = "The results in " + cell.run + " cannot be read: " + error.what();
    }
}

namespace {

/// What a single seed does not have is missing, not a number.
json number_or_nothing(double value) {
    return std::isnan(value) ? json(nullptr) : json_number(value);
}

json noisy_document(const std::vector<std::pair<double, double>>& noisy) {
    json document = json::object();
    for (const auto& [sigma, ce] : noisy) document[format_value(sigma)] = json_number(ce);
    return document;
}

json cell_document(const PathCell& cell, bool relative) {
    const bool done = cell.status == CellStatus::done;
    return {{"lambda", json_number(cell.lambda)},
            {"seed", cell.seed},
            {"site", cell.site},
            {"fit", cell.fit},
            {"train_noise", json_number(cell.train_noise)},
            {"tied", cell.recipe.tied},
            {"stage_sigma", cell.recipe.stage_sigma},
            {"stage_sigma_floor", json_number(cell.stage_sigma_floor)},
            {"stage_input_rms", json_number(cell.stage_input_rms)},
            {"status", status_name(cell.status)},
            {"clean_ce", json_number(cell.clean_ce)},
            {"noisy_ce", noisy_document(relative ? cell.noisy_ce_relative : cell.noisy_ce)},
            {"noisy_ce_absolute", noisy_document(cell.noisy_ce)},
            {"noisy_ce_relative", noisy_document(cell.noisy_ce_relative)},
            {"sigma_min", done ? json{{"p5", json_number(cell.sigma_min_p5)},
                                      {"median", json_number(cell.sigma_min_median)},
                                      {"min", json_number(cell.sigma_min_min)}}
                               : json(nullptr)},
            {"logdet_mean", done ? json_number(cell.logdet_mean) : json(nullptr)},
            {"share_beyond", done ? json_number(cell.share_beyond) : json(nullptr)},
            {"embedding_rms", done ? json_number(cell.embedding_rms) : json(nullptr)},
            {"run", cell_name(cell)},
            {"text_mark", cell.text_mark},
            {"sentence", cell.sentence}};
}

json group_document(const SeedGroup& group) {
    return {{"seeds", group.seeds}, {"mean", json_number(group.mean)}};
}

json splits_document(const PathFrame& frame) {
    json splits = json::array();
    for (const SeedSplit& one : frame.splits)
        splits.push_back({{"lambda", one.lambda},
                          {"tied", one.recipe.tied},
                          {"stage_sigma", one.recipe.stage_sigma},
                          {"train_noise", one.train_noise},
                          {"quantity", one.quantity},
                          {"low", group_document(one.low)},
                          {"high", group_document(one.high)}});
    return splits;
}

}  // namespace

void write_result(const PathCell& cell) {
    write_file_atomically(cell_file(cell, kResult),
                          dump_json(cell_document(cell, false), 2) + "\n");
}

std::string path_json(const PathFrame& frame) {
    json cells = json::array();
    for (const PathCell& cell : frame.cells)
        cells.push_back(cell_document(cell, frame.noise_relative));
    json proposal = nullptr;
    if (frame.proposal)
        proposal = {
            {"lambda", json_number(frame.proposal->lambda)},
            {"tied", frame.proposal->recipe.tied},
            {"stage_sigma", frame.proposal->recipe.stage_sigma},
            {"rule", frame.proposal->rule},
            {"reason", frame.proposal->reason},
            {"settled", frame.proposal->settled},
            {"pairs", frame.proposal->pairs},
            {"seeds_needed",
             frame.proposal->seeds_needed ? json(*frame.proposal->seeds_needed) : json(nullptr)}};
    json paired = json::array();
    for (const PairedDifference& one : frame.paired)
        paired.push_back({{"lambda", one.lambda},
                          {"tied", one.recipe.tied},
                          {"stage_sigma", one.recipe.stage_sigma},
                          {"train_noise", one.train_noise},
                          {"quantity", one.quantity},
                          {"seeds", one.seeds},
                          {"mean", json_number(one.mean)},
                          {"low", number_or_nothing(one.low)},
                          {"high", number_or_nothing(one.high)},
                          {"spread", number_or_nothing(one.spread)}});
    return dump_json({{"cells", cells},
                      {"proposal", proposal},
                      {"paired", paired},
                      {"splits", splits_document(frame)},
                      {"relative", frame.noise_relative}},
                     2);
}

}  // namespace marginscope
