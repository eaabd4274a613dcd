// Session files in JSON.
#include "files/session.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"
#include "files/fd.h"
#include "files/json_numbers.h"

namespace marginscope {

namespace fs = std::filesystem;

namespace {

constexpr int kFormat = 1;
constexpr std::uint64_t kMaxBytes = std::uint64_t{16} << 20;

fs::path folder_of(const fs::path& file) { return fs::absolute(file).parent_path(); }

std::string relative_text(const fs::path& path, const fs::path& folder) {
    if (path.empty()) return {};
    std::error_code error;
    const fs::path relative = fs::proximate(fs::absolute(path), folder, error);
    return (error ? fs::absolute(path) : relative).generic_string();
}

fs::path absolute_path(const std::string& text, const fs::path& folder) {
    return text.empty() ? fs::path() : (folder / text).lexically_normal();
}

// Fields of the object with their types checked; absent ones keep the default.
class Fields {
public:
    Fields(const nlohmann::json& object, std::string file)
        : object_(object), file_(std::move(file)) {}

    void read(const char* name, std::string& value) const {
        if (const auto* found = find(name)) {
            if (!found->is_string()) fail(name, "a text", *found);
            value = found->get<std::string>();
        }
    }

    void read(const char* name, int& value) const {
        if (const auto* found = find(name)) {
            if (!found->is_number_integer()) fail(name, "a whole number", *found);
            const auto number = found->get<std::int64_t>();
            if (number < -1 || number > std::numeric_limits<int>::max()) {
                fail(name, "a number from -1", *found);
            }
            value = static_cast<int>(number);
        }
    }

    void read(const char* name, std::uint64_t& value) const {
        if (const auto* found = find(name)) {
            if (!found->is_number_unsigned()) fail(name, "a whole number from 0", *found);
            value = found->get<std::uint64_t>();
        }
    }

    void read(const char* name, std::map<std::string, double>& values) const {
        if (const auto* found = find(name)) {
            if (!found->is_object()) fail(name, "an object", *found);
            for (const auto& [key, value] : found->items()) {
                values[key] = number_from_json(value, key);
            }
        }
    }

    void read(const char* name, fs::path& path, const fs::path& folder) const {
        std::string text;
        read(name, text);
        path = absolute_path(text, folder);
    }

private:
    const nlohmann::json* find(const char* name) const {
        const auto it = object_.find(name);
        return it == object_.end() ? nullptr : &*it;
    }

    [[noreturn]] void fail(const char* name, const char* expected,
                           const nlohmann::json& found) const {
        throw UserError("The session " + file_ + ": expected " + expected + " for '" + name +
                        "', found " + shown(dump_json(found)) + ".");
    }

    const nlohmann::json& object_;
    std::string file_;
};

void check_format(const nlohmann::json& object, const fs::path& file) {
    const auto refuse = [&](const std::string& why) {
        return UserError(shown_path(file) + " is not a session of this program: " + why + ".");
    };
    if (!object.is_object()) throw refuse("expected a JSON object");
    const auto format = object.find("format");
    if (format == object.end() || !format->is_number_integer()) {
        throw refuse("the field 'format' is missing");
    }
    if (format->get<std::int64_t>() != kFormat) {
        throw refuse("expected format " + std::to_string(kFormat) + ", found " +
                     dump_json(*format) + "; a newer version may have written it");
    }
}

}  // namespace

Session read_session(const fs::path& file) {
    const nlohmann::json object =
        parse_json(read_file(file, "session", kMaxBytes), "The session " + shown_path(file));
    check_format(object, file);
    const fs::path folder = folder_of(file);
    const Fields fields(object, shown_path(file));
    Session session;
    fields.read("model", session.model, folder);
    fields.read("text", session.text, folder);
    fields.read("path_folder", session.path_folder, folder);
    fields.read("prompt", session.prompt);
    fields.read("decoded", session.decoded);
    fields.read("seed", session.seed);
    fields.read("workspace", session.workspace);
    fields.read("position", session.position);
    fields.read("layer", session.layer);
    fields.read("head", session.head);
    fields.read("values", session.values);
    return session;
}

void write_session(const fs::path& file, const Session& session) {
    const fs::path folder = folder_of(file);
    nlohmann::json object = {
        {"format", kFormat},
        {"model", relative_text(session.model, folder)},
        {"text", relative_text(session.text, folder)},
        {"path_folder", relative_text(session.path_folder, folder)},
        {"prompt", session.prompt},
        {"decoded", session.decoded},
        {"seed", session.seed},
        {"workspace", session.workspace},
        {"position", session.position},
        {"layer", session.layer},
        {"head", session.head},
        {"values", session.values},
    };
    write_json_file(file, object);
}

}  // namespace marginscope
