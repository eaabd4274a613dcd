// Small models with sharp attention, for tests of what reads a model.
#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <string>

#include "nn/model/checkpoint.h"

namespace marginscope::testing_support {

inline std::string random_text(std::size_t length, unsigned seed) {
    constexpr std::string_view kLetters = "abcdef .\n";
    std::mt19937 rng(seed);
    std::string text;
    for (std::size_t k = 0; k < length; ++k) text += kLetters[rng() % kLetters.size()];
    return text;
}

// Untrained weights are nearly linear: larger ones make attention sharp, so that errors show.
inline Model tiny_model(bool bias = false, bool with_stage = true, unsigned seed = 5,
                        Vocabulary vocabulary = Vocabulary::from_text("abcdef .\n")) {
    ModelConfig shape;
    shape.layers = 2;
    shape.heads = 2;
    shape.width = 8;
    shape.context = 12;
    shape.bias = bias;
    CharGpt gpt(shape, vocabulary.size(), seed);
    const at::NoGradGuard no_grad;
    at::Generator generator = at::detail::createCPUGenerator(seed);
    for (NamedTensor& parameter : gpt.parameters()) {
        if (parameter.value.dim() == 2) parameter.value.mul_(20.0);
        if (parameter.name.ends_with(".bias")) parameter.value.normal_(0.0, 0.3, generator);
    }
    Model model{std::move(gpt), std::move(vocabulary), std::nullopt, std::nullopt, RunConfig{}, 0};
    model.config.model = shape;
    if (with_stage) {
        model.stage = EmbeddingStage::random(shape.width, 0, 1.0, seed + 1);
        model.stage->update_sigma(at::scalar_tensor(0.25, at::kDouble));
    }
    return model;
}

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "marginscope-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace marginscope::testing_support
