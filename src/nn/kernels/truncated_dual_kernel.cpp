// The dual over the most attended tokens of a position, gathered, and what leaving out the others
// may cost.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/linear/tile.h"
#include "nn/kernels/dual_solve.h"

namespace marginscope::kernels {
namespace {

/// The most attended tokens of one position, as a sequence of their own.
template <typename Real>
class Kept {
public:
    Kept(const DualSequence<Real>& in, std::int64_t n, std::int64_t most,
         DualScratch<Real>& scratch)
        : in_(in),
          n_(n),
          count_(most),
          stride_(linear::padded_columns<Real>(most)),
          scratch_(scratch) {
        choose();
        const auto cells = most * stride_;
        Real* const at = scratch.kept.at_least(static_cast<std::size_t>(5 * cells));
        own_ = {at,      at + cells, nullptr, nullptr, at + 2 * cells, at + 3 * cells,
                stride_, in.width,   in.cap};
        gather(in.scores, at);
        gather(in.keys, at + cells);
        gather(in.gram, at + 2 * cells);
        gather(in.right, at + 3 * cells);
        d_scores_ = at + 4 * cells;
        std::fill_n(d_scores_, cells, Real(0));
        weights_ = scratch.kept_rows.at_least(static_cast<std::size_t>(3 * (stride_ + in.stride)));
        mean_ = weights_ + stride_;
        d_weights_ = mean_ + stride_;
        std::fill_n(weights_, 3 * stride_, Real(0));
        for (std::int64_t k = 0; k < count_; ++k) sum_ += weight_of(token(k));
        for (std::int64_t k = 0; k < count_; ++k)
            weights_[k] = static_cast<Real>(weight_of(token(k)) / sum_);
        for (std::int64_t s = 0; s < count_; ++s)
            for (std::int64_t t = 0; t < count_; ++t)
                mean_[t] += weights_[s] * own_.keys[s * stride_ + t];
    }

    DualMargin solve_and_scatter(Real* d_scores, Real* d_attention) {
        DualSolution solved =
            solve_dual(own_, {count_, weights_, mean_, true}, scratch_, d_scores_, d_weights_);
        solved.margin.bound = error_bound(solved.inverse_bound);
        for (std::int64_t t = 0; t < count_; ++t)
            for (std::int64_t s = 0; s < count_; ++s)
                d_scores[token(t) * in_.stride + token(s)] += d_scores_[t * stride_ + s];
        // The weights were divided by their sum.
        double mean = 0.0;
        for (std::int64_t k = 0; k < count_; ++k)
            mean += static_cast<double>(weights_[k]) * static_cast<double>(d_weights_[k]);
        std::fill_n(d_attention, n_, Real(0));
        for (std::int64_t k = 0; k < count_; ++k)
            d_attention[token(k)] =
                static_cast<Real>((static_cast<double>(d_weights_[k]) - mean) / sum_);
        return solved.margin;
    }

private:
    std::int64_t token(std::int64_t k) const { return scratch_.order[static_cast<std::size_t>(k)]; }
    double weight_of(std::int64_t s) const {
        return static_cast<double>(in_.attention[n_ * in_.stride + s]);
    }

    /// The first `count_` of the order are kept, rising; the rest is dropped. Of equal weights the
    /// earlier token.
    void choose() {
        std::vector<std::int64_t>& order = scratch_.order;
        order.resize(static_cast<std::size_t>(n_));
        for (std::int64_t s = 0; s < n_; ++s) order[static_cast<std::size_t>(s)] = s;
        const auto more = [this](std::int64_t a, std::int64_t b) {
            const double of_a = weight_of(a), of_b = weight_of(b);
            return of_a > of_b || (of_a == of_b && a < b);
        };
        std::nth_element(order.begin(), order.begin() + count_, order.end(), more);
        std::sort(order.begin(), order.begin() + count_);
    }

