// The cells of a lambda path.
#include "engine/path_cells.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string number(double value) { return format_value(value); }

std::string numbers(const std::vector<double>& values) {
    std::string all;
    for (const double value : values) all += (all.empty() ? "" : ",") + number(value);
    return all;
}

std::string cell_folder(const PathPlan& plan, double lambda, std::int64_t seed, double noise) {
    std::string name = "lambda-" + number(lambda) + "_seed-" + std::to_string(seed);
    if (noise > 0) name += "_noise-" + number(noise);
    return (fs::path(plan.folder) / name).string();
}

std::string fitted_path(const PathCell& cell) { return (fs::path(cell.run) / "fitted.safetensors").string(); }
std::string margins_path(const PathCell& cell) { return (fs::path(cell.run) / "margins.json").string(); }
std::string result_path(const PathCell& cell) { return (fs::path(cell.run) / "result.json").string(); }
std::string noise_path(const PathCell& cell) { return (fs::path(cell.run) / "noise.json").string(); }

/// The config of one cell: the plan's, with the cell's own values and a single thread, since cells run side by side.
RunConfig cell_config(const PathPlan& plan, const PathCell& cell) {
    RunConfig config = plan.config;
    config.barrier.lambda = cell.lambda;
    config.train.seed = cell.seed;
    config.train.noise = cell.train_noise;
    config.train.threads = 1;
    return config;
}

std::vector<std::string> train_arguments(const PathPlan& plan, const PathCell& cell) {
    std::vector<std::string> arguments = {"train", "--out", cell.run};
    if (!plan.text.empty()) arguments.insert(arguments.end(), {"--text", plan.text});
    const RunConfig config = cell_config(plan, cell);
    const RunConfig usual;
    for (const Field& field : config_fields()) {
        const FieldValue value = field.get(config);
        const bool always = field.name == "barrier.lambda" || field.name == "train.seed" || field.name == "train.threads";
        if (!always && value == field.get(usual)) continue;
        const std::string flag(field.short_flag.empty() ? field.name : field.short_flag);
        arguments.push_back("--" + flag);
        arguments.push_back(format_value(value));
    }
    arguments.push_back("--resume");  // begins anew where there is nothing to resume
    return arguments;
}

std::string quoted(const std::string& word) {
    const bool plain = !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                                               "-_./=,:+%@") == std::string::npos;
    if (plain) return word;
    std::string result = "'";
    for (const char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
}

json read_json(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return parse_json(text.str(), path);
}

/// Progress from the last complete line of metrics.jsonl.
double progress_of(const PathPlan& plan, const PathCell& cell) {
    std::ifstream in(fs::path(cell.run) / "metrics.jsonl");
    std::string line;
    double step = 0;
    while (std::getline(in, line)) {
        const json parsed = json::parse(line, nullptr, false);
        if (parsed.is_object() && parsed.contains("step") && parsed["step"].is_number()) step = parsed["step"].get<double>();
    }
    return plan.config.train.steps > 0 ? std::min(1.0, step / plan.config.train.steps) : 0.0;
}

double quantile_of(std::vector<double> values, double share) {
    if (values.empty()) return NAN;
    std::sort(values.begin(), values.end());
    const double at = share * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, values.size() - 1);
    return values[low] + (at - static_cast<double>(low)) * (values[high] - values[low]);
}

void collect_margins(PathCell& cell, const json& document) {
    std::vector<double> sigma_min;
    double logdet_sum = 0.0;
    int logdet_count = 0;
    for (const json& position : document.at("positions")) {
        if (!position.is_object()) continue;
        if (const auto value = number_field(position, "sigma_min")) sigma_min.push_back(*value);
        if (const auto value = number_field(position, "logdet"); value && std::isfinite(*value)) {
            logdet_sum += *value;
            ++logdet_count;
        }
    }
    cell.sigma_min_p5 = quantile_of(sigma_min, 0.05);
    cell.sigma_min_median = quantile_of(sigma_min, 0.5);
    cell.sigma_min_min = quantile_of(sigma_min, 0.0);
    cell.logdet_mean = logdet_count > 0 ? logdet_sum / logdet_count : NAN;
    cell.share_beyond = number_field(document, "share_beyond").value_or(NAN);
}

