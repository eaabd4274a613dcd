// A step whose pass is recorded gives the gradients of the step as it runs otherwise.
#include "nn/model/model_pass.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/error.h"
#include "nn/barrier/barrier_objective.h"
#include "nn/model/device.h"
#include "nn/tiny_model.h"
#include "nn/train/trainer.h"

namespace marginscope {
namespace {

using testing_support::random_text;
using testing_support::tiny_model;

/// Stands for a GPU: what it records runs again at each replay.
class Repeated final : public RecordedWork {
public:
    explicit Repeated(std::function<void()> work) : work_(std::move(work)) { work_(); }
    void replay() override { work_(); }

private:
    std::function<void()> work_;
};

/// What it recorded never runs again.
class Deaf final : public RecordedWork {
public:
    explicit Deaf(const std::function<void()>& work) { work(); }
    void replay() override {}
};

template <typename Work>
std::unique_ptr<RecordedWork> record(const std::function<void()>& work) {
    return std::make_unique<Work>(work);
}

Model exact_model(StageFit fit, BarrierPrior prior) {
    Model model = tiny_model();
    model.gpt = model.gpt.clone(at::kCPU, at::kDouble);
    model.stage = model.stage->clone(at::kCPU, at::kDouble);
    model.config.stage.fit = fit;
    model.config.barrier.prior = prior;
    model.config.barrier.lambda = 0.3;
    add_missing_stages(model);
    return model;
}

std::vector<NamedTensor> all_parameters(const Model& model) {
    std::vector<NamedTensor> all = model.gpt.parameters();
    for (const NamedTensor& of_stage : model.stage->parameters("stage")) all.push_back(of_stage);
    if (model.barrier)
        for (const NamedTensor& of_barrier : model.barrier->parameters("barrier"))
            all.push_back(of_barrier);
    return all;
}

/// Of everything that trains; empties the parameters.
std::vector<at::Tensor> taken_gradients(const Model& model) {
    std::vector<at::Tensor> taken;
    for (const NamedTensor& parameter : all_parameters(model)) {
        const at::Tensor& grad = parameter.value.grad();
        taken.push_back(grad.defined() ? grad.clone() : at::zeros_like(parameter.value));
        parameter.value.mutable_grad() = at::Tensor();
    }
    return taken;
}

struct Tokens {
    at::Tensor ids, targets;
};

Tokens random_tokens(const Model& model, std::uint64_t seed) {
    at::Generator generator = at::detail::createCPUGenerator(seed);
    const auto some = [&] {
        return at::randint(model.gpt.vocabulary(), {3, 12}, generator, at::kLong);
    };
    return {some(), some()};
}

struct Variant {
    StageFit fit;
    BarrierPrior prior;
};

class ModelPass : public testing::TestWithParam<Variant> {};
INSTANTIATE_TEST_SUITE_P(Variants, ModelPass,
                         testing::Values(Variant{StageFit::likelihood, BarrierPrior::margin},
                                         Variant{StageFit::likelihood, BarrierPrior::full},
                                         Variant{StageFit::penalty, BarrierPrior::margin}));

TEST_P(ModelPass, RecordedAndOtherwiseGiveTheSameGradients) {
    // One each: a step also moves its stage's running sigma.
    Model plain = exact_model(GetParam().fit, GetParam().prior);
    Model model = exact_model(GetParam().fit, GetParam().prior);
    const BarrierSample all = barrier_sample(model.config, 3, 0);
    const Tokens first = random_tokens(model, 1);
    RecordedPass pass(model.gpt, model.gpt.embed(first.ids), first.targets, at::kFloat,
                      record<Repeated>);
    for (const std::uint64_t seed : {2, 3}) {  // other tokens than those it was recorded with
        const Tokens tokens = random_tokens(model, seed);
        const at::Tensor u = plain.gpt.embed(tokens.ids);
        const at::Tensor ce = cross_entropy(plain.gpt.logits_from_embeddings(u), tokens.targets);
        torch::autograd::backward({ce + barrier_objective(plain, u, {}, all).loss});
        const std::vector<at::Tensor> expected = taken_gradients(plain);

        const at::Tensor again = model.gpt.embed(tokens.ids);
        const PassGradients& found = pass.run(again, tokens.targets);
        EXPECT_NEAR(found.ce.item<double>(), ce.item<double>(), 1e-12);
        backward_beyond_pass(model.gpt, found, again,
                             barrier_objective(model, again, {}, all).loss);
        const std::vector<at::Tensor> recorded = taken_gradients(model);
        for (std::size_t k = 0; k < expected.size(); ++k)
            EXPECT_LT((recorded[k] - expected[k]).abs().max().item<double>(),
                      1e-10 * std::max(1.0, expected[k].abs().max().item<double>()))
                << all_parameters(model)[k].name;
    }
}

TEST(RecordedPass, WithoutABarrierTheEmbeddingsStillLearn) {
    Model model = exact_model(StageFit::likelihood, BarrierPrior::margin);
    const Tokens tokens = random_tokens(model, 4);
    const at::Tensor u = model.gpt.embed(tokens.ids);
    torch::autograd::backward({cross_entropy(model.gpt.logits_from_embeddings(u), tokens.targets)});
    const std::vector<at::Tensor> expected = taken_gradients(model);
    const at::Tensor again = model.gpt.embed(tokens.ids);
    backward_beyond_pass(model.gpt, pass_gradients(model.gpt, again, tokens.targets, at::kFloat),
                         again, {});
    const std::vector<at::Tensor> found = taken_gradients(model);
    for (std::size_t k = 0; k < expected.size(); ++k)
        EXPECT_LT((found[k] - expected[k]).abs().max().item<double>(), 1e-12);
}

TEST(RecordedPass, ARecordingThatGivesOtherNumbersIsRefused) {
    const Model model = exact_model(StageFit::likelihood, BarrierPrior::margin);
    const Tokens tokens = random_tokens(model, 5);
    const at::Tensor u = model.gpt.embed(tokens.ids);
    const auto forgetful = [](const std::function<void()>&) -> std::unique_ptr<RecordedWork> {
        return std::make_unique<Deaf>([] {});
    };
    EXPECT_THROW(RecordedPass(model.gpt, u, tokens.targets, at::kFloat, forgetful), UserError);
    const auto stale = [&](const std::function<void()>& work) -> std::unique_ptr<RecordedWork> {
        auto deaf = std::make_unique<Deaf>(work);
        at::NoGradGuard no_grad;
        model.gpt.block(0).fc_w.mul_(1.5);  // as if replays read old memory
        return deaf;
    };
    EXPECT_THROW(RecordedPass(model.gpt, u, tokens.targets, at::kFloat, stale), UserError);
}

TEST(RecordedPass, FitsOneShapeAndPrecision) {
    const Model model = exact_model(StageFit::likelihood, BarrierPrior::margin);
    const Tokens tokens = random_tokens(model, 6);
    const at::Tensor u = model.gpt.embed(tokens.ids);
    const RecordedPass pass(model.gpt, u, tokens.targets, at::kFloat, record<Repeated>);
    EXPECT_TRUE(pass.fits(u, at::kFloat));
    EXPECT_FALSE(pass.fits(u, at::kBFloat16));
    EXPECT_FALSE(pass.fits(u.narrow(0, 0, 2), at::kFloat));
}

RunConfig graph_config() {
    RunConfig config;
    config.model = {2, 2, 16, 24, false};
    config.train.batch = 4;
    config.train.cuda_graph = true;
    return config;
}

TEST(CudaGraph, IsRefusedWithoutAGpu) {
    const Corpus corpus{"text", random_text(5000, 1)};
    RunConfig config = graph_config();
    config.train.device = DeviceChoice::cpu;
    EXPECT_THROW(Trainer(config, corpus), UserError);
    if (!can_record_on_gpu()) {
        EXPECT_THROW(record_on_gpu([] {}), UserError);
    }
}

TEST(CudaGraph, TrainsAsTheStepDoesOtherwise) {
    if (!can_record_on_gpu()) GTEST_SKIP() << "no GPU, or built without CUDA's headers";
    const Corpus corpus{"text", random_text(5000, 1)};
    RunConfig config = graph_config();
    config.train.device = DeviceChoice::cuda;
    Trainer recorded(config, corpus);
    config.train.cuda_graph = false;
    Trainer plain(config, corpus);
    for (int k = 0; k < 20; ++k) {
        recorded.step();
        plain.step();
        EXPECT_NEAR(recorded.report().ce, plain.report().ce, 1e-3) << "step " << k;
        EXPECT_NEAR(recorded.report().barrier, plain.report().barrier, 1e-2) << "step " << k;
    }
}

}  // namespace
}  // namespace marginscope
