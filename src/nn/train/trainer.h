// One training: data order, loss, updates, evaluation. No interface, no files, no thread of its
// own.
//
// Every random draw depends on (seed, step) alone, so a Trainer restored from a checkpoint goes on
// bit for bit as the one that wrote it (same device, same number of threads). All calls on the
// thread that owns the model. UserError for a text or config that does not serve.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/run/run_config.h"
#include "files/safetensors.h"
#include "text/corpus.h"

namespace marginscope {

struct Model;

/// After an update. step counts finished updates. The barrier's figures are of the (noisy) training
/// batch.
struct StepReport {
    std::int64_t step = 0;
    double ce = 0.0;
    double barrier = 0.0;  // this, logdet_mean, share_beyond: NaN when the step carried no barrier
    double logdet_mean = 0.0;
    double share_beyond = 0.0;
    std::int64_t capped = 0;
    std::int64_t singular = 0;
    double embedding_rms = 0.0;  // of the batch's token embeddings, clean
    double u_rms = 0.0;  // RMS_u: of what the live stage is given, positions and noise included
    double stage_sigma = 0.0;  // of the live stage, in units of u
    double grad_norm = 0.0;    // before clipping
    double lr = 0.0;
    double lambda = 0.0;
    double train_noise = 0.0;
    // On a GPU the mean over the steps that were read together: how long one has computed is not
    // known.
    double step_secs = 0.0;
};

/// On evenly spaced validation windows, without noise and dropout.
struct EvalReport {
    std::int64_t step = 0;
    double val_ce = 0.0;
    double barrier = 0.0;
    double barrier_error = 0.0;  // standard error over windows
    // As a training step estimates it, on the same windows (nn/barrier_estimate.h); NaN where it is
    // exact.
    double barrier_estimate = 0.0;
    double barrier_estimate_error = 0.0;
    double barrier_bound = 0.0;
    double logdet_mean = 0.0;
    double sigma_min_min = 0.0;  // over the first kSigmaMinWindows windows
    double share_beyond = 0.0;
    std::int64_t capped = 0;
    std::int64_t singular = 0;
    double embedding_rms = 0.0;
    double u_rms = 0.0;          // RMS_u of the windows that carry the barrier's figures
    double stage_sigma = 0.0;    // of the live stage, in units of u
    std::vector<float> logdets;  // every position's, of the barrier's site, window by window
};

/// On a few evenly spaced validation windows, without noise and dropout: what plots over time show.
struct Glance {
    std::int64_t step = 0;
    std::vector<float> logdets;  // log|det J| of every position, of the barrier's site, ascending
    double share_beyond = 0.0;
    // Of each head, layer by layer: its attention's entropy (nats, mean over positions) and its
    // largest score q.k / sqrt(p).
    std::vector<float> head_entropies, head_logits;
};

class Trainer {
public:
    static constexpr int kBarrierWindows = 16;  // of an evaluation that carry the barrier's figures
    static constexpr int kSigmaMinWindows = 2;
    static constexpr int kGlancePositions = 256;
    static constexpr std::size_t kMostReports = 64;

    /// New weights from the config's seeds, or a copy of those of `from`; then config.model and the
    /// vocabulary are that model's, and UserError where the text has other characters. Optimizer
    /// and stages are new: which basin a stage falls into is decided where it starts.
    Trainer(const RunConfig& config, const Corpus& corpus, const Model* from = nullptr);
    /// Goes on where `checkpoint` (of a training: with its state) stopped. `config` counts, not the
    /// checkpoint's own.
    static Trainer resume(const SafeTensors& checkpoint, const std::string& name,
                          const RunConfig& config, const Corpus& corpus);
    Trainer(Trainer&&) noexcept;
    Trainer& operator=(Trainer&&) noexcept;
    ~Trainer();

    /// One update.
    void step();
    /// Of the last update; reads from the device, once.
    const StepReport& report();
    /// Of all updates since the last call, oldest first, of many the last kMostReports; one read
    /// from the device for all.
    std::vector<StepReport> take_reports();
    /// Whether the device computes on while the caller goes on: then each read waits for it.
    bool reading_waits() const;
    EvalReport evaluate();
    /// About kGlancePositions positions, one window at least. Changes nothing that trains.
    Glance glance() const;

    /// Changes a live field of the table between two steps. UserError for other fields and bad
    /// values.
    void set_live(const std::string& field, const FieldValue& value);
    void set_live(const std::string& field, const std::string& text);

    std::int64_t step_count() const;
    bool finished() const;  // config().train.steps are done
    /// More or fewer steps than planned; the cosine follows.
    void set_steps(std::int64_t steps);
    const RunConfig& config() const;
    /// The model that trains, the same object for the whole training.
    std::shared_ptr<Model> model() const;
    std::int64_t parameter_count() const;
    /// Of the text that it trains on (text/corpus.h).
    std::string text_fingerprint() const;
    /// Everything that resume() needs.
    SafeTensors checkpoint() const;

private:
    struct State;
    explicit Trainer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace marginscope
