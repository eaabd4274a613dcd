// The head view over a batch, on the CPU and elsewhere.
#include "nn/barrier/head_gradients.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "nn/barrier/covariance_gradients.h"
#include "nn/barrier/positions.h"
#include "nn/kernels/heads_kernel.h"

namespace marginscope {
namespace {

/// |X|_2 of the matrix with this Gram matrix (H, p, p) is at most the eighth root of |G²|_F².
at::Tensor norm_bounds(const at::Tensor& gram) {
    return at::matmul(gram, gram).square().sum({-2, -1}).pow(0.125);  // (H)
}

template <typename Real>
HeadsGradients heads_on_cpu(const at::Tensor& qkv, const at::Tensor& b, const HeadsSettings& in) {
    const std::int64_t heads = b.size(0);
    const std::int64_t size = b.size(1);
    const std::int64_t time = qkv.size(1);
    const std::int64_t width = heads * size;
    const std::int64_t tasks = in.sequences * heads;
    const std::int64_t count = in.positions.size(1);
    const at::Tensor all = qkv.contiguous(), each_b = b.contiguous();
    const at::Tensor left = in.gram_left.contiguous(), right = in.gram_right.contiguous();
    const at::Tensor bounds =
        (norm_bounds(in.gram_left) * norm_bounds(in.gram_right)).to(at::kDouble);
    const at::Tensor positions = in.positions.contiguous();
    HeadsGradients out;
    out.logdet = at::empty({tasks, count}, qkv.options());
    out.sign = at::empty_like(out.logdet);
    out.norm = at::empty_like(out.logdet);
    out.d_qkv = at::zeros_like(all);
    const at::Tensor d_b = at::empty({in.sequences, heads, size, size}, qkv.options());
    at::parallel_for(0, tasks, 1, [&](std::int64_t begin, std::int64_t end) {
        kernels::HeadMarginsScratch<Real> scratch;
        for (std::int64_t task = begin; task < end; ++task) {
            const std::int64_t head = task % heads;
            const std::int64_t offset = task / heads * time * 3 * width + head * size;
            const std::int64_t matrix = head * size * size;
            const Real* const from = all.const_data_ptr<Real>() + offset;
            Real* const to = out.d_qkv.mutable_data_ptr<Real>() + offset;
            const std::int64_t stride = 3 * width;
            kernels::HeadMargins<Real> problem;
            problem.head = {
                {from, stride}, {from + width, stride}, {from + 2 * width, stride}, time, size};
            problem.positions = positions.const_data_ptr<std::int64_t>() + task * count;
            problem.count = count;
            problem.b = each_b.const_data_ptr<Real>() + matrix;
            problem.gram_left = left.const_data_ptr<Real>() + matrix;
            problem.gram_right = right.const_data_ptr<Real>() + matrix;
            problem.norm_bound = bounds.const_data_ptr<double>()[head];
            problem.width = static_cast<double>(width);
            problem.cap = in.cap;
            kernels::head_margins(problem,
                                  {out.logdet.mutable_data_ptr<Real>() + task * count,
                                   out.sign.mutable_data_ptr<Real>() + task * count,
                                   out.norm.mutable_data_ptr<Real>() + task * count,
                                   {{to, stride}, {to + width, stride}, {to + 2 * width, stride}},
                                   d_b.mutable_data_ptr<Real>() + task * size * size},
                                  scratch);
        }
    });
    out.d_b = d_b.sum(0);
    return out;
}

}  // namespace

HeadsGradients head_gradients_by_batches(const at::Tensor& qkv, const at::Tensor& b,
                                         const HeadsSettings& in) {
    const std::int64_t heads = b.size(0);
    const std::int64_t size = b.size(1);
    const std::int64_t time = qkv.size(1);
    const std::int64_t width = heads * size;
    const double root = std::sqrt(static_cast<double>(size));
    const auto split = [&](std::int64_t k) {  // (K, T, p)
        return qkv.narrow(0, 0, in.sequences)
            .narrow(2, k * width, width)
            .reshape({in.sequences, time, heads, size})
            .transpose(1, 2)
            .reshape({in.sequences * heads, time, size});
    };
    const auto repeated = [&](const at::Tensor& x) { return x.repeat({in.sequences, 1, 1}); };
    const at::Tensor q = split(0), k = split(1), v = split(2);
    const at::Tensor future =
        at::ones({time, time}, at::TensorOptions(qkv.device()).dtype(at::kBool)).triu_(1);
    const at::Tensor attention =
        at::softmax((at::matmul(q, k.transpose(1, 2)) / root).masked_fill(future, -INFINITY), -1);
    const at::Tensor source = k - k.mean(1, true);
    const at::Tensor each_b = repeated(b);
    CovarianceInput primal;
    primal.attention = rows_at(attention, in.positions);
    primal.positions = in.positions;
    primal.own = 1;
    primal.values = v - v.mean(1, true);
    primal.keys = at::matmul(source, each_b);
    primal.cap = in.cap;
    primal.lift =
        Lift{source, repeated(in.gram_left), repeated(in.gram_right), static_cast<double>(width)};
    const CovarianceGradients found = covariance_gradients_by_batches(primal);
    const at::Tensor d_scores = at::_softmax_backward_data(
        rows_placed(found.d_attention, in.positions, time), attention, -1, attention.scalar_type());
    const at::Tensor d_q = at::matmul(d_scores, k) / root;
    const at::Tensor d_k = at::matmul(d_scores.transpose(1, 2), q) / root +
                           at::matmul(found.d_keys, each_b.transpose(1, 2));
    HeadsGradients out{found.logdet, found.sign, found.norm, at::zeros_like(qkv), {}};
    const auto place = [&](std::int64_t part, const at::Tensor& x) {
        out.d_qkv.narrow(0, 0, in.sequences)
            .narrow(2, part * width, width)
            .view({in.sequences, time, heads, size})
            .copy_(x.view({in.sequences, heads, time, size}).transpose(1, 2));
    };
    place(0, d_q);
    place(1, d_k);
    place(2, found.d_values);
    out.d_b = at::matmul(source.transpose(1, 2), found.d_keys)
                  .view({in.sequences, heads, size, size})
                  .sum(0);
    return out;
}

HeadsGradients head_gradients(const at::Tensor& qkv, const at::Tensor& b, const HeadsSettings& in) {
    if (!qkv.is_cpu()) return head_gradients_by_batches(qkv, b, in);
    return qkv.scalar_type() == at::kDouble ? heads_on_cpu<double>(qkv, b, in)
                                            : heads_on_cpu<float>(qkv, b, in);
}

}  // namespace marginscope
