// Jacobians of softmax attention by dual numbers, and random stages.
#include "core/reference_attention.h"

#include <cmath>

namespace marginscope::reference {

Matrix jacobian_at(const Matrix& u, const StageWeights& w, int i, const Vector& x) {
    const Eigen::Index d = u.cols();
    Matrix j(d, d);
    for (Eigen::Index c = 0; c < d; ++c) {
        Row<First> moved = lift<First>(x);
        moved[static_cast<std::size_t>(c)].slope = 1.0;
        const Row<First> mean = attention_mean(u, w, i, moved);
        for (Eigen::Index r = 0; r < d; ++r)
            j(r, c) = (r == c ? 1.0 : 0.0) - mean[static_cast<std::size_t>(r)].slope;
    }
    return j;
}

Matrix jacobian(const Matrix& u, const StageWeights& w, int i) {
    return jacobian_at(u, w, i, u.row(i));
}

Matrix jacobian_change(const Matrix& u, const StageWeights& w, int i, const Vector& direction) {
    const Eigen::Index d = u.cols();
    Matrix change(d, d);
    for (Eigen::Index c = 0; c < d; ++c) {
        Row<Second> moved = lift<Second>(u.row(i));
        for (Eigen::Index k = 0; k < d; ++k)
            moved[static_cast<std::size_t>(k)].value.slope = direction(k);
        moved[static_cast<std::size_t>(c)].slope = First(1.0, 0.0);
        const Row<Second> mean = attention_mean(u, w, i, moved);
        for (Eigen::Index r = 0; r < d; ++r)
            change(r, c) = -mean[static_cast<std::size_t>(r)].slope.slope;
    }
    return change;
}

double log_det_slope(const Matrix& u, const StageWeights& w, int i, const Vector& direction) {
    return (inverse(jacobian(u, w, i)) * jacobian_change(u, w, i, direction)).trace();
}

RandomStage random_stage(std::uint64_t seed, int positions, int width, int rows, double gain,
                         bool strict, bool own_values) {
    std::mt19937_64 rng(seed);
    RandomStage result;
    result.u = random_matrix(rng, positions, width, 1.0);
    const double scale = gain / std::sqrt(static_cast<double>(width));
    result.weights.w_q = random_matrix(rng, rows, width, scale);
    result.weights.w_k = random_matrix(rng, rows, width, scale);
    if (own_values) result.weights.w_v = random_matrix(rng, width, width, scale);
    result.weights.strict = strict;
    return result;
}

}  // namespace marginscope::reference
