// Numbers in JSON as this project writes them: plain, missing = null, and "nan", "inf", "-inf".
// Any thread. dump_json never fails: a number that is not finite becomes its string wherever it
// stands, bad UTF-8 becomes U+FFFD. Reading throws UserError that names the field.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace marginscope {

nlohmann::json json_number(double value);
nlohmann::json json_number(const std::optional<double>& value);
nlohmann::json json_numbers(const std::vector<double>& values);
nlohmann::json json_numbers(const std::vector<float>& values);
nlohmann::json json_numbers(const std::vector<std::optional<double>>& values);

// null → nothing; a number or one of the three strings → the value.
std::optional<double> number_or_null(const nlohmann::json& value, std::string_view field);

// The same where null is not allowed.
double number_from_json(const nlohmann::json& value, std::string_view field);

// A whole number from `least` to `most`; nothing for anything else (2.5, "7", -1, 2^63).
std::optional<std::int64_t> whole_number(const nlohmann::json& value, std::int64_t least,
                                         std::int64_t most);

// A field of an object; absent counts as null.
std::optional<double> number_field(const nlohmann::json& object, const std::string& field);

// One text. `indent` < 0: one line, as in .jsonl files. No newline at the end.
std::string dump_json(nlohmann::json value, int indent = -1);

// Parses; `source` names the text in the sentence ("config.json"). Duplicate keys: the last counts.
nlohmann::json parse_json(std::string_view text, std::string_view source);

// A whole file. Throws UserError when it is missing, too large or not JSON.
nlohmann::json read_json_file(const std::filesystem::path& path, std::string_view what);

// Indented, with a final newline, atomically.
void write_json_file(const std::filesystem::path& path, const nlohmann::json& value);

}  // namespace marginscope
