// RUN/plan.json: what a run was asked to do beyond its configuration, so that a run that is killed
// and resumed without its flags still does it.
//
//     {"format": 1, "text": "N:HASH", "init": "FILE", "init_sha256": "HASH",
//      "forked_from": "RUN", "forked_at": 500, "steps": 5000, "changes": [{"step", "field",
//      "value"}]}
//
// Internal to the file room; RunFolder reads and writes it. Any thread. UserErrors name the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "files/run_event.h"

namespace marginscope {

struct RunPlan {
    std::string text;                   // the fingerprint of the text; empty: not known
    std::string init;                   // the model it began from; empty: new weights
    std::string init_sha256;            // of that file; empty: not known
    std::optional<std::int64_t> steps;  // where they are others than config.json's
    std::vector<RunEvent> changes;      // live changes to come, in order of steps
    std::string forked_from;            // the run it left; empty: none
    std::int64_t forked_at = 0;         // after that step
    bool operator==(const RunPlan&) const = default;
};

// A folder without the file has an empty plan.
RunPlan read_run_plan(const std::filesystem::path& file);
void write_run_plan(const std::filesystem::path& file, const RunPlan& plan);

}  // namespace marginscope