void collect_noise(PathCell& cell, const json& document) {
    const json& curve = document.at("curves").at(0);
    cell.embedding_rms = number_field(curve, "rms").value_or(NAN);
    cell.noisy_ce.clear();
    for (const json& point : curve.at("points")) {
        const double sigma = number_field(point, "sigma").value_or(NAN);
        const double ce = number_field(point, "ce").value_or(NAN);
        if (sigma == 0.0) cell.clean_ce = ce;
        else cell.noisy_ce.emplace_back(sigma, ce);
    }
}

/// A finished cell from what `cell_document` wrote.
void read_result(PathCell& cell, const json& document) {
    const json& sigma_min = document.at("sigma_min");
    cell.clean_ce = number_field(document, "clean_ce");
    cell.noisy_ce.clear();
    for (const auto& [sigma, ce] : document.at("noisy_ce").items())
        cell.noisy_ce.emplace_back(std::stod(sigma), number_or_null(ce, sigma).value_or(NAN));
    std::sort(cell.noisy_ce.begin(), cell.noisy_ce.end());
    cell.sigma_min_p5 = number_field(sigma_min, "p5").value_or(NAN);
    cell.sigma_min_median = number_field(sigma_min, "median").value_or(NAN);
    cell.sigma_min_min = number_field(sigma_min, "min").value_or(NAN);
    cell.logdet_mean = number_field(document, "logdet_mean").value_or(NAN);
    cell.share_beyond = number_field(document, "share_beyond").value_or(NAN);
    cell.embedding_rms = number_field(document, "embedding_rms").value_or(NAN);
}

std::string_view status_name(CellStatus status) {
    switch (status) {
        case CellStatus::waiting: return "waiting";
        case CellStatus::running: return "running";
        case CellStatus::done: return "done";
        case CellStatus::failed: return "failed";
    }
    return "";
}

}  // namespace

std::vector<PathCell> plan_cells(const PathPlan& plan) {
    if (plan.lambdas.empty()) throw UserError("A path needs at least one lambda, for example --lambdas 0,0.02.", 2);
    if (plan.seeds < 1) throw UserError("A path needs at least one seed; --seeds was " + std::to_string(plan.seeds) + ".", 2);
    std::vector<PathCell> cells;
    std::set<std::string> seen;
    // Seeds outermost: a stopped path then has whole lambda curves rather than half of the grid.
    for (int k = 0; k < plan.seeds; ++k) {
        for (const double noise : plan.train_noises) {
            for (const double lambda : plan.lambdas) {
                PathCell cell;
                cell.lambda = lambda;
                cell.seed = plan.config.train.seed + k;
                cell.train_noise = noise;
                cell.site = name_of(plan.config.barrier.site);
                cell.fit = name_of(plan.config.stage.fit);
                cell.run = cell_folder(plan, lambda, cell.seed, noise);
                checked_value(*find_field("barrier.lambda"), lambda);
                checked_value(*find_field("train.noise"), noise);
                if (seen.insert(cell.run).second) cells.push_back(std::move(cell));
            }
        }
    }
    return cells;
}

std::vector<CellStep> cell_steps(const PathPlan& plan, const PathCell& cell) {
    const auto with_text = [&](std::vector<std::string> arguments) {
        if (!plan.text.empty()) arguments.insert(arguments.end(), {"--text", plan.text});
        return arguments;
    };
    std::vector<double> sigmas = {0.0};
    for (const double sigma : plan.sigmas)
        if (sigma != 0.0) sigmas.push_back(sigma);
    std::vector<std::string> noise = with_text({"noise", "--model", cell.run, "--sigmas", numbers(sigmas), "--draws",
                                                std::to_string(plan.draws), "--threads", "1", "--json", "-"});
    if (plan.relative) noise.push_back("--relative");
    return {
        {train_arguments(plan, cell), "", (fs::path(cell.run) / "final.safetensors").string()},
        {with_text({"fit", "--model", cell.run, "--out", fitted_path(cell), "--threads", "1"}), "", fitted_path(cell)},
        {with_text({"margins", "--model", fitted_path(cell), "--kind", "singular", "--geometric", "none", "--max-positions",
                    std::to_string(plan.positions), "--threads", "1", "--json", "-"}),
         margins_path(cell), margins_path(cell)},
        {noise, noise_path(cell), noise_path(cell)},
    };
}

