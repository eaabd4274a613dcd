// A command as JSON: {"command": "step_decode", "count": 3}. For the event log, "copy as command",
// sessions and tours. Any thread.
//
// The name and the fields are those of core/messages; choices are written by name, a run's
// configuration as an object of the settings that differ from their defaults ({"train.lr": 0.003}).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/messages/command.h"

namespace marginscope {

nlohmann::json command_to_json(const Command& command);

/// Fields that are missing keep their defaults. UserError, in a sentence that names `source`: no
/// command of that name, a field that it does not have, a value of another kind or beyond its
/// range.
Command command_from_json(const nlohmann::json& object, std::string_view source);

/// The same as one line of text.
std::string command_text(const Command& command);
Command parse_command(std::string_view text, std::string_view source);

}  // namespace marginscope
