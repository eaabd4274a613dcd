// The field table: each field is described once and serves command line, file and controls.
#include "core/run/run_config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/run/field_kinds.h"
#include "core/shown.h"

namespace marginscope {

std::string fields::label_of(const Text& text) {
    if (!text.label.empty()) return std::string(text.label);
    std::string label(text.name.substr(text.name.find('.') + 1));
    std::replace(label.begin(), label.end(), '_', ' ');
    label[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(label[0])));
    return label;
}

namespace {

std::vector<Field> make_fields() {
    std::vector<Field> all;
    for (auto* part : {fields::of_model, fields::of_training, fields::of_stopping,
                       fields::of_barrier, fields::of_stage})
        for (Field& field : part()) all.push_back(std::move(field));
    return all;
}

const std::vector<Field>& table() {
    static const std::vector<Field> fields = make_fields();
    return fields;
}

bool is_choice(const Field& field) { return !field.choices.empty(); }

std::string shortest(double value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

std::string range_of(const Field& field) {
    return "from " + shortest(field.min) + " to " + shortest(field.max);
}

/// A refusal says what the setting is, not all that its help tells.
std::string_view first_clause(std::string_view help) {
    return help.substr(0, help.find_first_of(":;"));
}

[[noreturn]] void refuse(const Field& field, const std::string& expected, std::string_view found) {
    throw UserError("--" + std::string(field.short_flag.empty() ? field.name : field.short_flag) +
                        " (" + std::string(first_clause(field.help)) + ") takes " + expected +
                        ", not \"" + shortened(found) + "\".",
                    2);
}

std::string joined(const std::vector<std::string_view>& names) {
    std::string all;
    for (const auto name : names) all += (all.empty() ? "" : ", ") + std::string(name);
    return all;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

}  // namespace

std::span<const Field> config_fields() { return table(); }

const Field* find_field(std::string_view name) {
    for (const Field& field : table())
        if (field.name == name || (!name.empty() && field.short_flag == name)) return &field;
    return nullptr;
}

std::string format_value(const FieldValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* real = std::get_if<double>(&value)) return shortest(*real);
    return std::get<std::string>(value);
}

FieldValue checked_value(const Field& field, const FieldValue& value) {
    const FieldValue present = field.get(RunConfig{});
    if (field.canonical) {  // a number may come as one
        const auto text = field.canonical(format_value(value));
        if (!text) refuse(field, std::string(field.form), format_value(value));
        return *text;
    }
    if (std::holds_alternative<std::string>(present)) {
        const auto* name = std::get_if<std::string>(&value);
        if (name == nullptr ||
            std::find(field.choices.begin(), field.choices.end(), *name) == field.choices.end())
            refuse(field, "one of " + joined(field.choices), format_value(value));
        return value;
    }
    if (std::holds_alternative<bool>(present)) {
        if (!std::holds_alternative<bool>(value))
            refuse(field, "true or false", format_value(value));
        return value;
    }
    double number = 0.0;
    if (const auto* whole = std::get_if<std::int64_t>(&value))
        number = static_cast<double>(*whole);
    else if (const auto* real = std::get_if<double>(&value))
        number = *real;
    else
        refuse(field, "a number " + range_of(field), format_value(value));
    const bool whole_wanted = std::holds_alternative<std::int64_t>(present);
    if (!(number >= field.min && number <= field.max) ||
        (whole_wanted && number != std::floor(number)))
        refuse(field, (whole_wanted ? "a whole number " : "a number ") + range_of(field),
               format_value(value));
    if (whole_wanted) return static_cast<std::int64_t>(number);
    return number;
}

FieldValue parse_value(const Field& field, std::string_view text) {
    const FieldValue present = field.get(RunConfig{});
    if (is_choice(field) || field.canonical) return checked_value(field, std::string(text));
    if (std::holds_alternative<bool>(present)) {
        if (text == "true" || text == "1" || text == "on" || text == "yes") return true;
        if (text == "false" || text == "0" || text == "off" || text == "no") return false;
        refuse(field, "true or false", text);
    }
    double number = 0.0;
    if (!read_number(text, number))
        refuse(field,
               (std::holds_alternative<std::int64_t>(present) ? "a whole number " : "a number ") +
                   range_of(field),
               text);
    const bool whole =
        std::holds_alternative<std::int64_t>(present) && number == std::floor(number) &&
        std::abs(number) <= 1e15;  // so that a refusal repeats the digits that were typed
    return whole ? checked_value(field, static_cast<std::int64_t>(number))
                 : checked_value(field, number);
}

void set_field(RunConfig& config, std::string_view name, std::string_view text) {
    const Field* field = find_field(name);
    if (field == nullptr)
        throw UserError("There is no setting called " + shown(name) +
                            "; `marginscope train --help` lists them all.",
                        2);
    field->set(config, parse_value(*field, text));
}

void validate(const RunConfig& config) {
    const int layers = config.model.layers, heads = config.model.heads, width = config.model.width,
              context = config.model.context;
    if (width % heads != 0)
        throw UserError("The width must be a multiple of the number of heads: " +
                            std::to_string(width) + " is not one of " + std::to_string(heads) + ".",
                        2);
    if (config.barrier.sequences > config.train.batch)
        throw UserError("--barrier-sequences cannot exceed the batch of " +
                            std::to_string(config.train.batch) + "; it is " +
                            std::to_string(config.barrier.sequences) + ".",
                        2);
    if (config.barrier.site == BarrierSite::projected && config.barrier.projected_width > width)
        throw UserError("--projected-width cannot exceed the width of " + std::to_string(width) +
                            "; it is " + std::to_string(config.barrier.projected_width) + ".",
                        2);
    if (config.barrier.site == BarrierSite::heads &&
        config.barrier.estimator != BarrierEstimator::exact)
        throw UserError("--estimator " + std::string(name_of(config.barrier.estimator)) +
                            " is for the sites embeddings and projected; the heads' matrices are "
                            "small: take --estimator "
                            "exact, and --barrier-fraction to sample.",
                        2);
    if (config.barrier.form == BarrierForm::trace &&
        (config.barrier.site != BarrierSite::embeddings ||
         config.barrier.prior != BarrierPrior::margin || config.stage.fit != StageFit::likelihood))
        throw UserError(
            "--barrier-form trace is a control for the barrier on the embeddings: take it with "
            "--site embeddings, --prior margin and --fit likelihood.",
            2);
    if (config.train.cuda_graph &&
        (config.train.dropout > 0.0 || config.barrier.site == BarrierSite::heads))
        throw UserError(
            "--cuda-graph records a pass without dropout and without a barrier on the heads: take "
            "--cuda-graph false, or leave these out.",
            2);
    if (config.train.min_lr > config.train.lr)
        throw UserError("--min-lr (" + shortest(config.train.min_lr) + ") cannot exceed --lr (" +
                            shortest(config.train.lr) + ").",
                        2);
    constexpr double kLargestModel = 2e9;  // parameters; beyond it nothing here would fit in memory
    const double parameters = 12.0 * layers * width * width + static_cast<double>(context) * width;
    if (parameters > kLargestModel)
        throw UserError("A model of " + std::to_string(layers) + " layers and width " +
                            std::to_string(width) +
                            " has over two thousand million parameters; take a smaller one.",
                        2);
}

std::string_view name_of(BarrierSite site) {
    return fields::kSites[static_cast<std::size_t>(site)];
}
std::string_view name_of(StageFit fit) { return fields::kFits[static_cast<std::size_t>(fit)]; }
std::string_view name_of(BarrierPrior prior) {
    return fields::kPriors[static_cast<std::size_t>(prior)];
}
std::string_view name_of(BarrierForm form) {
    return fields::kForms[static_cast<std::size_t>(form)];
}
std::string_view name_of(BarrierEstimator estimator) {
    return fields::kEstimators[static_cast<std::size_t>(estimator)];
}
std::string_view name_of(BarrierSampling sampling) {
    return fields::kSamplings[static_cast<std::size_t>(sampling)];
}
std::string_view name_of(DeviceChoice device) {
    return fields::kDevices[static_cast<std::size_t>(device)];
}
std::string_view name_of(Precision precision) {
    return fields::kPrecisions[static_cast<std::size_t>(precision)];
}

}  // namespace marginscope
