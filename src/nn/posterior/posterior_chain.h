// One chain: the density, the dynamics, and what is measured of it on fixed windows.
//
// One thread, the model's. A chain that is restored from its state goes on bit for bit (same device
// and number of threads).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "files/safetensors.h"
#include "nn/posterior/langevin.h"
#include "nn/posterior/posterior_density.h"
#include "nn/posterior/posterior_plan.h"
#include "nn/train/trainer_state.h"

namespace marginscope {

/// On evenly spaced windows of both parts, the same for all chains.
struct ChainPoint {
    double train_ce = 0.0, val_ce = 0.0;  // nats per token
    // Of the density's stage or heads on the validation windows; NaN where the model has none.
    double logdet_mean = 0.0, share_beyond = 0.0;
};

class PosteriorChain {
public:
    /// `chain` counts from 1.
    PosteriorChain(const Model& start, const Corpus& corpus, const PosteriorPlan& plan, int chain);

    /// One step. UserError where the loss is no finite number any more.
    void step();
    std::int64_t steps() const { return dynamics_.steps(); }
    double last_ce() const { return last_ce_; }
    double gradient_heat() const { return dynamics_.gradient_heat(); }
    ChainPoint measured() const;
    /// Adds a point to what the chain was followed by.
    void measure() { trace_.push_back(measured()); }
    const std::vector<ChainPoint>& trace() const { return trace_; }

    /// The weights as they are now in a model with the start's own stage: what a sample is.
    SafeTensors sample(const Model& start) const;
    /// Weights, preconditioner, steps, measurements.
    SafeTensors state() const;
    void restore(const SafeTensors& file, const std::string& name);

private:
    int chain_;
    PosteriorDensity density_;
    Langevin dynamics_;
    Batch train_, validation_;
    std::vector<ChainPoint> trace_;
    double last_ce_ = 0.0;
};

}  // namespace marginscope
