// Modules, optimizer and loops, each as LibTorch's documentation writes them.
#include "bench/plain_gpt.h"

#include <torch/nn/functional.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"

namespace marginscope {
namespace {

namespace nn = torch::nn;
namespace functional = torch::nn::functional;

/// LayerNorm with a weight only, which LibTorch's module cannot do.
struct Norm : nn::Module {
    explicit Norm(std::int64_t width) : width_(width) {
        weight = register_parameter("weight", torch::ones({width}));
    }
    torch::Tensor forward(const torch::Tensor& x) {
        return functional::layer_norm(
            x, functional::LayerNormFuncOptions({width_}).weight(weight).eps(1e-5));
    }
    torch::Tensor weight;
    std::int64_t width_;
};

nn::Linear linear(std::int64_t in, std::int64_t out) {
    return nn::Linear(nn::LinearOptions(in, out).bias(false));
}

struct Block : nn::Module {
    explicit Block(const ModelConfig& shape) : heads(shape.heads), width(shape.width) {
        ln_1 = register_module("ln_1", std::make_shared<Norm>(width));
        c_attn = register_module("c_attn", linear(width, 3 * width));
        attn_proj = register_module("attn_proj", linear(width, width));
        ln_2 = register_module("ln_2", std::make_shared<Norm>(width));
        c_fc = register_module("c_fc", linear(width, 4 * width));
        mlp_proj = register_module("mlp_proj", linear(4 * width, width));
        const std::int64_t context = shape.context;
        mask = register_buffer("mask", torch::tril(torch::ones({context, context})) == 0);
    }

    torch::Tensor attention(const torch::Tensor& x) {
        const std::int64_t batch = x.size(0);
        const std::int64_t time = x.size(1);
        const auto parts = c_attn(x).split(width, 2);
        const auto by_head = [&](const torch::Tensor& part) {
            return part.view({batch, time, heads, width / heads}).transpose(1, 2);
        };
        const torch::Tensor q = by_head(parts[0]);
        const torch::Tensor k = by_head(parts[1]);
        const torch::Tensor v = by_head(parts[2]);
        torch::Tensor scores = torch::matmul(q, k.transpose(-2, -1)) *
                               (1.0 / std::sqrt(static_cast<double>(width / heads)));
        scores = scores.masked_fill(mask.slice(0, 0, time).slice(1, 0, time), -INFINITY);
        const torch::Tensor y = torch::matmul(torch::softmax(scores, -1), v);
        return attn_proj(y.transpose(1, 2).contiguous().view({batch, time, width}));
    }

    torch::Tensor forward(torch::Tensor x) {
        x = x + attention(ln_1->forward(x));
        return x + mlp_proj(functional::gelu(c_fc(ln_2->forward(x))));
    }

    std::int64_t heads, width;
    std::shared_ptr<Norm> ln_1, ln_2;
    nn::Linear c_attn{nullptr}, attn_proj{nullptr}, c_fc{nullptr}, mlp_proj{nullptr};
    torch::Tensor mask;
};

torch::Tensor as_tensor(std::span<const int> ids) {
    torch::Tensor out = torch::empty({static_cast<std::int64_t>(ids.size())}, torch::kLong);
    std::copy(ids.begin(), ids.end(), out.data_ptr<std::int64_t>());
    return out;
}

}  // namespace

struct PlainGpt::Net : nn::Module {
    // Registered in the order of nanoGPT's parameters; a tied head is wte and has none of its own.
    explicit Net(const CharGpt& same) : shape(same.shape()) {
        wte = register_module("wte", nn::Embedding(same.vocabulary(), shape.width));
        wpe = register_module("wpe", nn::Embedding(shape.context, shape.width));
        for (int layer = 0; layer < shape.layers; ++layer)
            blocks.push_back(register_module(std::string("h").append(std::to_string(layer)),
                                             std::make_shared<Block>(shape)));
        ln_f = register_module("ln_f", std::make_shared<Norm>(shape.width));
        if (!shape.tied)
            lm_head = register_module(
                "lm_head",
                nn::Linear(nn::LinearOptions(shape.width, same.vocabulary()).bias(false)));
        torch::NoGradGuard no_grad;
        std::vector<torch::Tensor> own = parameters();
        for (std::size_t k = 0; k < own.size(); ++k) own[k].copy_(same.parameters().at(k).value);
        to(same.device());
    }

    torch::Tensor embed(const torch::Tensor& ids) {
        return wte(ids) + wpe(torch::arange(ids.size(1), ids.options()));
    }
    torch::Tensor hidden(torch::Tensor x) {
        for (const auto& block : blocks) x = block->forward(x);
        return ln_f->forward(x);
    }
    torch::Tensor head(const torch::Tensor& x) {
        return functional::linear(x, shape.tied ? wte->weight : lm_head->weight);
    }

