// Particles over distinct prefixes.
#include "nn/probability/particles.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "core/probability/log_space.h"
#include "core/probability/resampling.h"
#include "core/random.h"
#include "nn/probability/prefix_margins.h"
#include "nn/probability/sequence_batch.h"

namespace marginscope {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();
constexpr std::int64_t kGrain = 8;  // texts that are worth a thread

}  // namespace

class ParticleWriter::Cloud {
public:
    Cloud(const Model& model, std::span<const int> prompt, const ParticleSettings& settings)
        : settings_(settings), batch_(model.gpt) {
        if (settings.barrier_weight != 0.0 || settings.sampling.min_margin || model.stage)
            margins_.emplace(model, batch_);  // refuses a model without a stage
        const auto n = static_cast<std::size_t>(settings.particles);
        cloud_.particles.resize(n);
        prefix_.assign(n, 0);
        log_weights_.assign(n, 0.0);
        ancestors_.resize(n);
        std::iota(ancestors_.begin(), ancestors_.end(), 0);
        batch_.start(prompt);
    }

    bool step() {
        if (done() == settings_.tokens || log_sum_exp(log_weights_) == kNone) return false;
        // What is drawn again goes on; the last weights are kept as they are.
        resample_if_poor();
        draw_tokens();
        weigh();
        cloud_.ess.push_back(effective_sample_size(log_weights_));
        return true;
    }
    int done() const { return static_cast<int>(cloud_.ess.size()); }

    ParticleCloud cloud() const {
        ParticleCloud out = cloud_;
        const std::vector<double> weights = normalised(log_weights_);
        for (std::size_t k = 0; k < weights.size(); ++k) out.particles[k].weight = weights[k];
        const double all = log_sum_exp(log_weights_);
        out.log_z = log_z_ + all - std::log(static_cast<double>(log_weights_.size()));
        if (all == kNone) {
            out.log_z = kNone;
            return out;
        }
        out.log_z_error = ancestral_error(ancestors_, weights);
        CounterRng rng({settings_.sampling.seed, DrawPurpose::resampling, 1, 0, batch_.length()});
        out.drawn = static_cast<std::size_t>(systematic_resample(weights, 1, rng.uniform())[0]);
        return out;
    }

private:
    // Where they are worth less than half their number.
    void resample_if_poor() {
        const auto n = log_weights_.size();
        if (cloud_.ess.empty() || cloud_.ess.back() >= 0.5 * static_cast<double>(n)) return;
        const std::vector<double> weights = normalised(log_weights_);
        log_z_ += log_sum_exp(log_weights_) - std::log(static_cast<double>(n));
        CounterRng rng({settings_.sampling.seed, DrawPurpose::resampling, 0, 0, batch_.length()});
        const auto from = systematic_resample(weights, n, rng.uniform());
        const std::vector<Particle> before = cloud_.particles;
        const std::vector<std::int64_t> prefixes = prefix_, families = ancestors_;
        for (std::size_t k = 0; k < n; ++k) {
            const auto parent = static_cast<std::size_t>(from[k]);
            cloud_.particles[k] = before[parent];
            prefix_[k] = prefixes[parent];
            ancestors_[k] = families[parent];
        }
        log_weights_.assign(n, 0.0);
        cloud_.resampled.push_back(done());
    }

    // What can follow each text that a particle with weight continues; the others are not read on.
    std::vector<std::vector<Candidate>> laws() const {
        const at::Tensor logits = batch_.logits().to(at::kFloat).contiguous();
        const auto vocabulary = static_cast<std::size_t>(logits.size(1));
        std::vector<char> wanted(batch_.size(), 0);
        for (std::size_t k = 0; k < prefix_.size(); ++k)
            if (log_weights_[k] != kNone) wanted[static_cast<std::size_t>(prefix_[k])] = 1;
        std::vector<std::vector<Candidate>> next(batch_.size());
        at::parallel_for(0, logits.size(0), kGrain, [&](std::int64_t first, std::int64_t last) {
            for (auto text = static_cast<std::size_t>(first); text < static_cast<std::size_t>(last);
                 ++text)
                if (wanted[text] != 0)
                    next[text] = candidates_after(
                        {logits.const_data_ptr<float>() + text * vocabulary, vocabulary});
        });
        return next;
    }

