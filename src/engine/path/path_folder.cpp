// A path's folder on disk.
#include "engine/path/path_folder.h"

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "engine/path/cell_record.h"
#include "engine/path/path_cells.h"
#include "files/atomic_file.h"
#include "files/json_numbers.h"
#include "nn/model/config_json.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json plan_document(const PathPlan& plan) {
    return {{"format", 1},
            {"text", plan.text.empty() ? plan.text : fs::absolute(plan.text).string()},
            {"text_mark", plan.text_mark},
            {"init", plan.init},
            {"init_mark", plan.init_mark},
            {"lambdas", plan.lambdas},
            {"train_noises", plan.train_noises},
            {"seeds", plan.seeds},
            {"more_seeds", plan.more_seeds},
            {"sigmas", plan.sigmas},
            {"relative_sigmas", plan.relative_sigmas},
            {"relative", plan.relative},
            {"max_clean_loss", plan.max_clean_loss},
            {"positions", plan.positions},
            {"draws", plan.draws},
            {"noise_windows", plan.noise_windows},
            {"stage_sigmas", plan.stage_sigmas},
            {"both_heads", plan.both_heads},
            {"config", config_to_json(plan.config)}};
}

/// An axis of several values has each in the names of its cells: more may come. A single value has
/// not, and must stay what it was.
void leave_out_axes(json& document) {
    json& sigma = document.at("config").at("stage").at("sigma");
    const json sigmas = document.at("stage_sigmas");
    if (!sigmas.empty()) sigma = sigmas.size() > 1 ? json("several") : sigmas.at(0);
    if (document.at("both_heads").get<bool>()) document.at("config").at("model").erase("tied");
    document.erase("stage_sigmas");
    document.erase("both_heads");
}

/// What must be equal for two plans to share a folder: everything that a cell's numbers depend on
/// besides its own lambda, seed, noise, head and sigma.
json shared_part(json document) {
    leave_out_axes(document);
    for (const char* free : {"text", "text_mark", "init", "lambdas", "train_noises", "seeds",
                             "more_seeds", "max_clean_loss", "relative"})
        document.erase(free);
    document.at("config").at("barrier").erase("lambda");
    document.at("config").at("train").erase("noise");
    return document;
}

/// By content; by name where a plan of an earlier version does not say what was in it.
bool same_text(const PathPlan& a, const PathPlan& b) {
    if (!a.text_mark.empty() && !b.text_mark.empty()) return a.text_mark == b.text_mark;
    return a.text == b.text;
}

std::string text_name(const PathPlan& plan) {
    return plan.text.empty() ? "the built-in stories" : plan.text;
}

void refuse_other_path(const PathPlan& plan) {
    const PathPlan there = read_plan(plan.folder);
    if (shared_part(plan_document(there)) != shared_part(plan_document(plan)))
        throw UserError(
            plan.folder +
                " holds a path with other settings (see its plan.json); choose another folder.",
            2);
    if (same_text(there, plan)) return;
    throw UserError(plan.folder + " holds a path that was trained on another text (" +
                        text_name(there) + ", " +
                        (there.text == plan.text ? "which has changed since" : "of other content") +
                        "); choose another folder.",
                    2);
}

}  // namespace

void write_plan(const PathPlan& plan) {
    const std::string file = (fs::path(plan.folder) / "plan.json").string();
    if (fs::exists(file)) refuse_other_path(plan);
    std::error_code problem;
    fs::create_directories(plan.folder, problem);
    if (problem)
        throw UserError("Cannot make the folder " + plan.folder + ": " + problem.message() + ".");
    write_file_atomically(file, dump_json(plan_document(plan), 2) + "\n");
}

