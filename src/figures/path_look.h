// What one looks at of a path, and the same as flags of the command line.
//
// Plain values and pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/messages/path.h"

namespace marginscope {

/// A lambda with all its seeds, or one model of it.
struct PathChoice {
    double lambda = 0;
    double train_noise = 0;
    std::optional<std::int64_t> seed;  // none: all of them

    bool operator==(const PathChoice&) const = default;
};
/// "0.02", "0.02:seed:1337", "0.02:noise:0.1:seed:1337".
std::string choice_text(const PathChoice& choice);
/// UserError where it is none of these.
PathChoice choice_from(const std::string& text);

struct PathLook {
    std::optional<PathRecipe> recipe;  // none: the usual one
    bool seed_lines = true;            // each seed as a line
    int weighed = -1;  // which noise clean loss is weighed against, by rank; below 0: the middle
    std::string changed = "clean";  // the loss whose changes are mapped
    std::optional<PathChoice> first, second;
};
/// " --recipe own:learned --weighed 2 …": what differs from the usual.
std::string path_look_flags(const PathLook& look);
/// "own:learned:0.2"; UserError where it is none.
PathRecipe recipe_from(const std::string& text);

}  // namespace marginscope
