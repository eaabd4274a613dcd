// Flags that differ from what a command does by itself.
#include "figures/figure_command.h"

#include "core/messages/enum_names.h"
#include "core/run/config_words.h"
#include "core/shell_word.h"
#include "figures/decode/characters.h"
#include "figures/decode/law_commands.h"
#include "figures/robustness/measured_again.h"
#include "files/command_json.h"
#include "files/csv.h"

namespace marginscope {
namespace {

template <typename Enum>
std::string name_in_list(Enum value) {
    return std::string(kEnumNames<Enum>[static_cast<std::size_t>(value)]);
}

std::string flag(const char* name, const std::string& value) {
    return std::string(" --") + name + " " + value;
}

// Only what differs from the default says something.
template <typename T>
std::string flag_of(const char* name, const T& value, const T& usual) {
    if (value == usual) return {};
    if constexpr (std::is_enum_v<T>)
        return flag(name, name_in_list(value));
    else if constexpr (std::is_floating_point_v<T>)
        return flag(name, number_text(value));
    else
        return flag(name, std::to_string(value));
}

std::string places_flag(const std::vector<int>& places) {
    std::string list;
    for (const int place : places)
        list.append(list.empty() ? "" : ",").append(std::to_string(place));
    return list.empty() ? "" : flag("at", list);
}

std::string decode_flags(const FigureSource& source) {
    const Frames& frames = source.frames;
    if (frames.decode == nullptr) return {};
    const DecodeFrame& decode = *frames.decode;
    const FigureView& view = source.view;
    const SetView& asked = view.asked;
    const SetView usual{};
    std::string words;
    const std::string& opened = decode.ensemble.empty() ? decode.model_path : decode.ensemble_path;
    if (!opened.empty()) words += " --model " + shell_path(opened);
    words += " --prompt " + shell_word(shown_text_of(decode));
    if (const int index = selected_character(source); index != decode.cursor - 1)
        words += flag("index", std::to_string(index));
    words += flag_of("layer", view.layer, 0) + flag_of("head", view.head, 0) +
             flag_of("kind", asked.kind, usual.kind) + flag_of("view", asked.view, usual.view) +
             flag_of("windows", asked.windows, usual.windows) +
             flag_of("support", asked.support, usual.support) +
             flag_of("plane", asked.plane, usual.plane);
    if (asked.plane == PlaneKind::two_tokens)
        words += flag("plane-tokens", std::to_string(asked.plane_token_a) + "," +
                                          std::to_string(asked.plane_token_b));
    words += flag_of("zoom", asked.zoom, usual.zoom);
    if (decode.noise.sigma > 0)
        words += flag("sigma", number_text(decode.noise.sigma)) +
                 (decode.noise.relative ? " --relative" : "") +
                 flag_of("noise-seed", decode.noise.seed, std::uint64_t{0}) +
                 flag_of("where", decode.noise.where, NoisePlace::embeddings) +
                 flag_of("draws", decode.noise.draws, SetDecodeNoise{}.draws) +
                 places_flag(decode.noise.positions);
    const SamplingSettings settings{};
    return words + flag_of("temperature", decode.sampling.temperature, settings.temperature) +
           flag_of("top-k", decode.sampling.top_k, settings.top_k) +
           flag_of("top-p", decode.sampling.top_p, settings.top_p);
}

// Of the text they go on from, wherever the cursor is now.
std::string particles_flags(const FigureSource& source) {
    const DecodeFrame* decode = source.frames.decode.get();
    return (decode == nullptr || decode->model_path.empty()
                ? ""
                : " --model " + shell_path(decode->model_path)) +
           particle_flags(*source.frames.particles);
}

std::string robustness_flags(const FigureInfo& info, const FigureSource& source) {
    const RobustnessLook& look = source.view.robustness;
    std::string words;
    if (source.frames.robustness != nullptr)
        if (const auto start = measured_again(*source.frames.robustness, info.id, look))
            words += " --measure " + shell_word(command_text(*start));
    return words + robustness_look_flags(look);
}

std::string train_words(const FigureSource& source) {
    const TrainingFrame* t = source.frames.training.get();
    if (t == nullptr) return {};
    return "marginscope train --out " + shell_path(t->run_folder.empty() ? "RUN" : t->run_folder) +
           (t->corpus_path.empty() ? "" : " --text " + shell_path(t->corpus_path)) +
           config_flags(t->config);
}

}  // namespace

std::string figure_command(const FigureInfo& info, const FigureSource& source,
                           const std::string& out) {
    const std::string id(info.id), workspace = id.substr(0, id.find('.'));
    if (workspace == "train") return train_words(source);
    std::string words =
        "marginscope render " + workspace + " --panel " + id.substr(id.find('.') + 1);
    if (info.panel == "decode.particles" && source.frames.particles != nullptr)
        words += particles_flags(source);
    else if (workspace == "decode")
        words += decode_flags(source);
    if (info.panel == "decode.holes" && source.frames.holes != nullptr)
        words += holes_flag(*source.frames.holes);
    if (workspace == "robustness") words += robustness_flags(info, source);
    if (workspace == "path") {
        const PathFrame* path = source.frames.path.get();
        if (path != nullptr && !path->folder.empty())
            words += " --path " + shell_path(path->folder);
        words += source.view.relative ? " --relative" : "";
        words += flag_of("quantity", source.view.quantity, 0) + path_look_flags(source.view.path);
    }
    return words + " --out " + shell_path(out);
}

}  // namespace marginscope
