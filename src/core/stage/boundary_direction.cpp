// Cosines of the ways to all tokens.
#include "core/stage/boundary_direction.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace marginscope {

std::vector<TokenDirection> tokens_along(const Matrix& vectors, int own, const Vector& direction) {
    assert(own >= 0 && own < vectors.rows() && vectors.cols() == direction.size());
    std::vector<TokenDirection> all;
    const double length = direction.norm();
    if (!(length > 0) || !std::isfinite(length)) return all;
    for (int token = 0; token < vectors.rows(); ++token) {
        const Vector way = (vectors.row(token) - vectors.row(own)).transpose();
        const double distance = way.norm();
        if (token == own || !(distance > 0)) continue;
        const double along = way.dot(direction) / length;
        all.push_back({token, along / distance, along});
    }
    std::stable_sort(all.begin(), all.end(), [](const TokenDirection& a, const TokenDirection& b) {
        return a.cosine > b.cosine;
    });
    return all;
}

}  // namespace marginscope
