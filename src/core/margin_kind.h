// The three kinds of margin (E8, E9, E10), and of what they are taken: the fitted stage (E5), the
// model's attention heads (E14) or its layers (E15). Apart from the numbers, so that whoever only
// names them compiles no matrices.
#pragma once

namespace marginscope {

enum class MarginKind { determinant, singular, geometric };
/// Of the heads and of the layers a position is ranked by its nearest one.
enum class MarginView { stage, heads, layer };

}  // namespace marginscope
