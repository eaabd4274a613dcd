// The work of `marginscope posterior`: chains of Langevin dynamics around a trained model, their
// draws as run folders. Torch-free.
//
// One thread. Order on disk: a draw's run folder first, then the chain's state, each whole or not
// at all; everything follows from the plan and the step, so what was stopped or killed anywhere and
// goes on ends with the same bytes (same number of threads). Errors are UserErrors: a full disk
// leaves what was there, and the run goes on from it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "nn/posterior/posterior_plan.h"
#include "text/corpus.h"

namespace marginscope {

struct PosteriorRequest {
    std::filesystem::path model;   // checkpoint or run folder; empty: the small model in assets
    std::filesystem::path out;     // a folder that is missing or empty
    std::optional<double> lambda;  // nothing: what the model was trained with
    PosteriorPlan plan;            // its numbers; what model and text say is filled in
};

/// Checks everything and writes plan and start. UserError (exit code 2) where `out` holds anything.
PosteriorPlan begin_posterior(const PosteriorRequest& request, const Corpus& corpus);

using PosteriorProgress =
    std::function<void(std::size_t done, std::size_t total, const std::string& detail)>;

/// Goes on with what lies in `out` until every chain is done, or until a stop is requested (at a
/// step; saved). UserError where the text is another one than the plan's.
PosteriorReport run_posterior(const std::filesystem::path& out, const Corpus& corpus,
                              const PosteriorProgress& progress = {}, std::stop_token stop = {});

}  // namespace marginscope
