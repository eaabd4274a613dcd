// The dual over a batch, on the CPU and elsewhere.
#include "nn/barrier/dual_gradients.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>

#include "core/linear/tile.h"
#include "nn/barrier/positions.h"
#include "nn/barrier/small_matrices.h"
#include "nn/kernels/dual_kernel.h"

namespace marginscope {
namespace {

/// Room for the results, all zero.
DualGradients empty_gradients(const DualInput& in) {
    DualGradients out;
    out.logdet = at::zeros(in.positions.sizes(), in.scores.options());
    out.sign = at::zeros_like(out.logdet);
    out.norm = at::zeros_like(out.logdet);
    out.bound = at::zeros_like(out.logdet);
    out.d_attention = at::zeros_like(in.attention, at::MemoryFormat::Contiguous);
    return out;
}

/// Position by position. The gradient through G of a sequence is summed in kParts parts, whatever
/// the number of threads, so that the result does not depend on it.
template <typename Real>
DualGradients dual_on_cpu(const DualInput& in) {
    constexpr std::int64_t kParts = 4;
    const std::int64_t sequences = in.scores.size(0);
    const std::int64_t time = in.scores.size(1);
    const std::int64_t stride = linear::padded_columns<Real>(time);
    const auto padded = [&](const at::Tensor& t) {
        return stride == time ? t.contiguous() : at::constant_pad_nd(t, {0, stride - time});
    };
    const at::Tensor transposed = in.scores.transpose(1, 2);
    const at::Tensor mean = padded(at::matmul(in.attention, transposed));
    const at::Tensor scores = padded(in.scores), keys = padded(transposed);
    const at::Tensor attention = padded(in.attention);
    const at::Tensor gram = padded(in.gram), right = padded(in.right);
    const at::Tensor positions = in.positions.contiguous();
    const at::Tensor parts = at::zeros({sequences, kParts, time, stride}, in.scores.options());
    const std::int64_t count = positions.size(1);
    DualGradients out = empty_gradients(in);
    Real* const logdet = out.logdet.mutable_data_ptr<Real>();
    Real* const sign = out.sign.mutable_data_ptr<Real>();
    Real* const norm = out.norm.mutable_data_ptr<Real>();
    Real* const bound = out.bound.mutable_data_ptr<Real>();
    Real* const d_attention = out.d_attention.mutable_data_ptr<Real>();
    at::parallel_for(0, sequences * kParts, 1, [&](std::int64_t begin, std::int64_t end) {
        kernels::DualScratch<Real> scratch;
        for (std::int64_t task = begin; task < end; ++task) {
            const std::int64_t n = task / kParts;
            const auto of = [&](const at::Tensor& t) {
                return t.const_data_ptr<Real>() + n * time * stride;
            };
            const kernels::DualSequence<Real> sequence{of(scores), of(keys), of(attention),
                                                       of(mean),   of(gram), of(right),
                                                       stride,     in.width, in.cap};
            Real* const d_scores = parts.mutable_data_ptr<Real>() + task * time * stride;
            const std::int64_t* const chosen = positions.const_data_ptr<std::int64_t>() + n * count;
            for (std::int64_t k = task % kParts; k < count; k += kParts) {
                Real* const d_row = d_attention + (n * time + chosen[k]) * time;
                const kernels::DualMargin margin =
                    in.most > 0
                        ? kernels::truncated_dual_position(sequence, chosen[k], in.most, scratch,
                                                           d_scores, d_row)
                        : kernels::dual_position(sequence, chosen[k], scratch, d_scores, d_row);
                const std::int64_t at = n * count + k;
                logdet[at] = static_cast<Real>(margin.logdet);
                sign[at] = static_cast<Real>(margin.sign);
                norm[at] = static_cast<Real>(margin.norm);
                bound[at] = static_cast<Real>(margin.bound);
            }
        }
    });
    out.d_scores = parts.sum(1).narrow(2, 0, time);
    return out;
}

// Positions are taken in groups padded to the largest of the group: attention outside the past is
// zero, so rows there are those of the identity and the determinant is the same.
constexpr std::int64_t kGroup = 16;
// Numbers in a temporary of one group and some sequences, so that memory does not grow with the
// batch.
constexpr std::int64_t kChunk = 1 << 24;

struct Slices {
    at::Tensor scores, gram, right;  // (N, m, m); scores here [key s, key t as query] = G of (E18)
    at::Tensor attention;            // (N, P, m)
};

struct Group {
    at::Tensor logdet, sign, norm;  // (N, P)
    at::Tensor inverse_bound;       // (N, P) of |J^-1|_2: 1 + |J^-1 - I|_F
    at::Tensor d_scores;            // (N, m, m), like scores
    at::Tensor d_attention;         // (N, P, m)
};

Group dual_group(const Slices& in, double width, double cap) {
    const at::Tensor& a = in.attention;
    const at::Tensor mean_row = at::matmul(a, in.scores);                       // g_it, (N, P, m)
    const at::Tensor centred = in.scores.unsqueeze(1) - mean_row.unsqueeze(2);  // G_st - g_it
    at::Tensor matrices = centred.mul(a.unsqueeze(3)).neg_();                   // M = I - D G
    matrices.diagonal(0, -2, -1).add_(1.0);
    const Factorisation parts = factorise(matrices);
    const at::Tensor& inverse = parts.inverse;  // N of (E19)
    const at::Tensor inverse_a =
        at::matmul(inverse, a.unsqueeze(3)).squeeze(3);  // N alpha, (N, P, m)
    // J^-1 = I + Uᵀ X U A, X = N D
    const at::Tensor x = inverse * a.unsqueeze(2) - inverse_a.unsqueeze(3) * a.unsqueeze(2);
    const at::Tensor trace = (x * in.scores.unsqueeze(1).transpose(-2, -1)).sum({-2, -1});
    const at::Tensor square =
        (at::matmul(in.gram.unsqueeze(1), x) * at::matmul(x, in.right.unsqueeze(1)))
            .sum({-2, -1})
            .clamp_min(0.0);
    const at::Tensor norm =
        (square + 2.0 * trace + width)
            .clamp_min(0.0)
            .sqrt()
            .masked_fill(parts.sign == 0, std::numeric_limits<double>::infinity());
    const at::Tensor weight = cap_weights(norm, parts.sign, cap).unsqueeze(2);  // (N, P, 1)

    // With M_st = delta_st - a_s (G_st - g_t) and d log|det M| / dM_st = N_ts:
    const at::Tensor weighted_a = a * weight;
    const at::Tensor through_mean =
        at::matmul(weighted_a.transpose(1, 2), inverse_a);  // sum_i w a_s (N a)_t
    const at::Tensor direct =
        inverse.mul(weighted_a.unsqueeze(2)).sum(1).transpose(1, 2);      // sum_i w a_s N_ts
    const at::Tensor own = (inverse.transpose(-2, -1) * centred).sum(3);  // sum_t N_ts (G_st - g_t)
    const at::Tensor through_g =
        at::matmul(inverse_a, in.scores.transpose(1, 2));  // sum_t G_st (N a)_t
    return {parts.logdet,
            parts.sign,
            norm,
            1.0 + square.sqrt(),
            through_mean - direct,
            (through_g - own) * weight};
}

/// The most attended tokens' weights, divided by their sum.
struct Kept {
    at::Tensor weights;  // (N, m, T), zero for the dropped
    at::Tensor mask;     // (N, m, T)
    at::Tensor sum;      // (N, m, 1)
};

Kept keep_most(const at::Tensor& rows, std::int64_t most) {
    const at::Tensor chosen = std::get<1>(rows.topk(std::min(most, rows.size(2)), 2, true, false));
    const at::Tensor mask = at::zeros_like(rows).scatter_(2, chosen, 1.0);
    const at::Tensor sum = (rows * mask).sum(2, true);
    return {rows * mask / sum, mask, sum};
}

/// nn/kernels/dual_kernel.h says how.
at::Tensor error_bound(const DualInput& in, const at::Tensor& rows, const Kept& kept,
                       const at::Tensor& inverse_bound) {
    const auto distances = [&](const at::Tensor& gram) {  // |x_s - mean of the kept|, (N, m, T)
        const at::Tensor products = at::matmul(kept.weights, gram);
        const at::Tensor mean_square = (kept.weights * products).sum(2, true);
        return (gram.diagonal(0, 1, 2).unsqueeze(1) - 2.0 * products + mean_square)
            .clamp_min(0.0)
            .sqrt();
    };
    const at::Tensor x = distances(in.gram), y = distances(in.right);
    const at::Tensor dropped = rows * (1.0 - kept.mask);
    const at::Tensor share = (1.0 - kept.sum.squeeze(2)).clamp_min(0.0);
    const at::Tensor nuclear = share * (kept.weights * x * y).sum(2) + (dropped * x * y).sum(2) +
                               (dropped * x).sum(2) * (dropped * y).sum(2);
    const at::Tensor e = inverse_bound * nuclear;
    return (-e.clamp_max(1.0)).log1p().neg();  // +inf from 1 on
}

}  // namespace

DualGradients dual_gradients_by_batches(const DualInput& in) {
    const std::int64_t sequences = in.scores.size(0);
    const std::int64_t count = in.positions.size(1);
    const at::Tensor all_rows = rows_at(in.attention, in.positions);  // (N, m, T)
    Kept kept;
    if (in.most > 0) kept = keep_most(all_rows, in.most);
    const at::Tensor rows = in.most > 0 ? kept.weights : all_rows;
    at::Tensor d_rows = at::zeros_like(rows);
    const std::int64_t last = in.positions.max().item<std::int64_t>();  // on the CPU: no waiting
    const std::int64_t chunk = std::max<std::int64_t>(1, kChunk / (kGroup * last * last));
    DualGradients out = empty_gradients(in);
    out.d_scores = at::zeros_like(in.scores, at::MemoryFormat::Contiguous);
    for (std::int64_t from = 0; from < sequences; from += chunk) {
        const std::int64_t some = std::min(chunk, sequences - from);
        const auto part = [from, some](const at::Tensor& t) { return t.narrow(0, from, some); };
        for (std::int64_t begin = 0; begin < count; begin += kGroup) {
            const std::int64_t group_size = std::min(kGroup, count - begin);
            const auto cells = [&](const at::Tensor& t) {
                return part(t).narrow(1, begin, group_size);
            };
            const std::int64_t m = cells(in.positions).max().item<std::int64_t>();
            const auto square = [&](const at::Tensor& t) {
                return part(t).narrow(1, 0, m).narrow(2, 0, m);
            };
            const Group group = dual_group({square(in.scores).transpose(1, 2), square(in.gram),
                                            square(in.right), cells(rows).narrow(2, 0, m)},
                                           in.width, in.cap);
            square(out.d_scores).add_(group.d_scores.transpose(1, 2));
            cells(d_rows).narrow(2, 0, m).copy_(group.d_attention);
            cells(out.logdet).copy_(group.logdet);
            cells(out.sign).copy_(group.sign);
            cells(out.norm).copy_(group.norm);
            cells(out.bound).copy_(group.inverse_bound);
        }
    }
    if (in.most > 0) {
        out.bound = error_bound(in, all_rows, kept, out.bound)
                        .masked_fill(out.sign == 0, std::numeric_limits<double>::infinity());
        d_rows = (d_rows - (rows * d_rows).sum(2, true)) / kept.sum * kept.mask;
    } else {
        out.bound.zero_();
    }
    const std::int64_t time = in.scores.size(1);
    out.d_attention =
        rows_placed(d_rows * seen_by(in.positions, time, 0, d_rows.device()), in.positions, time);
    return out;
}

DualGradients dual_gradients(const DualInput& in) {
    if (!in.scores.is_cpu()) return dual_gradients_by_batches(in);
    return in.scores.scalar_type() == at::kDouble ? dual_on_cpu<double>(in)
                                                  : dual_on_cpu<float>(in);
}

}  // namespace marginscope
