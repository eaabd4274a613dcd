// `marginscope subset`: the law of some positions of a text, given others.
#include <cmath>
#include <memory>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/subset_text.h"
#include "core/error.h"
#include "core/shown.h"
#include "files/json_numbers.h"
#include "text/utf8.h"

namespace marginscope {
namespace {

constexpr std::size_t kLongestText = 100'000;

struct Options {
    SubsetRequest request;
    std::string model;
    std::vector<std::string> fixed;
    std::string asked;
    std::string pattern;
    std::string mark = "_";
    CLI::Option* draws = nullptr;
    std::size_t top = 20;
    std::string json;
};

/// A whole number from 0 on, nothing else in the text.
std::size_t position_of(const std::string& text, const std::string& flag) {
    const bool digits = !text.empty() && text.size() < 10 &&
                        text.find_first_not_of("0123456789") == std::string::npos;
    if (!digits)
        throw UserError(
            flag + " takes positions counted from 0, as 4; " + shown(text) + " is none.",
            kExitWrongUse);
    return std::stoul(text);
}

SubsetFixed fixed_of(const std::string& text) {
    const std::size_t sign = text.find('=');
    if (sign == std::string::npos || sign + 1 == text.size())
        throw UserError("--fix takes a position and what stands there, as 4=c or 4=cat; it is " +
                            shown(text) + ".",
                        kExitWrongUse);
    return {position_of(text.substr(0, sign), "--fix"), text.substr(sign + 1)};
}

std::vector<std::size_t> positions_of(const std::string& list) {
    std::vector<std::size_t> out;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        std::string one = list.substr(begin, end - begin);
        one.erase(0, one.find_first_not_of(' '));
        out.push_back(position_of(one, "--ask"));
        begin = end + 1;
    }
    return out;
}

/// A text in which each mark is a position that is not fixed.
void read_pattern(const std::string& pattern, const std::string& mark, SubsetRequest& request) {
    std::size_t position = 0;
    std::vector<std::size_t> marks;
    for_each_character(pattern, [&](char32_t code_point) {
        std::string character;
        append_utf8(code_point, character);
        if (character == mark)
            marks.push_back(position);
        else
            request.fixed.push_back({position, character});
        ++position;
    });
    request.length = position;
    if (marks.empty())
        throw UserError("--pattern has no " + shown(mark) + ", which marks what is not fixed.",
                        kExitWrongUse);
    if (request.asked.empty()) request.asked = marks;
}

nlohmann::json law_json(const SubsetReport& report, std::size_t top) {
    nlohmann::json law = nlohmann::json::array();
    const bool sampled = report.method == SubsetMethod::sampled;
    for (const SubsetText& text : report.law.law) {
        if (top > 0 && law.size() == top) break;
        law.push_back({{"text", subset_entry_text(report, text)},
                       {"logprob", json_number(text.logprob)},
                       {"error", sampled ? json_number(text.error) : nlohmann::json()}});
    }
    return law;
}

nlohmann::json marginals_json(const SubsetReport& report) {
    nlohmann::json out = nlohmann::json::object();
    const bool sampled = report.method == SubsetMethod::sampled;
    for (std::size_t k = 0; k < report.law.marginals.size(); ++k) {
        nlohmann::json list = nlohmann::json::array();
        for (std::size_t token = 0; token < report.symbols.size(); ++token) {
            const SubsetProbability& p = report.law.marginals[k][token];
            list.push_back({{"token", report.symbols[token]},
                            {"prob", json_number(p.prob)},
                            {"error", sampled ? json_number(p.error) : nlohmann::json()}});
        }
        out[std::to_string(report.problem.asked[k])] = list;
    }
    return out;
}

nlohmann::json work_json(const SubsetReport& report) {
    const SubsetCost& cost = report.cost;
    return {{"fills", json_number(cost.work.fills)},
            {"passes", json_number(cost.passes)},
            {"token_steps", json_number(cost.work.token_steps)},
            {"flop", json_number(cost.work.flop)},
            {"gemm_flop_per_s", json_number(cost.gemm_flop_per_s)},
            {"floor_secs", json_number(cost.floor_secs)},
            {"predicted_secs", json_number(cost.predicted_secs)},
            {"most_token_steps", json_number(report.most_token_steps)},
            {"done_token_steps", json_number(report.law.token_steps)},
            {"secs", json_number(report.secs)}};
}

nlohmann::json report_json(const SubsetReport& report, const Options& options) {
    const SubsetLaw& law = report.law;
    const bool sampled = report.method == SubsetMethod::sampled;
    nlohmann::json checks = nlohmann::json::array();
    for (const SubsetCheck& check : report.checks) {
        checks.push_back({{"kind", name_of(check.kind)},
                          {"position", check.position},
                          {"value", json_number(check.value)}});
        if (!check.sampled) continue;
        checks.back()["compared"] = check.compared;
        checks.back()["in_errors"] = json_number(check.in_errors);
        checks.back()["by_chance"] = json_number(check.by_chance);
    }
    nlohmann::json out = {
        {"model", report.model},
        {"exact", !sampled && law.bound == 0.0},
        {"method", sampled           ? "sampled"
                   : law.bound > 0.0 ? "bounded"
                                     : "enumerated"},
        {"length", report.problem.length},
        {"prompt", options.request.before},
        {"asked", report.problem.asked},
        {"law", law_json(report, options.top)},
        {"law_size", law.law.size()},
        {"marginals", marginals_json(report)},
        {"evidence", json_number(law.evidence)},
        {"evidence_error", sampled ? json_number(law.evidence_error) : nlohmann::json()},
        {"bound", sampled ? nlohmann::json() : json_number(law.bound)},
        {"work", work_json(report)},
        {"checks", checks},
        {"stopped", law.stopped}};
    if (!sampled) return out;
    out["seed"] = options.request.sampling.seed;
    out["draws"] = report.population.draws;
    out["islands"] = options.request.sampling.islands;
    out["ess"] = json_numbers(report.population.effective);
    out["distinct"] = report.population.distinct;
    return out;
}

int run(Options& options, std::stop_token stop) {
    SubsetRequest& request = options.request;
    request.model = options.model;
    request.sampled = options.draws->count() > 0;
    for (const std::string& one : options.fixed) request.fixed.push_back(fixed_of(one));
    if (!options.asked.empty()) request.asked = positions_of(options.asked);
    if (!options.pattern.empty()) read_pattern(options.pattern, options.mark, request);
    ProgressLine progress("subset");
    const SubsetReport report = run_subset(
        request,
        {.on_start = [&](const SubsetReport& begun) { progress.note(subset_cost_text(begun)); },
         .on_progress =
             [&](double done, double total) {
                 progress.update(static_cast<std::size_t>(done), static_cast<std::size_t>(total));
             }},
        stop);
    progress.clear();
    if (!report.law.law.empty()) {
        if (options.json != "-") write_text(subset_law_text(report, options.top));
        if (!options.json.empty()) write_json(options.json, report_json(report, options));
    }
    if (report.law.stopped)
        progress.note(report.law.law.empty()
                          ? "Stopped before there was a law."
                          : "Stopped early: what was not read counts as left out.");
    else if (request.leave_out > 0.0 && report.law.bound > request.leave_out)
        progress.note("The time of --max-work was over before the bound of --leave-out was met.");
    return report.law.stopped ? kExitInterrupted : kExitDone;
}

void add_text_options(CLI::App& command, Options& options) {
    SubsetRequest& request = options.request;
    auto* length =
        command.add_option("--length", request.length, "how many positions the text has")
            ->check(CLI::Range(std::size_t{1}, kLongestText))
            ->type_name("N");
    command.add_option("--prompt", request.before, "what stands before position 0")
        ->type_name("TEXT");
    command
        .add_option("--fix", options.fixed,
                    "position i holds c; with more characters, i and those after it; repeatable")
        ->type_name("I=C");
    command
        .add_option("--ask", options.asked,
                    "positions whose joint law is wanted; neither asked nor fixed is open and "
                    "summed over")
        ->type_name("LIST");
    command
        .add_option("--pattern", options.pattern,
                    "instead of --length and --fix a text with a mark for each position that is "
                    "not fixed; without --ask they are all asked for")
        ->excludes(length)
        ->type_name("TEXT");
    command.add_option("--mark", options.mark, "the mark of --pattern")
        ->type_name("C")
        ->capture_default_str();
}

void add_method_options(CLI::App& command, Options& options) {
    SubsetRequest& request = options.request;
    options.draws =
        command
            .add_option("--draws", request.sampling.draws,
                        "sample with N particles; without it only where enumerating would take "
                        "too long, then with as many")
            ->check(CLI::Range(1, 10'000'000))
            ->type_name("N")
            ->capture_default_str();
    command.add_option("--seed", request.sampling.seed, "equal seeds draw equal particles")
        ->type_name("N")
        ->capture_default_str();
    command
        .add_option("--look-ahead", request.sampling.look_ahead,
                    "fixed characters that a draw looks at before it is made")
        ->check(CLI::Range(0, 1000))
        ->type_name("N")
        ->capture_default_str();
    command
        .add_option("--max-work", request.max_work_secs,
                    "do not enumerate what would take longer than so many seconds")
        ->type_name("SECS")
        ->capture_default_str();
    command
        .add_option("--leave-out", request.leave_out,
                    "enumerate only beginnings that matter, until no probability can be further "
                    "than this from the true one")
        ->type_name("SHARE");
    command.add_flag("--check", request.check,
                     "also sum positions out and compare, ask for one position more and compare, "
                     "and say what changes where the window moves");
}

}  // namespace

void add_subset_command(CLI::App& app, CommandContext& context) {
    auto* command =
        app.add_subcommand("subset", "the law of some positions of a text given others");
    command->footer(
        "Positions count from 0. A model has no law of a text's first character: fix position 0, "
        "or give what stands\nbefore it with --prompt. What the law is given are the prompt and "
        "what is fixed, on both sides.\n\n"
        "Examples:\n"
        "  marginscope subset --pattern \"The c_t sat on the m_t.\"\n"
        "  marginscope subset --prompt \"Once \" --length 3 --ask 0,1,2 --check\n"
        "  marginscope subset --length 12 --fix 0=The --fix 8=sat. --ask 4,5,6 --draws 20000 "
        "--json -");
    const auto options = std::make_shared<Options>();
    add_model_option(*command, options->model);
    add_text_options(*command, *options);
    add_method_options(*command, *options);
    command->add_option("--top", options->top, "how many of the likeliest are listed; 0: all")
        ->type_name("N")
        ->capture_default_str();
    add_threads_option(*command, options->request.threads);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
