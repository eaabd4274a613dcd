// The field table: each field is described once and serves command line, file and controls.
#include "core/run/run_config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "core/error.h"

namespace marginscope {
namespace {

constexpr std::array<std::string_view, 3> kSites = {"embeddings", "projected", "heads"};
constexpr std::array<std::string_view, 2> kFits = {"likelihood", "penalty"};
constexpr std::array<std::string_view, 2> kPriors = {"margin", "full"};
constexpr std::array<std::string_view, 3> kEstimators = {"exact", "truncated", "lanczos"};
constexpr std::array<std::string_view, 2> kSamplings = {"sequences", "positions"};
constexpr std::array<std::string_view, 3> kDevices = {"auto", "cpu", "cuda"};
constexpr std::array<std::string_view, 2> kPrecisions = {"float32", "bfloat16"};

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

std::string label_of(const Text& text) {
    if (!text.label.empty()) return std::string(text.label);
    std::string label(text.name.substr(text.name.find('.') + 1));
    std::replace(label.begin(), label.end(), '_', ' ');
    label[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(label[0])));
    return label;
}

enum class When { restart, live };

/// A number or switch: `access` maps the config to a reference to the member.
template <typename Access>
Field plain(Text text, Range range, When when, Access access) {
    using Member = std::remove_reference_t<decltype(access(std::declval<RunConfig&>()))>;
    Field field{text.name, text.short_flag, text.help,          text.unit, range.min,
                range.max, range.log_scale, when == When::live, {},        {},
                {},        label_of(text)};
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
    Field field{text.name,
                text.short_flag,
                text.help,
                text.unit,
                0,
                0,
                false,
                when == When::live,
                {names.begin(), names.end()},
                {},
                {},
                label_of(text)};
    field.get = [access, &names](const RunConfig& config) -> FieldValue {
        return std::string(names[static_cast<std::size_t>(access(const_cast<RunConfig&>(config)))]);
    };
    field.set = [access, &names](RunConfig& config, const FieldValue& value) {
        const auto at = std::find(names.begin(), names.end(), std::get<std::string>(value));
        access(config) = static_cast<Member>(at - names.begin());
    };
    return field;
}

#define MEMBER(path) \
    [](RunConfig & c) -> auto& { return c.path; }

std::vector<Field> make_fields() {
    constexpr double kBig = 1e9;
    const auto restart = When::restart;
    const auto live = When::live;
    return {
        plain({"model.layers", "layers", "transformer blocks"}, {1, 64}, restart,
              MEMBER(model.layers)),
        plain({"model.heads", "heads", "attention heads in a block"}, {1, 64}, restart,
              MEMBER(model.heads)),
        plain({"model.width", "width", "embedding width d"}, {2, 4096}, restart,
              MEMBER(model.width)),
        plain({"model.context", "context", "positions the model sees", "tokens"}, {4, 4096},
              restart, MEMBER(model.context)),
        plain({"model.bias", "bias", "biases in linear layers and layer norms"}, {0, 1}, restart,
              MEMBER(model.bias)),
        plain({"train.steps", "steps", "training steps"}, {0, kBig}, restart, MEMBER(train.steps)),
        plain({"train.batch", "batch", "sequences in a batch"}, {1, 65536}, restart,
              MEMBER(train.batch)),
        plain({"train.lr", "lr", "peak learning rate", "", "Learning rate"}, {0, 10, true}, live,
              MEMBER(train.lr)),
        plain({"train.min_lr", "min-lr", "learning rate at the end of the cosine", "",
               "Last learning rate"},
              {0, 10, true}, live, MEMBER(train.min_lr)),
        plain({"train.warmup", "warmup", "steps of linear warm-up", "", "Warm-up steps"}, {0, kBig},
              restart, MEMBER(train.warmup)),
        plain({"train.beta1", "beta1", "AdamW's first decay", "", "AdamW β1"}, {0, 0.99999},
              restart, MEMBER(train.beta1)),
        plain({"train.beta2", "beta2", "AdamW's second decay", "", "AdamW β2"}, {0, 0.99999},
              restart, MEMBER(train.beta2)),
        plain({"train.weight_decay", "weight-decay", "AdamW's decay of matrices"}, {0, 100},
              restart, MEMBER(train.weight_decay)),
        plain({"train.clip", "clip", "largest 2-norm of the summed gradient; 0 turns clipping off"},
              {0, kBig, true}, live, MEMBER(train.clip)),
        plain({"train.dropout", "dropout", "dropout probability"}, {0, 0.95}, restart,
              MEMBER(train.dropout)),
        plain({"train.eval_every", "eval-every", "steps between evaluations", "", "Evaluate every"},
              {1, kBig}, restart, MEMBER(train.eval_every)),
        plain({"train.eval_windows", "eval-windows", "validation windows in an evaluation", "",
               "Windows to evaluate"},
              {1, kBig}, restart, MEMBER(train.eval_windows)),
        plain({"train.checkpoint_every", "checkpoint-every", "steps between checkpoints", "",
               "Checkpoint every"},
              {1, kBig}, restart, MEMBER(train.checkpoint_every)),
        plain(
            {"train.noise", "train-noise",
             "standard deviation of the noise on the embeddings in training", "", "Training noise"},
            {0, 1000, true}, live, MEMBER(train.noise)),
        plain(
            {"train.noise_relative", "train-noise-relative",
             "take the training noise in units of the embeddings' RMS", "", "Training noise × RMS"},
            {0, 1}, live, MEMBER(train.noise_relative)),
        plain({"train.seed", "seed", "seed of weights, data order and noise"}, {0, 9e15}, restart,
              MEMBER(train.seed)),
        plain({"train.threads", "threads", "threads that compute"}, {1, 1024}, restart,
              MEMBER(train.threads)),
        choice({"train.device", "device", "where to compute"}, kDevices, restart,
               MEMBER(train.device)),
        choice({"train.precision", "precision",
                "numbers of the model's matrix products; weights and sums stay float32"},
               kPrecisions, restart, MEMBER(train.precision)),
        plain({"train.cuda_graph", "cuda-graph",
               "record the model's pass on the GPU once and replay it", "", "CUDA graph"},
              {0, 1}, restart, MEMBER(train.cuda_graph)),
        plain({"barrier.lambda", "lambda", "weight lambda_m of the log-barrier", "", "lambda_m"},
              {0, 1000, true}, live, MEMBER(barrier.lambda)),
        choice({"barrier.site", "site",
                "where the barrier acts: on the embeddings, on a narrow projection of them, or on "
                "every attention head",
                "", "Barrier sits on"},
               kSites, restart, MEMBER(barrier.site)),
        choice({"barrier.prior", "prior", "the barrier alone (margin) or with the energy (full)"},
               kPriors, restart, MEMBER(barrier.prior)),
        plain({"barrier.lambda_energy", "lambda-energy",
               "weight of the energy in the full prior; -1: lambda", "", "lambda_m of energy"},
              {-1, 1000}, live, MEMBER(barrier.lambda_energy)),
        plain({"barrier.sequences", "barrier-sequences",
               "sequences of a batch that carry the barrier; 0: all", "", "Barrier sequences"},
              {0, 65536}, restart, MEMBER(barrier.sequences)),
        choice({"barrier.sample", "barrier-sample",
                "what a step draws a share of: whole sequences, or positions of every sequence", "",
                "Barrier sample"},
               kSamplings, restart, MEMBER(barrier.sample)),
        plain({"barrier.fraction", "barrier-fraction",
               "share that a step takes on average, drawn without bias", "", "Barrier fraction"},
              {1e-6, 1}, restart, MEMBER(barrier.fraction)),
        choice({"barrier.estimator", "estimator",
                "how log|det J| is found: exact, from the most attended tokens (truncated), by "
                "random probes (lanczos)"},
               kEstimators, restart, MEMBER(barrier.estimator)),
        plain({"barrier.attended", "attended", "tokens that truncated keeps per position", "",
               "Attended tokens"},
              {1, 4096}, restart, MEMBER(barrier.attended)),
        plain({"barrier.probes", "probes", "random vectors per position of lanczos"}, {1, 1024},
              restart, MEMBER(barrier.probes)),
        plain({"barrier.lanczos_steps", "lanczos-steps", "steps from each of them", "",
               "Lanczos steps"},
              {1, 256}, restart, MEMBER(barrier.lanczos_steps)),
        plain({"barrier.cap", "barrier-cap", "largest Frobenius norm of J^-1 that counts in full",
               "", "Barrier cap"},
              {1e-3, 1e12, true}, restart, MEMBER(barrier.cap)),
        plain({"barrier.projected_width", "projected-width", "rows of W_P at the projected site"},
              {2, 1024}, restart, MEMBER(barrier.projected_width)),
        choice({"stage.fit", "fit",
                "how the stage's own matrices are trained: likelihood fits them to the embeddings, "
                "penalty lets the barrier move them too",
                "", "Stage is trained by"},
               kFits, restart, MEMBER(stage.fit)),
        plain({"stage.lr", "stage-lr", "the stage's own learning rate", "", "Stage learning rate"},
              {0, 10, true}, restart, MEMBER(stage.lr)),
        plain({"stage.clip", "stage-clip", "largest 2-norm of the stage's gradient", "",
               "Stage clip"},
              {0, kBig}, restart, MEMBER(stage.clip)),
        plain({"stage.init_std", "stage-init-std",
               "standard deviation of the stage's first weights", "", "Stage first std"},
              {0, 10}, restart, MEMBER(stage.init_std)),
        plain({"stage.seed", "stage-seed", "seed of the stage's first weights", "", "Stage seed"},
              {0, 9e15}, restart, MEMBER(stage.seed)),
    };
}

#undef MEMBER

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

[[noreturn]] void refuse(const Field& field, const std::string& expected, std::string_view found) {
    throw UserError("--" + std::string(field.short_flag.empty() ? field.name : field.short_flag) +
                        " (" + std::string(field.help) + ") takes " + expected + ", not \"" +
                        std::string(found) + "\".",
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
    if (is_choice(field)) return checked_value(field, std::string(text));
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
        throw UserError("There is no setting called \"" + std::string(name) +
                            "\"; `marginscope train --help` lists them all.",
                        2);
    field->set(config, parse_value(*field, text));
}

void validate(const RunConfig& config) {
    const auto& [layers, heads, width, context, bias] = config.model;
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

std::string_view name_of(BarrierSite site) { return kSites[static_cast<std::size_t>(site)]; }
std::string_view name_of(StageFit fit) { return kFits[static_cast<std::size_t>(fit)]; }
std::string_view name_of(BarrierPrior prior) { return kPriors[static_cast<std::size_t>(prior)]; }
std::string_view name_of(BarrierEstimator estimator) {
    return kEstimators[static_cast<std::size_t>(estimator)];
}
std::string_view name_of(BarrierSampling sampling) {
    return kSamplings[static_cast<std::size_t>(sampling)];
}
std::string_view name_of(DeviceChoice device) { return kDevices[static_cast<std::size_t>(device)]; }
std::string_view name_of(Precision precision) {
    return kPrecisions[static_cast<std::size_t>(precision)];
}

}  // namespace marginscope
