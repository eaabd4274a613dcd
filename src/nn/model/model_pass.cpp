// Gradients of the pass by themselves, so that they can be recorded apart from the barrier.
#include "nn/model/model_pass.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

double relative_difference(const at::Tensor& found, const at::Tensor& expected) {
    if (!expected.defined()) return 0.0;
    if (!found.defined()) return std::numeric_limits<double>::infinity();
    const double size = std::max(1e-12, expected.norm().item<double>());
    return (found - expected).norm().item<double>() / size;
}

double largest_difference(const PassGradients& found, const PassGradients& expected) {
    double largest = 0.0;
    const auto join = [&](double difference) {
        if (!(difference <= largest)) largest = difference;  // NaN stays
    };
    join(relative_difference(found.ce, expected.ce));
    join(relative_difference(found.u, expected.u));
    for (std::size_t k = 0; k < found.parameters.size(); ++k)
        join(relative_difference(found.parameters[k], expected.parameters[k]));
    return largest;
}

}  // namespace

PassGradients pass_gradients(const CharGpt& gpt, const at::Tensor& u, const at::Tensor& targets,
                             at::ScalarType products) {
    const at::Tensor leaf = u.detach().set_requires_grad(true);
    ForwardOptions options;
    options.products = products;
    const at::Tensor ce = cross_entropy(gpt.logits_from_embeddings(leaf, options), targets);
    std::vector<at::Tensor> inputs = {leaf};
    for (const NamedTensor& parameter : gpt.parameters()) inputs.push_back(parameter.value);
    std::vector<at::Tensor> found =
        torch::autograd::grad({ce}, inputs, {}, std::nullopt, false, /*allow_unused=*/true);
    return {ce.detach(), found[0], {found.begin() + 1, found.end()}};
}

void backward_beyond_pass(const CharGpt& gpt, const PassGradients& pass, const at::Tensor& u,
                          const at::Tensor& loss) {
    for (std::size_t k = 0; k < pass.parameters.size(); ++k)
        if (pass.parameters[k].defined())
            gpt.parameters()[k].value.mutable_grad() = pass.parameters[k];
    if (loss.defined())
        torch::autograd::backward({u, loss}, {pass.u, at::ones_like(loss)});
    else
        torch::autograd::backward({u}, {pass.u});
}

RecordedPass::RecordedPass(const CharGpt& gpt, const at::Tensor& u, const at::Tensor& targets,
                           at::ScalarType products, const Recorder& record)
    : products_(products),
      memory_(new Memory{gpt.alias(), u.detach().clone(), targets.clone(), {}}) {
    try {
        with_torch_errors([&] {
            work_ = record([products, memory = memory_.get()] {
                memory->found = pass_gradients(memory->gpt, memory->u, memory->targets, products);
            });
        });
    } catch (const UserError& error) {
        throw UserError(
            std::string("The GPU cannot record the training step; start again with --cuda-graph "
                        "false. (") +
            error.what() + ")");
    }
    const double largest = products == at::kBFloat16 ? 1e-1 : 1e-3;
    const double difference =
        largest_difference(run(u, targets), pass_gradients(gpt, u.detach(), targets, products));
    if (difference <= largest) return;
    throw UserError("The recorded training step gives gradients " +
                    std::to_string(100.0 * difference) +
                    " % away from the same step as it runs otherwise: take --cuda-graph false.");
}

bool RecordedPass::fits(const at::Tensor& u, at::ScalarType products) const {
    return products == products_ && memory_->u.sizes() == u.sizes();
}

const PassGradients& RecordedPass::run(const at::Tensor& u, const at::Tensor& targets) {
    memory_->u.copy_(u.detach());
    memory_->targets.copy_(targets);
    work_->replay();
    return memory_->found;
}

}  // namespace marginscope
