// Tensors to safetensors and back, with every check before the first copy.
#include "nn/model/checkpoint.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "files/json_numbers.h"
#include "files/run_folder.h"
#include "nn/model/config_json.h"

namespace marginscope {
namespace {

constexpr const char* kFormat = "1";

std::optional<at::ScalarType> scalar_type_of(DType type) {
    switch (type) {
        case DType::kF16:
            return at::kHalf;
        case DType::kBF16:
            return at::kBFloat16;
        case DType::kF32:
            return at::kFloat;
        case DType::kF64:
            return at::kDouble;
        case DType::kI64:
            return at::kLong;
        default:
            return std::nullopt;
    }
}

DType dtype_of_tensor(const at::Tensor& tensor) {
    switch (tensor.scalar_type()) {
        case at::kHalf:
            return DType::kF16;
        case at::kBFloat16:
            return DType::kBF16;
        case at::kDouble:
            return DType::kF64;
        case at::kLong:
            return DType::kI64;
        default:
            return DType::kF32;
    }
}

std::string shape_words(at::IntArrayRef shape) {
    return tensor_words(DType::kF32, {shape.data(), shape.size()}).substr(4);
}

const TensorData& require(const SafeTensors& file, const std::string& source,
                          const std::string& name, at::IntArrayRef shape) {
    const TensorData* found = file.find(name);
    if (found == nullptr)
        throw UserError(source + " lacks the tensor " + name + " " + shape_words(shape) + ".");
    const bool floating = scalar_type_of(found->dtype).has_value() && found->dtype != DType::kI64;
    if (!floating ||
        !std::equal(shape.begin(), shape.end(), found->shape.begin(), found->shape.end()))
        throw UserError("The tensor " + name + " in " + source + " is " +
                        tensor_words(found->dtype, found->shape) +
                        " where floating-point numbers of shape " + shape_words(shape) +
                        " were expected.");
    return *found;
}

at::Tensor tensor_of(const TensorData& data) {
    at::Tensor tensor =
        at::empty(data.shape, at::TensorOptions().dtype(*scalar_type_of(data.dtype)));
    if (!data.bytes.empty()) std::memcpy(tensor.data_ptr(), data.bytes.data(), data.bytes.size());
    return tensor;
}

const std::string& require_metadata(const SafeTensors& file, const std::string& source,
                                    const char* key, const char* what) {
    const auto found = file.metadata.find(key);
    if (found == file.metadata.end())
        throw UserError(
            source + " has no " + what +
            " in its metadata, so it is no marginscope model; nanoGPT's weights come in through "
            "scripts/nanogpt_to_safetensors.py.");
    return found->second;
}

void check_format(const SafeTensors& file, const std::string& source) {
    const std::string& format = require_metadata(file, source, "format", "format");
    const std::string major = format.substr(0, format.find('.'));
    if (major != kFormat)
        throw UserError(source + " has the format " + format + "; this version reads format " +
                        kFormat + ". Take a newer marginscope.");
}

Vocabulary vocabulary_of(const SafeTensors& file, const std::string& source) {
    const auto list = parse_json(require_metadata(file, source, "vocabulary", "vocabulary"),
                                 source + " (vocabulary)");
    std::vector<std::string> symbols;
    for (const auto& symbol : list) {
        if (!symbol.is_string())
            throw UserError("The vocabulary in " + source + " is not a list of characters.");
        symbols.push_back(symbol.get<std::string>());
    }
    return Vocabulary::from_symbols(symbols);
}

/// PREFIX.W_Q, W_K and W_P where the file has them.
std::optional<EmbeddingStage> stage_of(const SafeTensors& file, const std::string& source,
                                       const std::string& prefix, std::int64_t width,
                                       at::Device device) {
    const TensorData* w_q = file.find(prefix + ".W_Q");
    if (w_q == nullptr) return std::nullopt;
    const TensorData* w_p = file.find(prefix + ".W_P");
    const std::int64_t p = w_p != nullptr && !w_p->shape.empty() ? w_p->shape[0] : width;
    (void)require(file, source, prefix + ".W_Q", {p, p});
    (void)require(file, source, prefix + ".W_K", {p, p});
    if (w_p != nullptr) (void)require(file, source, prefix + ".W_P", {p, width});
    EmbeddingStage stage = EmbeddingStage::random(
        static_cast<int>(width), w_p != nullptr ? static_cast<int>(p) : 0, 0.0, 0, device);
    for (const NamedTensor& parameter : stage.parameters(prefix))
        tensor_from_file(file, source, parameter.name, parameter.value);
    if (const TensorData* log_sigma = file.find(prefix + ".log_sigma")) {
        const auto values = tensor_doubles(*log_sigma);
        if (values.size() != 1)
            throw UserError("The tensor " + prefix + ".log_sigma in " + source +
                            " must be one number.");
        stage.sigma_square.fill_(std::exp(2.0 * values[0]));
        stage.updates = 1;
    }
    return stage;
}

bool is_known(const std::string& name) {
    return name.starts_with("stage.") || name.starts_with("barrier.") ||
           name.starts_with("optim.") || name == "lm_head.weight";
}

void check_names(const SafeTensors& file, const std::string& source, const CharGpt& gpt) {
    for (const NamedTensor& parameter : gpt.parameters())
        (void)require(file, source, parameter.name, parameter.value.sizes());
    for (const TensorData& tensor : file.tensors) {
        const bool ours = std::any_of(gpt.parameters().begin(), gpt.parameters().end(),
                                      [&](const NamedTensor& p) { return p.name == tensor.name; });
        if (!ours && !is_known(tensor.name))
            throw UserError("The tensor " + tensor.name + " in " + source +
                            " does not belong to the model its configuration describes.");
    }
    // The head is tied to the token embeddings; another head would be another model.
    const TensorData* head = file.find("lm_head.weight");
    if (head != nullptr && head->bytes != file.at("transformer.wte.weight").bytes)
        throw UserError(
            source +
            " has a head (lm_head.weight) of its own; only models whose head is tied to the token "
            "embeddings can be loaded.");
}

std::int64_t step_of(const SafeTensors& file, const std::string& source) {
    const auto found = file.metadata.find("step");
    if (found == file.metadata.end()) return 0;
    const auto value = nlohmann::json::parse(found->second, nullptr, false);
    if (!value.is_number_integer() || value.get<std::int64_t>() < 0)
        throw UserError("The step in the metadata of " + source + " is \"" + found->second +
                        "\", not a whole number.");
    return value.get<std::int64_t>();
}

}  // namespace

TensorData tensor_to_file(const std::string& name, const at::Tensor& tensor) {
    const at::Tensor host = tensor.detach().to(at::kCPU).contiguous();
    TensorData data{name, dtype_of_tensor(host), host.sizes().vec(), {}};
    data.bytes.resize(static_cast<std::size_t>(host.nbytes()));
    if (!data.bytes.empty())
        std::memcpy(data.bytes.data(), host.const_data_ptr(), data.bytes.size());
    return data;
}

void tensor_from_file(const SafeTensors& file, const std::string& source, const std::string& name,
                      const at::Tensor& destination) {
    at::NoGradGuard no_grad;
    destination.detach().copy_(tensor_of(require(file, source, name, destination.sizes())));
}

Model Model::clone() const {
    Model copy{gpt.clone(gpt.device(), gpt.dtype()), vocabulary, {}, {}, config, step};
    if (stage) copy.stage = stage->clone(gpt.device(), gpt.dtype());
    if (barrier) copy.barrier = barrier->clone(gpt.device(), gpt.dtype());
    return copy;
}

SafeTensors model_to_file(const Model& model) {
    SafeTensors file;
    file.metadata["format"] = kFormat;
    file.metadata["config"] = dump_json(config_to_json(model.config));
    file.metadata["vocabulary"] = dump_json(model.vocabulary.symbols());
    file.metadata["step"] = std::to_string(model.step);
    for (const NamedTensor& parameter : model.gpt.parameters())
        file.tensors.push_back(tensor_to_file(parameter.name, parameter.value));
    const auto add_stage = [&](const std::optional<EmbeddingStage>& stage,
                               const std::string& prefix) {
        if (!stage) return;
        for (const NamedTensor& parameter : stage->parameters(prefix))
            file.tensors.push_back(tensor_to_file(parameter.name, parameter.value));
        if (stage->updates > 0)
            file.tensors.push_back(tensor_to_file(prefix + ".log_sigma",
                                                  at::full({}, stage->log_sigma(), at::kDouble)));
    };
    add_stage(model.stage, "stage");
    add_stage(model.barrier, "barrier");
    return file;
}

Model model_from_file(const SafeTensors& file, const std::string& name, at::Device device) {
    check_format(file, name);
    const RunConfig config = config_from_json(
        parse_json(require_metadata(file, name, "config", "configuration"), name + " (config)"),
        name);
    Vocabulary vocabulary = vocabulary_of(file, name);
    // A header that promises more than the file holds must not make us allocate it.
    (void)require(file, name, "transformer.wte.weight", {vocabulary.size(), config.model.width});
    (void)require(file, name, "transformer.wpe.weight", {config.model.context, config.model.width});
    const std::string last_block =
        "transformer.h." + std::to_string(config.model.layers - 1) + ".mlp.c_fc.weight";
    (void)require(file, name, last_block, {4 * config.model.width, config.model.width});
    CharGpt gpt(config.model, vocabulary.size(), 0, device);
    check_names(file, name, gpt);
    auto stage = stage_of(file, name, "stage", config.model.width, device);
    auto barrier = stage_of(file, name, "barrier", config.model.width, device);
    for (const NamedTensor& parameter : gpt.parameters())
        tensor_from_file(file, name, parameter.name, parameter.value);
    return {std::move(gpt), std::move(vocabulary), std::move(stage), std::move(barrier),
            config,         step_of(file, name)};
}

Model load_model(const std::filesystem::path& file_or_run, at::Device device) {
    const std::filesystem::path file = model_file(file_or_run);
    return model_from_file(read_safetensors(file), file.string(), device);
}

void save_model(const Model& model, const std::filesystem::path& file) {
    write_safetensors(file, model_to_file(model));
}

}  // namespace marginscope