std::string train_line(const PathPlan& plan, const PathCell& cell, const std::string& program) {
    std::string line = quoted(program);
    for (const std::string& argument : train_arguments(plan, cell)) line += " " + quoted(argument);
    return line;
}

void collect_cell(const PathPlan& plan, PathCell& cell) {
    const bool summarised = fs::exists(result_path(cell));
    if (!summarised && (!fs::exists(noise_path(cell)) || !fs::exists(margins_path(cell)))) {
        cell.progress = progress_of(plan, cell);
        return;
    }
    try {
        if (summarised) {
            read_result(cell, read_json(result_path(cell)));
        } else {
            collect_margins(cell, read_json(margins_path(cell)));
            collect_noise(cell, read_json(noise_path(cell)));
        }
        cell.status = CellStatus::done;
        cell.progress = 1.0;
        cell.sentence.clear();
    } catch (const std::exception& error) {
        cell.status = CellStatus::failed;
        cell.sentence = "The results in " + cell.run + " cannot be read: " + error.what();
    }
}

std::optional<PathProposal> propose_lambda(const std::vector<PathCell>& cells, double max_clean_loss) {
    struct Mean {
        double clean = 0.0;
        double noisy = 0.0;
        int count = 0;
    };
    std::map<double, Mean> by_lambda;
    double sigma = 0.0;
    for (const PathCell& cell : cells) {
        if (cell.status != CellStatus::done || cell.train_noise > 0 || !cell.clean_ce || cell.noisy_ce.empty()) continue;
        const auto& middle = cell.noisy_ce[cell.noisy_ce.size() / 2];
        sigma = middle.first;
        Mean& mean = by_lambda[cell.lambda];
        mean.clean += *cell.clean_ce;
        mean.noisy += middle.second;
        ++mean.count;
    }
    if (by_lambda.size() < 2 || by_lambda.begin()->first != 0.0) return std::nullopt;
    for (auto& [lambda, mean] : by_lambda) {
        mean.clean /= mean.count;
        mean.noisy /= mean.count;
    }
    const Mean& base = by_lambda.begin()->second;
    auto best = by_lambda.begin();
    for (auto it = by_lambda.begin(); it != by_lambda.end(); ++it)
        if (it->second.clean <= base.clean * (1.0 + max_clean_loss) && it->second.noisy < best->second.noisy) best = it;

    const auto percent = [](double to, double from) {
        char text[32];
        std::snprintf(text, sizeof text, "%+.1f %%", 100.0 * (to / from - 1.0));
        return std::string(text);
    };
    PathProposal proposal;
    proposal.lambda = best->first;
    proposal.rule = "lowest loss at noise " + number(sigma) + " among lambdas that cost at most " +
                    number(std::round(1000.0 * max_clean_loss) / 10.0) + " % on clean text";
    proposal.reason = best->first == 0.0
                          ? "no other lambda within that cost was better under noise"
                          : percent(best->second.noisy, base.noisy) + " under noise for " +
                                percent(best->second.clean, base.clean) + " on clean text, means of " +
                                std::to_string(best->second.count) + (best->second.count == 1 ? " seed" : " seeds");
    if (base.count < 5) proposal.reason += "; fewer than five seeds, so take it as a hint";
    return proposal;
}

namespace {

json cell_document(const PathCell& cell) {
    const bool done = cell.status == CellStatus::done;
    json noisy = json::object();
    for (const auto& [sigma, ce] : cell.noisy_ce) noisy[number(sigma)] = json_number(ce);
    return {{"lambda", json_number(cell.lambda)},
            {"seed", cell.seed},
            {"site", cell.site},
            {"fit", cell.fit},
            {"train_noise", json_number(cell.train_noise)},
            {"status", status_name(cell.status)},
            {"clean_ce", json_number(cell.clean_ce)},
            {"noisy_ce", noisy},
            {"sigma_min", done ? json{{"p5", json_number(cell.sigma_min_p5)},
                                      {"median", json_number(cell.sigma_min_median)},
                                      {"min", json_number(cell.sigma_min_min)}}
                               : json(nullptr)},
            {"logdet_mean", done ? json_number(cell.logdet_mean) : json(nullptr)},
            {"share_beyond", done ? json_number(cell.share_beyond) : json(nullptr)},
            {"embedding_rms", done ? json_number(cell.embedding_rms) : json(nullptr)},
            {"run", fs::path(cell.run).filename().string()},
            {"sentence", cell.sentence}};
}

}  // namespace

