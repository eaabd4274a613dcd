// C B is the covariance of the values with the keys times B, so the covariance kernel does the
// rest.
#include "nn/kernels/heads_kernel.h"

#include <algorithm>

#include "core/linear/tile.h"

namespace marginscope::kernels {
namespace {

/// (p, p) with rows padded.
template <typename Real>
void pad_square(const Real* from, std::int64_t size, Real* to) {
    const std::int64_t row = linear::padded_columns<Real>(size);
    for (std::int64_t r = 0; r < size; ++r) {
        std::copy_n(from + r * size, size, to + r * row);
        std::fill(to + r * row + size, to + (r + 1) * row, Real(0));
    }
}

/// Rows less their mean, padded: covariances do not depend on the origin, and near the data it
/// costs least precision.
template <typename Real>
void centre_rows(HeadRows<const Real> from, std::int64_t time, std::int64_t size, Real* to) {
    const std::int64_t row = linear::padded_columns<Real>(size);
    for (std::int64_t c = 0; c < row; ++c) {
        double sum = 0.0;
        for (std::int64_t t = 0; c < size && t < time; ++t)
            sum += static_cast<double>(from.row(t)[c]);
        const auto mean = static_cast<Real>(sum / static_cast<double>(time));
        for (std::int64_t t = 0; t < time; ++t)
            to[t * row + c] = c < size ? from.row(t)[c] - mean : Real(0);
    }
}

/// Without their padding.
template <typename Real>
void write_rows(const Real* from, std::int64_t time, std::int64_t size, HeadRows<Real> to) {
    const std::int64_t row = linear::padded_columns<Real>(size);
    for (std::int64_t t = 0; t < time; ++t) std::copy_n(from + t * row, size, to.row(t));
}

template <typename Real>
void margins(const HeadMargins<Real>& in, const HeadMarginsResult<Real>& out,
             HeadMarginsScratch<Real>& scratch) {
    const std::int64_t time = in.head.time, size = in.head.size;
    const std::int64_t row = linear::padded_columns<Real>(size),
                       wide = linear::padded_columns<Real>(time);
    const std::int64_t rows = time * row;
    const auto cells = static_cast<std::size_t>(in.count * wide);
    Real* const weights = scratch.weights.at_least(cells);
    Real* const d_weights = scratch.d_weights.at_least(cells);
    Real* const values = scratch.tokens.at_least(static_cast<std::size_t>(6 * rows));
    Real* const source = values + rows;
    Real* const keys = source + rows;
    Real* const d_values = keys + rows;
    Real* const d_keys = d_values + rows;
    Real* const d_source = d_keys + rows;
    Real* const b = scratch.small.at_least(static_cast<std::size_t>(4 * size * row));
    Real* const gram_left = b + size * row;
    Real* const gram_right = gram_left + size * row;
    Real* const d_b = gram_right + size * row;
    pad_square(in.b, size, b);
    pad_square(in.gram_left, size, gram_left);
    pad_square(in.gram_right, size, gram_right);

    const PackedHead<Real> head = pack_head(in.head, scratch.attention);
    attention_weights(head, in.positions, in.count, weights);
    centre_rows(in.head.v, time, size, values);
    centre_rows(in.head.k, time, size, source);
    linear::multiply({source, row, 1}, b, row, keys, row, {time, row, size}, linear::Into::replace);

    scratch.attended.resize(static_cast<std::size_t>(in.count));
    for (std::int64_t k = 0; k < in.count; ++k)
        scratch.attended[static_cast<std::size_t>(k)] = in.positions[k] + 1;
    const LowRankLift<Real> lift{source, gram_left, gram_right, in.norm_bound, in.width};
    const CovarianceSequence<Real> sequence{
        weights, scratch.attended.data(), in.count, values, keys, time, size, in.cap, &lift};
    std::fill_n(d_values, 3 * rows, Real(0));
    covariance_positions(sequence, {out.logdet, out.sign, out.norm, d_weights, d_values, d_keys},
                         scratch.covariance);

    // keys = source B
    linear::multiply({source, 1, row}, d_keys, row, d_b, row, {size, row, time},
                     linear::Into::replace);
    for (std::int64_t r = 0; r < size; ++r) std::copy_n(d_b + r * row, size, out.d_b + r * size);
    Real* const b_transposed = d_b;
    for (std::int64_t r = 0; r < size; ++r)
        for (std::int64_t c = 0; c < row; ++c)
            b_transposed[r * row + c] = c < size ? b[c * row + r] : Real(0);
    linear::multiply({d_keys, row, 1}, b_transposed, row, d_source, row, {time, row, size},
                     linear::Into::replace);
    attention_weights_backward(head, in.positions, in.count, weights, d_weights, out.d.q, d_source,
                               scratch.attention);
    write_rows(d_source, time, size, out.d.k);
    write_rows(d_values, time, size, out.d.v);
}

}  // namespace

void head_margins(const HeadMargins<float>& in, const HeadMarginsResult<float>& out,
                  HeadMarginsScratch<float>& scratch) {
    margins(in, out, scratch);
}
void head_margins(const HeadMargins<double>& in, const HeadMarginsResult<double>& out,
                  HeadMarginsScratch<double>& scratch) {
    margins(in, out, scratch);
}

}  // namespace marginscope::kernels
