// The primal form over a batch, on the CPU and elsewhere.
#include "nn/barrier/covariance_gradients.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/linear/tile.h"
#include "nn/barrier/positions.h"
#include "nn/barrier/small_matrices.h"
#include "nn/kernels/covariance_kernel.h"

namespace marginscope {
namespace {

at::Tensor padded_rows(const at::Tensor& t, std::int64_t columns) {
    return t.size(-1) == columns ? t.contiguous()
                                 : at::constant_pad_nd(t, {0, columns - t.size(-1)});
}

// Where sequences are few, each is taken in parts, every kParts-th position in one, so that threads
// have something to share. How many does not depend on the threads, nor then does the result.
constexpr std::int64_t kParts = 4;

/// Row k's chosen positions from `part` on, every `parts`-th.
struct Part {
    std::int64_t k, part, parts;

    at::Tensor of(const at::Tensor& t) const { return t[k].slice(0, part, std::nullopt, parts); }
};

template <typename Real>
CovarianceGradients on_cpu(const CovarianceInput& in) {
    const std::int64_t rows = in.attention.size(0);
    const std::int64_t count = in.attention.size(1);
    const std::int64_t time = in.attention.size(2);
    const std::int64_t size = in.values.size(2);
    const std::int64_t row = linear::padded_columns<Real>(size);
    const std::int64_t wide = linear::padded_columns<Real>(time);
    const at::Tensor attention = padded_rows(in.attention, wide);
    const at::Tensor values = padded_rows(in.values, row), keys = padded_rows(in.keys, row);
    const at::Tensor attended = (in.positions + in.own).contiguous();
    const std::int64_t parts = rows < kParts ? kParts : 1;
    CovarianceGradients out;
    out.logdet = at::empty({rows, count}, values.options());
    out.sign = at::empty_like(out.logdet);
    out.norm = at::empty_like(out.logdet);
    out.d_attention = at::empty_like(attention);
    const at::Tensor d_values = at::zeros({rows, parts, time, row}, values.options());
    const at::Tensor d_keys = at::zeros_like(d_values);
    at::parallel_for(0, rows * parts, 1, [&](std::int64_t begin, std::int64_t end) {
        const at::AutoDispatchBelowAutograd no_autograd;  // guards are per thread
        kernels::CovarianceScratch<Real> scratch;
        for (std::int64_t task = begin; task < end; ++task) {
            const Part part{task / parts, task % parts, parts};
            const at::Tensor of_attention = part.of(attention).contiguous();
            const at::Tensor of_attended = part.of(attended).contiguous();
            const std::int64_t some = of_attention.size(0);
            if (some == 0) continue;
            const at::Tensor numbers = at::empty({3, some}, values.options());
            const at::Tensor d_attention = at::empty_like(of_attention);
            const auto from = [](const at::Tensor& t) { return t.const_data_ptr<Real>(); };
            const auto to = [](const at::Tensor& t) { return t.mutable_data_ptr<Real>(); };
            const kernels::CovarianceSequence<Real> sequence{
                from(of_attention),
                of_attended.const_data_ptr<std::int64_t>(),
                some,
                from(values) + part.k * time * row,
                from(keys) + part.k * time * row,
                time,
                size,
                in.cap,
                nullptr};
            kernels::covariance_positions(
                sequence,
                {to(numbers), to(numbers) + some, to(numbers) + 2 * some, to(d_attention),
                 to(d_values) + task * time * row, to(d_keys) + task * time * row},
                scratch);
            part.of(out.logdet).copy_(numbers[0]);
            part.of(out.sign).copy_(numbers[1]);
            part.of(out.norm).copy_(numbers[2]);
            part.of(out.d_attention).copy_(d_attention);
        }
    });
    out.d_attention = out.d_attention.narrow(2, 0, time);
    out.d_values = d_values.sum(1).narrow(2, 0, size);
    out.d_keys = d_keys.sum(1).narrow(2, 0, size);
    return out;
}

// Numbers in the largest temporary.
constexpr std::int64_t kChunk = 1 << 24;

CovarianceGradients some_by_batches(const CovarianceInput& in) {
    const at::Tensor &a = in.attention, &v = in.values, &k = in.keys;
    const std::int64_t p = v.size(2);
    const at::Tensor outer = (v.unsqueeze(3) * k.unsqueeze(2)).flatten(2);  // (K, T, p²)
    const at::Tensor second = at::matmul(a, outer).unflatten(2, {p, p});    // (K, m, p, p)
    const at::Tensor v_mean = at::matmul(a, v), k_mean = at::matmul(a, k);  // (K, m, p)
    const at::Tensor matrices =
        at::eye(p, v.options()) - second + v_mean.unsqueeze(3) * k_mean.unsqueeze(2);
    const Factorisation parts = factorise(matrices);
    CovarianceGradients out;
    out.logdet = parts.logdet;
    out.sign = parts.sign;
    if (in.lift) {
        // J^-1 = I + L N C R
        const at::Tensor of_source = (v.unsqueeze(3) * in.lift->source.unsqueeze(2)).flatten(2);
        const at::Tensor covariance =
            at::matmul(a, of_source).unflatten(2, {p, p}) -
            v_mean.unsqueeze(3) * at::matmul(a, in.lift->source).unsqueeze(2);
        const at::Tensor x = at::matmul(parts.inverse, covariance);
        // tr(X R L) = tr(N C R L) = tr(N) - p, whatever R L is.
        const at::Tensor trace = parts.inverse.diagonal(0, -2, -1).sum(-1) - static_cast<double>(p);
        const at::Tensor square = (at::matmul(in.lift->gram_left.unsqueeze(1), x) *
                                   at::matmul(x, in.lift->gram_right.unsqueeze(1)))
                                      .sum({-2, -1});
        out.norm = (square + 2.0 * trace + in.lift->width).clamp_min(0.0).sqrt();
    } else {
        out.norm = parts.inverse.square().sum({-2, -1}).sqrt();
    }
    out.norm = out.norm.masked_fill(parts.sign == 0, std::numeric_limits<double>::infinity());
    const at::Tensor weight = cap_weights(out.norm, parts.sign, in.cap);
    const at::Tensor inverse = parts.inverse * weight.unsqueeze(2).unsqueeze(3);       // N_cr
    const at::Tensor of_values = at::matmul(k_mean.unsqueeze(2), inverse).squeeze(2);  // Nᵀ k̄
    const at::Tensor of_keys = at::matmul(inverse, v_mean.unsqueeze(3)).squeeze(3);    // N v̄
    const at::Tensor pairs = inverse.transpose(2, 3).flatten(2);  // (K, m, p²)
    out.d_attention = at::matmul(of_values, v.transpose(1, 2)) +
                      at::matmul(of_keys, k.transpose(1, 2)) -
                      at::matmul(pairs, outer.transpose(1, 2));
    out.d_attention = out.d_attention * seen_by(in.positions, a.size(2), in.own, a.device());
    const at::Tensor moments =
        at::matmul(a.transpose(1, 2), pairs).unflatten(2, {p, p});  // (K, T, r, c)
    out.d_values =
        at::matmul(a.transpose(1, 2), of_values) - at::matmul(moments, k.unsqueeze(3)).squeeze(3);
    out.d_keys =
        at::matmul(a.transpose(1, 2), of_keys) - at::matmul(v.unsqueeze(2), moments).squeeze(2);
    return out;
}

}  // namespace

CovarianceGradients covariance_gradients_by_batches(const CovarianceInput& in) {
    const std::int64_t rows = in.attention.size(0);
    const std::int64_t p = in.values.size(2);
    const std::int64_t chunk = std::max<std::int64_t>(1, kChunk / (p * p * in.attention.size(2)));
    std::vector<CovarianceGradients> all;
    for (std::int64_t from = 0; from < rows; from += chunk) {
        const std::int64_t some = std::min(chunk, rows - from);
        const auto part = [from, some](const at::Tensor& t) { return t.narrow(0, from, some); };
        CovarianceInput of_part = in;
        of_part.attention = part(in.attention);
        of_part.positions = part(in.positions);
        of_part.values = part(in.values);
        of_part.keys = part(in.keys);
        if (in.lift)
            of_part.lift = Lift{part(in.lift->source), part(in.lift->gram_left),
                                part(in.lift->gram_right), in.lift->width};
        all.push_back(some_by_batches(of_part));
    }
    const auto joined = [&](at::Tensor CovarianceGradients::*member) {
        std::vector<at::Tensor> pieces;
        for (const CovarianceGradients& each : all) pieces.push_back(each.*member);
        return at::cat(pieces, 0);
    };
    using Result = CovarianceGradients;
    return {joined(&Result::logdet),      joined(&Result::sign),     joined(&Result::norm),
            joined(&Result::d_attention), joined(&Result::d_values), joined(&Result::d_keys)};
}

CovarianceGradients covariance_gradients(const CovarianceInput& in) {
    if (!in.values.is_cpu() || in.lift) return covariance_gradients_by_batches(in);
    return in.values.scalar_type() == at::kDouble ? on_cpu<double>(in) : on_cpu<float>(in);
}

}  // namespace marginscope
