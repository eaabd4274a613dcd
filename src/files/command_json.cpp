// Commands to JSON and back: the fields come from the commands themselves, here is only how each
// type of value is written.
#include "files/command_json.h"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "files/fd.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

using nlohmann::json;

constexpr const char* kNameKey = "command";

template <typename T>
concept HasFields = requires(T& value) {
    T::fields(value, [](const auto&...) {});
};

/// A part that files mention only where something in it is set, so that what was made without it
/// is written as before.
template <typename T>
concept WrittenWhenSet = T::kWrittenWhenSet;

// ---- writing

json written(const auto& value);

json fields_of(const auto& value) {
    json object = json::object();
    std::remove_cvref_t<decltype(value)>::fields(value, [&](const char* name, const auto& field) {
        using Part = std::remove_cvref_t<decltype(field)>;
        if constexpr (WrittenWhenSet<Part>)
            if (field == Part{}) return;
        object[name] = written(field);
    });
    return object;
}

json setting(const FieldValue& value) {
    return std::visit([](const auto& held) { return json(held); }, value);
}

json written_config(const RunConfig& config) {
    json object = json::object();
    const RunConfig usual;
    for (const Field& field : config_fields())
        if (const FieldValue value = field.get(config); value != field.get(usual))
            object[std::string(field.name)] = setting(value);
    return object;
}

json written(const auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::same_as<T, RunConfig>)
        return written_config(value);
    else if constexpr (std::same_as<T, FieldValue>)
        return setting(value);
    else if constexpr (std::same_as<T, std::optional<double>>)
        return value ? json(*value) : json();
    else if constexpr (HasFields<T>)
        return fields_of(value);
    else if constexpr (std::is_enum_v<T>)
        return json(kEnumNames<T>.at(static_cast<std::size_t>(value)));
    else
        return json(value);
}

// ---- reading

/// Where in the command a value stands, for the sentence when it does not serve.
struct Place {
    std::string field;
    std::string_view source;

    UserError refusal(const std::string& expected, const json& found) const {
        return UserError("The field " + shown(field) + " of the command in " + std::string(source) +
                         " must be " + expected + "; it is " + shown(dump_json(found)) + ".");
    }
    Place inside(const char* name) const { return {field + "." + name, source}; }
};

void read(bool& value, const json& from, const Place& place) {
    if (!from.is_boolean()) throw place.refusal("true or false", from);
    value = from.get<bool>();
}

void read(std::string& value, const json& from, const Place& place) {
    if (!from.is_string()) throw place.refusal("a text", from);
    value = from.get<std::string>();
}

template <std::integral T>
void read(T& value, const json& from, const Place& place) {
    constexpr T least = std::numeric_limits<T>::min();
    constexpr T most = std::numeric_limits<T>::max();
    const bool fits = from.is_number_unsigned()
                          ? from.get<std::uint64_t>() <= static_cast<std::uint64_t>(most)
                          : from.is_number_integer() && std::in_range<T>(from.get<std::int64_t>());
    if (!fits)
        throw place.refusal(
            "a whole number from " + std::to_string(least) + " to " + std::to_string(most), from);
    value = from.get<T>();
}

template <std::floating_point T>
void read(T& value, const json& from, const Place& place) {
    const double number = from.is_number() ? from.get<double>() : std::nan("");
    if (!std::isfinite(number) || std::abs(number) > std::numeric_limits<T>::max())
        throw place.refusal("a finite number", from);
    value = static_cast<T>(number);
}

void read(std::optional<double>& value, const json& from, const Place& place) {
    value.reset();
    if (!from.is_null()) read(value.emplace(), from, place);
}

template <typename T>
requires std::is_arithmetic_v<T>
void read(std::vector<T>& value, const json& from, const Place& place) {
    if (!from.is_array()) throw place.refusal("a list of numbers", from);
    value.clear();
    for (const json& one : from) read(value.emplace_back(), one, place);
}

void read(std::vector<std::string>& value, const json& from, const Place& place) {
    if (!from.is_array()) throw place.refusal("a list of texts", from);
    value.clear();
    for (const json& one : from) read(value.emplace_back(), one, place);
}

void read(FieldValue& value, const json& from, const Place& place) {
    if (from.is_boolean())
        value = from.get<bool>();
    else if (from.is_number_integer())
        read(value.emplace<std::int64_t>(), from, place);
    else if (from.is_number())
        read(value.emplace<double>(), from, place);
    else if (from.is_string())
        value = from.get<std::string>();
    else
        throw place.refusal("a number, true, false or a word", from);
}

void read(RunConfig& value, const json& from, const Place& place) {
    if (!from.is_object()) throw place.refusal("an object of settings", from);
    for (const auto& [name, one] : from.items()) {
        const Field* field = find_field(name);
        if (field == nullptr)
            throw UserError("The command in " + std::string(place.source) + " has the setting " +
                            shown(name) + ", which this version does not know.");
        FieldValue given;
        read(given, one, place.inside(name.c_str()));
        field->set(value, checked_value(*field, given));
    }
}

template <typename T>
requires std::is_enum_v<T>
void read(T& value, const json& from, const Place& place) {
    const auto& names = kEnumNames<T>;
    const std::string name = from.is_string() ? from.get<std::string>() : "";
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
        std::string all;
        for (const std::string_view one : names)
            all += (all.empty() ? "" : ", ") + std::string(one);
        throw place.refusal("one of " + all, from);
    }
    value = static_cast<T>(at - names.begin());
}

template <HasFields T>
void read(T& value, const json& from, const Place& place) {
    if (!from.is_object()) throw place.refusal("an object", from);
    std::set<std::string> known;
    T::fields(value, [&](const char* name, auto& field) {
        known.insert(name);
        if (const auto found = from.find(name); found != from.end())
            read(field, *found,
                 place.field.empty() ? Place{name, place.source} : place.inside(name));
    });
    for (const auto& [name, ignored] : from.items())
        if (!known.contains(name) && !(place.field.empty() && name == kNameKey))
            throw UserError("The command in " + std::string(place.source) + " has a field " +
                            shown(name) + ", which it does not know.");
}

}  // namespace

json command_to_json(const Command& command) {
    json object = std::visit([](const auto& wish) { return fields_of(wish); }, command);
    object[kNameKey] = std::string(command_name(command));
    return object;
}

Command command_from_json(const json& object, std::string_view source) {
    const auto name = object.is_object() ? object.find(kNameKey) : object.end();
    if (!object.is_object() || name == object.end() || !name->is_string())
        throw UserError("A command in " + std::string(source) +
                        " must be an object with its name, as in {\"command\": "
                        "\"step_decode\"}; it is " +
                        shown(dump_json(object)) + ".");
    auto command = command_named(name->get<std::string>());
    if (!command)
        throw UserError("There is no command " + shown(name->get<std::string>()) + " (in " +
                        std::string(source) + ").");
    std::visit([&](auto& wish) { read(wish, object, Place{"", source}); }, *command);
    return *command;
}

std::string command_text(const Command& command) { return dump_json(command_to_json(command)); }

Command parse_command(std::string_view text, std::string_view source) {
    return command_from_json(parse_json(text, source), source);
}

}  // namespace marginscope
