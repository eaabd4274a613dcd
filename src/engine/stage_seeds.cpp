// Fits, measures, counts.
#include "engine/stage_seeds.h"

#include <utility>

#include "core/error.h"
#include "core/stage/stage.h"
#include "nn/measure/probes.h"
#include "nn/model/checkpoint.h"
#include "nn/model/device.h"
#include "nn/model/torch_errors.h"
#include "nn/train/stage_fit.h"
#include "text/corpus.h"

namespace marginscope {
namespace {

constexpr int kMostSeeds = 100;
constexpr double kFitShare = 0.95;  // of the work; the rest measures

std::vector<PositionMargins> margins_under(const StageWeights& weights, const SeedText& text,
                                           std::stop_token stop) {
    std::vector<PositionMargins> all;
    for (const SeedText::Block& block : text.blocks) {
        if (stop.stop_requested()) break;
        const Stage stage(block.u, weights);
        for (int i = block.first - block.begin; i < stage.positions(); ++i) {
            if (!stage.has_margin(i)) continue;
            all.push_back(stage.margins(i));
            all.back().position = block.begin + i;
        }
    }
    return all;
}

}  // namespace

StageSeeds::StageSeeds(SessionContext& context, JobBoard& jobs, ModelShelf& shelf,
                       DecodeCommands& decode, int threads)
    : context_(context), jobs_(jobs), shelf_(shelf), decode_(decode), threads_(threads) {}

void StageSeeds::handle(const FitStageSeeds& wish) {
    if (!shelf_.model()) throw UserError("There is no model to fit stages to yet.");
    if (jobs_.running(job_))
        throw UserError("Stages of other seeds are being fitted; stop those first.");
    if (wish.count < 1 || wish.count > kMostSeeds || wish.steps < 1)
        throw UserError("Stages of other seeds: 1 to " + std::to_string(kMostSeeds) +
                        " of them, with at least one step each.");
    const std::shared_ptr<const Model> of = shelf_.model();
    auto text = std::make_shared<const SeedText>(decode_.session().seed_text());
    auto stages = std::make_shared<Stages>();
    if (stages_ && weights_ == text->weights && steps_ == wish.steps) *stages = *stages_;
    auto found = std::make_shared<std::vector<std::vector<PositionMargins>>>();
    auto copy = std::make_shared<Model>(of->clone());
    const auto work = [=, corpus = shelf_.corpus(), threads = threads_](Job& job) {
        with_torch_errors([&] {
            set_compute_threads(threads);
            const double fits = wish.count;
            for (int k = static_cast<int>(stages->size()); k < wish.count; ++k) {
                const auto progress = [&](std::size_t steps, std::size_t total) {
                    job.report(kFitShare *
                               (k + static_cast<double>(steps) / static_cast<double>(total)) /
                               fits);
                };
                fit_stage(*copy, *corpus, wish.steps, k + 1, progress, job.stop_token());
                if (job.cancel_requested()) return;
                stages->push_back(stage_weights(*copy));
            }
            for (int k = 0; k < wish.count; ++k) {
                job.report(kFitShare + (1 - kFitShare) * k / fits);
                found->push_back(
                    margins_under((*stages)[static_cast<std::size_t>(k)], *text, job.stop_token()));
            }
        });
    };
    job_ = jobs_.start("fitting stages of other seeds", work, [=, this] {
        stages_ = stages;
        weights_ = text->weights;
        steps_ = wish.steps;
        done(of, SeedRecurrence(text->key, std::move(*found)));
    });
    context_.tell("Stages of " + std::to_string(wish.count) + " other seeds are being fitted.");
}

void StageSeeds::done(const std::shared_ptr<const Model>& of, SeedRecurrence found) {
    if (shelf_.model() != of) {
        context_.tell("The stages are fitted, but another model was chosen meanwhile.");
        return;
    }
    const int count = found.stages();
    decode_.session().set_seeds(std::move(found));
    context_.tell("The support tokens are counted under " + std::to_string(count) +
                  " other stages.");
}

}  // namespace marginscope
