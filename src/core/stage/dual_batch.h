// The determinants of one token at several places, by the LU of several dual matrices at once
// (E18). Internal to core.
//
// Pure functions, any thread, float64; NaN and infinities travel through. Sizes are checked by
// assertions only.
#pragma once

#include <span>
#include <vector>

#include "core/linear/matrix.h"
#include "core/linear/rows.h"
#include "core/linear/simd.h"

namespace marginscope::linear {

// I - (diag(alpha) - alpha alpha^T) H for kBatch vectors alpha at once (E18): one LU for all of
// them, the points of one row of a plane, each in its own lane of the vectors.
//
// Lanes cannot pivot each for itself, so all rows come in one `order`; neighbours on a plane have
// nearly the same matrix, so an order found for one of them serves the others, and a lane in which
// it does not (its multipliers grow) is reported as not `trusted`.
class DualBatch {
public:
    static constexpr int kBatch = 8;

    explicit DualBatch(const Matrix& h);

    // alpha[s * kBatch + lane]. Overwrites the results.
    void factor(const double* alpha, std::span<const int> order);
    const LogDet& result(int lane) const { return results_[lane]; }
    bool trusted(int lane) const { return trusted_[lane]; }

private:
    int n_, size_, block_;  // padded with an identity to whole tiles; columns in blocks
    Rows h_;
    std::vector<int> order_;
    simd::AlignedNumbers alpha_, mean_, matrix_;
    LogDet results_[kBatch];
    bool trusted_[kBatch] = {};
};

}  // namespace marginscope::linear
