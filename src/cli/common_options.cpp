// The shared flags.
#include "cli/common_options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/run/run_config.h"
#include "core/shown.h"

namespace marginscope {

void TextOption::add_to(CLI::App& command, const std::string& help) {
    command.add_option("--text", file, help + " [the built-in stories]")->type_name("FILE");
}

Corpus TextOption::load() const { return file.empty() ? built_in_corpus() : load_corpus(file); }

nlohmann::json text_json(const Corpus& corpus) {
    return {{"name", shown_text(corpus.name)}, {"hash", fingerprint(corpus.text)}};
}

CLI::Option* add_model_option(CLI::App& command, std::string& model) {
    return command
        .add_option("--model", model, "a checkpoint or a run folder [the small trained model]")
        ->type_name("PATH");
}

CLI::Option* add_init_option(CLI::App& command, std::string& init) {
    return command
        .add_option("--init", init,
                    "a checkpoint or a run folder whose weights, characters and model.* settings "
                    "the training begins with; optimizer, stage and step are new [new weights]")
        ->type_name("MODEL");
}

CLI::Option* add_threads_option(CLI::App& command, int& threads) {
    return command.add_option("--threads", threads, "threads that compute")
        ->check(CLI::Range(1, 1024))
        ->type_name("N")
        ->capture_default_str();
}

CLI::Option* add_json_option(CLI::App& command, std::string& json) {
    return command
        .add_option("--json", json,
                    "write the result as one JSON document to FILE; - is the standard output")
        ->type_name("FILE");
}

CLI::Option* add_kind_option(CLI::App& command, MarginKind& kind) {
    return add_choice_option(command, "--kind", kind, margin_kinds(),
                             "which margin orders the tokens");
}

std::string unknown_sentence(std::size_t count, const std::string& of) {
    return std::to_string(count) + (count == 1 ? " character" : " characters") + " of the " + of +
           (count == 1 ? " is" : " are") +
           " unknown to this model and read as its unknown character.";
}

std::vector<double> number_list(const std::string& flag, const std::string& text, double least) {
    std::vector<double> numbers;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        std::string item = text.substr(begin, end - begin);
        std::erase(item, ' ');
        double number = 0;
        const auto read = std::from_chars(item.data(), item.data() + item.size(), number);
        if (read.ec != std::errc() || read.ptr != item.data() + item.size() ||
            !std::isfinite(number) || number < least)
            throw UserError(flag + " takes numbers of at least " + format_value(least) +
                                " separated by commas, as in 0,0.02,0.05; it cannot read \"" +
                                item + "\".",
                            2);
        numbers.push_back(number);
        begin = end + 1;
    }
    return numbers;
}

const std::map<std::string, MarginKind>& margin_kinds() {
    static const std::map<std::string, MarginKind> names = {
        {"determinant", MarginKind::determinant},
        {"singular", MarginKind::singular},
        {"geometric", MarginKind::geometric}};
    return names;
}

const std::map<std::string, MarginView>& margin_views() {
    static const std::map<std::string, MarginView> names = {
        {"stage", MarginView::stage}, {"heads", MarginView::heads}, {"layer", MarginView::layer}};
    return names;
}

const std::map<std::string, GeometricScope>& geometric_scopes() {
    static const std::map<std::string, GeometricScope> names = {
        {"none", GeometricScope::none},
        {"support", GeometricScope::support},
        {"all", GeometricScope::all}};
    return names;
}

const std::map<std::string, WindowRule>& window_rules() {
    static const std::map<std::string, WindowRule> names = {{"half", WindowRule::half},
                                                            {"slide", WindowRule::slide},
                                                            {"disjoint", WindowRule::disjoint}};
    return names;
}

const std::map<std::string, NoisePlace>& noise_places() {
    static const std::map<std::string, NoisePlace> names = {{"embeddings", NoisePlace::embeddings},
                                                            {"attention", NoisePlace::attention},
                                                            {"residual", NoisePlace::residual}};
    return names;
}

}  // namespace marginscope
