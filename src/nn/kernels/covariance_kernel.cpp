// Positions in blocks whose matrices stay in the cache.
#include "nn/kernels/covariance_kernel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/linear/tile.h"
#include "nn/kernels/covariance_rows.h"

namespace marginscope::kernels {
namespace {

constexpr std::int64_t kBlockBytes = 256 * 1024;  // of matrices: a share of the second-level cache
constexpr std::int64_t kLeastBlock = 16;
constexpr std::int64_t kMostBlock = 64;

/// Positions begin … begin + count - 1 of the chosen ones and what belongs to them.
template <typename Real>
struct Block {
    std::int64_t begin, count, last;  // the last of them sees `last` tokens
    const Real* attention;
    Real* matrices;                                 // count times p x p
    Real *v_means, *k_means, *of_values, *of_keys;  // (count, p)
};

template <typename Real>
class Positions {
public:
    Positions(const CovarianceSequence<Real>& in, const CovarianceResult<Real>& out,
              CovarianceScratch<Real>& scratch)
        : in_(in),
          out_(out),
          scratch_(scratch),
          row_(linear::padded_columns<Real>(in.size)),
          wide_(linear::padded_columns<Real>(in.time)),
          matrix_(in.size * row_) {}

    void run() {
        const auto bytes = matrix_ * static_cast<std::int64_t>(sizeof(Real));
        const std::int64_t most = std::clamp(kBlockBytes / bytes, kLeastBlock, kMostBlock);
        reserve(most);
        transpose(in_.values, scratch_.transposed.data());
        transpose(in_.keys, scratch_.transposed.data() + in_.size * wide_);
        if (in_.lift != nullptr) take_squares();
        for (std::int64_t begin = 0; begin < in_.count; begin += most) {
            const Block<Real> block = block_at(begin, std::min(most, in_.count - begin));
            second_moments(block);
            for (std::int64_t k = 0; k < block.count; ++k) invert(block, k);
            attention_gradient(block);
            token_gradients(block);
        }
    }

private:
    void reserve(std::int64_t most) {
        const auto sized = [](auto& buffer, std::int64_t size) {
            (void)buffer.at_least(static_cast<std::size_t>(size));
        };
        sized(scratch_.matrices, most * matrix_);
        sized(scratch_.means, 2 * most * row_);
        sized(scratch_.mixed, 2 * most * row_);
        sized(scratch_.panel, std::max(in_.time * row_, in_.size * wide_));
        sized(scratch_.transposed, 2 * in_.size * wide_);
        sized(scratch_.moments, in_.time * row_);
        sized(scratch_.lifted, 2 * wide_ + 3 * matrix_);
    }

    void transpose(const Real* from, Real* to) const {
        for (std::int64_t c = 0; c < in_.size; ++c) {
            for (std::int64_t s = 0; s < in_.time; ++s) to[c * wide_ + s] = from[s * row_ + c];
            std::fill(to + c * wide_ + in_.time, to + (c + 1) * wide_, Real(0));
        }
    }

    Block<Real> block_at(std::int64_t begin, std::int64_t count) const {
        Real* const means = scratch_.means.data();
        Real* const mixed = scratch_.mixed.data();
        return {begin,
                count,
                in_.attended[begin + count - 1],
                in_.attention + begin * wide_,
                scratch_.matrices.data(),
                means,
                means + count * row_,
                mixed,
                mixed + count * row_};
    }

    /// S_i = sum_s a_is v_s k_sᵀ into the matrices, and the means.
    void second_moments(const Block<Real>& block) const {
        Real* const panel = scratch_.panel.data();
        const linear::ProductSize size{block.count, row_, block.last, in_.attended + block.begin};
        const auto weighted = [&](const Real* b, Real* out, std::int64_t out_stride) {
            linear::multiply({block.attention, wide_, 1}, b, row_, out, out_stride, size,
                             linear::Into::replace);
        };
        for (std::int64_t r = 0; r < in_.size; ++r) {
            scale_rows(in_.keys, in_.values + r, row_, block.last, row_, panel);
            weighted(panel, block.matrices + r * row_, matrix_);
        }
        weighted(in_.values, block.v_means, row_);
        weighted(in_.keys, block.k_means, row_);
    }

