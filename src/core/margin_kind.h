// The three kinds of margin (E8, E9, E10). Apart from the numbers, so that whoever only names a
// kind compiles no matrices.
#pragma once

namespace marginscope {

enum class MarginKind { determinant, singular, geometric };

}  // namespace marginscope
