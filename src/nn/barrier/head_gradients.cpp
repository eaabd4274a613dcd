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

/// One of q, k, v, or a gradient, (B, H, T, p), read or written head by head where it lies.
template <typename Real>
class HeadsTensor {
public:
    explicit HeadsTensor(const at::Tensor& tensor)
        : tensor_(tensor.stride(3) == 1 ? tensor : tensor.contiguous()) {}

    kernels::HeadRows<const Real> rows(std::int64_t sequence, std::int64_t head) const {
        return {tensor_.const_data_ptr<Real>() + offset(sequence, head), tensor_.stride(2)};
    }
    kernels::HeadRows<Real> mutable_rows(std::int64_t sequence, std::int64_t head) const {
        return {tensor_.mutable_data_ptr<Real>() + offset(sequence, head), tensor_.stride(2)};
    }

private:
    std::int64_t offset(std::int64_t sequence, std::int64_t head) const {
        return sequence * tensor_.stride(0) + head * tensor_.stride(1);
    }
    at::Tensor tensor_;
};

/// Zeros like x (B, H, T, p), heads side by side in memory as a linear layer has them.
at::Tensor zeros_side_by_side(const at::Tensor& x) {
    return at::zeros({x.size(0), x.size(2), x.size(1), x.size(3)}, x.options()).transpose(1, 2);
}

template <typename Real>
HeadsGradients heads_on_cpu(const HeadsInput& of, const HeadsSettings& in) {
    const std::int64_t heads = of.q.size(1), time = of.q.size(2), size = of.q.size(3);
    const std::int64_t tasks = in.sequences * heads;
    const std::int64_t count = in.positions.size(1);
    const at::Tensor each_b = of.b.contiguous();
    const at::Tensor left = in.gram_left.contiguous(), right = in.gram_right.contiguous();
    const at::Tensor bounds =
        (norm_bounds(in.gram_left) * norm_bounds(in.gram_right)).to(at::kDouble);
    const at::Tensor positions = in.positions.contiguous();
    HeadsGradients out;
    out.logdet = at::empty({tasks, count}, of.q.options());
    out.sign = at::empty_like(out.logdet);
    out.norm = at::empty_like(out.logdet);
    out.d_q = zeros_side_by_side(of.q);
    out.d_k = zeros_side_by_side(of.k);
    out.d_v = zeros_side_by_side(of.v);
    const at::Tensor d_b = at::empty({in.sequences, heads, size, size}, of.q.options());
    const HeadsTensor<Real> q(of.q), k(of.k), v(of.v), d_q(out.d_q), d_k(out.d_k), d_v(out.d_v);
    at::parallel_for(0, tasks, 1, [&](std::int64_t begin, std::int64_t end) {
        kernels::HeadMarginsScratch<Real> scratch;
        for (std::int64_t task = begin; task < end; ++task) {
            const std::int64_t sequence = task / heads, head = task % heads;
            const std::int64_t matrix = head * size * size;
            kernels::HeadMargins<Real> problem;
            problem.head = {q.rows(sequence, head), k.rows(sequence, head), v.rows(sequence, head),
                            time, size};
            problem.positions = positions.const_data_ptr<std::int64_t>() + task * count;
            problem.count = count;
            problem.b = each_b.const_data_ptr<Real>() + matrix;
            problem.gram_left = left.const_data_ptr<Real>() + matrix;
            problem.gram_right = right.const_data_ptr<Real>() + matrix;
            problem.norm_bound = bounds.const_data_ptr<double>()[head];
            problem.width = static_cast<double>(heads * size);
            problem.cap = in.cap;
            kernels::head_margins(
                problem,
                {out.logdet.mutable_data_ptr<Real>() + task * count,
                 out.sign.mutable_data_ptr<Real>() + task * count,
                 out.norm.mutable_data_ptr<Real>() + task * count,
                 {d_q.mutable_rows(sequence, head), d_k.mutable_rows(sequence, head),
                  d_v.mutable_rows(sequence, head)},
                 d_b.mutable_data_ptr<Real>() + task * size * size},
                scratch);
        }
    });
    out.d_b = d_b.sum(0);
    return out;
}

}  // namespace

HeadsGradients head_gradients_by_batches(const HeadsInput& of, const HeadsSettings& in) {
    const std::int64_t heads = of.q.size(1), time = of.q.size(2), size = of.q.size(3);
    const double root = std::sqrt(static_cast<double>(size));
    const auto flat = [&](const at::Tensor& x) {  // (K, T, p)
        return x.narrow(0, 0, in.sequences).reshape({in.sequences * heads, time, size});
    };
    const auto repeated = [&](const at::Tensor& x) { return x.repeat({in.sequences, 1, 1}); };
    const at::Tensor q = flat(of.q), k = flat(of.k), v = flat(of.v);
    const at::Tensor future =
        at::ones({time, time}, at::TensorOptions(q.device()).dtype(at::kBool)).triu_(1);
    const at::Tensor attention =
        at::softmax((at::matmul(q, k.transpose(1, 2)) / root).masked_fill(future, -INFINITY), -1);
    const at::Tensor source = k - k.mean(1, true);
    const at::Tensor each_b = repeated(of.b);
    CovarianceInput primal;
    primal.attention = rows_at(attention, in.positions);
    primal.positions = in.positions;
    primal.own = 1;
    primal.values = v - v.mean(1, true);
    primal.keys = at::matmul(source, each_b);
    primal.cap = in.cap;
    primal.lift = Lift{source, repeated(in.gram_left), repeated(in.gram_right),
                       static_cast<double>(heads * size)};
    const CovarianceGradients found = covariance_gradients_by_batches(primal);
    const at::Tensor d_scores = at::_softmax_backward_data(
        rows_placed(found.d_attention, in.positions, time), attention, -1, attention.scalar_type());
    const at::Tensor d_q = at::matmul(d_scores, k) / root;
    const at::Tensor d_k = at::matmul(d_scores.transpose(1, 2), q) / root +
                           at::matmul(found.d_keys, each_b.transpose(1, 2));
    HeadsGradients out{found.logdet, found.sign, found.norm, {}, {}, {}, {}};
    const auto placed = [&](const at::Tensor& like, const at::Tensor& x) {
        at::Tensor all = zeros_side_by_side(like);
        all.narrow(0, 0, in.sequences).copy_(x.view({in.sequences, heads, time, size}));
        return all;
    };
    out.d_q = placed(of.q, d_q);
    out.d_k = placed(of.k, d_k);
    out.d_v = placed(of.v, found.d_values);
    out.d_b = at::matmul(source.transpose(1, 2), found.d_keys)
                  .view({in.sequences, heads, size, size})
                  .sum(0);
    return out;
}

HeadsGradients head_gradients(const HeadsInput& of, const HeadsSettings& in) {
    if (!of.q.is_cpu()) return head_gradients_by_batches(of, in);
    return of.q.scalar_type() == at::kDouble ? heads_on_cpu<double>(of, in)
                                             : heads_on_cpu<float>(of, in);
}

}  // namespace marginscope
