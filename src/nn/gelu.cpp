// The kernel as a differentiable operation.
#include "nn/gelu.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "nn/kernels/gelu_kernel.h"

namespace marginscope {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

constexpr std::int64_t kGrain = 1 << 14;  // numbers worth a thread

template <typename Element, typename Stored>
void fill(const at::Tensor& x, const at::Tensor& y, const at::Tensor& slope) {
    const auto* const from = reinterpret_cast<const Stored*>(x.const_data_ptr<Element>());
    auto* const to = reinterpret_cast<Stored*>(y.mutable_data_ptr<Element>());
    auto* const to_slope = reinterpret_cast<Stored*>(slope.mutable_data_ptr<Element>());
    at::parallel_for(0, x.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
        kernels::gelu_with_slope(from + begin, end - begin, to + begin, to_slope + begin);
    });
}

class GeluFunction : public Function<GeluFunction> {
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& given) {
        const at::Tensor x = given.contiguous();
        const at::Tensor y = at::empty_like(x), slope = at::empty_like(x);
        if (x.scalar_type() == at::kBFloat16)
            fill<at::BFloat16, kernels::Bfloat16>(x, y, slope);
        else
            fill<float, float>(x, y, slope);
        context->save_for_backward({slope});
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        return {gradients[0] * context->get_saved_variables()[0]};
    }
};

}  // namespace

at::Tensor exact_gelu(const at::Tensor& x) {
    const bool own =
        x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
    return own ? GeluFunction::apply(x) : at::gelu(x);
}

}  // namespace marginscope
