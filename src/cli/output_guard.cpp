// Compares what a command reads with what it writes, before it does either.
#include "cli/output_guard.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/command.h"
#include "core/error.h"
#include "core/shown.h"
#include "files/atomic_file.h"
#include "files/paths.h"
#include "files/peek.h"
#include "files/run_folder.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

struct Argument {
    std::string flag;
    fs::path path;
};

// By the names that options of all commands share.
const std::set<std::string_view> kInputs = {"--model", "--text",        "--config",
                                            "--init",  "--prompt-file", "file"};
const std::set<std::string_view> kOutputs = {"--out", "--json", "--html", "--session"};

std::vector<Argument> arguments_of(const CLI::App& command,
                                   const std::set<std::string_view>& names) {
    std::vector<Argument> found;
    for (const CLI::Option* option : command.get_options()) {
        const std::string flag = option->get_name(false, false);
        if (!names.contains(flag)) continue;
        for (const std::string& value : option->results())
            if (!value.empty() && value != "-") found.push_back({flag, value});
    }
    return found;
}

// The files behind an input: a run folder stands for the weights in it.
std::vector<fs::path> files_of(const fs::path& input) {
    std::error_code error;
    if (!fs::is_directory(input, error)) return {input};
    std::vector<fs::path> files;
    if (RunFolder::inspect(input) != RunFolderState::kRun) return files;
    const RunFolder run = RunFolder::open(input);
    files = {run.final_path(), input / "config.json", input / "metrics.jsonl",
             input / "events.jsonl", input / "plan.json"};
    for (const CheckpointFile& checkpoint : run.list_checkpoints())
        files.push_back(checkpoint.path);
    return files;
}

bool same_file(const fs::path& a, const fs::path& b) {
    std::error_code error;
    if (fs::equivalent(a, b, error) && !error) return true;  // one file, by links too
    // Not there yet: what they would be.
    const fs::path x = fs::weakly_canonical(a, error);
    if (error) return false;
    const fs::path y = fs::weakly_canonical(b, error);
    return !error && x == y;
}

std::string first_bytes(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string bytes(64, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return bytes;
}

bool is_of_kind(const fs::path& file, OutputKind kind) {
    const std::string bytes = first_bytes(file);
    switch (kind) {
        case OutputKind::checkpoint:
            return is_checkpoint(file);
        case OutputKind::picture:
            return bytes.starts_with("\x89PNG");
        case OutputKind::svg:
            return bytes.starts_with("<svg ");
        case OutputKind::csv:
            return bytes.starts_with("# figure: ");
        case OutputKind::page:
            return bytes.starts_with("<!DOCTYPE html>");
        case OutputKind::json:
            break;
    }
    const auto first = std::find_if(bytes.begin(), bytes.end(),
                                    [](unsigned char c) { return std::isspace(c) == 0; });
    return first != bytes.end() && (*first == '{' || *first == '[');
}

const char* kind_words(OutputKind kind) {
    switch (kind) {
        case OutputKind::checkpoint:
            return "a checkpoint";
        case OutputKind::picture:
            return "a PNG picture";
        case OutputKind::svg:
            return "an SVG picture";
        case OutputKind::csv:
            return "a figure's CSV";
        case OutputKind::page:
            return "an HTML page";
        case OutputKind::json:
            break;
    }
    return "a JSON document";
}

// What cannot be written is said before the work, not behind it. A folder that --out makes first
// may be what is missing.
void require_writable(const Argument& output, std::span<const Argument> outputs) {
    std::error_code error;
    const fs::path folder = fs::absolute(output.path, error).parent_path();
    const bool made_first =
        std::ranges::any_of(outputs, [](const Argument& one) { return one.flag == "--out"; });
    if (output.flag == "--out" || (made_first && !fs::exists(folder, error))) return;
    const AtomicFile probe(output.path);  // dropped: nothing is left of it
}

}  // namespace

void require_replaceable(const fs::path& file, OutputKind kind, const std::string& flag) {
    std::error_code error;
    if (!fs::is_regular_file(file, error) || fs::file_size(file, error) == 0 || error) return;
    if (is_of_kind(file, kind)) return;
    throw UserError(flag + " would replace " + shown_path(file) + ", which is not " +
                        kind_words(kind) + "; choose another name, or remove it first.",
                    kExitWrongUse);
}

void check_outputs(const CLI::App& command) {
    std::vector<Argument> inputs = arguments_of(command, kInputs);
    const CLI::Option* model = command.get_option_no_throw("--model");
    if (model != nullptr && model->count() == 0 && has_asset(kSmallModelAsset))
        inputs.push_back({"--model", asset_path(kSmallModelAsset)});  // what it stands for
    const std::vector<Argument> outputs = arguments_of(command, kOutputs);
    for (std::size_t k = 0; k < outputs.size(); ++k) {
        const Argument& output = outputs[k];
        std::error_code error;
        // A folder or a device is no file that could be lost.
        if (fs::exists(output.path, error) && !fs::is_regular_file(output.path, error)) continue;
        for (const Argument& input : inputs)
            for (const fs::path& file : files_of(input.path))
                if (same_file(output.path, file))
                    throw UserError(output.flag + " would replace what " + input.flag +
                                        " reads: " + shown_path(file) + "; choose another name.",
                                    kExitWrongUse);
        for (std::size_t other = 0; other < k; ++other)
            if (same_file(output.path, outputs[other].path))
                throw UserError(output.flag + " and " + outputs[other].flag +
                                    " name the same file, " + shown_path(output.path) +
                                    "; choose two.",
                                kExitWrongUse);
        if (output.flag == "--html")
            require_replaceable(output.path, OutputKind::page, output.flag);
        if (output.flag == "--json")
            require_replaceable(output.path, OutputKind::json, output.flag);
        require_writable(output, outputs);
    }
}

}  // namespace marginscope
