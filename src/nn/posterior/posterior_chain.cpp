// Steps, measurements and the way to disk and back.
#include "nn/posterior/posterior_chain.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "core/error.h"
#include "files/json_numbers.h"
#include "nn/barrier/barrier_objective.h"

namespace marginscope {
namespace {

constexpr std::size_t kWindows = 16;  // of each part
constexpr std::int64_t kColumns = 4;  // numbers of a ChainPoint
constexpr const char* kTrace = "langevin.trace";

LangevinSettings settings_of(const PosteriorPlan& plan, std::int64_t count, int chain) {
    LangevinSettings settings;
    settings.step_size = plan.step_size;
    settings.count = static_cast<double>(count);
    settings.temperature = plan.temperature;
    settings.burn_in = plan.burn_in;
    settings.seed = plan.seed;
    settings.chain = static_cast<std::uint64_t>(chain);
    return settings;
}

Batch fixed_windows(const TokenView& ids, std::int64_t time) {
    return batch_of(ids,
                    evenly_spaced_windows(ids.size(), static_cast<std::size_t>(time) + 1, kWindows),
                    time, at::kCPU);
}

double ce_of(const Model& model, const Batch& batch) {
    return cross_entropy(model.gpt.logits_from_embeddings(model.gpt.embed(batch.ids)),
                         batch.targets)
        .item<double>();
}

}  // namespace

PosteriorChain::PosteriorChain(const Model& start, const Corpus& corpus, const PosteriorPlan& plan,
                               int chain)
    : chain_(chain),
      density_(start, corpus, {plan.lambda, plan.prior_sd, plan.seed}),
      dynamics_(density_.parameters(), settings_of(plan, density_.count(), chain)),
      train_(fixed_windows(density_.tokens().train(), start.config.model.context)),
      validation_(fixed_windows(density_.tokens().validation(), start.config.model.context)) {}

void PosteriorChain::step() {
    dynamics_.clear_gradients();
    last_ce_ = density_.backward(dynamics_.steps(), chain_).ce;
    if (!std::isfinite(last_ce_))
        throw UserError("Chain " + std::to_string(chain_) + " has no finite loss any more after " +
                        std::to_string(dynamics_.steps()) + " steps: take a smaller --step-size.");
    dynamics_.step();
}

ChainPoint PosteriorChain::measured() const {
    const at::NoGradGuard no_grad;
    const Model& model = density_.model();
    ChainPoint point{ce_of(model, train_), ce_of(model, validation_), std::nan(""), std::nan("")};
    const bool heads = model.config.barrier.site == BarrierSite::heads;
    if (!heads && !model.stage && !model.barrier) return point;
    const at::Tensor u = model.gpt.embed(validation_.ids);
    Tap tap;
    if (heads) {
        ForwardOptions options;
        options.tap = &tap;
        (void)model.gpt.hidden_from_embeddings(u, options);
    }
    const BarrierReport report = read_barrier_counts(
        barrier_counts(report_barrier(model, u, tap), model.config.barrier.cap));
    point.logdet_mean = report.logdet_mean;
    point.share_beyond = report.share_beyond;
    return point;
}

SafeTensors PosteriorChain::sample(const Model& start) const {
    Model drawn = start.clone();
    const at::NoGradGuard no_grad;
    for (std::size_t k = 0; k < drawn.gpt.parameters().size(); ++k)
        drawn.gpt.parameters()[k].value.detach().copy_(
            density_.model().gpt.parameters()[k].value.detach());
    SafeTensors file = model_to_file(drawn);
    file.metadata["posterior"] = nlohmann::json{{"chain", chain_}, {"step", steps()}}.dump();
    return file;
}

SafeTensors PosteriorChain::state() const {
    SafeTensors file;
    file.metadata["chain"] = std::to_string(chain_);
    file.metadata["steps"] = std::to_string(steps());
    for (const NamedTensor& one : density_.model().gpt.parameters())
        file.tensors.push_back(tensor_to_file(one.name, one.value));
    for (const NamedTensor& one : dynamics_.state())
        file.tensors.push_back(tensor_to_file(one.name, one.value));
    std::vector<double> numbers;
    for (const ChainPoint& point : trace_)
        numbers.insert(numbers.end(),
                       {point.train_ce, point.val_ce, point.logdet_mean, point.share_beyond});
    file.tensors.push_back(make_tensor<double>(
        kTrace, {static_cast<std::int64_t>(trace_.size()), kColumns}, std::span(numbers)));
    return file;
}

void PosteriorChain::restore(const SafeTensors& file, const std::string& name) {
    const auto metadata = [&](const char* key) {
        const auto found = file.metadata.find(key);
        return found == file.metadata.end() ? std::string() : found->second;
    };
    const auto steps = whole_number(nlohmann::json::parse(metadata("steps"), nullptr, false), 0,
                                    std::int64_t{1} << 40);
    const TensorData* trace = file.find(kTrace);
    if (metadata("chain") != std::to_string(chain_) || !steps || trace == nullptr ||
        trace->dtype != DType::kF64 || trace->shape.size() != 2 || trace->shape[1] != kColumns)
        throw UserError(name + " does not hold where chain " + std::to_string(chain_) +
                        " stands: remove it, and the chain begins anew.");
    for (const NamedTensor& one : density_.parameters())
        tensor_from_file(file, name, one.name, one.value);
    for (const NamedTensor& one : dynamics_.state())
        tensor_from_file(file, name, one.name, one.value);
    dynamics_.set_steps(*steps);
    trace_.clear();
    const std::vector<double> numbers = tensor_values<double>(*trace);
    for (std::size_t k = 0; k + kColumns <= numbers.size(); k += kColumns)
        trace_.push_back({numbers[k], numbers[k + 1], numbers[k + 2], numbers[k + 3]});
}

}  // namespace marginscope
