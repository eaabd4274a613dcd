// `marginscope noise`: loss and changed predictions against the strength of noise, for one or
// several models.
#include <memory>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/noise_report.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "core/error.h"
#include "core/shell_word.h"
#include "core/shown.h"
#include "nn/decode/well_formed.h"
#include "nn/posterior/ensemble_paths.h"

namespace marginscope {
namespace {

struct Options {
    NoiseRequest request;
    std::vector<std::string> models;
    TextOption text;
    std::string sigmas = "0,0.02,0.05,0.1";
    std::string rates = "0.01,0.05";
    std::vector<NoisyTokens> tokens = {NoisyTokens::all};
    std::vector<CharacterChange> characters;  // instead
    bool window_losses = false;
    int well_formed = 0;  // characters of each text that the model writes; 0: none
    std::string json;
};

const std::map<std::string, NoisyTokens>& noisy_tokens() {
    static const std::map<std::string, NoisyTokens> names = {{"all", NoisyTokens::all},
                                                             {"support", NoisyTokens::support},
                                                             {"random", NoisyTokens::random}};
    return names;
}

const std::map<std::string, CharacterChange>& character_changes() {
    static const std::map<std::string, CharacterChange> names = {
        {"swap", CharacterChange::swap},
        {"drop", CharacterChange::drop},
        {"insert", CharacterChange::insert},
        {"case", CharacterChange::letter_case}};
    return names;
}

class NoiseRun {
public:
    NoiseRun(Options& options, std::stop_token stop)
        : options_(options), stop_(std::move(stop)), progress_("noise") {}

    int run() {
        options_.request.sigmas = number_list("--sigmas", options_.sigmas);
        options_.request.rates = number_list("--rates", options_.rates);
        Corpus corpus = options_.text.load();
        const nlohmann::json text = text_json(corpus);
        options_.request.text = std::move(corpus.text);
        if (options_.models.empty()) options_.models.emplace_back();
        for (const std::string& model : options_.models) add_curves(model);
        const NoiseRequest& request = options_.request;
        nlohmann::json document = {{"text", text},
                                   {"seed", request.seed},
                                   {"whole", request.whole_text},
                                   {"support", request.support},
                                   {"curves", nlohmann::json::array()}};
        for (const NoiseCurve& curve : curves_)
            document["curves"].push_back(curve_json(curve, options_.window_losses));
        add_differences(document);
        if (!options_.json.empty()) write_json(options_.json, document);
        return stopped_ ? kExitInterrupted : kExitDone;
    }

private:
    void add_curves(const std::string& model) {
        NoiseRequest& request = options_.request;
        request.together = ensemble_paths(model);
        request.model = model;
        if (request.together.size() == 1) {
            request.model = request.together.front();
            request.together.clear();
        } else if (options_.well_formed > 0) {
            throw UserError("A text is written by one model: --well-formed takes one of the " +
                                std::to_string(request.together.size()) + " in " +
                                shown_path(model) + ", as in --model " +
                                shell_path(request.together.front().string()) + ".",
                            kExitWrongUse);
        }
        for (const CharacterChange change : options_.characters) {
            options_.request.characters = change;
            add_curve(change == options_.characters.front());
        }
        if (!options_.characters.empty()) return;
        for (const NoisyTokens tokens : options_.tokens) {
            options_.request.tokens = tokens;
            add_curve(tokens == options_.tokens.front());
        }
    }

    void add_curve(bool first_of_model) {
        if (stopped_) return;
        curves_.push_back(evaluate_noise(
            options_.request,
            [&](std::size_t done, std::size_t total) { progress_.update(done, total, "passes"); },
            stop_));
        progress_.clear();
        if (curves_.back().windows == 0) {
            curves_.pop_back();
            stopped_ = true;
            return progress_.note("Stopped before the first windows were done: no result.");
        }
        const NoiseCurve& curve = curves_.back();
        if (curve.unknown > 0 && first_of_model)
            progress_.note(curve.model + ": " + unknown_sentence(curve.unknown, "text"));
        stopped_ = stopped_ || curve.stopped || stop_.stop_requested();
        if (options_.well_formed > 0 && !stopped_) write_stories(curves_.back());
        if (options_.json != "-") write_text(curve_text(curve));
    }

    void write_stories(NoiseCurve& curve) {
        ProgressLine progress("noise");  // texts come at another rate
        stopped_ = !add_well_formed(
            curve, options_.request, options_.well_formed,
            [&](std::size_t done, std::size_t total) { progress.update(done, total, "texts"); },
            stop_);
    }

    void add_differences(nlohmann::json& document) {
        std::vector<std::string> unpaired;
        document["differences"] = nlohmann::json::array();
        for (const CurveDifference& difference :
             curve_differences(curves_, options_.request.seed, unpaired)) {
            document["differences"].push_back(difference_json(difference, curves_));
            if (options_.json != "-") write_text("\n" + difference_text(difference, curves_));
        }
        for (const std::string& sentence : unpaired) progress_.note(sentence);
    }