void write_result(const PathCell& cell) {
    write_file_atomically(result_path(cell), dump_json(cell_document(cell), 2) + "\n");
}

std::string path_json(const PathFrame& frame) {
    json cells = json::array();
    for (const PathCell& cell : frame.cells) cells.push_back(cell_document(cell));
    json proposal = nullptr;
    if (frame.proposal)
        proposal = {{"lambda", json_number(frame.proposal->lambda)},
                    {"rule", frame.proposal->rule},
                    {"reason", frame.proposal->reason}};
    return dump_json({{"cells", cells}, {"proposal", proposal}, {"relative", frame.noise_relative}}, 2);
}

namespace {

json plan_document(const PathPlan& plan) {
    json fields = json::object();
    for (const Field& field : config_fields())
        std::visit([&](const auto& value) { fields[std::string(field.name)] = value; }, field.get(plan.config));
    return {{"format", 1},
            {"text", plan.text.empty() ? plan.text : fs::absolute(plan.text).string()},
            {"lambdas", plan.lambdas},
            {"train_noises", plan.train_noises},
            {"seeds", plan.seeds},
            {"sigmas", plan.sigmas},
            {"relative", plan.relative},
            {"max_clean_loss", plan.max_clean_loss},
            {"positions", plan.positions},
            {"draws", plan.draws},
            {"config", fields}};
}

/// What must be equal for two plans to share a folder: everything that a cell's numbers depend on besides its own lambda, seed and noise.
json shared_part(json document) {
    for (const char* free : {"lambdas", "train_noises", "seeds", "max_clean_loss"}) document.erase(free);
    for (const char* own : {"barrier.lambda", "train.noise"}) document.at("config").erase(own);
    return document;
}

}  // namespace

void write_plan(const PathPlan& plan) {
    const std::string file = (fs::path(plan.folder) / "plan.json").string();
    if (fs::exists(file) && shared_part(plan_document(read_plan(plan.folder))) != shared_part(plan_document(plan)))
        throw UserError(plan.folder + " holds a path with other settings (see its plan.json); choose another folder.", 2);
    std::error_code problem;
    fs::create_directories(plan.folder, problem);
    if (problem) throw UserError("Cannot make the folder " + plan.folder + ": " + problem.message() + ".");
    write_file_atomically(file, dump_json(plan_document(plan), 2) + "\n");
}

PathPlan read_plan(const std::string& folder) {
    const std::string file = (fs::path(folder) / "plan.json").string();
    if (!fs::exists(file))
        throw UserError(folder + " is no path folder: it has no plan.json. Make one with `marginscope path --out " + folder + "`.");
    PathPlan plan;
    try {
        const json document = read_json(file);
        plan.folder = folder;
        plan.text = document.at("text").get<std::string>();
        plan.lambdas = document.at("lambdas").get<std::vector<double>>();
        plan.train_noises = document.at("train_noises").get<std::vector<double>>();
        plan.seeds = document.at("seeds").get<int>();
        plan.sigmas = document.at("sigmas").get<std::vector<double>>();
        plan.relative = document.at("relative").get<bool>();
        plan.max_clean_loss = document.at("max_clean_loss").get<double>();
        plan.positions = document.at("positions").get<int>();
        plan.draws = document.at("draws").get<int>();
        for (const auto& [name, value] : document.at("config").items()) {
            const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
            set_field(plan.config, name, text);
        }
    } catch (const nlohmann::json::exception& error) {
        throw UserError(file + " is not a plan that this version reads: " + error.what() + ".");
    }
    return plan;
}

}  // namespace marginscope
