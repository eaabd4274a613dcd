// Checkpoints: what is written comes back, what is wrong is refused with a sentence before anything
// is copied.
#include "nn/model/checkpoint.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "core/error.h"
#include "core/shown.h"
#include "files/json_numbers.h"
#include "nn/model/config_json.h"
#include "nn/model/parameter_list.h"

namespace marginscope {
namespace {

Model small_model(bool tied = false) {
    RunConfig config;
    config.model = {2, 2, 8, 6, true, tied};
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
    SafeTensors file = model_to_file(small_model(true));
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

// A setting that came later must not change what older files mean, whatever its default is.
TEST(Checkpoint, SettingsThatCameLaterMeanWhatTheyMeantBefore) {
    nlohmann::json written = config_to_json(RunConfig{});
    std::size_t later = 0;
    for (const Field& field : config_fields()) {
        if (!field.before) continue;
        ++later;
        const std::string name(field.name);
        written[name.substr(0, name.find('.'))].erase(name.substr(name.find('.') + 1));
    }
    EXPECT_GE(later, 4u);
    for (const nlohmann::json& old : {written, nlohmann::json::object()}) {
        const RunConfig read = config_from_json(old, "old");
        for (const Field& field : config_fields())
            if (field.before) EXPECT_EQ(field.get(read), *field.before) << field.name;
    }
    // A user's few lines leave the rest to the defaults; a whole old file is an old run's.
    const RunConfig few = config_from_json({{"train", {{"steps", 3}}}}, "few", ConfigOrigin::user);
    const RunConfig whole = config_from_json(written, "whole", ConfigOrigin::user);
    for (const Field& field : config_fields())
        if (field.before) {
            EXPECT_EQ(field.get(few), field.get(RunConfig{})) << field.name;
            EXPECT_EQ(field.get(whole), *field.before) << field.name;
        }
}

TEST(Checkpoint, AHeadOfItsOwnComesBack) {
    Model model = small_model(false);
    model.stage->input_scale.fill_(1.25);
    SafeTensors file = model_to_file(model);
    const Model back = model_from_file(file, "own head");
    EXPECT_FALSE(back.gpt.shape().tied);
    EXPECT_TRUE(at::equal(back.gpt.head_weight(), model.gpt.head_weight()));
    EXPECT_FALSE(at::equal(back.gpt.head_weight(), back.gpt.token_embeddings()));
    EXPECT_EQ(back.stage->input_scale.item<double>(), 1.25);
    EXPECT_TRUE(at::equal(back.clone().gpt.head_weight(), model.gpt.head_weight()));
    std::erase_if(file.tensors, [](const TensorData& t) { return t.name == "lm_head.weight"; });
    EXPECT_THROW(model_from_file(file, "own head"), UserError);
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

// The alphabet of a terminal's commands, and of forged lines.
std::string hostile_text(std::mt19937_64& random) {
    const std::string pieces[] = {"\x1B]0;title\x07",
                                  "\x1B[2J",
                                  "\n",
                                  "marginscope: all is well",
                                  "\u202E",
                                  "\u009B31m",
                                  "\xFF",
                                  "\"",
                                  "{",
                                  "1",
                                  ":",
                                  "a"};
    std::string text;
    for (std::size_t k = random() % 30; k > 0; --k) text += pieces[random() % std::size(pieces)];
    if (random() % 4 == 0) text += std::string(5000, 'x');
    return text;
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
    has(refusal([](SafeTensors& f) { f.metadata["format"] = "2"; }), "format '2'");
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

// Whatever stands in the metadata and the names of tensors: accepted, or refused in one short line
// that commands no terminal.
TEST(Checkpoint, HostileMetadataIsQuotedCleanAndShort) {
    std::mt19937_64 random(14);
    int refused = 0;
    for (int k = 0; k < 600; ++k) {
        const std::string sentence = refusal([&](SafeTensors& file) {
            const char* keys[] = {"format", "step", "config", "vocabulary"};
            const std::string text = hostile_text(random);
            switch (random() % 6) {
                case 0:
                    file.metadata["config"] = nlohmann::json{{"model", {{text, 3}}}}.dump(
                        -1, ' ', false, nlohmann::json::error_handler_t::replace);
                    break;
                case 1:
                    file.metadata["config"] = nlohmann::json{{"barrier", {{"site", text}}}}.dump(
                        -1, ' ', false, nlohmann::json::error_handler_t::replace);
                    break;
                case 2:
                    tensor(file, "transformer.ln_f.weight").name = text;
                    break;
                default:
                    file.metadata[keys[random() % 4]] = text;
            }
        });
        if (sentence == "accepted") continue;
        ++refused;
        EXPECT_EQ(shown_text(sentence), sentence);
        EXPECT_LT(sentence.size(), 1200u) << sentence;
        EXPECT_NE(sentence.find("model.safetensors"), std::string::npos) << sentence;
    }
    EXPECT_GT(refused, 500);
}

TEST(Checkpoint, NumbersOutOfRangeInTheMetadataAreRefused) {
    for (const char* step : {"-1", "9223372036854775808", "18446744073709551615", "2.5", "\"7\"",
                             "1e3", "null", "[1]", "", "1000000001"}) {
        const std::string sentence = refusal([&](SafeTensors& f) { f.metadata["step"] = step; });
        EXPECT_NE(sentence.find("step"), std::string::npos) << step << ": " << sentence;
        EXPECT_NE(sentence.find("model.safetensors"), std::string::npos) << step;
    }
    for (const char* config : {R"({"model": {"width": 9223372036854775816}})",
                               R"({"model": {"layers": "4"}})", R"({"model": {"bias": 1}})",
                               R"({"model": 3})", R"([1])", R"({"model": {"layers": -1}})"}) {
        const std::string sentence =
            refusal([&](SafeTensors& f) { f.metadata["config"] = config; });
        EXPECT_NE(sentence, "accepted") << config;
        EXPECT_NE(sentence.find("model.safetensors"), std::string::npos) << config << sentence;
    }
    for (const char* list : {"3", "\"ab\"", "{\"a\": \"b\"}", "[1]", "[]", "[\"a\", \"a\"]"}) {
        const std::string sentence =
            refusal([&](SafeTensors& f) { f.metadata["vocabulary"] = list; });
        EXPECT_NE(sentence.find("model.safetensors"), std::string::npos) << list << sentence;
    }
}

// One value in any tensor the model reads, of any stored type.
TEST(Checkpoint, AValueThatIsNotFiniteIsRefusedWithItsTensor) {
    std::mt19937_64 random(15);
    const SafeTensors good = model_to_file(small_model());
    for (const TensorData& victim : good.tensors) {
        const double bad[] = {std::nan(""), INFINITY, -INFINITY, 1e300};
        for (const DType type : {DType::kF32, DType::kF64, DType::kF16}) {
            std::vector<double> values = tensor_doubles(victim);
            const double value = bad[random() % (type == DType::kF64 ? 4 : 3)];
            // A double that is too large for a float is none either; sigma stays a double.
            const bool sigma = victim.name.ends_with("log_sigma");
            values[random() % values.size()] = sigma && value == 1e300 ? INFINITY : value;
            const std::string sentence = refusal([&](SafeTensors& file) {
                TensorData& t = tensor(file, victim.name);
                at::Tensor stored = at::tensor(values, at::kDouble)
                                        .to(type == DType::kF32   ? at::kFloat
                                            : type == DType::kF16 ? at::kHalf
                                                                  : at::kDouble);
                t = {victim.name, type, victim.shape, {}};
                t.bytes.resize(static_cast<std::size_t>(stored.nbytes()));
                std::memcpy(t.bytes.data(), stored.const_data_ptr(), t.bytes.size());
            });
            EXPECT_NE(sentence.find("not a finite number in " + victim.name), std::string::npos)
                << victim.name << ": " << sentence;
        }
    }
}

TEST(Checkpoint, NothingThatIsNotFiniteIsWritten) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("marginscope_nan_" + std::to_string(::getpid()) + ".safetensors");
    Model model = small_model();
    {
        at::NoGradGuard no_grad;
        model.stage->w_k.detach()[3][4] = INFINITY;
    }
    try {
        save_model(model, path);
        ADD_FAILURE() << "written";
    } catch (const UserError& error) {
        EXPECT_NE(std::string(error.what()).find("stage.W_K"), std::string::npos) << error.what();
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

std::size_t peak_kilobytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss);
}

// A header that promises a model of several gigabytes and a file that holds next to nothing of it.
TEST(Checkpoint, AFileThatLacksTensorsCostsNoMemory) {
    const std::size_t before = peak_kilobytes();
    const auto began = std::chrono::steady_clock::now();
    RunConfig config;
    config.model = {64, 16, 1600, 1024, false};
    SafeTensors file = model_to_file(small_model());
    file.metadata["config"] = dump_json(config_to_json(config));
    const std::int64_t vocabulary = small_model().vocabulary.size();
    std::erase_if(file.tensors, [](const TensorData&) { return true; });
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
        std::size_t bytes = 2;
        for (const auto size : shape) bytes *= static_cast<std::size_t>(size);
        file.tensors.push_back({name, DType::kF16, shape, std::vector<std::byte>(bytes)});
    };
    add("transformer.wte.weight", {vocabulary, 1600});
    add("transformer.wpe.weight", {1024, 1600});
    add("transformer.h.63.mlp.c_fc.weight", {6400, 1600});
    try {
        (void)model_from_file(file, "'model.safetensors'");
        ADD_FAILURE() << "accepted";
    } catch (const UserError& error) {
        EXPECT_NE(std::string(error.what()).find("transformer.h.0.ln_1.weight"), std::string::npos)
            << error.what();
    }
    EXPECT_LT(peak_kilobytes() - before, 200u << 10);
    EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(), 5.0);
}

// The list that files are checked against is the model's own.
TEST(Checkpoint, TheListOfParametersIsWhatAModelHas) {
    for (const bool bias : {false, true}) {
        const ModelConfig shape{3, 2, 10, 7, bias};
        const CharGpt gpt(shape, 11, 1);
        const auto list = parameter_list(shape, 11);
        ASSERT_EQ(list.size(), gpt.parameters().size());
        for (std::size_t k = 0; k < list.size(); ++k) {
            EXPECT_EQ(list[k].name, gpt.parameters()[k].name);
            EXPECT_EQ(list[k].sizes, gpt.parameters()[k].value.sizes().vec()) << list[k].name;
        }
    }
}

}  // namespace
}  // namespace marginscope
