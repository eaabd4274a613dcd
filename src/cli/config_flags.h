// Every field of the configuration as a flag.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>

#include "core/run/run_config.h"

namespace marginscope {

/// The flags given for one command. Keep it alive until the arguments are parsed.
class ConfigFlags {
public:
    /// Adds `--config FILE` and a flag per field: `barrier.lambda` is `--barrier-lambda` and
    /// `--lambda`.
    void add_to(CLI::App& command);

    /// `start`, or the file of --config, overlaid with the flags and validated. Throws UserError
    /// (exit code 2).
    RunConfig apply(RunConfig start) const;

    /// The same for a training that begins from a model of this shape: model.* are the model's own,
    /// and a flag that says otherwise is a UserError which names `flag`.
    RunConfig apply_to_model(const ModelConfig& shape, const std::string& flag) const;

    /// What was typed for this field, which then no longer counts; nothing where nothing was.
    std::optional<std::string> take(const std::string& name);

    /// What was typed: field name to text.
    const std::map<std::string, std::string>& given() const { return values_; }
    bool has_file() const { return !file_.empty(); }

private:
    RunConfig read(RunConfig start) const;

    std::string file_;
    std::map<std::string, std::string> values_;  // field name: text as typed
};

}  // namespace marginscope
