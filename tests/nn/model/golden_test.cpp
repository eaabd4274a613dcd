// CharGpt, its gradients and AdamW against numbers that scripts/golden_numbers.py computed in
// numpy.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "nn/model/char_gpt.h"
#include "nn/train/adamw.h"
#include "nn/train/schedule.h"

namespace marginscope {
namespace {

using nlohmann::json;

json read_golden(const char* name) {
    return json::parse(
        std::ifstream(std::string(MARGINSCOPE_SOURCE_DIR) + "/tests/golden/" + name));
}

const json& golden(bool tied) {
    static const json of_tied = read_golden("char_gpt.json");
    static const json of_own_head = read_golden("char_gpt_own_head.json");
    return tied ? of_tied : of_own_head;
}

at::Tensor reals(const json& list, at::IntArrayRef shape) {
    const auto values = list.get<std::vector<double>>();
    return at::tensor(values, at::kDouble).view(shape).clone();
}

at::Tensor ids_of(const json& rows) {
    std::vector<std::int64_t> all;
    for (const auto& row : rows)
        for (const auto& id : row) all.push_back(id.get<std::int64_t>());
    return at::tensor(all, at::kLong).view({static_cast<std::int64_t>(rows.size()), -1}).clone();
}

CharGpt golden_model(at::ScalarType type, bool tied) {
    const json& config = golden(tied).at("config");
    const ModelConfig shape{config.at("layers"),
                            config.at("heads"),
                            config.at("width"),
                            config.at("context"),
                            true,
                            tied};
    CharGpt gpt(shape, config.at("vocabulary"), 1, at::kCPU, type);
    at::NoGradGuard no_grad;
    EXPECT_EQ(gpt.parameters().size(), golden(tied).at("weights").size());
    for (NamedTensor& parameter : gpt.parameters())
        parameter.value.copy_(
            reals(golden(tied).at("weights").at(parameter.name), parameter.value.sizes()));
    return gpt;
}

double distance(const at::Tensor& a, const at::Tensor& b) {
    return (a.to(at::kDouble) - b).abs().max().item<double>();
}

struct Case {
    at::ScalarType type;
    double tolerance;
    bool tied;
};
class Golden : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(
    Types, Golden,
    testing::Values(Case{at::kDouble, 1e-10, true}, Case{at::kFloat, 1e-5, true},
                    Case{at::kDouble, 1e-10, false}, Case{at::kFloat, 1e-5, false}),
    [](const auto& tested) {
        return std::string(tested.param.type == at::kDouble ? "float64" : "float32") +
               (tested.param.tied ? "" : "_own_head");
    });

TEST_P(Golden, LogitsLossAndGradients) {
    const auto [type, tolerance, tied] = GetParam();
    CharGpt gpt = golden_model(type, tied);
    const at::Tensor ids = ids_of(golden(tied).at("batches")[0].at("ids"));
    const at::Tensor targets = ids_of(golden(tied).at("batches")[0].at("targets"));
    const at::Tensor logits = gpt.logits_from_embeddings(gpt.embed(ids));
    EXPECT_LE(distance(logits, reals(golden(tied).at("logits"), logits.sizes())),
              tolerance * (type == at::kFloat ? 2 : 1));
    const at::Tensor loss = cross_entropy(logits, targets);
    EXPECT_NEAR(loss.item<double>(), golden(tied).at("loss").get<double>(), tolerance);
    torch::autograd::backward({loss});
    for (const NamedTensor& parameter : gpt.parameters()) {
        const at::Tensor expected =
            reals(golden(tied).at("gradients").at(parameter.name), parameter.value.sizes());
        EXPECT_LE(distance(parameter.value.grad(), expected), tolerance) << parameter.name;
    }
}

TEST_P(Golden, ExplicitAttentionEqualsFused) {
    const auto [type, tolerance, tied] = GetParam();
    CharGpt gpt = golden_model(type, tied);
    Tap tap;
    tap.attention = true;
    ForwardOptions options;
    options.tap = &tap;
    const at::Tensor ids = ids_of(golden(tied).at("batches")[0].at("ids"));
    const at::Tensor with_tap = gpt.logits_from_embeddings(gpt.embed(ids), options);
    EXPECT_LE(distance(with_tap, gpt.logits_from_embeddings(gpt.embed(ids)).to(at::kDouble)),
              tolerance * 2);
    ASSERT_EQ(tap.layers.size(), 2u);
    EXPECT_LE(distance(tap.layers[1].attention.sum(-1), at::ones({3, 2, 6}, at::kDouble)),
              tolerance);
}

TEST_P(Golden, TenTrainingLosses) {
    const auto [type, tolerance, tied] = GetParam();
    (void)tolerance;
    CharGpt gpt = golden_model(type, tied);
    const json& config = golden(tied).at("config");
    TrainConfig train;
    train.lr = config.at("lr");
    train.min_lr = config.at("min_lr");
    train.warmup = config.at("warmup");
    train.steps = config.at("steps");
    AdamW optimizer(gpt.parameters(),
                    {config.at("beta1"), config.at("beta2"), config.at("weight_decay"), 1e-8});
    std::int64_t step = 0;
    for (const json& batch : golden(tied).at("batches")) {
        optimizer.clear_gradients();
        const at::Tensor loss =
            cross_entropy(gpt.logits_from_embeddings(gpt.embed(ids_of(batch.at("ids")))),
                          ids_of(batch.at("targets")));
        torch::autograd::backward({loss});
        optimizer.clip(config.at("clip"));
        optimizer.step(learning_rate(train, step));
        EXPECT_NEAR(loss.item<double>(),
                    golden(tied).at("losses")[static_cast<std::size_t>(step)].get<double>(), 1e-4);
        ++step;
    }
}

}  // namespace
}  // namespace marginscope
