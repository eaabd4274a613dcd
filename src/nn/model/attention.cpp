// The kernels as one differentiable operation: in and out as the linear layers around it have them.
#include "nn/model/attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "nn/kernels/attention_kernel.h"

namespace marginscope {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

template <typename Tensor>
struct StorageOf {
    using Type = Tensor;
    using Real = Tensor;
};
template <>
struct StorageOf<at::BFloat16> {
    using Type = kernels::Bfloat16;
    using Real = float;
};

/// One head of one sequence in tensors of (B, T, 3C) and (B, T, C).
template <typename Element>
class Heads {
public:
    using Stored = typename StorageOf<Element>::Type;
    using Real = typename StorageOf<Element>::Real;

    Heads(const at::Tensor& qkv, std::int64_t heads)
        : time_(qkv.size(1)),
          width_(qkv.size(2) / 3),
          heads_(heads),
          size_(width_ / heads),
          qkv_(reinterpret_cast<const Stored*>(qkv.const_data_ptr<Element>())) {}

    kernels::HeadInput<Stored> input(std::int64_t task) const {
        const Stored* const at = qkv_ + offset(task, 3 * width_);
        return {{at, 3 * width_},
                {at + width_, 3 * width_},
                {at + 2 * width_, 3 * width_},
                time_,
                size_};
    }
    kernels::HeadGradients<Stored> gradients(std::int64_t task, const at::Tensor& d_qkv) const {
        Stored* const at = mutable_data(d_qkv) + offset(task, 3 * width_);
        return {{at, 3 * width_}, {at + width_, 3 * width_}, {at + 2 * width_, 3 * width_}};
    }
    kernels::HeadRows<Stored> output(std::int64_t task, const at::Tensor& out) const {
        return {mutable_data(out) + offset(task, width_), width_};
    }
    kernels::HeadRows<const Stored> output_gradient(std::int64_t task,
                                                    const at::Tensor& d_out) const {
        return {
            reinterpret_cast<const Stored*>(d_out.const_data_ptr<Element>()) + offset(task, width_),
            width_};
    }
    Real* log_sums(std::int64_t task, const at::Tensor& all) const {
        return all.mutable_data_ptr<Real>() + task * time_;
    }

private:
    static Stored* mutable_data(const at::Tensor& tensor) {
        return reinterpret_cast<Stored*>(tensor.mutable_data_ptr<Element>());
    }
    std::int64_t offset(std::int64_t task, std::int64_t stride) const {
        return task / heads_ * time_ * stride + task % heads_ * size_;
    }

    std::int64_t time_, width_, heads_, size_;
    const Stored* qkv_;
};

/// `call` with a value of the tensor's element type.
template <typename Call>
void with_element(const at::Tensor& tensor, const Call& call) {
    switch (tensor.scalar_type()) {
        case at::kDouble:
            call(double{});
            break;
        case at::kBFloat16:
            call(at::BFloat16{});
            break;
        default:
            call(float{});
            break;
    }
}

class CausalAttention : public Function<CausalAttention> {
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& given,
                              std::int64_t heads) {
        const at::Tensor qkv = given.contiguous();
        const std::int64_t batch = qkv.size(0);
        const std::int64_t time = qkv.size(1);
        const at::Tensor out = at::empty({batch, time, qkv.size(2) / 3}, qkv.options());
        const bool exact = qkv.scalar_type() == at::kDouble;
        const at::Tensor log_sums =
            at::empty({batch, heads, time}, qkv.options().dtype(exact ? at::kDouble : at::kFloat));
        with_element(qkv, [&](auto element) {
            const Heads<decltype(element)> all(qkv, heads);
            at::parallel_for(0, batch * heads, 1, [&](std::int64_t begin, std::int64_t end) {
                kernels::AttentionScratch<typename Heads<decltype(element)>::Real> scratch;
                for (std::int64_t task = begin; task < end; ++task)
                    kernels::attention_forward(all.input(task), all.output(task, out),
                                               all.log_sums(task, log_sums), scratch);
            });
        });
        context->save_for_backward({qkv, log_sums});
        context->saved_data["heads"] = heads;
        return out;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &qkv = saved[0], &log_sums = saved[1];
        const std::int64_t heads = context->saved_data["heads"].toInt();
        const at::Tensor d_out = gradients[0].contiguous();
        const at::Tensor d_qkv = at::empty_like(qkv);
        with_element(qkv, [&](auto element) {
            const Heads<decltype(element)> all(qkv, heads);
            at::parallel_for(0, qkv.size(0) * heads, 1, [&](std::int64_t begin, std::int64_t end) {
                kernels::AttentionScratch<typename Heads<decltype(element)>::Real> scratch;
                for (std::int64_t task = begin; task < end; ++task)
                    kernels::attention_backward(all.input(task), all.output_gradient(task, d_out),
                                                all.log_sums(task, log_sums),
                                                all.gradients(task, d_qkv), scratch);
            });
        });
        return {d_qkv, at::Tensor()};
    }
};

}  // namespace

at::Tensor causal_attention(const at::Tensor& qkv, std::int64_t heads) {
    if (qkv.is_cpu()) return CausalAttention::apply(qkv, heads);
    const std::int64_t width = qkv.size(2) / 3;
    const auto split = [&](std::int64_t k) {  // (B, T, C) -> (B, H, T, p)
        return qkv.narrow(2, k * width, width)
            .view({qkv.size(0), qkv.size(1), heads, width / heads})
            .transpose(1, 2);
    };
    return at::scaled_dot_product_attention(split(0), split(1), split(2), {}, 0.0, true)
        .transpose(1, 2)
        .reshape({qkv.size(0), qkv.size(1), width});
}

}  // namespace marginscope
