// Flags that several commands share: which model, which text, which margin.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/stage/margins.h"
#include "nn/measure/evaluate.h"
#include "nn/measure/margin_report.h"
#include "text/corpus.h"

namespace marginscope {

/// `--text FILE`, or the built-in stories.
struct TextOption {
    std::string file;
    void add_to(CLI::App& command, const std::string& help);
    Corpus load() const;
};

/// Which text a result was computed from, by name and content.
nlohmann::json text_json(const Corpus& corpus);

CLI::Option* add_model_option(CLI::App& command, std::string& model);
CLI::Option* add_init_option(CLI::App& command, std::string& init);
CLI::Option* add_threads_option(CLI::App& command, int& threads);
CLI::Option* add_json_option(CLI::App& command, std::string& json);
/// One line for stderr: characters that the model does not know.
std::string unknown_sentence(std::size_t count, const std::string& of);

CLI::Option* add_kind_option(CLI::App& command, MarginKind& kind);

/// Reads "0,0.02,0.05" (with or without blanks) into numbers >= `least`; UserError (exit code 2)
/// names `flag`.
std::vector<double> number_list(const std::string& flag, const std::string& text,
                                double least = 0.0);

const std::map<std::string, MarginKind>& margin_kinds();
const std::map<std::string, MarginView>& margin_views();
const std::map<std::string, GeometricScope>& geometric_scopes();
const std::map<std::string, NoisePlace>& noise_places();
const std::map<std::string, WindowRule>& window_rules();

template <typename Value>
std::string name_in(const std::map<std::string, Value>& names, Value value) {
    for (const auto& [name, named] : names)
        if (named == value) return name;
    return {};
}

/// Reads "support,random" into values of `names`, each once; CLI::ValidationError names `flag`.
template <typename Value>
std::vector<Value> choices_in(const std::string& flag, const std::string& list,
                              const std::map<std::string, Value>& names) {
    std::string listed;
    for (const auto& entry : names) listed += (listed.empty() ? "" : ", ") + entry.first;
    std::vector<Value> chosen;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const auto found = names.find(list.substr(begin, end - begin));
        if (found == names.end())
            throw CLI::ValidationError(
                flag, "takes of " + listed + ", not \"" + list.substr(begin, end - begin) + "\"");
        if (std::find(chosen.begin(), chosen.end(), found->second) == chosen.end())
            chosen.push_back(found->second);
        begin = end + 1;
    }
    return chosen;
}

/// An option that takes one of the names of `names`.
template <typename Value>
CLI::Option* add_choice_option(CLI::App& command, const std::string& flag, Value& value,
                               const std::map<std::string, Value>& names, const std::string& help) {
    std::string listed;
    for (const auto& entry : names) listed += (listed.empty() ? "" : ", ") + entry.first;
    return command
        .add_option_function<std::string>(
            flag,
            [&value, &names, flag, listed](const std::string& text) {
                const auto found = names.find(text);
                if (found == names.end())
                    throw CLI::ValidationError(flag,
                                               "takes one of " + listed + ", not \"" + text + "\"");
                value = found->second;
            },
            help + ": " + listed + " [" + name_in(names, value) + "]")
        ->type_name("NAME");
}

}  // namespace marginscope