    ModelConfig shape;
    nn::Embedding wte{nullptr}, wpe{nullptr};
    std::vector<std::shared_ptr<Block>> blocks;
    std::shared_ptr<Norm> ln_f;
    nn::Linear lm_head{nullptr};
};

PlainGpt::PlainGpt(const CharGpt& same) {
    if (same.shape().bias) throw UserError("The plain model is written for shapes without biases.");
    net_ = std::make_shared<Net>(same);
}

PlainGpt::PlainGpt(PlainGpt&&) noexcept = default;
PlainGpt::~PlainGpt() = default;

at::Tensor PlainGpt::embed(const at::Tensor& ids) const { return net_->embed(ids); }

at::Tensor PlainGpt::logits_from_embeddings(const at::Tensor& u) const {
    return net_->head(net_->hidden(u));
}

at::Tensor PlainGpt::next_logits(const at::Tensor& ids) const {
    return net_->head(net_->hidden(net_->embed(ids)).select(1, -1));
}

std::vector<int> PlainGpt::continued(std::span<const int> prompt, int tokens) const {
    torch::NoGradGuard no_grad;
    std::vector<int> ids(prompt.begin(), prompt.end());
    for (int k = 0; k < tokens; ++k) {
        const std::size_t seen =
            std::min(ids.size(), static_cast<std::size_t>(net_->shape.context));
        const torch::Tensor window = as_tensor(std::span(ids).last(seen)).unsqueeze(0);
        ids.push_back(static_cast<int>(next_logits(window).argmax(-1).item<std::int64_t>()));
    }
    return ids;
}

struct PlainTraining::Optimizers {
    std::unique_ptr<torch::optim::AdamW> model;
    std::unique_ptr<torch::optim::Adam> extra;
};

PlainTraining::PlainTraining(const CharGpt& same, std::span<const int> ids,
                             const TrainConfig& train)
    : gpt_(same),
      text_(as_tensor(ids)),
      train_(train),
      context_(same.shape().context),
      optimizers_(std::make_unique<Optimizers>()) {
    std::vector<torch::Tensor> matrices, vectors;
    for (const torch::Tensor& parameter : gpt_.net_->parameters())
        (parameter.dim() >= 2 ? matrices : vectors).push_back(parameter);
    const auto group = [&](std::vector<torch::Tensor> parameters, double decay) {
        auto options = std::make_unique<torch::optim::AdamWOptions>(train.lr);
        options->betas({train.beta1, train.beta2}).weight_decay(decay);
        return torch::optim::OptimizerParamGroup(std::move(parameters), std::move(options));
    };
    std::vector<torch::optim::OptimizerParamGroup> groups;
    groups.push_back(group(std::move(matrices), train.weight_decay));
    groups.push_back(group(std::move(vectors), 0.0));
    optimizers_->model = std::make_unique<torch::optim::AdamW>(
        std::move(groups), torch::optim::AdamWOptions(train.lr));
}

PlainTraining::~PlainTraining() = default;

void PlainTraining::add_loss(std::function<at::Tensor(const at::Tensor& u)> loss,
                             std::vector<at::Tensor> parameters, double lr) {
    extra_ = std::move(loss);
    optimizers_->extra =
        std::make_unique<torch::optim::Adam>(std::move(parameters), torch::optim::AdamOptions(lr));
}

void PlainTraining::step() {
    const torch::Tensor starts =
        torch::randint(text_.size(0) - context_, {train_.batch}, torch::kLong);
    std::vector<torch::Tensor> ids, targets;
    for (std::int64_t row = 0; row < train_.batch; ++row) {
        const auto start = starts[row].item<std::int64_t>();
        ids.push_back(text_.slice(0, start, start + context_));
        targets.push_back(text_.slice(0, start + 1, start + 1 + context_));
    }
    const torch::Device device = gpt_.net_->wte->weight.device();
    update(torch::stack(ids).to(device), torch::stack(targets).to(device));
}

double PlainTraining::step_on(const at::Tensor& ids, const at::Tensor& targets) {
    return update(ids, targets).item<double>();
}

at::Tensor PlainTraining::update(const at::Tensor& ids, const at::Tensor& targets) {
    const torch::Tensor u = gpt_.embed(ids);
    const torch::Tensor logits = gpt_.logits_from_embeddings(u);
    const torch::Tensor entropy =
        functional::cross_entropy(logits.view({-1, logits.size(-1)}), targets.reshape({-1}));
    optimizers_->model->zero_grad();
    if (optimizers_->extra) optimizers_->extra->zero_grad();
    (extra_ ? entropy + extra_(u) : entropy).backward();
    nn::utils::clip_grad_norm_(gpt_.net_->parameters(), train_.clip);
    optimizers_->model->step();
    if (optimizers_->extra) optimizers_->extra->step();
    return entropy.detach();
}

}  // namespace marginscope
