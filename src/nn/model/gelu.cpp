// The kernel as a differentiable operation.
#include "nn/model/gelu.h"

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

class GeluFunction : public Function<GeluFunction> {
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& given) {
        const at::Tensor x = given.contiguous();
        const at::Tensor y = at::empty_like(x), slope = at::empty_like(x);
        const float* const from = x.const_data_ptr<float>();
        float* const to = y.mutable_data_ptr<float>();
        float* const to_slope = slope.mutable_data_ptr<float>();
        at::parallel_for(0, x.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
            kernels::gelu_with_slope(from + begin, end - begin, to + begin, to_slope + begin);
        });
        context->save_for_backward({slope});
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        return {gradients[0] * context->get_saved_variables()[0]};
    }
};

}  // namespace

at::Tensor exact_gelu(const at::Tensor& x) {
    const bool own = x.is_cpu() && x.scalar_type() == at::kFloat;
    return own ? GeluFunction::apply(x) : at::gelu(x);
}

}  // namespace marginscope
