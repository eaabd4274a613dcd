// Reading and writing plan.json.
#include "files/run_plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"
#include "core/shown.h"
#include "files/json_numbers.h"
#include "files/run_folder_parts.h"

namespace marginscope {

RunPlan read_run_plan(const std::filesystem::path& file) {
    RunPlan plan;
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return plan;
    const nlohmann::json document = read_json_file(file, "plan");
    const auto refuse = [&](const std::string& what) {
        throw UserError("The plan " + shown_path(file) + " " + what + ".");
    };
    if (!document.is_object()) refuse("is not a JSON object");
    const auto read_text = [&](const char* name, std::string& into) {
        const auto text = document.find(name);
        if (text == document.end()) return;
        if (!text->is_string()) refuse("has a \"" + std::string(name) + "\" that is no text");
        into = text->get<std::string>();
    };
    read_text("text", plan.text);
    read_text("init", plan.init);
    read_text("init_sha256", plan.init_sha256);
    read_text("forked_from", plan.forked_from);
    if (const auto at = document.find("forked_at"); at != document.end()) {
        const auto step = whole_number(*at, 0, kMostSteps);
        if (!step) refuse("has a \"forked_at\" that is no whole number");
        plan.forked_at = *step;
    }
    if (const auto steps = document.find("steps"); steps != document.end()) {
        plan.steps = whole_number(*steps, 0, kMostSteps);
        if (!plan.steps) refuse("has \"steps\" that are no whole number");
    }
    if (const auto changes = document.find("changes"); changes != document.end()) {
        if (!changes->is_array()) refuse("has \"changes\" that are no list");
        for (const auto& change : *changes) plan.changes.push_back(event_from_json(change, file));
    }
    return plan;
}

void write_run_plan(const std::filesystem::path& file, const RunPlan& plan) {
    nlohmann::json document = {{"format", 1}, {"text", plan.text}};
    if (!plan.init.empty()) document["init"] = plan.init;
    if (!plan.init_sha256.empty()) document["init_sha256"] = plan.init_sha256;
    if (!plan.forked_from.empty()) {
        document["forked_from"] = plan.forked_from;
        document["forked_at"] = plan.forked_at;
    }
    if (plan.steps) document["steps"] = *plan.steps;
    document["changes"] = nlohmann::json::array();
    for (const RunEvent& change : plan.changes)
        document["changes"].push_back(event_to_json(change));
    write_json_file(file, document);
}

}  // namespace marginscope
