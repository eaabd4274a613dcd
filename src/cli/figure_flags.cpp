// What a picture shows, as commands and a view.
#include "cli/figure_flags.h"

#include <algorithm>
#include <cstdio>

#include "cli/command.h"
#include "core/error.h"
#include "figures/figure_list.h"
#include "files/command_json.h"

namespace marginscope {
namespace {

const std::map<std::string, PlaneKind>& plane_kinds() {
    static const std::map<std::string, PlaneKind> names = [] {
        std::map<std::string, PlaneKind> all;
        int value = 0;
        for (const std::string_view name : kEnumNames<PlaneKind>)
            all.emplace(name, static_cast<PlaneKind>(value++));
        return all;
    }();
    return names;
}

// "text, traces or boundary"
std::string listed(const std::vector<std::string>& names) {
    std::string words;
    for (std::size_t k = 0; k < names.size(); ++k)
        words += (k == 0 ? "" : k + 1 == names.size() ? " or " : ", ") + names[k];
    return words;
}

void read_plane_tokens(const std::string& text, SetView& view) {
    char rest = 0;
    if (std::sscanf(text.c_str(), "%9d,%9d%c", &view.plane_token_a, &view.plane_token_b, &rest) !=
        2)
        throw UserError(
            "--plane-tokens takes two characters' places, as in 3,17, not \"" + text + "\".",
            kExitWrongUse);
}

}  // namespace

void FigureFlags::add_to(CLI::App& command) {
    CLI::Option* panel =
        command
            .add_option("--panel", panel_,
                        "one panel's figure, in light paper style, instead of the whole workspace; "
                        "--out then also takes .svg and .csv")
            ->type_name("NAME");
    command.add_option("--dpi", dpi_, "of a figure's .png; --size counts pixels at 96")
        ->check(CLI::Range(24, 2400))
        ->type_name("N")
        ->capture_default_str()
        ->needs(panel);
    prompt_option_ = command.add_option("--prompt", prompt_, "Decode: the text that is shown")
                         ->type_name("TEXT");
    command.add_option("--text", text_, "Decode: the text that is shown, from a UTF-8 file")
        ->type_name("FILE")
        ->excludes("--prompt");
    command.add_option("--path", path_, "Path: the folder of a path [a small finished one]")
        ->type_name("DIR");
    command
        .add_option("--measure", measure_,
                    "Robustness: what is measured, as the window's command start_robustness in "
                    "JSON [a little of each part]")
        ->type_name("JSON");
    add_look(command);
    add_noise(command);
    add_path_look(command);
    add_robustness(command);
    laws_.add_to(command, sampling_);
    for (CLI::Option* option : command.get_options(
             [](const CLI::Option* o) { return o->get_group() == "What a figure shows"; }))
        option->needs(panel);
}

void FigureFlags::add_look(CLI::App& command) {
    const std::string group = "What a figure shows";
    SetView& asked = view_.asked;
    command.add_option("--index", asked.index, "the selected character, from 0 [the last]")
        ->check(CLI::Range(0, 1'000'000'000))
        ->type_name("I")
        ->group(group);
    command.add_option("--layer", view_.layer, "of attention, from 0")
        ->check(CLI::Range(0, 10'000))
        ->type_name("L")
        ->group(group);
    command.add_option("--head", view_.head, "of attention, from 0")
        ->check(CLI::Range(0, 10'000))
        ->type_name("H")
        ->group(group);
    add_kind_option(command, asked.kind)->group(group);
    add_choice_option(command, "--view", asked.view, margin_views(),
                      "whose margins: the fitted stage's, the nearest head's, the nearest layer's")
        ->group(group);
    add_choice_option(command, "--windows", asked.windows, window_rules(),
                      "which window a position is measured in")
        ->group(group);
    command.add_option("--support", asked.support, "how many support tokens")
        ->check(CLI::Range(0, 1000))
        ->type_name("K")
        ->capture_default_str()
        ->group(group);
    add_choice_option(command, "--plane", asked.plane, plane_kinds(), "through the character")
        ->group(group);
    command.add_option("--plane-tokens", plane_tokens_, "the two of --plane two_tokens")
        ->type_name("I,J")
        ->group(group);
    command.add_option("--zoom", asked.zoom, "of the plane")
        ->check(CLI::Range(0.1, 50.0))
        ->type_name("X")
        ->group(group);
    command.add_option("--quantity", view_.quantity, "of a path's grid, in the order of its CSV")
        ->check(CLI::Range(0, 1000))
        ->type_name("N")
        ->group(group);
}

void FigureFlags::add_path_look(CLI::App& command) {
    const std::string group = "What a figure shows";
    PathLook& look = view_.path;
    const auto add = [&](const char* flag, const char* type, const char* help, auto take) {
        command.add_option_function<std::string>(flag, take, help)->type_name(type)->group(group);
    };
    add("--recipe", "HEAD:SIGMA", "of a path, as in own:learned [the usual one]",
        [&look](const std::string& text) { look.recipe = recipe_from(text); });
    add("--first", "CHOICE", "of two of a path: 0.02, 0.02:seed:1337 [lambda 0]",
        [&look](const std::string& text) { look.first = choice_from(text); });
    add("--second", "CHOICE", "the other [what is proposed]",
        [&look](const std::string& text) { look.second = choice_from(text); });
    command.add_option("--changed", look.changed, "the loss whose changes are shown: noise 0.05")
        ->type_name("NAME")
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--weighed", look.weighed,
                    "the noise that clean loss is weighed against, by rank from 0 [the middle one]")
        ->check(CLI::Range(0, 1000))
        ->type_name("N")
        ->group(group);
    command
        .add_flag_callback(
            "--means-only", [&look] { look.seed_lines = false; }, "no line for each seed of a path")
        ->group(group);
}

void FigureFlags::add_robustness(CLI::App& command) {
    const std::string group = "What a figure shows";
    RobustnessLook& look = view_.robustness;
    command
        .add_option(
            "--shown", look.shown,
            "Robustness: curves of noise, or of spoilt characters: swap, drop, insert, case")
        ->check(CLI::IsMember({"noise", "swap", "drop", "insert", "case"}))
        ->group(group);
    command.add_flag("--log-levels", look.log_levels, "Robustness: sigmas by their logarithm")
        ->group(group);
    command
        .add_flag_callback(
            "--support-loss", [&look] { look.support_flips = false; },
            "Robustness: support tokens by their loss, not by changed predictions")
        ->group(group);
    command
        .add_option("--predictor", look.predictor,
                    "Robustness: the scatter's margin, as in \"stage singular\" [the best]")
        ->type_name("NAME")
        ->group(group);
}

void FigureFlags::add_noise(CLI::App& command) {
    const std::string group = "What a figure shows";
    noise_.relative = false;
    command.add_option("--sigma", noise_.sigma, "Decode: noise on the embeddings")
        ->check(CLI::Range(0.0, 1e6))
        ->type_name("X")
        ->group(group);
    command.add_flag("--relative", noise_.relative, "sigma in units of the embeddings' RMS")
        ->group(group);
    command.add_option("--noise-seed", noise_.seed, "of the noise")->type_name("N")->group(group);
    add_choice_option(command, "--where", noise_.where, noise_places(),
                      "what the noise is added to")
        ->group(group);
    command.add_option("--draws", noise_.draws, "of the noise")
        ->check(CLI::Range(1, kMostTwinDraws))
        ->type_name("N")
        ->group(group);
    command.add_option("--at", places_, "only these characters get noise")
        ->type_name("I,J,…")
        ->group(group);
    command.add_option("--temperature", sampling_.temperature, "of the candidates")
        ->check(CLI::Range(0.0, 1e6))
        ->type_name("X")
        ->group(group);
    command.add_option("--top-k", sampling_.top_k, "of the candidates")
        ->check(CLI::Range(0, 1'000'000))
        ->type_name("K")
        ->group(group);
    command.add_option("--top-p", sampling_.top_p, "of the candidates")
        ->check(CLI::Range(0.0, 1.0))
        ->type_name("P")
        ->group(group);
}

void FigureFlags::fill(RenderRequest& request) const {
    const bool decode = request.workspace == "decode";
    if ((prompt_option_->count() > 0 || !text_.empty()) && !decode)
        throw UserError("--prompt and --text are for the workspace decode.", kExitWrongUse);
    if (!path_.empty() && request.workspace != "path")
        throw UserError("--path is for the workspace path.", kExitWrongUse);
    if (prompt_option_->count() > 0) {
        if (prompt_.empty()) throw UserError("--prompt is empty.", kExitWrongUse);
        request.commands.push_back(SetPrompt{prompt_});
    }
    std::string text = prompt_;
    if (!text_.empty()) {
        text = load_corpus(text_).text;
        request.commands.push_back(SetPrompt{text});
    }
    if (!path_.empty()) request.commands.push_back(OpenPath{path_});
    if (!measure_.empty() && request.workspace != "robustness")
        throw UserError("--measure is for the workspace robustness.", kExitWrongUse);
    if (!measure_.empty()) request.commands.push_back(parse_command(measure_, "--measure"));
    if (laws_.given() && !decode)
        throw UserError("--holes and --particles are for the workspace decode.", kExitWrongUse);
    if (laws_.given()) {
        request.commands.push_back(SetSampling{sampling_});
        laws_.add_commands(text, request.commands);
    }
    if (panel_.empty()) return;
    if (find_figure(request.workspace, panel_) == nullptr) {
        const std::vector<std::string> names = figure_names(request.workspace);
        throw UserError(names.empty() ? "The workspace " + request.workspace + " has no figures."
                                      : "--panel takes " + listed(names) + " in the workspace " +
                                            request.workspace + ", not \"" + panel_ + "\".",
                        kExitWrongUse);
    }
    request.panel = panel_;
    request.view = view_;
    request.view.relative = noise_.relative;
    request.view.asked.workspace = request.workspace;
    request.view.asked.text_shown = decode;
    if (!plane_tokens_.empty()) read_plane_tokens(plane_tokens_, request.view.asked);
    request.file.dpi = dpi_;
    if (!decode) return;
    request.commands.push_back(SetSampling{sampling_});
    if (noise_.sigma > 0) {
        SetDecodeNoise noise = noise_;
        if (!places_.empty())
            for (const double place : number_list("--at", places_))
                noise.positions.push_back(static_cast<int>(place));
        std::sort(noise.positions.begin(), noise.positions.end());
        request.commands.push_back(std::move(noise));
    }
    request.commands.push_back(request.view.asked);
}

}  // namespace marginscope