    void gather(const Real* from, Real* to) const {
        for (std::int64_t t = 0; t < count_; ++t) {
            const Real* const row = from + token(t) * in_.stride;
            for (std::int64_t s = 0; s < count_; ++s) to[t * stride_ + s] = row[token(s)];
            std::fill(to + t * stride_ + count_, to + (t + 1) * stride_, Real(0));
        }
    }

    /// |x_s - mean of the kept| of every token, from a Gram matrix of the x.
    void distances(const Real* gram, Real* out) const {
        Real* const spread = scratch_.kept_rows.data() + 3 * stride_;  // weights by token
        std::fill_n(spread, n_, Real(0));
        for (std::int64_t k = 0; k < count_; ++k) spread[token(k)] = weights_[k];
        double mean_square = 0.0;
        for (std::int64_t s = 0; s < n_; ++s) {
            Real product = 0;
            for (std::int64_t t = 0; t < n_; ++t) product += spread[t] * gram[s * in_.stride + t];
            out[s] = product;
            mean_square += static_cast<double>(spread[s] * product);
        }
        for (std::int64_t s = 0; s < n_; ++s) {
            const double own = static_cast<double>(gram[s * in_.stride + s]);
            const double square = own - 2.0 * static_cast<double>(out[s]) + mean_square;
            out[s] = static_cast<Real>(std::sqrt(std::max(0.0, square)));
        }
    }

    /// S - S' = sum over the dropped of a_s x_s x_sᵀ - t S' - (sum of a_s x_s)(…)ᵀ, with x_s from
    /// the kept mean and t the dropped weight; |x xᵀ A|_* = |x| |Aᵀ x|.
    double error_bound(double inverse_bound) const {
        Real* const left = scratch_.kept_rows.data() + 3 * stride_ + in_.stride;
        Real* const right = left + in_.stride;
        distances(in_.gram, left);
        distances(in_.right, right);
        const double dropped = std::max(0.0, 1.0 - sum_);
        double nuclear = 0.0, first = 0.0, second = 0.0;
        for (std::int64_t k = 0; k < n_; ++k) {
            const std::int64_t s = token(k);
            const double x = static_cast<double>(left[s]), y = static_cast<double>(right[s]);
            if (k < count_) {
                nuclear += dropped * static_cast<double>(weights_[k]) * x * y;
                continue;
            }
            nuclear += weight_of(s) * x * y;
            first += weight_of(s) * x;
            second += weight_of(s) * y;
        }
        const double e = inverse_bound * (nuclear + first * second);
        return e < 1.0 ? -std::log1p(-e) : std::numeric_limits<double>::infinity();
    }

    const DualSequence<Real>& in_;
    std::int64_t n_, count_, stride_;
    DualScratch<Real>& scratch_;
    DualSequence<Real> own_;
    Real *d_scores_ = nullptr, *weights_ = nullptr, *mean_ = nullptr, *d_weights_ = nullptr;
    double sum_ = 0.0;
};

template <typename Real>
DualMargin truncated(const DualSequence<Real>& in, std::int64_t n, std::int64_t most,
                     DualScratch<Real>& scratch, Real* d_scores, Real* d_attention) {
    if (n <= most) return dual_position(in, n, scratch, d_scores, d_attention);
    return Kept<Real>(in, n, most, scratch).solve_and_scatter(d_scores, d_attention);
}

}  // namespace

DualMargin truncated_dual_position(const DualSequence<float>& in, std::int64_t i, std::int64_t most,
                                   DualScratch<float>& scratch, float* d_scores,
                                   float* d_attention) {
    return truncated(in, i, most, scratch, d_scores, d_attention);
}
DualMargin truncated_dual_position(const DualSequence<double>& in, std::int64_t i,
                                   std::int64_t most, DualScratch<double>& scratch,
                                   double* d_scores, double* d_attention) {
    return truncated(in, i, most, scratch, d_scores, d_attention);
}

}  // namespace marginscope::kernels
