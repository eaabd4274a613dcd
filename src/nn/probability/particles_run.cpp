// Particles of a request, and the one that is drawn as decoding would tell it.
#include "nn/probability/particles_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"
#include "nn/probability/particles.h"

namespace marginscope {
namespace {

void check(const ParticleRequest& request) {
    const auto refuse_if = [](bool wrong, const char* sentence) {
        if (wrong) throw UserError(sentence, 2);
    };
    const SamplingSettings& sampling = request.decode.sampling;
    refuse_if(sampling.chooser != ChooserSettings{},
              "--particles weigh whole texts: they do not go together with --margin-weight, "
              "--best-of, --noise-draws or --abstain-….");
    refuse_if(sampling.min_margin && request.decode.kind != MarginKind::determinant,
              "--particles keep to a --min-margin of the determinant kind: leave --kind out.");
    refuse_if(!std::isfinite(request.barrier_weight), "--barrier-weight must be a finite number.");
    refuse_if(request.decode.candidates, "--candidates are of one text: not of --particles.");
    refuse_if(request.decode.tokens < 1, "--particles need --tokens 1 or more.");
}

std::string text_of(const Model& model, const std::vector<int>& tokens) {
    std::string text;
    for (const int token : tokens) text += model.tokenizer().symbol(token);
    return text;
}

ParticleResult run(const ParticleRequest& request, const std::function<void(std::size_t)>& on_token,
                   const std::stop_token& stop) {
    const DecodeRequest& decode = request.decode;
    set_compute_threads(decode.threads);
    const Model model = load_requested_model(decode.model);
    ParticleSettings settings;
    settings.particles = request.particles;
    settings.tokens = decode.tokens;
    settings.barrier_weight = request.barrier_weight;
    settings.sampling = decode.sampling;
    const auto start = std::chrono::steady_clock::now();
    const ParticleCloud cloud = write_particles(
        model, first_tokens(model, decode.prompt), settings,
        [&](int done) {
            if (on_token) on_token(static_cast<std::size_t>(done));
        },
        stop);
    const double secs =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    ParticleResult result;
    if (cloud.drawn)
        result.drawn = told(model, decode, cloud.particles[*cloud.drawn].tokens);
    else
        result.drawn = told(model, decode, {});
    if (cloud.interrupted)
        result.drawn.stopped = "interrupted";
    else if (!cloud.drawn)
        result.drawn.stopped = "min_margin";
    result.drawn.tokens_per_s = secs > 0.0 ? static_cast<double>(request.particles) *
                                                 static_cast<double>(cloud.ess.size()) / secs
                                           : 0.0;
    for (const Particle& one : cloud.particles)
        result.particles.push_back(
            {text_of(model, one.tokens), one.weight, one.logprob, one.barrier});
    std::ranges::stable_sort(result.particles, std::greater{}, &ParticleText::weight);
    result.has_barriers = model.stage.has_value();
    result.log_z = cloud.log_z;
    result.log_z_error = cloud.log_z_error;
    result.ess = cloud.ess;
    result.resampled = cloud.resampled;
    result.distinct = static_cast<std::size_t>(cloud.distinct);
    return result;
}

}  // namespace

ParticleResult run_particles(const ParticleRequest& request,
                             const std::function<void(std::size_t)>& on_token,
                             std::stop_token stop) {
    check(request);
    ParticleResult result;
    with_torch_errors([&] { result = run(request, on_token, stop); });
    return result;
}

}  // namespace marginscope
