// Flags and JSON of the choosers.
#include "cli/chooser_flags.h"

#include <nlohmann/json.hpp>

#include "cli/common_options.h"
#include "core/error.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

using nlohmann::json;

const std::map<std::string, BestBy>& best_by_names() {
    static const std::map<std::string, BestBy> names = {
        {"logprob", BestBy::logprob}, {"margin", BestBy::margin}, {"both", BestBy::both}};
    return names;
}

CLI::Option* add_number(CLI::App& command, const char* flag, double& value, double least,
                        double most, const char* help) {
    return command.add_option(flag, value, help)->check(CLI::Range(least, most))->type_name("X");
}

json possible_json(const std::vector<PossibleToken>& all) {
    json list = json::array();
    for (const PossibleToken& one : all) {
        json item = {{"token", one.token},
                     {"logprob", json_number(one.logprob)},
                     {"margin", json_number(one.margin)},
                     {"crossings", one.crossings ? json(*one.crossings) : json()}};
        if (!one.draws.empty()) item["draws"] = json_numbers(one.draws);
        list.push_back(std::move(item));
    }
    return list;
}

json abstention_json(const Abstention& why, bool candidates) {
    json out = {{"by", why.by},
                {"limit", json_number(why.limit)},
                {"found", json_number(why.found)},
                {"sentence", why.sentence}};
    if (candidates) out["candidates"] = possible_json(why.candidates);
    return out;
}

json continuation_json(const Continuation& text, bool candidates) {
    json out = {{"text", text.text},
                {"logprob", json_number(text.logprob)},
                {"lowest_margin", json_number(text.lowest_margin)},
                {"stopped", text.stopped}};
    if (text.abstention) out["abstained"] = abstention_json(*text.abstention, candidates);
    if (!candidates) return out;
    out["tokens"] = json::array();
    for (const DecodedToken& token : text.tokens) {
        json one = {{"token", token.token},
                    {"logprob", json_number(token.logprob)},
                    {"margin", json_number(token.margin)}};
        add_token_json(one, token);
        out["tokens"].push_back(std::move(one));
    }
    return out;
}

}  // namespace

void ChooserFlags::add_to(CLI::App& command, DecodeRequest& request) {
    ChooserSettings& chooser = request.sampling.chooser;
    add_number(
        command, "--margin-weight", chooser.margin_weight, -1e6, 1e6,
        "add X times the log of a candidate's margin (log|det J| itself for determinant) to "
        "its log-probability, after temperature and cuts; costs a margin for each candidate");
    command
        .add_option("--best-of", chooser.best_of,
                    "write N whole continuations and keep the best; costs N times the passes")
        ->check(CLI::Range(1, kMostContinuations))
        ->type_name("N");
    best_by_ = add_choice_option(
        command, "--best-by", chooser.best_by, best_by_names(),
        "what --best-of keeps: the highest mean log-probability, the highest lowest margin, or the "
        "least sum of the ranks by both");
    command
        .add_option("--noise-draws", chooser.noise_draws,
                    "draw from the mean law of N draws of noise on the token embeddings; costs N "
                    "more passes a token")
        ->check(CLI::Range(1, kMostNoiseDraws))
        ->type_name("N");
    add_number(command, "--noise-sigma", chooser.noise_sigma, 0.0, 1e6,
               "standard deviation of that noise, per coordinate");
    command.add_flag("--relative", chooser.noise_relative,
                     "--noise-sigma is in units of the RMS of the model's token embeddings");
    margin_.option =
        add_number(command, "--abstain-margin", margin_.value, -1e300, 1e300,
                   "stop before a token whose margin would be below this, or that would lie beyond "
                   "the boundary (see --allow-beyond)");
    entropy_.option = add_number(command, "--abstain-entropy", entropy_.value, 0.0, 1e300,
                                 "stop where the entropy of what may follow is above X nats");
    information_.option =
        add_number(command, "--abstain-information", information_.value, 0.0, 1e300,
                   "stop where the draws of noise disagree by more than X nats of mutual "
                   "information");
    probability_.option =
        add_number(command, "--abstain-probability", probability_.value, 0.0, 1.0,
                   "stop where the likeliest token has less than this probability");
    command.add_flag("--candidates", request.candidates,
                     "with --json: for each token all that could have come, with probabilities and "
                     "margins, so that every choice can be computed again");
}

void ChooserFlags::fill(DecodeRequest& request) const {
    ChooserSettings& chooser = request.sampling.chooser;
    if (best_by_->count() > 0 && chooser.best_of < 2)
        throw UserError("--best-by compares continuations: it needs --best-of 2 or more.", 2);
    const auto take = [](const Limit& limit, std::optional<double>& out) {
        if (limit.option->count() > 0) out = limit.value;
    };
    take(margin_, chooser.abstain_margin);
    take(entropy_, chooser.abstain_entropy);
    take(information_, chooser.abstain_information);
    take(probability_, chooser.abstain_probability);
}

void add_token_json(json& out, const DecodedToken& token) {
    if (token.expected_entropy) {
        out["expected_entropy"] = json_number(*token.expected_entropy);
        out["mutual_information"] = json_number(token.mutual_information);
    }
    if (!token.candidates.empty()) out["candidates"] = possible_json(token.candidates);
}

void add_chooser_json(json& out, const DecodeRequest& request, const DecodeResult& result) {
    const SamplingSettings& sampling = request.sampling;
    const ChooserSettings& chooser = sampling.chooser;
    if (chooser == ChooserSettings{} && !request.candidates) return;
    out["passes"] = result.passes;
    out["cost"] = cost_sentence(chooser, sampling.min_margin.has_value());
    out["sampling"] = {{"temperature", sampling.temperature},
                       {"top_k", sampling.top_k},
                       {"top_p", sampling.top_p},
                       {"min_margin", json_number(sampling.min_margin)},
                       {"allow_beyond", sampling.allow_beyond},
                       {"margin_weight", chooser.margin_weight},
                       {"noise_draws", chooser.noise_draws},
                       {"noise_sigma", chooser.noise_sigma},
                       {"noise_relative", chooser.noise_relative},
                       {"abstain_margin", json_number(chooser.abstain_margin)},
                       {"abstain_entropy", json_number(chooser.abstain_entropy)},
                       {"abstain_information", json_number(chooser.abstain_information)},
                       {"abstain_probability", json_number(chooser.abstain_probability)},
                       {"best_of", chooser.best_of},
                       {"best_by", name_in(best_by_names(), chooser.best_by)}};
    if (result.abstention)
        out["abstained"] = abstention_json(*result.abstention, request.candidates);
    if (result.continuations.empty()) return;
    out["best"] = result.best;
    out["continuations"] = json::array();
    for (const Continuation& one : result.continuations)
        out["continuations"].push_back(continuation_json(one, request.candidates));
}

}  // namespace marginscope
