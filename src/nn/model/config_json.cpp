// The field table, written and read as nested JSON objects.
#include "nn/model/config_json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/error.h"
#include "core/shown.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

FieldValue value_from_json(const nlohmann::json& value, const std::string& name,
                           const std::string& source) {
    if (value.is_boolean()) return value.get<bool>();
    // What is beyond 63 bits would wrap; as a real it is out of every range.
    if (const auto whole = whole_number(value, std::numeric_limits<std::int64_t>::min(),
                                        std::numeric_limits<std::int64_t>::max()))
        return *whole;
    if (value.is_number()) return value.get<double>();
    if (value.is_string()) return value.get<std::string>();
    throw UserError("The setting " + shown(name) + " in " + source +
                    " must be a number, true, false or a word.");
}

/// What is wrong with a value is said with the file it stands in.
template <typename Work>
void in_file(const std::string& source, Work&& work) {
    try {
        work();
    } catch (const UserError& error) {
        throw UserError("The configuration in " + source + ": " + error.what(), error.exit_code());
    }
}

bool names(const nlohmann::json& object, const Field& field) {
    const std::size_t dot = field.name.find('.');
    const auto group = object.find(field.name.substr(0, dot));
    return group != object.end() && group->is_object() &&
           group->contains(field.name.substr(dot + 1));
}

/// Names every setting that has always been there.
bool is_complete(const nlohmann::json& object) {
    const auto fields = config_fields();
    return std::all_of(fields.begin(), fields.end(),
                       [&](const Field& field) { return field.before || names(object, field); });
}

}  // namespace

nlohmann::json config_to_json(const RunConfig& config) {
    nlohmann::json object = nlohmann::json::object();
    for (const Field& field : config_fields()) {
        const std::string_view name = field.name;
        const std::size_t dot = name.find('.');
        std::visit(
            [&](const auto& value) {
                object[std::string(name.substr(0, dot))][std::string(name.substr(dot + 1))] = value;
            },
            field.get(config));
    }
    return object;
}

RunConfig config_from_json(const nlohmann::json& object, const std::string& source,
                           ConfigOrigin origin) {
    if (!object.is_object())
        throw UserError("The configuration in " + source + " is not a JSON object.");
    RunConfig config;
    for (const auto& [group, fields] : object.items()) {
        if (!fields.is_object())
            throw UserError("The configuration in " + source + " has " + shown(group) +
                            " where a group of settings was expected.");
        for (const auto& [key, value] : fields.items()) {
            const std::string name = group + "." + key;
            const Field* field = find_field(name);
            if (field == nullptr)
                throw UserError("The configuration in " + source + " has a setting " + shown(name) +
                                " that this version does not know.");
            const FieldValue wanted = value_from_json(value, name, source);
            in_file(source, [&] { field->set(config, checked_value(*field, wanted)); });
        }
    }
    if (origin == ConfigOrigin::program || is_complete(object))
        for (const Field& field : config_fields())
            if (field.before && !names(object, field)) field.set(config, *field.before);
    in_file(source, [&] { validate(config); });
    return config;
}

}  // namespace marginscope
