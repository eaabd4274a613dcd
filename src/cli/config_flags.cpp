// Turns the field table into flags, and flags into a configuration.
#include "cli/config_flags.h"

#include <algorithm>

#include "core/error.h"
#include "core/shown.h"
#include "files/json_numbers.h"
#include "nn/model/config_json.h"

namespace marginscope {
namespace {

std::string flag_names(const Field& field) {
    std::string dotted(field.name);
    std::replace(dotted.begin(), dotted.end(), '.', '-');
    std::replace(dotted.begin(), dotted.end(), '_', '-');
    std::string names = "--" + dotted;
    if (!field.short_flag.empty() && field.short_flag != dotted)
        names = "--" + std::string(field.short_flag) + "," + names;
    return names;
}

std::string help_of(const Field& field) {
    std::string help(field.help);
    if (!field.unit.empty()) help += " (" + std::string(field.unit) + ")";
    if (!field.choices.empty()) {
        help += ": ";
        for (std::size_t k = 0; k < field.choices.size(); ++k)
            help += (k > 0 ? ", " : "") + std::string(field.choices[k]);
    }
    return help + " [" + format_value(field.get(RunConfig{})) + "]";
}

std::string group_of(const Field& field) {
    const auto room = field.name.substr(0, field.name.find('.'));
    if (room == "model") return "Model";
    if (room == "train") return "Training";
    if (room == "barrier") return "Barrier";
    return "Stage";
}

}  // namespace

void ConfigFlags::add_to(CLI::App& command) {
    command
        .add_option("--config", file_,
                    "settings from a JSON file, as in a run folder's config.json; flags win")
        ->type_name("FILE");
    for (const Field& field : config_fields()) {
        const std::string name(field.name);
        const bool is_switch = std::holds_alternative<bool>(field.get(RunConfig{}));
        // A switch may stand alone or take true or false, so that a printed configuration can be
        // typed back.
        CLI::Option* option = command.add_option_function<std::vector<std::string>>(
            flag_names(field),
            [this, name](const std::vector<std::string>& given) {
                values_[name] = given.empty() || given.back().empty() || given.back() == "{}"
                                    ? "true"
                                    : given.back();
            },
            help_of(field));
        if (is_switch)
            option->expected(0, 1)->type_name("[true|false]");
        else
            option->expected(1)->type_name(field.choices.empty() ? "N" : "NAME");
        option->take_last()->group(group_of(field));  // a script may append to its own line
    }
}

std::optional<std::string> ConfigFlags::take(const std::string& name) {
    const auto given = values_.extract(name);
    return given ? std::optional(given.mapped()) : std::nullopt;
}

RunConfig ConfigFlags::read(RunConfig start) const {
    if (!file_.empty())
        start = config_from_json(read_json_file(file_, "configuration"), shown_path(file_),
                                 ConfigOrigin::user);
    for (const auto& [name, text] : values_) set_field(start, name, text);
    return start;
}

RunConfig ConfigFlags::apply(RunConfig start) const {
    start = read(std::move(start));
    validate(start);
    return start;
}

RunConfig ConfigFlags::apply_to_model(const ModelConfig& shape, const std::string& flag) const {
    RunConfig config = read(RunConfig{});
    RunConfig own = config;
    own.model = shape;
    for (const auto& [name, text] : values_) {
        const Field& field = *find_field(name);
        const FieldValue wanted = field.get(config), has = field.get(own);
        if (!name.starts_with("model.") || wanted == has) continue;
        throw UserError(flag + " brings a model with " + name + " = " + format_value(has) +
                            "; leave the flag that asks for " + format_value(wanted) + " out.",
                        2);
    }
    validate(own);
    return own;
}

}  // namespace marginscope
