// Where noise goes into a model.
#pragma once

namespace marginscope {

/// On the token embeddings at the input, on what attention reads (the output of the layer norm
/// before it), or on the residual stream after each block.
enum class NoisePlace { embeddings, attention, residual };

}  // namespace marginscope
