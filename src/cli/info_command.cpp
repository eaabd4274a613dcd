// `marginscope info`: what a checkpoint holds, read from the file itself.
#include <memory>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "core/error.h"
#include "core/shown.h"
#include "files/paths.h"
#include "files/run_folder.h"
#include "files/safetensors.h"

namespace marginscope {
namespace {

using nlohmann::json;

struct Options {
    std::string model;
    std::string json;
};

/// Metadata is text; what reads as JSON is shown as such, what does not as it is.
json metadata_json(const std::map<std::string, std::string>& metadata) {
    json all = json::object();
    for (const auto& [name, text] : metadata) {
        json value = json::parse(text, nullptr, false);
        all[name] = value.is_discarded() ? json(text) : std::move(value);
    }
    return all;
}

bool begins_with(const SafeTensors& file, const char* prefix) {
    for (const TensorData& tensor : file.tensors)
        if (tensor.name.starts_with(prefix)) return true;
    return false;
}

json info_json(const std::filesystem::path& path) {
    const SafeTensors file = read_safetensors(path);
    json tensors = json::array();
    std::int64_t parameters = 0;
    for (const TensorData& tensor : file.tensors) {
        tensors.push_back({{"name", tensor.name},
                           {"type", dtype_name(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"finite", all_finite(tensor)}});
        if (tensor.name.starts_with("transformer."))
            parameters +=
                static_cast<std::int64_t>(tensor.bytes.size() / dtype_bytes(tensor.dtype));
    }
    return {{"model", std::filesystem::absolute(path).lexically_normal().string()},
            {"parameters", parameters},
            {"stage", begins_with(file, "stage.")},
            {"training_state", begins_with(file, "optim.")},
            {"metadata", metadata_json(file.metadata)},
            {"tensors", tensors}};
}

std::string info_text(const json& info) {
    const json& metadata = info["metadata"];
    std::string out = shown_text(info["model"].get<std::string>()) + "\n";
    const auto row = [&](const std::string& name, const std::string& value) {
        out +=
            "  " + name + std::string(name.size() < 16 ? 16 - name.size() : 1, ' ') + value + "\n";
    };
    row("parameters", std::to_string(info["parameters"].get<std::int64_t>()));
    if (metadata.contains("step")) row("step", shown_text(metadata["step"].dump()));
    if (metadata.contains("config") && metadata["config"].contains("model"))
        row("model", shown_text(metadata["config"]["model"].dump()));
    if (metadata.contains("vocabulary") && metadata["vocabulary"].is_array()) {
        std::string symbols;
        for (const json& symbol : metadata["vocabulary"])
            if (symbol.is_string()) symbols += visible_token(symbol.get<std::string>());
        row("characters",
            std::to_string(metadata["vocabulary"].size()) + "  " + shortened(symbols));
    }
    row("fitted stage", info["stage"].get<bool>() ? "yes" : "no");
    row("training state", info["training_state"].get<bool>() ? "yes" : "no");
    for (const json& tensor : info["tensors"])
        out += "  " + tensor["type"].get<std::string>() + "  " + tensor["shape"].dump() + "  " +
               shown_text(tensor["name"].get<std::string>()) +
               (tensor["finite"].get<bool>() ? "" : "  (not finite)") + "\n";
    return out;
}

int run(const Options& options) {
    const json info =
        info_json(options.model.empty() ? asset_path(kSmallModelAsset) : model_file(options.model));
    if (options.json != "-") write_text(info_text(info));
    if (!options.json.empty()) write_json(options.json, info);
    return kExitDone;
}

}  // namespace

void add_info_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand("info", "say what a checkpoint holds");
    command->footer(
        "Reads the file alone and believes nothing of it: also checkpoints that no model can be "
        "made of. Example:\n"
        "  marginscope info --model RUN");
    const auto options = std::make_shared<Options>();
    add_model_option(*command, options->model);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [options](std::stop_token) { return run(*options); };
    });
}

}  // namespace marginscope
