// Loading, saving, fitting: first the work that may fail, then the change.
#include "engine/model/model_shelf.h"

#include <filesystem>
#include <utility>

#include "core/error.h"
#include "engine/model/save_target.h"
#include "files/paths.h"
#include "files/sample_folder.h"
#include "nn/model/checkpoint.h"
#include "nn/model/device.h"
#include "nn/model/torch_errors.h"
#include "nn/posterior/ensemble_paths.h"
#include "nn/train/stage_fit.h"
#include "text/corpus.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStageSuffix = " + stage";

}  // namespace

std::string label_of_model(const std::string& path) {
    const fs::path p =
        fs::path(path).has_filename() ? fs::path(path) : fs::path(path).parent_path();
    const std::string name = p.filename().string();
    const bool plain =
        name == "final.safetensors" || name == "fitted.safetensors" || name.starts_with("step-");
    return plain ? (p.parent_path().filename() / name).string() : name;
}

ModelShelf::ModelShelf(SessionContext& context, JobBoard& jobs, int threads, Listener listener)
    : context_(context),
      jobs_(jobs),
      threads_(threads),
      listener_(std::move(listener)),
      corpus_(std::make_shared<const Corpus>()) {}

void ModelShelf::load(const std::string& path) {
    const std::string file = path.empty() ? asset_path(kSmallModelAsset).string() : path;
    const fs::path member = shown_member(file);
    std::string label = label_of_model(file);
    if (!is_sample_folder(file)) {
        show(std::make_shared<const Model>(load_model(member)), label, false, file);
        return context_.tell("Loaded " + model_label_ + ".");
    }
    const std::string count = std::to_string(ensemble_paths(file).size());
    show(std::make_shared<const Model>(load_model(member)), label + ", sample 1 of " + count, false,
         file);
    context_.tell("Loaded " + label + ": text, margins and stage are those of sample 1 of " +
                  count + ", the mean law beside them is of all.");
}

void ModelShelf::load_text(const std::string& path) {
    corpus_ = std::make_shared<const Corpus>(path.empty() ? built_in_corpus() : load_corpus(path));
    corpus_path_ = path;
    if (!path.empty()) context_.tell("The next training reads " + corpus_->name + ".");
    listener_.on_text();
}

void ModelShelf::show(std::shared_ptr<const Model> model, const std::string& label, bool live,
                      const std::string& path) {
    listener_.on_model(model, label, !model->stage ? "none" : live ? "live" : "fitted", path);
    model_ = std::move(model);
    model_label_ = label;
    model_path_ = path;
    live_ = live;
}

StartModel ModelShelf::as_start() const {
    if (!model_) throw UserError("There is no model to begin from yet; open one.");
    return {model_, model_path_.empty() ? model_label_ : start_name(shown_member(model_path_)), "",
            model_->config.model};
}

std::string ModelShelf::device() const {
    return device_label(model_ ? model_->gpt.device() : at::Device(at::kCPU));
}

void ModelShelf::handle(const LoadModel& wish) { load(wish.path); }
void ModelShelf::handle(const LoadText& wish) { load_text(wish.path); }

void ModelShelf::handle(const SaveModel& wish) {
    if (!model_) throw UserError("There is no model to save yet.");
    check_save_target(wish.path);
    save_model(*model_, wish.path);
    context_.tell("Saved " + wish.path + ".");
}

void ModelShelf::handle(const FitStage& wish) {
    if (!model_) throw UserError("There is no model to fit a stage to yet.");
    if (jobs_.running(fit_)) throw UserError("A stage is being fitted; stop that one first.");
    // A copy of the weights as they are now: training and decoding go on with the model itself.
    auto copy = std::make_shared<Model>(model_->clone());
    const auto work = [copy, corpus = corpus_, steps = wish.steps, threads = threads_](Job& job) {
        with_torch_errors([&] {
            set_compute_threads(threads);
            const auto progress = [&](std::size_t done, std::size_t total) {
                job.report(static_cast<double>(done) / static_cast<double>(total));
            };
            fit_stage(*copy, *corpus, steps, 0, progress, job.stop_token());
        });
    };
    fit_ =
        jobs_.start("fitting a stage", work, [this, of = model_, copy] { show_fitted(of, copy); });
    context_.tell("A stage is being fitted to " + model_label_ + ".");
}

void ModelShelf::show_fitted(const std::shared_ptr<const Model>& of,
                             std::shared_ptr<const Model> fitted) {
    if (model_ != of) {
        context_.tell(
            "The stage is fitted, but another model was chosen meanwhile; it was let go.");
        return;
    }
    std::string label = model_label_;
    if (!label.ends_with(kStageSuffix)) label += kStageSuffix;
    show(std::move(fitted), label, false);
    context_.tell("The stage is fitted.");
}

}  // namespace marginscope
