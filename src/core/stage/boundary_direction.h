// A direction in the embeddings' space said by tokens: which of them lie that way, seen from one.
//
// Pure functions; any thread. Float64.
#pragma once

#include <vector>

#include "core/linear/matrix.h"

namespace marginscope {

struct TokenDirection {
    int token = 0;
    double cosine = 0;  // between the way to that token and the direction
    double along = 0;   // how far that token lies along the direction, in units of the embeddings
};

/// All tokens but `own`, those most in the direction first (by cosine; ties by lower id). `vectors`
/// (V, d): one row a token; the way to c is its row minus own's. Tokens that coincide with own have
/// no way and are left out; a direction of length 0, or one that is not finite, has none.
std::vector<TokenDirection> tokens_along(const Matrix& vectors, int own, const Vector& direction);

}  // namespace marginscope
