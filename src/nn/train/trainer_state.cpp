// Data order, noise, optimizers and the state in a checkpoint.
#include "nn/train/trainer_state.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/random.h"
#include "core/shown.h"
#include "files/json_numbers.h"
#include "files/run_folder.h"
#include "nn/barrier/barrier_objective.h"
#include "nn/model/device.h"

namespace marginscope {
namespace {

constexpr std::uint64_t kDropoutStream = 0x9e3779b97f4a7c15ULL;

Model& prepared(Model& model) {
    add_missing_stages(model);
    return model;
}

AdamWSettings settings_of(const TrainConfig& train) {
    return {train.beta1, train.beta2, train.weight_decay, 1e-8};
}

Batch evaluation_windows(const TokenizedCorpus& tokens, const RunConfig& config,
                         at::Device device) {
    const auto time = static_cast<std::size_t>(config.model.context);
    const TokenView ids = tokens.validation();
    const auto starts = evenly_spaced_windows(ids.size(), time + 1,
                                              static_cast<std::size_t>(config.train.eval_windows));
    return batch_of(ids, starts, config.model.context, device);
}

}  // namespace

Batch batch_of(const TokenView& ids, const std::vector<std::size_t>& starts, std::int64_t time,
               at::Device device) {
    const auto rows = static_cast<std::int64_t>(starts.size());
    at::Tensor host = at::empty({rows, time + 1}, at::kLong);
    auto* out = host.mutable_data_ptr<std::int64_t>();
    for (const std::size_t start : starts)
        for (std::int64_t t = 0; t <= time; ++t) *out++ = ids[start + static_cast<std::size_t>(t)];
    host = placed_on(host, device);
    return {host.narrow(1, 0, time).contiguous(), host.narrow(1, 1, time).contiguous()};
}

Trainer::State::State(std::shared_ptr<Model> trained, const Corpus& corpus)
    : model(std::move(trained)),
      tokens(corpus, model->vocabulary, model->config.model.context),
      evaluation(evaluation_windows(tokens, model->config, model->gpt.device())),
      optimizer(prepared(*model).gpt.parameters(), settings_of(model->config.train)) {
    stages.emplace_back("stage", *model->stage);
    if (model->barrier) stages.emplace_back("barrier", *model->barrier);
}

Batch Trainer::State::training_batch(std::int64_t step) const {
    const TrainConfig& train = model->config.train;
    const std::int64_t time = model->config.model.context;
    const TokenView ids = tokens.train();
    CounterRng rng({static_cast<std::uint64_t>(train.seed), DrawPurpose::batch_offsets,
                    static_cast<std::uint64_t>(step)});
    std::vector<std::size_t> starts(static_cast<std::size_t>(train.batch));
    for (std::size_t& start : starts)
        start = rng.below(ids.size() - static_cast<std::size_t>(time));
    return batch_of(ids, starts, time, model->gpt.device());
}

at::Tensor Trainer::State::training_noise(std::int64_t step, at::IntArrayRef shape) const {
    at::Tensor noise = at::empty(shape, at::kFloat);
    const std::int64_t window_size = shape[1] * shape[2];
    auto* out = noise.mutable_data_ptr<float>();
    for (std::int64_t window = 0; window < shape[0]; ++window)
        fill_normal({static_cast<std::uint64_t>(model->config.train.seed), DrawPurpose::train_noise,
                     static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(window)},
                    {out + window * window_size, static_cast<std::size_t>(window_size)});
    return placed_on(noise, model->gpt.device());
}

at::Generator Trainer::State::dropout_generator(std::int64_t step) const {
    at::Generator generator = at::globalContext().defaultGenerator(model->gpt.device()).clone();
    const auto seed = static_cast<std::uint64_t>(model->config.train.seed);
    generator.set_current_seed((seed + 1) * kDropoutStream + static_cast<std::uint64_t>(step));
    return generator;
}

std::vector<AdamW*> Trainer::State::optimizers() {
    std::vector<AdamW*> all = {&optimizer};
    for (StageTraining& stage : stages) {
        all.push_back(&stage.weights());
        all.push_back(&stage.sigma());
    }
    return all;
}

void Trainer::State::update_stages() {
    for (StageTraining& stage : stages) stage.step(model->config.stage);
}

SafeTensors Trainer::State::save() const {
    SafeTensors file = model_to_file(*model);
    const auto add = [&](const std::vector<NamedTensor>& tensors) {
        for (const NamedTensor& one : tensors)
            file.tensors.push_back(tensor_to_file(one.name, one.value));
    };
    add(optimizer.moments());
    nlohmann::json state = {{"optimizer_steps", optimizer.steps()},
                            {"text", fingerprint(tokens.all())}};
    for (const StageTraining& stage : stages) {
        add(stage.state());
        add(stage.sigma_state());
        state[stage.name() + "_steps"] = stage.weights().steps();
        state[stage.name() + "_sigma_steps"] = stage.sigma().steps();
        state[stage.name() + "_updates"] = stage.stage().updates;
    }
    file.metadata["training"] = state.dump();
    return file;
}

void Trainer::State::restore(const SafeTensors& file, const std::string& name) {
    const auto found = file.metadata.find("training");
    const auto state = found == file.metadata.end()
                           ? nlohmann::json()
                           : nlohmann::json::parse(found->second, nullptr, false);
    if (!state.is_object())
        throw UserError(name +
                        " holds a model without the state of its training, so that cannot go on; "
                        "start a new run from it.");
    const auto number = [&](const std::string& key) {
        const auto value = state.find(key);
        if (value == state.end())
            throw UserError("The state of the training in " + name + " lacks \"" + key + "\".");
        const auto whole = whole_number(*value, 0, kMostSteps);
        if (!whole)
            throw UserError("The state of the training in " + name + " has " +
                            shown(dump_json(*value)) + " as \"" + key +
                            "\"; a whole number from 0 to " + std::to_string(kMostSteps) +
                            " was expected.");
        return *whole;
    };
    const auto text = state.find("text");
    if (text == state.end() || !text->is_string())
        throw UserError("The state of the training in " + name +
                        " does not say which text it was of (\"text\" is missing or no text), so "
                        "it cannot go on.");
    if (text->get_ref<const std::string&>() != fingerprint(tokens.all()))
        throw UserError("The run of " + name +
                        " was trained on another text than the one given; resume it with the same "
                        "--text.");
    const auto read = [&](const NamedTensor& one) {
        tensor_from_file(file, name, one.name, one.value);
    };
    for (const NamedTensor& moment : optimizer.moments()) read(moment);
    optimizer.set_steps(number("optimizer_steps"));
    for (StageTraining& stage : stages) {
        for (const NamedTensor& one : stage.state()) read(one);
        stage.weights().set_steps(number(stage.name() + "_steps"));
        stage.set_updates(number(stage.name() + "_updates"));
        // Runs begun before sigma could learn hold no more than that.
        if (!state.contains(stage.name() + "_sigma_steps")) continue;
        stage.sigma().set_steps(number(stage.name() + "_sigma_steps"));
        for (const NamedTensor& one : stage.sigma_state()) read(one);
    }
}

}  // namespace marginscope
