// A path in pieces, for several machines: its plan written once, each cell done by its name
// wherever there is room, all of it collected in the end.
//
// The pieces share the folder of the path, which may lie on a network disk. Any thread.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "core/messages/path.h"

namespace marginscope {

/// --plan, --cell and --collect.
class PathPieces {
public:
    /// Adds them, and remembers in `command`'s options which of the others say what a plan says:
    /// the last to be added.
    void add_to(CLI::App& command);

    bool plan() const { return plan_; }
    bool collect() const { return collect_; }
    const std::vector<std::string>& cells() const { return cells_; }

    /// Whether the plan in the folder counts, and not the options: for --cell and --collect, and
    /// for --plan where nothing else was asked for and one is there. UserError (exit code 2) for
    /// options that would say it anew.
    bool from_folder(const std::string& folder) const;

private:
    std::string setting() const;

    const CLI::App* command_ = nullptr;
    bool plan_ = false;
    bool collect_ = false;
    std::vector<std::string> cells_;
};

/// Writes the plan and prints the names of its cells, one a line: what --cell takes.
int write_path_plan(PathPlan plan);

/// Prints what is in the folder and writes its path.json. UserError that names what is missing
/// unless all is done.
int collect_path(const std::string& folder, const std::string& json);

}  // namespace marginscope
