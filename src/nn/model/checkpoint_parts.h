// Pieces of a checkpoint: its metadata read with suspicion, its tensors checked before they are
// copied. Internal to nn/model. Any thread.
//
// `source` is the file as sentences name it (core/shown.h: cleaned and quoted). All errors are
// UserErrors with one sentence; whatever they quote from the file is cleaned and shortened.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/run/run_config.h"
#include "files/safetensors.h"
#include "text/vocabulary.h"

namespace marginscope {

inline constexpr const char* kCheckpointFormat = "1";

/// Refuses what no marginscope wrote, and formats of another major number.
void check_format(const SafeTensors& file, const std::string& source);
RunConfig checkpoint_config(const SafeTensors& file, const std::string& source);
Vocabulary checkpoint_vocabulary(const SafeTensors& file, const std::string& source);
std::int64_t checkpoint_step(const SafeTensors& file, const std::string& source);

/// The tensor of that name, which must be of floating-point numbers and have this shape.
const TensorData& require_tensor(const SafeTensors& file, const std::string& source,
                                 const std::string& name, at::IntArrayRef shape);
/// Each parameter of such a model is there with its shape, and nothing that belongs to another
/// model. Takes no memory for the model: what a file does not hold is never allocated.
void check_parameters(const SafeTensors& file, const std::string& source, const ModelConfig& shape,
                      int vocabulary);
/// A copy of a required tensor in `type`; each value must be a finite number in it.
at::Tensor tensor_value(const SafeTensors& file, const std::string& source, const std::string& name,
                        at::IntArrayRef shape, at::ScalarType type);

/// The stored type of a tensor, and the other way round.
DType dtype_of_tensor(const at::Tensor& tensor);

}  // namespace marginscope
