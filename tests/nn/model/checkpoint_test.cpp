// Checkpoints: what is written comes back, what is wrong is refused with a sentence before anything
// is copied.
#include "nn/model/checkpoint.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "nn/model/config_json.h"

namespace marginscope {
namespace {

Model small_model() {
    RunConfig config;
    config.model = {2, 2, 8, 6, true};
    Vocabulary vocabulary = Vocabulary::from_text("hello world\n\"\xc3\xa9\"");
    CharGpt gpt(config.model, vocabulary.size(), 3);
    Model model{std::move(gpt),
                std::move(vocabulary),
                EmbeddingStage::random(8, 0, 0.1, 1),
                EmbeddingStage::random(8, 3, 0.1, 2),
                config,
                17};
    model.stage->update_sigma(at::full({}, 0.25));
    return model;
}

TEST(Checkpoint, RoundTripKeepsEverything) {
    const Model model = small_model();
    const auto path = std::filesystem::temp_directory_path() /
                      ("marginscope_checkpoint_" + std::to_string(::getpid()) + ".safetensors");
    save_model(model, path);
    const Model back = load_model(path);
    std::filesystem::remove(path);
    EXPECT_EQ(back.step, 17);
    EXPECT_TRUE(back.vocabulary == model.vocabulary);
    EXPECT_EQ(config_to_json(back.config), config_to_json(model.config));
    for (std::size_t k = 0; k < model.gpt.parameters().size(); ++k) {
        EXPECT_EQ(back.gpt.parameters()[k].name, model.gpt.parameters()[k].name);
        EXPECT_TRUE(at::equal(back.gpt.parameters()[k].value, model.gpt.parameters()[k].value));
    }
    ASSERT_TRUE(back.stage && back.barrier);
    EXPECT_TRUE(at::equal(back.stage->w_q, model.stage->w_q));
    EXPECT_TRUE(at::equal(back.barrier->w_p, model.barrier->w_p));
    EXPECT_NEAR(back.stage->log_sigma(), 0.5 * std::log(0.25), 1e-14);
}

TEST(Checkpoint, WeightsAloneAreEnough) {  // nanoGPT's, as its script writes them
    SafeTensors file = model_to_file(small_model());
    std::erase_if(file.tensors,
                  [](const TensorData& t) { return !t.name.starts_with("transformer."); });
    TensorData head = file.at("transformer.wte.weight");
    head.name = "lm_head.weight";
    file.tensors.push_back(head);
    const Model model = model_from_file(file, "weights");
    EXPECT_FALSE(model.stage.has_value());
    EXPECT_FALSE(model.barrier.has_value());
    file.tensors.back().bytes[0] ^= std::byte{1};
    EXPECT_THROW(model_from_file(file, "weights"), UserError);
}

std::string refusal(const std::function<void(SafeTensors&)>& damage) {
    SafeTensors file = model_to_file(small_model());
    damage(file);
    try {
        (void)model_from_file(file, "model.safetensors");
    } catch (const UserError& error) {
        return error.what();
    }
    return "accepted";
}

TensorData& tensor(SafeTensors& file, const std::string& name) {
    for (TensorData& t : file.tensors)
        if (t.name == name) return t;
    throw std::logic_error(name);
}

TEST(Checkpoint, RefusesWhatDoesNotFit) {
    const auto has = [](const std::string& sentence, const std::string& part) {
        EXPECT_NE(sentence.find(part), std::string::npos) << sentence;
    };
    has(refusal([](SafeTensors& f) { f.metadata["format"] = "2"; }), "format 2");
    has(refusal([](SafeTensors& f) { f.metadata.erase("vocabulary"); }), "vocabulary");
    has(refusal([](SafeTensors& f) { f.metadata["config"] = "{"; }), "config");
    has(refusal([](SafeTensors& f) { f.metadata["config"] = R"({"model": {"width": 12}})"; }),
        "shape");
    has(refusal([](SafeTensors& f) { f.metadata["config"] = R"({"model": {"colour": 12}})"; }),
        "model.colour");
    has(refusal([](SafeTensors& f) { f.metadata["vocabulary"] = R"(["a", "b"])"; }),
        "transformer.wte.weight");
    has(refusal([](SafeTensors& f) { f.metadata["step"] = "many"; }), "step");
    has(refusal([](SafeTensors& f) { tensor(f, "transformer.h.1.mlp.c_fc.bias").name = "other"; }),
        "c_fc.bias");
    has(refusal([](SafeTensors& f) {
            tensor(f, "transformer.h.0.ln_1.weight").shape = {2, 4};
        }),
        "ln_1.weight");
    has(refusal([](SafeTensors& f) { tensor(f, "stage.W_K").shape = {64}; }), "stage.W_K");
    has(refusal([](SafeTensors& f) { tensor(f, "barrier.W_P").shape = {8, 3}; }), "barrier.W_");
    has(refusal([](SafeTensors& f) {
            TensorData extra = tensor(f, "transformer.ln_f.weight");
            extra.name = "transformer.h.2.ln_1.weight";
            f.tensors.push_back(extra);
        }),
        "transformer.h.2");
    has(refusal([](SafeTensors& f) {
            TensorData& t = tensor(f, "transformer.ln_f.weight");
            t.dtype = DType::kI32;
        }),
        "floating-point");
}

}  // namespace
}  // namespace marginscope
