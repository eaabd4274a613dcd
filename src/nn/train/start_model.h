// The model that a training begins from, for `--init` and the window. Torch-free; any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/run/run_config.h"

namespace marginscope {

struct Model;
struct Corpus;

struct StartModel {
    std::shared_ptr<const Model> model;  // null: new weights
    std::string file;                    // where it came from, as the run's plan names it
    std::string sha256;                  // of that file; "" where it is not known
    ModelConfig shape;
};

/// A checkpoint or a run folder. UserError when it cannot be read.
StartModel load_start_model(const std::filesystem::path& requested);

/// The name under which a plan keeps it: absolute, without dots.
std::string start_name(const std::filesystem::path& requested);

/// UserError with the number of characters of the text that the model's vocabulary lacks, and a few
/// of them: a training would teach it nothing about them.
void require_known_characters(const Corpus& corpus, const Model& model);

}  // namespace marginscope
