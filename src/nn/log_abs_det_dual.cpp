// The dual form (E18, E19): determinants from attention scores, matrices of the size of the past.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "nn/dual_kernel.h"
#include "nn/log_abs_det.h"
#include "nn/vector_tile.h"

namespace marginscope {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// Positions are taken in groups padded to the largest of the group: attention outside the past is
// zero, so rows there are those of the identity and the determinant is the same.
constexpr std::int64_t kGroup = 16;
// Numbers in a temporary of one group and some sequences: small enough for the cache, and memory
// does not grow with the batch.
constexpr std::int64_t kChunk = 1 << 18;

struct Group {
    at::Tensor logdet, sign, norm;  // (N, P)
};

struct Slices {
    at::Tensor scores, gram, right;  // (N, m, m); scores here [key s, key t as query] = G of (E18)
    at::Tensor attention;            // (N, P, m)
};

/// One group of positions, the first of which is `first`; adds d(sum of capped log|det|) to
/// `d_scores` (N, m, m) and writes `d_attention` (N, P, m).
Group dual_group(const Slices& in, std::int64_t first, double width, double cap,
                 at::Tensor d_scores, at::Tensor d_attention) {
    const at::Tensor& a = in.attention;
    const at::Tensor mean_row = at::matmul(a, in.scores);                       // g_it, (N, P, m)
    const at::Tensor centred = in.scores.unsqueeze(1) - mean_row.unsqueeze(2);  // G_st - g_it
    at::Tensor matrices = centred.mul(a.unsqueeze(3)).neg_();                   // M = I - D G
    matrices.diagonal(0, -2, -1).add_(1.0);
    const Factorisation parts = factorise(matrices, first);  // `first` attends to `first` tokens
    const at::Tensor& inverse = parts.inverse;               // N of (E19)
    const at::Tensor inverse_a =
        at::matmul(inverse, a.unsqueeze(3)).squeeze(3);  // N alpha, (N, P, m)
    // J^-1 = I + Uᵀ (N D) U A
    const at::Tensor x = inverse * a.unsqueeze(2) - inverse_a.unsqueeze(3) * a.unsqueeze(2);
    at::Tensor norm = inverse_norm_of_low_rank(x, in.gram.unsqueeze(1), in.right.unsqueeze(1),
                                               in.scores.unsqueeze(1), width);
    norm = norm.masked_fill(parts.sign == 0, std::numeric_limits<double>::infinity());
    const at::Tensor weight = cap_weights(norm, parts.sign, cap).unsqueeze(2);  // (N, P, 1)

    // With M_st = delta_st - a_s (G_st - g_t) and d log|det M| / dM_st = N_ts:
    const at::Tensor weighted_a = a * weight;
    const at::Tensor through_mean =
        at::matmul(weighted_a.transpose(1, 2), inverse_a);  // sum_i w a_s (N a)_t
    const at::Tensor direct =
        inverse.mul(weighted_a.unsqueeze(2)).sum(1).transpose(1, 2);  // sum_i w a_s N_ts
    d_scores.add_(through_mean - direct);
    const at::Tensor own = (inverse.transpose(-2, -1) * centred).sum(3);  // sum_t N_ts (G_st - g_t)
    const at::Tensor through_g =
        at::matmul(inverse_a, in.scores.transpose(1, 2));  // sum_t G_st (N a)_t
    d_attention.copy_((through_g - own) * weight);
    return {parts.logdet, parts.sign, norm};
}

struct DualInput {
    const at::Tensor &scores, &attention, &gram, &right;
    std::int64_t first, last;
    double width, cap;
};

/// Position by position in cache, by the CPU's own kernel. The gradient through G of a sequence is
/// summed in kParts parts, whatever the number of threads, so that the result does not depend on it.
template <typename Real>
void dual_on_cpu(const DualInput& in, DualGradients& out) {
    constexpr std::int64_t kParts = 4;
    const std::int64_t sequences = in.scores.size(0);
    const std::int64_t time = in.scores.size(1);
    const std::int64_t stride = padded_columns(time);
    const auto padded = [&](const at::Tensor& t) {
        return stride == time ? t.contiguous() : at::constant_pad_nd(t, {0, stride - time});
    };
    const at::Tensor scores = padded(in.scores);
    const at::Tensor keys = padded(in.scores.transpose(1, 2));
    const at::Tensor attention = padded(in.attention);
    const at::Tensor gram = padded(in.gram);
    const at::Tensor right = padded(in.right);
    const at::Tensor parts = at::zeros({sequences, kParts, time, stride}, in.scores.options());
    const std::int64_t positions = in.last - in.first;
    Real* const logdet = out.logdet.mutable_data_ptr<Real>();
    Real* const sign = out.sign.mutable_data_ptr<Real>();
    Real* const norm = out.norm.mutable_data_ptr<Real>();
    Real* const d_attention = out.d_attention.mutable_data_ptr<Real>();
    at::parallel_for(0, sequences * kParts, 1, [&](std::int64_t begin, std::int64_t end) {
        DualScratch<Real> scratch;
        for (std::int64_t task = begin; task < end; ++task) {
            const std::int64_t n = task / kParts;
            const auto of = [&](const at::Tensor& t) {
                return t.const_data_ptr<Real>() + n * time * stride;
            };
            const DualSequence<Real> sequence{of(scores), of(keys),  of(attention), of(gram),
                                              of(right),  stride,    in.width,      in.cap};
            Real* const d_scores = parts.mutable_data_ptr<Real>() + task * time * stride;
            for (std::int64_t i = in.first + task % kParts; i < in.last; i += kParts) {
                const DualMargin margin = dual_position(sequence, i, scratch, d_scores,
                                                        d_attention + (n * time + i) * time);
                const std::int64_t at = n * positions + i - in.first;
                logdet[at] = static_cast<Real>(margin.logdet);
                sign[at] = static_cast<Real>(margin.sign);
                norm[at] = static_cast<Real>(margin.norm);
            }
        }
    });
    out.d_scores = parts.sum(1).narrow(2, 0, time);
}

/// The same by batched ATen calls, for other devices.
void dual_by_batches(const DualInput& in, DualGradients& out) {
    out.d_scores = at::zeros_like(in.scores, at::MemoryFormat::Contiguous);
    const std::int64_t chunk = std::max<std::int64_t>(1, kChunk / (kGroup * in.last * in.last));
    for (std::int64_t from = 0; from < in.scores.size(0); from += chunk) {
        const std::int64_t count = std::min(chunk, in.scores.size(0) - from);
        const auto part = [from, count](const at::Tensor& t) { return t.narrow(0, from, count); };
        const at::Tensor g = part(in.scores).transpose(1, 2);
        for (std::int64_t begin = in.first; begin < in.last;) {
            const std::int64_t end = std::min(in.last, (begin / kGroup + 1) * kGroup);
            const std::int64_t m = end - 1;  // the last of the group attends to m tokens
            const auto square = [m](const at::Tensor& t) {
                return t.narrow(1, 0, m).narrow(2, 0, m);
            };
            const auto rows = [&](const at::Tensor& t) {
                return part(t).narrow(1, begin, end - begin).narrow(2, 0, m);
            };
            const auto cells = [&](const at::Tensor& t) {
                return part(t).narrow(1, begin - in.first, end - begin);
            };
            const Slices slices{square(g), square(part(in.gram)), square(part(in.right)),
                                rows(in.attention)};
            const Group group = dual_group(slices, begin, in.width, in.cap,
                                           square(part(out.d_scores)).transpose(1, 2),
                                           rows(out.d_attention));
            cells(out.logdet).copy_(group.logdet);
            cells(out.sign).copy_(group.sign);
            cells(out.norm).copy_(group.norm);
            begin = end;
        }
    }
}

/// Only the sum is differentiable: every use weighs the positions alike, so backward has nothing
/// left to compute.
class DualSum : public Function<DualSum> {
public:
    static variable_list forward(AutogradContext* context, const at::Tensor& scores,
                                 const at::Tensor& attention, const at::Tensor& gram,
                                 const at::Tensor& right, std::int64_t first, std::int64_t last,
                                 double width, double cap) {
        const DualGradients sums =
            dual_gradients(scores, attention, gram, right, first, last, width, cap);
        const at::Tensor sum = sums.logdet.masked_fill(sums.sign == 0, 0.0).sum();
        context->save_for_backward({sums.d_scores, sums.d_attention});
        context->mark_non_differentiable({sums.logdet, sums.sign, sums.norm});
        return {sum, sums.logdet, sums.sign, sums.norm};
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor none;
        return {
            saved[0] * gradients[0], saved[1] * gradients[0], none, none, none, none, none, none};
    }
};

}  // namespace

DualGradients dual_gradients(const at::Tensor& scores, const at::Tensor& attention,
                             const at::Tensor& gram, const at::Tensor& right, std::int64_t first,
                             std::int64_t last, double width, double cap) {
    const DualInput in{scores, attention, gram, right, first, last, width, cap};
    DualGradients out;
    out.logdet = at::empty({scores.size(0), last - first}, scores.options());
    out.sign = at::empty_like(out.logdet);
    out.norm = at::empty_like(out.logdet);
    out.d_attention = at::zeros_like(attention, at::MemoryFormat::Contiguous);
    if (!scores.is_cpu())
        dual_by_batches(in, out);
    else if (scores.scalar_type() == at::kDouble)
        dual_on_cpu<double>(in, out);
    else
        dual_on_cpu<float>(in, out);
    return out;
}

DualResult dual_log_abs_det(const at::Tensor& scores, const at::Tensor& attention,
                            const at::Tensor& gram, const at::Tensor& right, std::int64_t first,
                            std::int64_t last, double width, double cap) {
    const variable_list out =
        DualSum::apply(scores, attention, gram.detach(), right.detach(), first, last, width, cap);
    return {out[0], {out[1], out[2], out[3]}};
}

}  // namespace marginscope
