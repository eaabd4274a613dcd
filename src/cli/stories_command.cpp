// `marginscope stories`: the built-in stories as a text, and how well a text keeps their rules.
#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <vector>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "files/json_numbers.h"
#include "text/corpus.h"
#include "text/stories/story_checker.h"

namespace marginscope {
namespace {

using nlohmann::json;

struct Options {
    std::string check;
    bool from_start = false;
    std::string json;
};

std::string text_to_check(const std::string& file) {
    if (file != "-") return load_corpus(file).text;
    return corpus_from_bytes("the standard input",
                             std::string{std::istreambuf_iterator<char>(std::cin), {}})
        .text;
}

std::string rule_name(std::size_t rule) {
    return std::string(story_rule_name(static_cast<StoryRule>(rule)));
}

json share_json(const StorySentenceShare& share) {
    json broken = json::object();
    for (std::size_t rule = 0; rule < kStoryRuleCount; ++rule)
        broken[rule_name(rule)] = share.broken[rule];
    return {{"sentences", share.sentences},
            {"well_formed", share.well_formed},
            {"share", share.sentences > 0 ? json_number(share.share()) : json()},
            {"broken", broken}};
}

std::string share_text(const StorySentenceShare& share) {
    if (share.sentences == 0) return "No whole sentence in this text.\n";
    std::string out = "well formed  " + std::to_string(share.well_formed) + " of " +
                      std::to_string(share.sentences) + " sentences (" +
                      number_text(100.0 * share.share(), 3) + " %)\n";
    std::vector<std::size_t> rules;
    for (std::size_t rule = 0; rule < kStoryRuleCount; ++rule)
        if (share.broken[rule] > 0) rules.push_back(rule);
    std::stable_sort(rules.begin(), rules.end(), [&](std::size_t a, std::size_t b) {
        return share.broken[a] > share.broken[b];
    });
    if (!rules.empty()) out += "sentences that break each rule:\n";
    for (const std::size_t rule : rules)
        out += "  " + rule_name(rule) + "  " + std::to_string(share.broken[rule]) + "\n";
    return out;
}

int run(const Options& options) {
    if (options.check.empty()) {
        write_text(built_in_corpus().text);
        return kExitDone;
    }
    const StorySentenceShare share =
        check_sentences(text_to_check(options.check), options.from_start);
    if (options.json != "-") write_text(share_text(share));
    if (!options.json.empty()) write_json(options.json, share_json(share));
    return kExitDone;
}

}  // namespace

void add_stories_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand(
        "stories", "print the built-in stories, or say how well a text keeps their rules");
    command->footer(
        "The small models that come with marginscope learnt from these stories, whose sentences "
        "follow rules: so it can be\n"
        "counted how much of what a model writes is right. The first and the last piece are left "
        "out where they are not\n"
        "whole. Examples:\n"
        "  marginscope stories > stories.txt\n"
        "  marginscope decode --prompt \"Once \" --tokens 2000 | marginscope stories --check -");
    const auto options = std::make_shared<Options>();
    auto* check =
        command
            ->add_option("--check", options->check,
                         "count the well-formed sentences of this text; - is the standard input")
            ->type_name("FILE");
    command
        ->add_flag("--from-start", options->from_start,
                   "the text begins where a story does: people and things must be introduced in it")
        ->needs(check);
    add_json_option(*command, options->json)->needs(check);
    command->callback([&context, options] {
        context.run = [options](std::stop_token) { return run(*options); };
    });
}

}  // namespace marginscope
