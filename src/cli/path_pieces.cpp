// The plan of a path, and what its cells come to, without training anything.
#include "cli/path_pieces.h"

#include <filesystem>
#include <set>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/path_text.h"
#include "core/error.h"
#include "core/shown.h"
#include "engine/path/path_cells.h"
#include "engine/path/path_folder.h"
#include "files/atomic_file.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNamed = 8;

/// Options that say nothing about what a path is.
const std::set<std::string> kOfNoPlan = {"--help", "--out",  "--jobs",    "--json",
                                         "--plan", "--cell", "--collect", "--list"};

/// " (a, b, …)" or nothing.
std::string named(const PathFrame& frame, CellStatus status) {
    std::string names;
    std::size_t count = 0;
    for (const PathCell& cell : frame.cells) {
        if (cell.status != status || ++count > kMostNamed) continue;
        names += (count == 1 ? "" : ", ") + cell_name(cell);
        if (status == CellStatus::failed) names += ": " + shown_sentence(cell.sentence);
    }
    if (count > kMostNamed) names += ", and " + std::to_string(count - kMostNamed) + " more";
    return names.empty() ? "" : " (" + names + ")";
}

/// "5 of 8 cells are done, 1 failed (which), 2 are to do (which)".
std::string path_account(const PathFrame& frame) {
    std::size_t done = 0, failed = 0;
    for (const PathCell& cell : frame.cells) {
        done += cell.status == CellStatus::done ? 1 : 0;
        failed += cell.status == CellStatus::failed ? 1 : 0;
    }
    const std::size_t all = frame.cells.size();
    std::string account = std::to_string(done) + " of " + std::to_string(all) + " cells are done";
    if (failed > 0)
        account += ", " + std::to_string(failed) + " failed" + named(frame, CellStatus::failed);
    const std::size_t left = all - done - failed;
    if (left > 0)
        account += ", " + std::to_string(left) + (left == 1 ? " is to do" : " are to do") +
                   named(frame, CellStatus::waiting);
    return account;
}

}  // namespace

void PathPieces::add_to(CLI::App& command) {
    constexpr const char* kGroup = "A path in pieces, on several machines";
    auto* plan = command.add_flag("--plan", plan_,
                                  "write the plan into DIR and print the names of its cells, one a "
                                  "line; with --out alone, of the plan that is there");
    auto* cell =
        command
            .add_option("--cell", cells_,
                        "do this cell of the plan in DIR and nothing else; may be repeated")
            ->type_name("NAME")
            ->expected(1)
            ->take_all();
    auto* collect = command.add_flag("--collect", collect_,
                                     "train nothing: tell what is in DIR and write its path.json; "
                                     "exit code 1 unless all is done");
    auto* list = command.get_option("--list");
    for (auto* option : {plan, cell, collect}) option->group(kGroup);
    list->excludes(plan)->excludes(cell)->excludes(collect);
    plan->excludes(cell)->excludes(collect);
    cell->excludes(collect);
    command_ = &command;
}

/// The first option given that says what a plan says; "" where there is none.
std::string PathPieces::setting() const {
    for (const CLI::Option* option : command_->get_options()) {
        const std::string name = option->get_name();
        if (option->count() > 0 && !kOfNoPlan.contains(name)) return name;
    }
    return "";
}

bool PathPieces::from_folder(const std::string& folder) const {
    const std::string given = setting();
    if (plan_) return given.empty() && fs::exists(fs::path(folder) / "plan.json");
    if (cells_.empty() && !collect_) return false;
    if (!given.empty())
        throw UserError(std::string(collect_ ? "--collect" : "--cell") + " takes everything from " +
                            shown_path(fs::path(folder) / "plan.json") + "; leave " + given +
                            " out.",
                        kExitWrongUse);
    return true;
}

int write_path_plan(PathPlan plan) {
    std::string names;
    for (const PathCell& cell : plan_cells(plan)) names += cell_name(cell) + "\n";
    plan.text_mark = text_mark_of(plan.text);
    write_plan(plan);
    write_text(names);
    return kExitDone;
}

int collect_path(const std::string& folder, const std::string& json) {
    const auto frame = open_path(folder);
    const std::string document = path_json(*frame);
    write_file_atomically((fs::path(folder) / "path.json").string(), document + "\n");
    if (json != "-") write_text(path_text(*frame));
    if (!json.empty()) write_json(json, parse_json(document, "path.json"));
    const std::string account = path_account(*frame) + ".";
    for (const PathCell& cell : frame->cells)
        if (cell.status != CellStatus::done) throw UserError(account);
    if (json != "-") write_text(account + "\n");
    return kExitDone;
}

}  // namespace marginscope