PathPlan read_plan(const std::string& folder) {
    const std::string file = (fs::path(folder) / "plan.json").string();
    if (!fs::exists(file))
        throw UserError(
            folder +
            " is no path folder: it has no plan.json. Make one with `marginscope path --out " +
            folder + "`.");
    PathPlan plan;
    try {
        const json document = read_json_file(file, "a path's plan");
        plan.folder = folder;
        plan.text = document.at("text").get<std::string>();
        plan.text_mark = document.value("text_mark", std::string());
        plan.init = document.value("init", std::string());
        plan.init_mark = document.value("init_mark", std::string());
        plan.lambdas = document.at("lambdas").get<std::vector<double>>();
        plan.train_noises = document.at("train_noises").get<std::vector<double>>();
        plan.seeds = document.at("seeds").get<int>();
        plan.more_seeds = document.value("more_seeds", std::vector<std::string>());
        plan.sigmas = document.at("sigmas").get<std::vector<double>>();
        plan.relative_sigmas = document.at("relative_sigmas").get<std::vector<double>>();
        plan.relative = document.at("relative").get<bool>();
        plan.max_clean_loss = document.at("max_clean_loss").get<double>();
        plan.positions = document.at("positions").get<int>();
        plan.draws = document.at("draws").get<int>();
        plan.stage_sigmas = document.value("stage_sigmas", std::vector<std::string>());
        plan.both_heads = document.value("both_heads", false);
        plan.noise_windows = document.value("noise_windows", 0);  // plans of before evaluated all
        plan.config = config_from_json(document.at("config"), file);
    } catch (const nlohmann::json::exception& error) {
        throw UserError(file + " is not a plan that this version reads: " + error.what() + ".");
    }
    return plan;
}

std::shared_ptr<const PathFrame> open_path(const std::string& folder) {
    const PathPlan plan = read_plan(folder);
    PathFrame frame;
    frame.folder = folder;
    frame.plan = plan;
    frame.noise_relative = plan.relative;
    frame.max_clean_loss = plan.max_clean_loss;
    frame.cells = plan_cells(plan);
    for (PathCell& cell : frame.cells) {
        collect_cell(plan, cell);
        recall_failure(cell);
    }
    frame.progress = path_progress(frame.cells);
    conclude(frame);
    return std::make_shared<const PathFrame>(std::move(frame));
}

namespace {

class TextMark {
public:
    void add(std::string_view bytes) {
        for (const char c : bytes)
            hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
        length_ += bytes.size();
    }
    std::string words() const {
        std::array<char, 16> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), hash_, 16);
        return std::to_string(length_) + "-" + std::string(digits.data(), end.ptr);
    }

private:
    std::uint64_t hash_ = 14695981039346656037ULL;
    std::uint64_t length_ = 0;
};

/// Calls `take` with the file's bytes, piece by piece.
template <typename Take>
void read_pieces(const std::string& file, Take take) {
    std::ifstream in(file, std::ios::binary);
    std::vector<char> piece(std::size_t{1} << 20);
    while (in) {
        in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        if (in.gcount() > 0)
            take(std::string_view(piece.data(), static_cast<std::size_t>(in.gcount())));
    }
    if (!in.eof()) throw UserError("Cannot read the text " + file + ".");
}

/// Names under which each process sees something of its own.
bool is_of_this_process(const std::string& file) {
    return file.starts_with("/dev/") || file.starts_with("/proc/");
}

}  // namespace

std::string text_mark_of(const std::string& file) {
    if (file.empty()) return "";
    TextMark mark;
    read_pieces(file, [&](std::string_view bytes) { mark.add(bytes); });
    return mark.words();
}

std::string readable_text(const std::string& file, const std::string& folder) {
    std::error_code problem;
    const std::string name = fs::absolute(file).string();
    if (fs::is_directory(name, problem))
        throw UserError(file + " is a folder; --text takes a text file.", 2);
    if (fs::is_regular_file(name, problem) && !is_of_this_process(name)) return name;
    if (!fs::exists(name, problem)) throw UserError("There is no text file " + file + ".", 2);
    std::string text;
    TextMark mark;
    read_pieces(name, [&](std::string_view bytes) {
        text += bytes;
        mark.add(bytes);
    });
    if (text.empty())
        throw UserError("The text from " + file + " is empty: a path needs something to learn.", 2);
    fs::create_directories(folder, problem);
    const std::string copy =
        fs::absolute(fs::path(folder) / ("text-" + mark.words() + ".txt")).string();
    if (!fs::exists(copy)) write_file_atomically(copy, text);
    return copy;
}

}  // namespace marginscope
