// How a field of the table is made from a member of the configuration. Internal to core/run.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/run/run_config.h"

namespace marginscope::fields {

inline constexpr std::array<std::string_view, 3> kSites = {"embeddings", "projected", "heads"};
inline constexpr std::array<std::string_view, 2> kFits = {"likelihood", "penalty"};
inline constexpr std::array<std::string_view, 2> kPriors = {"margin", "full"};
inline constexpr std::array<std::string_view, 2> kForms = {"logdet", "trace"};
inline constexpr std::array<std::string_view, 3> kEstimators = {"exact", "truncated", "lanczos"};
inline constexpr std::array<std::string_view, 2> kSamplings = {"sequences", "positions"};
inline constexpr std::array<std::string_view, 3> kDevices = {"auto", "cpu", "cuda"};
inline constexpr std::array<std::string_view, 2> kPrecisions = {"float32", "bfloat16"};

inline constexpr double kBig = 1e9;

struct Range {
    double min;
    double max;
    bool log_scale = false;
};

struct Text {
    std::string_view name;
    std::string_view short_flag;
    std::string_view help;
    std::string_view unit = "";
    std::string_view label = "";  // "" makes one of the name's last part
};

/// What a control calls the field.
std::string label_of(const Text& text);

enum class When { restart, live };

/// Maps the configuration to a reference to one of its members.
template <auto Group, auto Member>
inline constexpr auto kMember = [](RunConfig& config) -> auto& {
    return config.*Group.*Member;
};

/// What fields of every kind have.
inline Field described(const Text& text, When when) {
    Field field{};
    field.name = text.name;
    field.short_flag = text.short_flag;
    field.help = text.help;
    field.unit = text.unit;
    field.live = when == When::live;
    field.label = label_of(text);
    return field;
}

/// A number or switch: `access` maps the config to a reference to the member.
template <typename Access>
Field plain(Text text, Range range, When when, Access access) {
    using Member = std::remove_reference_t<decltype(access(std::declval<RunConfig&>()))>;
    Field field = described(text, when);
    field.min = range.min;
    field.max = range.max;
    field.log_scale = range.log_scale;
    field.get = [access](const RunConfig& config) -> FieldValue {
        // The accessor takes a mutable config so that get and set share it; nothing is written
        // here.
        const Member member = access(const_cast<RunConfig&>(config));
        if constexpr (std::is_same_v<Member, bool>)
            return member;
        else if constexpr (std::is_integral_v<Member>)
            return static_cast<std::int64_t>(member);
        else
            return static_cast<double>(member);
    };
    field.set = [access](RunConfig& config, const FieldValue& value) {
        if constexpr (std::is_same_v<Member, bool>)
            access(config) = std::get<bool>(value);
        else if constexpr (std::is_integral_v<Member>)
            access(config) = static_cast<Member>(std::get<std::int64_t>(value));
        else
            access(config) = std::get<double>(value);
    };
    return field;
}

/// One of several names.
template <std::size_t N, typename Access>
Field choice(Text text, const std::array<std::string_view, N>& names, When when, Access access) {
    using Member = std::remove_reference_t<decltype(access(std::declval<RunConfig&>()))>;
    Field field = described(text, when);
    field.choices = {names.begin(), names.end()};
    field.get = [access, &names](const RunConfig& config) -> FieldValue {
        return std::string(names[static_cast<std::size_t>(access(const_cast<RunConfig&>(config)))]);
    };
    field.set = [access, &names](RunConfig& config, const FieldValue& value) {
        const auto at = std::find(names.begin(), names.end(), std::get<std::string>(value));
        access(config) = static_cast<Member>(at - names.begin());
    };
    return field;
}

/// Names and a number in one word; `words` gives the member as text, `read` makes it of text that
/// is fine.
template <typename Access, typename Read, typename Words>
Field worded(Text text, std::vector<std::string_view> names, std::string_view form, When when,
             Access access, Read read, Words words) {
    Field field = described(text, when);
    field.choices = std::move(names);
    field.form = form;
    field.canonical = [read, words](std::string_view given) -> std::optional<std::string> {
        const auto value = read(given);
        return value ? std::optional(words(*value)) : std::nullopt;
    };
    field.get = [access, words](const RunConfig& config) -> FieldValue {
        return words(access(const_cast<RunConfig&>(config)));
    };
    field.set = [access, read](RunConfig& config, const FieldValue& value) {
        access(config) = *read(std::get<std::string>(value));
    };
    return field;
}

/// The field, with what files mean that were written before it existed.
inline Field formerly(Field field, FieldValue before) {
    field.before = std::move(before);
    return field;
}

// The table's parts, each in the order in which help and controls show it.
std::vector<Field> of_model();
std::vector<Field> of_training();
std::vector<Field> of_stopping();
std::vector<Field> of_barrier();
std::vector<Field> of_stage();

}  // namespace marginscope::fields
