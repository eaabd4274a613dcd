// The field table, written and read as nested JSON objects.
#include "nn/model/config_json.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "core/error.h"

namespace marginscope {
namespace {

FieldValue value_from_json(const nlohmann::json& value, const std::string& name,
                           const std::string& source) {
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (value.is_number()) return value.get<double>();
    if (value.is_string()) return value.get<std::string>();
    throw UserError("The setting \"" + name + "\" in " + source +
                    " must be a number, true, false or a word.");
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

RunConfig config_from_json(const nlohmann::json& object, const std::string& source) {
    if (!object.is_object())
        throw UserError("The configuration in " + source + " is not a JSON object.");
    RunConfig config;
    for (const auto& [group, fields] : object.items()) {
        if (!fields.is_object())
            throw UserError("The configuration in " + source + " has \"" + group +
                            "\" where a group of settings was expected.");
        for (const auto& [key, value] : fields.items()) {
            const std::string name = group + "." + key;
            const Field* field = find_field(name);
            if (field == nullptr)
                throw UserError("The configuration in " + source + " has a setting \"" + name +
                                "\" that this version does not know.");
            field->set(config, checked_value(*field, value_from_json(value, name, source)));
        }
    }
    validate(config);
    return config;
}

}  // namespace marginscope
