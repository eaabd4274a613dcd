// Tensors to safetensors and back, with every check before the first copy.
#include "nn/model/checkpoint.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/shown.h"
#include "files/json_numbers.h"
#include "files/run_folder.h"
#include "nn/model/checkpoint_parts.h"
#include "nn/model/config_json.h"

namespace marginscope {
namespace {

/// PREFIX.W_Q, W_K and W_P where the file has them.
std::optional<EmbeddingStage> stage_of(const SafeTensors& file, const std::string& source,
                                       const std::string& prefix, std::int64_t width,
                                       at::Device device) {
    const TensorData* w_q = file.find(prefix + ".W_Q");
    if (w_q == nullptr) return std::nullopt;
    const TensorData* w_p = file.find(prefix + ".W_P");
    const std::int64_t p = w_p != nullptr && !w_p->shape.empty() ? w_p->shape[0] : width;
    if (p < 1 || p > width)
        throw UserError("The tensor " + prefix + ".W_P in " + source + " has " + std::to_string(p) +
                        " rows where 1 to " + std::to_string(width) + " were expected.");
    (void)require_tensor(file, source, prefix + ".W_Q", {p, p});
    (void)require_tensor(file, source, prefix + ".W_K", {p, p});
    if (w_p != nullptr) (void)require_tensor(file, source, prefix + ".W_P", {p, width});
    EmbeddingStage stage = EmbeddingStage::random(
        static_cast<int>(width), w_p != nullptr ? static_cast<int>(p) : 0, 0.0, 0, device);
    for (const NamedTensor& parameter : stage.parameters(prefix))
        tensor_from_file(file, source, parameter.name, parameter.value);
    if (file.find(prefix + ".log_sigma") != nullptr) {
        const double log_sigma =
            tensor_value(file, source, prefix + ".log_sigma", {}, at::kDouble).item<double>();
        const double sigma_square = std::exp(2.0 * log_sigma);
        if (!std::isnormal(sigma_square))
            throw UserError(
                "The tensor " + prefix + ".log_sigma in " + source +
                " is the logarithm of no standard deviation: " + std::to_string(log_sigma) + ".");
        stage.sigma_square.fill_(sigma_square);
        stage.residual_average.fill_(sigma_square);
        stage.learned_log_sigma.detach().fill_(log_sigma);
        stage.updates = 1;
    }
    if (file.find(prefix + ".input_scale") != nullptr) {
        const double scale =
            tensor_value(file, source, prefix + ".input_scale", {}, at::kDouble).item<double>();
        if (!(scale > 0.0))
            throw UserError("The tensor " + prefix + ".input_scale in " + source +
                            " is no scale: " + std::to_string(scale) + ".");
        stage.input_scale.fill_(scale);
    }
    return stage;
}

/// The name of the first tensor with a value that is not finite; nothing when all are fine.
std::optional<std::string> first_not_finite(const SafeTensors& file) {
    for (const TensorData& tensor : file.tensors)
        if (!all_finite(tensor)) return tensor.name;
    return std::nullopt;
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
    destination.detach().copy_(
        tensor_value(file, source, name, destination.sizes(), destination.scalar_type()));
}

Model Model::clone() const {
    Model copy{gpt.clone(gpt.device(), gpt.dtype()), vocabulary, {}, {}, config, step};
    if (stage) copy.stage = stage->clone(gpt.device(), gpt.dtype());
    if (barrier) copy.barrier = barrier->clone(gpt.device(), gpt.dtype());
    return copy;
}

SafeTensors model_to_file(const Model& model) {
    SafeTensors file;
    file.metadata["format"] = kCheckpointFormat;
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
        if (const double scale = stage->input_scale.item<double>(); scale != 1.0)
            file.tensors.push_back(
                tensor_to_file(prefix + ".input_scale", at::full({}, scale, at::kDouble)));
    };
    add_stage(model.stage, "stage");
    add_stage(model.barrier, "barrier");
    return file;
}

Model model_from_file(const SafeTensors& file, const std::string& source, at::Device device) {
    check_format(file, source);
    const RunConfig config = checkpoint_config(file, source);
    const std::int64_t step = checkpoint_step(file, source);
    Vocabulary vocabulary = checkpoint_vocabulary(file, source);
    check_parameters(file, source, config.model, vocabulary.size());
    CharGpt gpt =
        CharGpt::from_values(config.model, vocabulary.size(), [&](const ParameterInfo& parameter) {
            return tensor_value(file, source, parameter.name, parameter.sizes, at::kFloat)
                .to(device);
        });
    auto stage = stage_of(file, source, "stage", config.model.width, device);
    auto barrier = stage_of(file, source, "barrier", config.model.width, device);
    return {
        std::move(gpt), std::move(vocabulary), std::move(stage), std::move(barrier), config, step};
}

void check_finite(const SafeTensors& file, const std::filesystem::path& target) {
    if (const auto name = first_not_finite(file))
        throw UserError("Nothing was written to " + shown_path(target) +
                        ": a value is not a finite number in " + *name + ".");
}

Model load_model(const std::filesystem::path& file_or_run, at::Device device) {
    const std::filesystem::path file = model_file(file_or_run);
    return model_from_file(read_safetensors(file), shown_path(file), device);
}

void save_model(const Model& model, const std::filesystem::path& file) {
    const SafeTensors written = model_to_file(model);
    check_finite(written, file);
    write_safetensors(file, written);
}

}  // namespace marginscope