    void invert(const Block<Real>& block, std::int64_t k) const {
        constexpr auto kInfinity = std::numeric_limits<Real>::infinity();
        const OneMatrix<Real> m{block.matrices + k * matrix_, block.v_means + k * row_,
                                block.k_means + k * row_, in_.size, row_};
        finish_matrix(m);
        const linear::SmallDet det =
            linear::invert_in_place(m.matrix, in_.size, row_, scratch_.inverse);
        const std::int64_t at = block.begin + k;
        const double norm = det.sign == 0 ? 0.0 : inverse_norm(block, k, m.matrix);
        Real weight = 0;
        if (det.sign == 0 || !std::isfinite(norm)) {  // or so close that the inverse overflows
            out_.logdet[at] = -kInfinity;
            out_.sign[at] = 0;
            out_.norm[at] = kInfinity;
            std::fill_n(m.matrix, matrix_, Real(0));
        } else {
            out_.logdet[at] = static_cast<Real>(det.logdet);
            out_.sign[at] = static_cast<Real>(det.sign);
            out_.norm[at] = static_cast<Real>(norm);
            weight = norm > in_.cap ? static_cast<Real>(in_.cap / norm) : Real(1);
        }
        take_inverse(m, weight, block.of_values + k * row_, block.of_keys + k * row_);
    }

    /// |J^-1|_F, or a bound below the cap.
    double inverse_norm(const Block<Real>& block, std::int64_t k, const Real* inverse) const {
        const double own = static_cast<double>(inner(inverse, inverse, matrix_));
        if (in_.lift == nullptr) return std::sqrt(own);
        // J^-1 = I + L N C R with N C R L = N - I, so |J^-1|² = d + 2 (tr N - p) + |L N C R|²; and
        // |C|_F is at most the root of the spreads' product.
        const LowRankLift<Real>& lift = *in_.lift;
        double trace = -static_cast<double>(in_.size);
        for (std::int64_t c = 0; c < in_.size; ++c)
            trace += static_cast<double>(inverse[c * row_ + c]);
        const double known = lift.width + 2.0 * trace;
        const Real* const a = block.attention + k * wide_;
        const Real* const squares = scratch_.lifted.data();
        const double spreads = static_cast<double>(inner(a, squares, wide_)) *
                               static_cast<double>(inner(a, squares + wide_, wide_));
        double square = known + lift.norm_bound * lift.norm_bound * own * spreads;
        if (!(square <= in_.cap * in_.cap)) square = known + lifted_square(block, k, inverse);
        return std::isfinite(square) ? std::sqrt(std::max(0.0, square))
                                     : std::numeric_limits<double>::infinity();
    }

    /// |x_s|² of values and source.
    void take_squares() const {
        Real* const squares = scratch_.lifted.data();
        std::fill_n(squares, 2 * wide_, Real(0));
        for (std::int64_t s = 0; s < in_.time; ++s) {
            const Real* const value = in_.values + s * row_;
            const Real* const source = in_.lift->source + s * row_;
            squares[s] = inner(value, value, row_);
            squares[wide_ + s] = inner(source, source, row_);
        }
    }

    /// |L N C R|² = sum (LᵀL X) ∘ (X R Rᵀ), X = N C.
    double lifted_square(const Block<Real>& block, std::int64_t k, const Real* inverse) const {
        const LowRankLift<Real>& lift = *in_.lift;
        const std::int64_t n = in_.attended[block.begin + k];
        const Real* const a = block.attention + k * wide_;
        const Real* const mean = block.v_means + k * row_;
        Real* const centred = scratch_.panel.data();  // a_s (v_s - v̄)
        for (std::int64_t s = 0; s < n; ++s)
            for (std::int64_t c = 0; c < row_; ++c)
                centred[s * row_ + c] = a[s] * (in_.values[s * row_ + c] - mean[c]);
        Real* const c = scratch_.lifted.data() + 2 * wide_;
        Real* const x = c + matrix_;
        Real* const y = x + matrix_;
        const linear::ProductSize square{in_.size, row_, in_.size};
        linear::multiply({centred, 1, row_}, lift.source, row_, c, row_, {in_.size, row_, n},
                         linear::Into::replace);
        linear::multiply({inverse, row_, 1}, c, row_, x, row_, square, linear::Into::replace);
        linear::multiply({x, row_, 1}, lift.gram_right, row_, c, row_, square,
                         linear::Into::replace);
        linear::multiply({lift.gram_left, row_, 1}, x, row_, y, row_, square,
                         linear::Into::replace);
        return static_cast<double>(inner(c, y, matrix_));
    }

