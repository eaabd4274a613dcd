// One text a draw and sigma, each a job of its own.
#include "nn/decode/well_formed.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "nn/decode/twin_text.h"
#include "nn/measure/parallel_jobs.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"
#include "text/stories/story_checker.h"

namespace marginscope {
namespace {

constexpr const char* kBeginning = "\n\n";  // what a story begins after

class StoryTexts {
public:
    StoryTexts(const NoiseCurve& curve, const NoiseRequest& request, int characters)
        : curve_(curve),
          request_(request),
          characters_(characters),
          model_(load_requested_model(request.model)),
          prompt_(model_.tokenizer().encode(kBeginning)),
          shares_(texts()) {}

    std::size_t texts() const {
        return curve_.points.size() * static_cast<std::size_t>(request_.draws);
    }

    /// Text `k`: all draws of the first sigma, then those of the next.
    void write(std::size_t k, const std::stop_token& stop) {
        const at::NoGradGuard no_grad;
        const auto draws = static_cast<std::size_t>(request_.draws);
        TwinNoise noise;
        noise.where = request_.where;
        noise.scales = {curve_.points[k / draws].level * (request_.relative ? curve_.rms : 1.0)};
        noise.seed = request_.seed;
        SamplingSettings sampling;
        sampling.seed += k % draws;
        const TwinText text =
            write_twin(model_, model_.gpt, prompt_, characters_, sampling, &noise,
                       static_cast<int>(k % draws), [&] { return !stop.stop_requested(); });
        shares_[k] = check_sentences(model_.tokenizer().decode(text.tokens), true);
    }

    WellFormedShare of_point(std::size_t point) const {
        const auto draws = static_cast<std::size_t>(request_.draws);
        WellFormedShare out;
        std::vector<double> shares;
        for (std::size_t k = point * draws; k < (point + 1) * draws; ++k) {
            shares.push_back(shares_[k].share());
            out.sentences += shares_[k].sentences;
            out.well_formed += shares_[k].well_formed;
        }
        out.share = bootstrap_mean(shares, request_.seed);
        return out;
    }

private:
    const NoiseCurve& curve_;
    const NoiseRequest& request_;
    int characters_;
    Model model_;
    std::vector<int> prompt_;
    std::vector<StorySentenceShare> shares_;  // [point][draw]
};

}  // namespace

bool add_well_formed(NoiseCurve& curve, const NoiseRequest& request, int characters,
                     const std::function<void(std::size_t, std::size_t)>& progress,
                     std::stop_token stop) {
    bool done = false;
    with_torch_errors([&] {
        // Each job uses one core: LibTorch's own threads inside them would only get in their way.
        set_compute_threads(1);
        StoryTexts texts(curve, request, characters);
        done = run_jobs(
                   texts.texts(), request.threads, [&](std::size_t k) { texts.write(k, stop); },
                   progress, stop) &&
               !stop.stop_requested();
        for (std::size_t k = 0; done && k < curve.points.size(); ++k)
            curve.points[k].well_formed = texts.of_point(k);
    });
    return done;
}

}  // namespace marginscope