    Options& options_;
    std::stop_token stop_;
    ProgressLine progress_;
    std::vector<NoiseCurve> curves_;
    bool stopped_ = false;
};

void add_inner_noise(CLI::App& command, Options& options) {
    NoiseRequest& request = options.request;
    command.add_option("--sigmas", options.sigmas, "standard deviations, separated by commas")
        ->type_name("LIST")
        ->capture_default_str();
    command.add_flag("--relative", request.relative,
                     "sigma in units of the RMS of the model's own token embeddings");
    add_choice_option(command, "--where", request.where, noise_places(),
                      "where the noise is added");
    command
        .add_option_function<std::string>(
            "--tokens",
            [&options](const std::string& list) {
                options.tokens = choices_in("--tokens", list, noisy_tokens());
            },
            "which tokens of a window get noise: all, support (those with the least determinant "
            "margin), random (as many, others for each draw); several give a curve each [all]")
        ->type_name("LIST");
    command.add_option("--support", request.support, "how many support tokens a window has")
        ->check(CLI::Range(1, 1'000'000))
        ->type_name("K")
        ->capture_default_str();
}

void add_characters(CLI::App& command, Options& options) {
    auto* stories =
        command
            .add_option("--well-formed", options.well_formed,
                        "also let the model write N characters a draw under each sigma, and count "
                        "the sentences that keep the rules of the built-in stories")
            ->check(CLI::Range(1, 1'000'000))
            ->type_name("N")
            ->excludes("--tokens");
    auto* characters =
        command
            .add_option_function<std::string>(
                "--characters",
                [&options](const std::string& list) {
                    options.characters = choices_in("--characters", list, character_changes());
                },
                "instead of noise inside the model, spoil the text it reads: swap (a character "
                "with the next), drop, insert (one of the text's own), case; several give a curve "
                "each")
            ->type_name("LIST");
    for (const char* inner : {"--sigmas", "--relative", "--where", "--tokens", "--support"})
        characters->excludes(inner);
    characters->excludes(stories);
    command
        .add_option("--rates", options.rates,
                    "how likely each character is hit, separated by commas")
        ->type_name("LIST")
        ->capture_default_str()
        ->needs(characters);
}

}  // namespace

void add_noise_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand(
        "noise", "cross-entropy against Gaussian noise inside the model, or spoilt characters");
    command->footer(
        "Every model and every sigma sees the same normal draws, so curves can be compared point "
        "by point: further models\n"
        "are also given less the first, window by window. Look at absolute and relative noise: a "
        "model can look robust by\n"
        "growing its embeddings.\n"
        "A folder of samples (`marginscope posterior`) or of runs is one predictor: the mean of "
        "its "
        "models' probabilities, beside\n"
        "the mean over what each does alone.\n"
        "Spoilt characters: the model is judged after each character that it reads where exactly "
        "the true text up to there has\n"
        "been read, but for dropped characters: so not after an inserted one, nor between two "
        "that changed places, nor past\n"
        "the end of its context; against the true next character, beside the clean text at the "
        "same places.\n\n"
        "Examples:\n"
        "  marginscope noise --model RUN_A --model RUN_B --text valid.txt --sigmas 0,0.25,0.5 "
        "--relative\n"
        "  marginscope noise --model RUN --sigmas 0,0.25,0.5 --relative --well-formed 1000\n"
        "  marginscope noise --model RUN --model RUN-posterior --sigmas 0,0.25,0.5 --relative\n"
        "  marginscope noise --model FITTED --sigmas 0.25,0.5 --relative --tokens support,random\n"
        "  marginscope noise --model RUN_A --model RUN_B --characters swap --rates 0.01,0.05");
    const auto options = std::make_shared<Options>();
    NoiseRequest& request = options->request;
    command
        ->add_option("--model", options->models,
                     "checkpoints, runs, or folders of samples or runs, whose models predict "
                     "together; may be repeated [the small trained model]")
        ->type_name("PATH");
    options->text.add_to(*command, "UTF-8 text; its last tenth is evaluated");
    command->add_flag("--whole", request.whole_text,
                      "evaluate the whole text: for a text no model was trained on");
    add_inner_noise(*command, *options);
    add_characters(*command, *options);
    command->add_option("--draws", request.draws, "noise draws per sigma or rate")
        ->check(CLI::Range(1, 100'000))
        ->type_name("N")
        ->capture_default_str();
    command->add_option("--seed", request.seed, "seed of the noise")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--max-windows", request.max_windows,
                     "at most so many windows, evenly spaced; 0: all")
        ->type_name("N")
        ->capture_default_str();
    command->add_flag("--window-losses", options->window_losses,
                      "add each window's loss to the JSON, for paired tests");
    add_threads_option(*command, request.threads);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return NoiseRun(*options, stop).run(); };
    });
}

}  // namespace marginscope
