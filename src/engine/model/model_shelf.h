// The model that is shown and the text that training reads: loading, saving, fitting a stage.
// No torch in this header; the worker's thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/messages/model.h"
#include "engine/exchange/session_context.h"
#include "engine/jobs/job_board.h"
#include "nn/train/start_model.h"

namespace marginscope {

struct Model;
struct Corpus;

/// What a user recognises a model's file by: the run's name too where the file's own says nothing.
std::string label_of_model(const std::string& path);

/// Whatever fails leaves model and text as they were.
class ModelShelf {
public:
    struct Listener {
        /// Another model is to be shown; `stage` is "none", "fitted" or "live", `path` what it
        /// was opened from, or "". It may throw: then the model before stays.
        std::function<void(const std::shared_ptr<const Model>& model, const std::string& label,
                           const std::string& stage, const std::string& path)>
            on_model;
        std::function<void()> on_text;  // training reads another text from now on
    };

    /// `threads`: of a stage's fit.
    ModelShelf(SessionContext& context, JobBoard& jobs, int threads, Listener listener);

    /// A checkpoint, a run folder, or a folder of samples, whose first is shown; "" is the small
    /// trained model. UserError.
    void load(const std::string& path);
    /// A text; "" is the built-in corpus. UserError.
    void load_text(const std::string& path);
    /// Shows a model from elsewhere; `live` while it trains.
    void show(std::shared_ptr<const Model> model, const std::string& label, bool live,
              const std::string& path = {});

    /// What is shown, to be shown again.
    struct Shown {
        std::shared_ptr<const Model> model;  // null: nothing
        std::string label;
        bool live = false;
        std::string path;
    };
    Shown shown() const { return {model_, model_label_, live_, model_path_}; }

    const std::shared_ptr<const Model>& model() const { return model_; }
    const std::string& model_label() const { return model_label_; }
    /// What was opened, a file or a folder; "" where it is only in memory.
    const std::string& model_path() const { return model_path_; }
    /// What a training that begins from it is given; named by its file, else by its label.
    StartModel as_start() const;
    /// Never null; without a text before the first load_text.
    const std::shared_ptr<const Corpus>& corpus() const { return corpus_; }
    /// As it was given; "" for the built-in corpus.
    const std::string& corpus_path() const { return corpus_path_; }
    /// "CPU" or the GPU on which the shown model computes.
    std::string device() const;

    void handle(const LoadModel& wish);
    void handle(const LoadText& wish);
    void handle(const SaveModel& wish);
    /// A job on a copy; its result is shown when the same model is still shown then.
    void handle(const FitStage& wish);

private:
    void show_fitted(const std::shared_ptr<const Model>& of, std::shared_ptr<const Model> fitted);

    SessionContext& context_;
    JobBoard& jobs_;
    int threads_;
    Listener listener_;
    std::shared_ptr<const Corpus> corpus_;
    std::string corpus_path_;
    std::shared_ptr<const Model> model_;
    std::string model_label_;
    std::string model_path_;  // "" where it came from no file
    bool live_ = false;
    int fit_ = 0;  // the job of the last fit
};

}  // namespace marginscope