    void draw_tokens() {
        const std::vector<std::vector<Candidate>> next = laws();
        std::map<std::pair<std::int64_t, int>, std::int64_t> place;
        from_.clear();
        tokens_.clear();
        for (std::size_t k = 0; k < prefix_.size(); ++k) {
            if (log_weights_[k] == kNone) continue;
            const auto text = static_cast<std::size_t>(prefix_[k]);
            const int token = draw(next[text], settings_.sampling, batch_.length(), k);
            const auto chosen = std::ranges::find(next[text], token, &Candidate::token);
            Particle& particle = cloud_.particles[k];
            particle.tokens.push_back(token);
            particle.logprob += chosen->logprob;
            const auto [at, fresh] =
                place.try_emplace({prefix_[k], token}, static_cast<std::int64_t>(from_.size()));
            if (fresh) {
                from_.push_back(prefix_[k]);
                tokens_.push_back(token);
            }
            prefix_[k] = at->second;
        }
        cloud_.distinct += static_cast<std::int64_t>(from_.size());
    }

    std::vector<Candidate> candidates_after(std::span<const float> logits) const {
        if (!std::ranges::all_of(logits, [](float one) { return std::isfinite(one); }))
            throw UserError("The model's predictions are not finite numbers: nothing can follow.");
        return candidates(logits, settings_.sampling);
    }

    // The margins of what was drawn, its weights; then the texts themselves.
    void weigh() {
        if (margins_) {
            const SamplingSettings& sampling = settings_.sampling;
            const bool crossings = sampling.min_margin && !sampling.allow_beyond;
            const auto margins = margins_->branch(from_, tokens_, crossings);
            for (std::size_t k = 0; k < prefix_.size(); ++k) {
                if (log_weights_[k] == kNone) continue;
                const auto& margin = margins[static_cast<std::size_t>(prefix_[k])];
                if (!margin.has_margin) continue;
                cloud_.particles[k].barrier -= margin.logdet;
                log_weights_[k] += log_weight_of(margin);
            }
        }
        batch_.select(from_);
        batch_.append(tokens_);
    }

    // A margin that is no number keeps nothing; on the boundary itself 0 · inf weighs nothing.
    double log_weight_of(const PrefixMargins::Margin& margin) const {
        const SamplingSettings& sampling = settings_.sampling;
        if (std::isnan(margin.logdet)) return kNone;
        if (sampling.min_margin && (margin.logdet < *sampling.min_margin || margin.crossings > 0))
            return kNone;
        return settings_.barrier_weight == 0.0 ? 0.0 : settings_.barrier_weight * margin.logdet;
    }

    const ParticleSettings settings_;
    SequenceBatch batch_;  // the distinct texts
    std::optional<PrefixMargins> margins_;
    std::vector<std::int64_t> prefix_;  // of each particle, in the batch
    std::vector<double> log_weights_;   // since they were last drawn again
    std::vector<std::int64_t> ancestors_;
    double log_z_ = 0.0;  // of the steps before that
    std::vector<std::int64_t> from_;
    std::vector<int> tokens_;
    ParticleCloud cloud_;
};

ParticleWriter::ParticleWriter(const Model& model, std::span<const int> prompt,
                               const ParticleSettings& settings)
    : cloud_(std::make_unique<Cloud>(model, prompt, settings)) {}
ParticleWriter::~ParticleWriter() = default;
bool ParticleWriter::step() { return cloud_->step(); }
int ParticleWriter::done() const { return cloud_->done(); }
ParticleCloud ParticleWriter::cloud() const { return cloud_->cloud(); }

ParticleCloud write_particles(const Model& model, std::span<const int> prompt,
                              const ParticleSettings& settings,
                              const std::function<void(int done)>& on_token, std::stop_token stop) {
    ParticleWriter writer(model, prompt, settings);
    bool stopped = stop.stop_requested();
    while (!stopped && writer.step()) {
        if (on_token) on_token(writer.done());
        stopped = stop.stop_requested();
    }
    ParticleCloud cloud = writer.cloud();
    cloud.interrupted = stopped && writer.done() < settings.tokens;
    return cloud;
}

}  // namespace marginscope
