// What a checkpoint may hold.
#include "nn/model/checkpoint_parts.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/shown.h"
#include "files/json_numbers.h"
#include "files/run_folder.h"
#include "nn/model/config_json.h"
#include "nn/model/parameter_list.h"

namespace marginscope {
namespace {

std::optional<at::ScalarType> floating_type_of(DType type) {
    switch (type) {
        case DType::kF16:
            return at::kHalf;
        case DType::kBF16:
            return at::kBFloat16;
        case DType::kF32:
            return at::kFloat;
        case DType::kF64:
            return at::kDouble;
        default:
            return std::nullopt;
    }
}

std::string shape_words(at::IntArrayRef shape) {
    return tensor_words(DType::kF32, {shape.data(), shape.size()}).substr(4);
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

bool belongs_to_a_training(const std::string& name) {
    return name.starts_with("stage.") || name.starts_with("barrier.") ||
           name.starts_with("optim.") || name == "lm_head.weight";
}

/// Where the first value is that is not finite, and what it is.
std::string not_finite_words(const at::Tensor& value) {
    const at::Tensor flat = value.flatten();
    const auto at = at::isfinite(flat).logical_not().nonzero()[0].item<std::int64_t>();
    const double found = flat[at].item<double>();
    const char* word = std::isnan(found) ? "nan" : found > 0 ? "inf" : "-inf";
    return std::string(word) + " at value " + std::to_string(at) + " of " +
           std::to_string(flat.numel());
}

}  // namespace

void check_format(const SafeTensors& file, const std::string& source) {
    const std::string& format = require_metadata(file, source, "format", "format");
    const std::string major = format.substr(0, format.find('.'));
    if (major != kCheckpointFormat)
        throw UserError(source + " has the format " + shown(format) +
                        "; this version reads format " + kCheckpointFormat +
                        ". Take a newer marginscope, or a file that one wrote.");
}

RunConfig checkpoint_config(const SafeTensors& file, const std::string& source) {
    const std::string& text = require_metadata(file, source, "config", "configuration");
    return config_from_json(parse_json(text, "The configuration in " + source), source);
}

Vocabulary checkpoint_vocabulary(const SafeTensors& file, const std::string& source) {
    const std::string what = "The vocabulary in " + source;
    const auto list = parse_json(require_metadata(file, source, "vocabulary", "vocabulary"), what);
    std::vector<std::string> symbols;
    const bool fine = list.is_array() && std::all_of(list.begin(), list.end(),
                                                     [](const auto& s) { return s.is_string(); });
    if (!fine) throw UserError(what + " is not a list of characters.");
    for (const auto& symbol : list) symbols.push_back(symbol.get<std::string>());
    return Vocabulary::from_symbols(symbols, what);
}

std::int64_t checkpoint_step(const SafeTensors& file, const std::string& source) {
    const auto found = file.metadata.find("step");
    if (found == file.metadata.end()) return 0;
    const auto step =
        whole_number(nlohmann::json::parse(found->second, nullptr, false), 0, kMostSteps);
    if (!step)
        throw UserError("The step in the metadata of " + source + " is " + shown(found->second) +
                        "; a whole number from 0 to " + std::to_string(kMostSteps) +
                        " was expected.");
    return *step;
}

const TensorData& require_tensor(const SafeTensors& file, const std::string& source,
                                 const std::string& name, at::IntArrayRef shape) {
    const TensorData* found = file.find(name);
    if (found == nullptr)
        throw UserError(source + " lacks the tensor " + name + " " + shape_words(shape) + ".");
    if (!floating_type_of(found->dtype) ||
        !std::equal(shape.begin(), shape.end(), found->shape.begin(), found->shape.end()))
        throw UserError("The tensor " + name + " in " + source + " is " +
                        tensor_words(found->dtype, found->shape) +
                        " where floating-point numbers of shape " + shape_words(shape) +
                        " were expected.");
    return *found;
}

void check_parameters(const SafeTensors& file, const std::string& source, const ModelConfig& shape,
                      int vocabulary) {
    std::set<std::string_view> ours;
    const std::vector<ParameterInfo> parameters = parameter_list(shape, vocabulary);
    for (const ParameterInfo& parameter : parameters) {
        (void)require_tensor(file, source, parameter.name, parameter.sizes);
        ours.insert(parameter.name);
    }
    for (const TensorData& tensor : file.tensors)
        if (!ours.contains(tensor.name) && !belongs_to_a_training(tensor.name))
            throw UserError("The tensor " + shown(tensor.name) + " in " + source +
                            " does not belong to the model its configuration describes.");
    // A tied head may stand there as a copy; another one would be another model.
    const TensorData* head = shape.tied ? file.find("lm_head.weight") : nullptr;
    if (head != nullptr && head->bytes != file.at("transformer.wte.weight").bytes)
        throw UserError(source +
                        " has a head (lm_head.weight) of its own, and a configuration that says "
                        "model.tied = true: one of the two is wrong.");
}

at::Tensor tensor_value(const SafeTensors& file, const std::string& source, const std::string& name,
                        at::IntArrayRef shape, at::ScalarType type) {
    const TensorData& data = require_tensor(file, source, name, shape);
    at::Tensor stored =
        at::empty(data.shape, at::TensorOptions().dtype(*floating_type_of(data.dtype)));
    if (!data.bytes.empty()) std::memcpy(stored.data_ptr(), data.bytes.data(), data.bytes.size());
    const at::Tensor value = stored.to(type);
    // After the conversion: a double may be too large for a float.
    if (!at::isfinite(value).all().item<bool>())
        throw UserError("Cannot load " + source + ": a value is not a finite number in " + name +
                        " (" + not_finite_words(value) +
                        "); the file is damaged, or was written by a training that diverged.");
    return value;
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

}  // namespace marginscope