    /// d a_is = v_s · (Nᵀ k̄) + k_s · (N v̄) - sum_cr N_cr k_sc v_sr
    void attention_gradient(const Block<Real>& block) const {
        const Real* const values = scratch_.transposed.data();
        const Real* const keys = values + in_.size * wide_;
        Real* const panel = scratch_.panel.data();
        Real* const out = out_.d_attention + block.begin * wide_;
        const linear::ProductSize size{block.count, wide_, in_.size, nullptr,
                                       in_.attended + block.begin};
        const auto add = [&](const Real* left, std::int64_t left_row, const Real* b) {
            linear::multiply({left, left_row, 1}, b, wide_, out, wide_, size, linear::Into::add);
        };
        std::fill_n(out, block.count * wide_, Real(0));
        add(block.of_values, row_, values);
        add(block.of_keys, row_, keys);
        const std::int64_t columns = linear::padded_columns<Real>(block.last);
        for (std::int64_t c = 0; c < in_.size; ++c) {
            minus_products(values, keys + c * wide_, in_.size, columns, wide_, panel);
            add(block.matrices + c * row_, matrix_, panel);
        }
        for (std::int64_t k = 0; k < block.count; ++k)  // tiles went further
            std::fill(out + k * wide_ + in_.attended[block.begin + k], out + (k + 1) * wide_,
                      Real(0));
    }

    /// For each token the first position of the block that sees it.
    const std::int64_t* first_seen_by(const Block<Real>& block) const {
        std::vector<std::int64_t>& first = scratch_.first_seen;
        first.resize(static_cast<std::size_t>(in_.time));
        std::int64_t k = 0;
        for (std::int64_t s = 0; s < block.last; ++s) {
            while (in_.attended[block.begin + k] <= s) ++k;
            first[static_cast<std::size_t>(s)] = k;
        }
        return first.data();
    }

    void token_gradients(const Block<Real>& block) const {
        Real* const moments = scratch_.moments.data();
        const linear::Left<Real> weights{block.attention, 1, wide_};  // (T, count)
        const linear::ProductSize size{block.last, row_,    block.count,
                                       nullptr,    nullptr, first_seen_by(block)};
        linear::multiply(weights, block.of_values, row_, out_.d_values, row_, size,
                         linear::Into::add);
        linear::multiply(weights, block.of_keys, row_, out_.d_keys, row_, size, linear::Into::add);
        for (std::int64_t c = 0; c < in_.size; ++c) {
            linear::multiply(weights, block.matrices + c * row_, matrix_, moments, row_, size,
                             linear::Into::replace);
            take_moments(moments, in_.values, in_.keys + c, block.last, row_, out_.d_values,
                         out_.d_keys + c);
        }
    }

    const CovarianceSequence<Real>& in_;
    const CovarianceResult<Real>& out_;
    CovarianceScratch<Real>& scratch_;
    std::int64_t row_, wide_, matrix_;
};

}  // namespace

void covariance_positions(const CovarianceSequence<float>& in, const CovarianceResult<float>& out,
                          CovarianceScratch<float>& scratch) {
    Positions<float>(in, out, scratch).run();
}
void covariance_positions(const CovarianceSequence<double>& in, const CovarianceResult<double>& out,
                          CovarianceScratch<double>& scratch) {
    Positions<double>(in, out, scratch).run();
}

}  // namespace marginscope::kernels
