// The update, parameter by parameter.
#include "nn/posterior/langevin.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "core/random.h"
#include "nn/model/device.h"

namespace marginscope {
namespace {

template <typename Real>
void fill(const DrawKey& key, at::Tensor& out) {
    fill_normal(
        key, std::span<Real>(out.mutable_data_ptr<Real>(), static_cast<std::size_t>(out.numel())));
}

/// N(0, 1) of the shape, type and device of `like`.
at::Tensor normal_like(const at::Tensor& like, const DrawKey& key) {
    const bool wide = like.scalar_type() == at::kDouble;
    at::Tensor noise = at::empty(like.sizes(), wide ? at::kDouble : at::kFloat);
    wide ? fill<double>(key, noise) : fill<float>(key, noise);
    return placed_on(noise, like.device());
}

}  // namespace

Langevin::Langevin(std::vector<NamedTensor> parameters, const LangevinSettings& settings)
    : parameters_(std::move(parameters)), settings_(settings) {
    at::NoGradGuard no_grad;
    for (const NamedTensor& parameter : parameters_)
        squares_.push_back(at::zeros_like(parameter.value.detach()));
}

void Langevin::clear_gradients() {
    for (const NamedTensor& parameter : parameters_) parameter.value.mutable_grad() = at::Tensor();
}

at::Tensor Langevin::scale(std::size_t parameter) const {
    const std::int64_t averaged = std::min(steps_, settings_.burn_in);
    const double weight = 1.0 - std::pow(settings_.decay, static_cast<double>(averaged));
    return (squares_[parameter] / weight).sqrt_().add_(settings_.floor);
}

void Langevin::step() {
    at::NoGradGuard no_grad;
    const std::int64_t before = steps_++;
    const double half = 0.5 * settings_.step_size;
    const double spread = std::sqrt(settings_.step_size * settings_.temperature / settings_.count);
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
        at::Tensor value = parameters_[k].value.detach();
        const at::Tensor& gradient = parameters_[k].value.grad();
        if (before < settings_.burn_in) {
            squares_[k].mul_(settings_.decay);
            if (gradient.defined()) squares_[k].addcmul_(gradient, gradient, 1.0 - settings_.decay);
        }
        at::Tensor noise;
        if (spread > 0.0)
            noise = normal_like(value, {settings_.seed, DrawPurpose::langevin_noise,
                                        static_cast<std::uint64_t>(before), settings_.chain, k});
        if (settings_.burn_in == 0) {
            if (gradient.defined()) value.sub_(gradient, half);
            if (noise.defined()) value.add_(noise, spread);
            continue;
        }
        const at::Tensor inverse = scale(k);  // 1 / G
        if (gradient.defined()) value.addcdiv_(gradient, inverse, -half);
        if (noise.defined()) value.addcdiv_(noise, inverse.sqrt(), spread);
    }
}

double Langevin::gradient_heat() const {
    at::NoGradGuard no_grad;
    if (settings_.burn_in == 0 || steps_ == 0 || settings_.temperature == 0.0) return 0.0;
    double sum = 0.0, coordinates = 0.0;
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
        const at::Tensor inverse = scale(k);
        const at::Tensor root = inverse - settings_.floor;  // sqrt(v)
        sum += (root.square() / inverse).sum(at::kDouble).item<double>();
        coordinates += static_cast<double>(root.numel());
    }
    return settings_.step_size * settings_.count / (4.0 * settings_.temperature) * sum /
           coordinates;
}

std::vector<NamedTensor> Langevin::state() const {
    std::vector<NamedTensor> all;
    for (std::size_t k = 0; k < parameters_.size(); ++k)
        all.push_back({"langevin.v." + parameters_[k].name, squares_[k]});
    return all;
}

}  // namespace marginscope
