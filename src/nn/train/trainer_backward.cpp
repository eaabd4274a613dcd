// The gradients of one training step.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "nn/barrier/barrier_objective.h"
#include "nn/train/trainer_state.h"

namespace marginscope {
namespace {

at::ScalarType products_of(const TrainConfig& train) {
    return train.precision == Precision::bfloat16 ? at::kBFloat16 : at::kFloat;
}

}  // namespace

StepLoss Trainer::State::backward_in_full(const at::Tensor& u, const at::Tensor& targets) {
    const TrainConfig& train = model->config.train;
    Tap tap;
    ForwardOptions options;
    at::Generator generator;
    if (model->config.barrier.site == BarrierSite::heads) options.tap = &tap;
    options.products = products_of(train);
    if (train.dropout > 0.0) {
        generator = dropout_generator(model->step);
        options.dropout = train.dropout;
        options.dropout_generator = &generator;
    }
    const at::Tensor ce = cross_entropy(model->gpt.logits_from_embeddings(u, options), targets);
    const Objective objective =
        barrier_objective(*model, u, tap, barrier_sample(model->config, u.size(0), model->step));
    torch::autograd::backward({objective.loss.defined() ? ce + objective.loss : ce});
    return {ce.detach(), objective.carried};
}

StepLoss Trainer::State::backward_from_record(const at::Tensor& u, const at::Tensor& targets) {
    const at::ScalarType products = products_of(model->config.train);
    if (!recorded || !recorded->fits(u, products))
        recorded.emplace(model->gpt, u, targets, products, record_on_gpu);
    const PassGradients& pass = recorded->run(u, targets);
    const Objective objective =
        barrier_objective(*model, u, {}, barrier_sample(model->config, u.size(0), model->step));
    backward_beyond_pass(model->gpt, pass, u, objective.loss);
    return {pass.ce, objective.carried};
}

}  // namespace marginscope
