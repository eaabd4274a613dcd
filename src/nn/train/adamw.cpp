// The update, by ATen's fused kernel.
#include "nn/train/adamw.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace marginscope {

AdamW::AdamW(std::vector<NamedTensor> parameters, const AdamWSettings& settings)
    : parameters_(std::move(parameters)), settings_(settings) {
    at::NoGradGuard no_grad;
    for (const NamedTensor& parameter : parameters_) {
        m_.push_back(at::zeros_like(parameter.value.detach()));
        v_.push_back(at::zeros_like(parameter.value.detach()));
    }
}

void AdamW::clear_gradients() {
    for (const NamedTensor& parameter : parameters_) parameter.value.mutable_grad() = at::Tensor();
}

at::Tensor AdamW::clip(double largest) {
    at::NoGradGuard no_grad;
    std::vector<at::Tensor> gradients;
    for (const NamedTensor& parameter : parameters_)
        if (parameter.value.grad().defined()) gradients.push_back(parameter.value.grad());
    if (gradients.empty()) return at::zeros({}, at::kFloat);
    const at::Tensor norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)));
    if (largest > 0.0) at::_foreach_mul_(gradients, (largest / (norm + 1e-6)).clamp_max(1.0));
    return norm;
}

void AdamW::update(bool matrices, double lr) {
    std::vector<at::Tensor> values, gradients, m, v, counts;
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
        const at::Tensor& value = parameters_[k].value;
        if (!value.grad().defined() || (value.dim() >= 2) != matrices) continue;
        values.push_back(value.detach());
        gradients.push_back(value.grad());
        m.push_back(m_[k]);
        v.push_back(v_[k]);
        counts.push_back(at::full({}, static_cast<double>(steps_),
                                  at::TensorOptions(value.device()).dtype(at::kFloat)));
    }
    if (values.empty()) return;
    at::_fused_adamw_(values, gradients, m, v, {}, counts, lr, settings_.beta1, settings_.beta2,
                      matrices ? settings_.weight_decay : 0.0, settings_.epsilon, false, false);
}

void AdamW::step(double lr) {
    at::NoGradGuard no_grad;
    ++steps_;
    update(true, lr);
    update(false, lr);
}

std::vector<NamedTensor> AdamW::moments() const {
    std::vector<NamedTensor> all;
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
        all.push_back({"optim.m." + parameters_[k].name, m_[k]});
        all.push_back({"optim.v." + parameters_[k].name, v_[k]});
    }
    return all;
}

}  // namespace marginscope
