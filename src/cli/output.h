// Results on stdout: one JSON document, or text for people.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace marginscope {

/// stdout was closed by its reader (`| head`): the command ends without a message.
struct OutputClosed {};

/// Writes the document followed by a newline to "-" (stdout) or to a file. Throws UserError or
/// OutputClosed.
void write_json(const std::string& target, const nlohmann::json& document);

/// Writes text to stdout. Throws UserError or OutputClosed.
void write_text(const std::string& text);

/// The value with some digits, "-" when it is missing; for tables.
std::string number_text(const std::optional<double>& value, int digits = 4);

/// A token as a table shows it: white space and control characters made visible.
std::string visible_token(const std::string& token);

}  // namespace marginscope
