// Typed lists to numbers, settings to command lines.
#include "ui/robustness/robustness_form.h"

#include <algorithm>
#include <filesystem>

#include "core/shell_word.h"
#include "core/words.h"
#include "files/csv.h"
#include "files/sample_folder.h"
#include "ui/path/plan_form.h"

namespace marginscope {
namespace {

constexpr double kMostSpoilt = 0.5;

std::string joined(const std::vector<double>& values) {
    std::string words;
    for (const double value : values) words += (words.empty() ? "" : ",") + number_text(value);
    return words;
}

std::string joined(const std::vector<std::string>& names) {
    std::string words;
    for (const std::string& name : names) words += (words.empty() ? "" : ",") + name;
    return words;
}

/// Of a folder its own name, however it was given.
std::string file_name(const std::filesystem::path& path) {
    return (path.has_filename() ? path : path.parent_path()).filename().string();
}

std::string model_flag(const std::string& path, const std::string& shown_model) {
    const std::string& file = path.empty() ? shown_model : path;
    return " --model " + (file.empty() ? std::string("MODEL") : shell_path(file));
}

std::string text_flags(const RobustnessSettings& settings) {
    return (settings.text.empty() ? "" : " --text " + shell_path(settings.text)) +
           (settings.whole_text ? " --whole" : "");
}

std::string end_flags(const RobustnessSettings& settings) {
    return " --draws " + std::to_string(settings.draws) + " --seed " +
           std::to_string(settings.seed) + " --max-windows " +
           std::to_string(settings.max_windows) + "\n";
}

std::string sigma_flags(const RobustnessSettings& settings) {
    return " --sigmas " + joined(settings.sigmas) + (settings.relative ? " --relative" : "") +
           " --where " +
           std::string(kEnumNames<NoisePlace>[static_cast<std::size_t>(settings.where)]);
}

std::string fragility_command(const RobustnessSettings& settings, const std::string& shown_model) {
    const std::size_t model = std::min(settings.fragile_model, settings.models.size() - 1);
    return "marginscope fragility" + model_flag(settings.models[model], shown_model) +
           text_flags(settings) + " --max-positions " + std::to_string(settings.positions) +
           " --directions " + std::to_string(settings.directions) + " --max-sigma " +
           number_text(settings.max_sigma) + (settings.own_token ? " --own-token" : "") +
           (settings.geometric ? " --geometric" : "") + " --seed " + std::to_string(settings.seed) +
           "\n";
}

}  // namespace

std::optional<RobustnessSettings> settings_of(RobustnessForm& form) {
    form.problem.clear();
    const auto sigmas = parse_numbers(form.sigmas, "Sigma", form.problem);
    const auto rates = parse_numbers(form.rates, "Rate", form.problem);
    if (!sigmas || !rates) return std::nullopt;
    if (sigmas->empty())
        form.problem = "A curve needs at least one sigma, for example 0, 0.5.";
    else if (form.parts.characters && rates->empty())
        form.problem = "Spoilt characters need at least one rate, for example 0.01, 0.05.";
    else if (std::any_of(rates->begin(), rates->end(), [](double r) { return r > kMostSpoilt; }))
        form.problem = "A rate is a share of characters from 0 to 0.5.";
    else if (form.settings.models.empty())
        form.problem = "Choose at least one model.";
    if (!form.problem.empty()) return std::nullopt;
    form.settings.sigmas = *sigmas;
    form.settings.rates = *rates;
    form.settings.fragile_model =
        std::min(form.settings.fragile_model, form.settings.models.size() - 1);
    return form.settings;
}

std::string robustness_commands(const RobustnessSettings& settings, const RobustnessParts& parts,
                                const std::string& shown_model) {
    std::string models;
    for (const std::string& path : settings.models) models += model_flag(path, shown_model);
    const std::string noise = "marginscope noise" + models + text_flags(settings);
    const std::string end = end_flags(settings);
    const std::string_view tokens =
        kEnumNames<NoisyTokens>[static_cast<std::size_t>(settings.tokens)];
    std::string lines;
    if (parts.stories)
        lines += noise + sigma_flags(settings) + " --well-formed " +
                 std::to_string(settings.story_characters) + end;
    else if (parts.noise)
        lines += noise + sigma_flags(settings) +
                 (settings.tokens == NoisyTokens::all
                      ? ""
                      : " --tokens " + std::string(tokens) + " --support " +
                            std::to_string(settings.support)) +
                 end;
    if (parts.fragility) lines += fragility_command(settings, shown_model);
    if (parts.support)
        lines += noise + sigma_flags(settings) + " --tokens random,support --support " +
                 std::to_string(settings.support) + end;
    if (parts.characters)
        lines += noise + " --characters " + joined(settings.characters) + " --rates " +
                 joined(settings.rates) + end;
    return lines;
}

std::string cost_words(const RobustnessSettings& settings, const RobustnessParts& parts,
                       const RobustnessFrame* frame) {
    const double passes = robustness_passes(settings, parts);
    if (frame != nullptr && frame->passes_per_s > 0)
        return "about " + format_duration(std::max(1.0, passes / frame->passes_per_s));
    return "reads about " + format_number(std::max(1.0, passes / 1000), 2) + " thousand windows";
}

bool add_model(RobustnessForm& form, const std::string& path) {
    std::vector<std::string>& models = form.settings.models;
    if (std::find(models.begin(), models.end(), path) != models.end()) return false;
    models.push_back(path);
    return true;
}

std::string model_words(const std::string& path, const Frames& frames) {
    if (path.empty()) {
        const DecodeFrame* decode = frames.decode.get();
        if (decode == nullptr || decode->model_label.empty()) return "shown: no model yet";
        if (decode->ensemble.empty()) return "shown: " + decode->model_label;
        return "shown: " + file_name(decode->ensemble_path) + ", " + decode->ensemble + " together";
    }
    const std::filesystem::path file(path);
    const std::string name = file_name(file);
    if (is_sample_folder(file))
        return name + ", " + std::to_string(sample_folders(file).size()) + " samples together";
    const bool plain = name == "final.safetensors" || name == "fitted.safetensors";
    return plain ? (file.parent_path().filename() / name).string() : name;
}

std::string opened_model(const Frames& frames) {
    if (frames.decode == nullptr) return "";
    const DecodeFrame& decode = *frames.decode;
    return decode.ensemble.empty() ? decode.model_path : decode.ensemble_path;
}

}  // namespace marginscope
