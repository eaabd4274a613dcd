// Everything that decides a training run, and the one table of fields behind flags, files and
// controls.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/run/sigma_rule.h"

namespace marginscope {

enum class BarrierSite { embeddings, projected, heads };  // theory.md section 4
enum class StageFit { likelihood, penalty };
enum class BarrierPrior { margin, full };  // E16, E17
enum class BarrierForm { logdet, trace };  // E7; tr Cov(u), a control that knows no attention
enum class BarrierEstimator { exact, truncated, lanczos };  // how one position's log|det| is found
enum class BarrierSampling { sequences, positions };        // what a step draws its share of
enum class DeviceChoice { automatic, cpu, cuda };
enum class Precision { float32, bfloat16 };  // of the model's matrix products in training

struct ModelConfig {
    int layers = 4, heads = 4;
    int width = 128;   // C, d of the embeddings stage
    int context = 64;  // T
    bool bias = false;
    bool tied = false;  // true: the head is wte, as nanoGPT's; false: lm_head is its own
};

struct StageConfig {
    StageFit fit = StageFit::likelihood;
    double lr = 0.01;
    double clip = 1.0;
    double init_std = 0.1;
    std::int64_t seed = 0;
    SigmaRule sigma{SigmaRule::Kind::fixed, 1.2};  // of likelihood-fitted stages
    double sigma_floor = 0.0;  // sigma is never below this times RMS_u; 0: no floor
    double input_rms = 0.15;   // the stage reads u scaled to this batch RMS; 0: u as it is
};

struct BarrierConfig {
    double lambda = 0.02;     // lambda_m
    double lambda_end = 1.0;  // share of it that is left at the last step
    BarrierSite site = BarrierSite::embeddings;
    BarrierForm form = BarrierForm::logdet;
    BarrierPrior prior = BarrierPrior::margin;
    double lambda_energy = -1.0;  // lambda_e of E17; negative: the same as lambda
    int sequences = 0;            // sequences of the batch that carry the barrier; 0: all
    BarrierSampling sample = BarrierSampling::sequences;
    double fraction = 1.0;  // share of the sequences (the number is drawn) or of their positions
    BarrierEstimator estimator = BarrierEstimator::exact;
    int attended = 32;  // truncated: tokens kept per position, the most attended
    int probes = 4;     // lanczos: random vectors per position
    int lanczos_steps = 10;
    double cap = 100.0;        // c of min(1, c / |J^-1|_F)
    int projected_width = 16;  // rows of W_P
};

struct TrainConfig {
    int steps = 2000;
    int batch = 12;
    double lr = 1e-3;
    double min_lr = 1e-4;
    int warmup = 100;
    double beta1 = 0.9, beta2 = 0.99;
    double weight_decay = 0.1;
    double clip = 1.0;  // on the summed gradient's 2-norm; 0: off
    double dropout = 0.0;
    int eval_every = 250;
    int eval_windows = 64;  // validation windows per evaluation
    int checkpoint_every = 250;
    double noise = 0.0;  // standard deviation per coordinate on the embeddings
    bool noise_relative = false;
    double stop_loss = 0.0;     // the run ends at an evaluation this low; 0: never
    double stop_minutes = 0.0;  // it pauses so long after its start or resumption; 0: never
    std::int64_t seed = 1337;
    int threads = 2;
    DeviceChoice device = DeviceChoice::automatic;
    Precision precision = Precision::float32;
    bool cuda_graph = false;  // the model's pass recorded once and replayed
};

struct RunConfig {
    ModelConfig model;
    StageConfig stage;
    BarrierConfig barrier;
    TrainConfig train;
};

/// bool, integer, real, or the name of a choice.
using FieldValue = std::variant<bool, std::int64_t, double, std::string>;

/// One entry of the table. Live fields may change between two training steps; the others need a new
/// run.
struct Field {
    std::string_view name;  // "barrier.lambda": key in config.json; the flag is --barrier-lambda
    std::string_view short_flag;  // "lambda" for --lambda, or ""
    std::string_view help;        // one sentence without a full stop
    std::string_view unit;        // "" when it has none
    double min = 0.0;
    double max = 0.0;
    bool log_scale = false;  // a control shows it on a log axis, zero in a slot of its own
    bool live = false;
    std::vector<std::string_view> choices;  // names; with `canonical`, those that can stand alone
    std::function<FieldValue(const RunConfig&)> get;
    std::function<void(RunConfig&, const FieldValue&)> set;  // value already checked
    std::string label;  // what a control calls it: "Learning rate"
    /// Of a text that is more than a name: how it is always written; nullopt for what it is not.
    std::function<std::optional<std::string>(std::string_view)> canonical;
    std::string_view form;  // what `canonical` takes, in words
    /// What a configuration written before the setting existed means; unset: the default.
    std::optional<FieldValue> before;
};

/// The table, in the order in which help and controls show it. Any thread.
std::span<const Field> config_fields();

/// By name ("barrier.lambda") or short flag ("lambda"); nullptr: there is none.
const Field* find_field(std::string_view name);

/// The field's value as a user would type it (reals in shortest round-trip form).
std::string format_value(const FieldValue& value);

/// Reads a value of the field's type; UserError names field, range and what was found.
FieldValue parse_value(const Field& field, std::string_view text);

/// The same of a value that is already typed (JSON, controls); integers serve for reals.
FieldValue checked_value(const Field& field, const FieldValue& value);

/// find_field, parse_value and set in one; UserError for an unknown name.
void set_field(RunConfig& config, std::string_view name, std::string_view text);

/// Rules that join several fields (width divisible by heads, ...). UserError with exit code 2.
void validate(const RunConfig& config);

std::string_view name_of(BarrierSite);
std::string_view name_of(StageFit);
std::string_view name_of(BarrierPrior);
std::string_view name_of(BarrierForm);
std::string_view name_of(BarrierEstimator);
std::string_view name_of(BarrierSampling);
std::string_view name_of(DeviceChoice);
std::string_view name_of(Precision);

}  // namespace marginscope
