// JSON in and out, safe against NaN, infinities and bad UTF-8.
#include "files/json_numbers.h"

#include <cmath>
#include <limits>

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/fd.h"

namespace marginscope {

namespace {

// nlohmann would print a number that is not finite as null, which means "missing" here.
void name_non_finite(nlohmann::json& value) {
    if (value.is_number_float()) {
        if (!std::isfinite(value.get<double>())) value = json_number(value.get<double>());
    } else if (value.is_structured()) {
        for (auto& item : value) name_non_finite(item);
    }
}

constexpr int kDeepestJson = 256;  // what walks through a document does so level by level

bool nests_deeply(std::string_view text) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kDeepestJson) return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

template <typename T>
nlohmann::json to_array(const std::vector<T>& values) {
    nlohmann::json array = nlohmann::json::array();
    for (const T& value : values) array.push_back(json_number(value));
    return array;
}

}  // namespace

nlohmann::json json_number(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    return value;
}

nlohmann::json json_number(const std::optional<double>& value) {
    return value ? json_number(*value) : nlohmann::json(nullptr);
}

nlohmann::json json_numbers(const std::vector<double>& values) { return to_array(values); }
nlohmann::json json_numbers(const std::vector<float>& values) { return to_array(values); }
nlohmann::json json_numbers(const std::vector<std::optional<double>>& values) {
    return to_array(values);
}

std::optional<double> number_or_null(const nlohmann::json& value, std::string_view field) {
    if (value.is_null()) return std::nullopt;
    if (value.is_number()) return value.get<double>();
    if (value.is_string()) {
        const auto& word = value.get_ref<const std::string&>();
        if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
        if (word == "inf") return std::numeric_limits<double>::infinity();
        if (word == "-inf") return -std::numeric_limits<double>::infinity();
    }
    throw UserError("Field " + shown(field) +
                    ": expected a number, null, \"nan\", \"inf\" or \"-inf\", found " +
                    shown(dump_json(value)) + ".");
}

double number_from_json(const nlohmann::json& value, std::string_view field) {
    const auto number = number_or_null(value, field);
    if (!number) throw UserError("Field " + shown(field) + ": expected a number, found null.");
    return *number;
}

std::optional<std::int64_t> whole_number(const nlohmann::json& value, std::int64_t least,
                                         std::int64_t most) {
    if (!value.is_number_integer()) return std::nullopt;
    // The library keeps what is beyond 63 bits as unsigned and would wrap it.
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() >
            static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return std::nullopt;
    const auto number = value.get<std::int64_t>();
    return number >= least && number <= most ? std::optional(number) : std::nullopt;
}

std::optional<double> number_field(const nlohmann::json& object, const std::string& field) {
    if (!object.is_object()) {
        throw UserError("Expected an object with the field " + shown(field) + ", found " +
                        object.type_name() + ".");
    }
    const auto it = object.find(field);
    return it == object.end() ? std::nullopt : number_or_null(*it, field);
}

std::string dump_json(nlohmann::json value, int indent) {
    name_non_finite(value);
    return value.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json parse_json(std::string_view text, std::string_view source) {
    if (nests_deeply(text))
        throw UserError(std::string(source) + " is not JSON of this program: it nests more than " +
                        std::to_string(kDeepestJson) + " levels.");
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::exception& error) {
        // The library's own words start with an internal number: "[json.exception…] parse error …".
        std::string words = error.what();
        if (const auto end = words.find("] "); end != std::string::npos) words.erase(0, end + 2);
        throw UserError(std::string(source) + " is not valid JSON: " + shortened(words) + ".");
    }
}

nlohmann::json read_json_file(const std::filesystem::path& path, std::string_view what) {
    return parse_json(read_file(path, what, std::uint64_t{256} << 20), shown_path(path));
}

void write_json_file(const std::filesystem::path& path, const nlohmann::json& value) {
    write_file_atomically(path, dump_json(value, 1) + "\n");
}

}  // namespace marginscope
