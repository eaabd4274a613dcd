// Passes with noise inside the model, and those without that they are compared with.
#include <ATen/ATen.h>

#include <utility>

#include "nn/measure/noise.h"
#include "nn/measure/noise_pass.h"
#include "nn/measure/noisy_places.h"

namespace marginscope {

Predictions::Predictions(const at::Tensor& logits, const at::Tensor& targets) {
    const at::Tensor logprob = at::log_softmax(logits, -1);  // (B, T, V)
    ce = logprob.gather(-1, targets.unsqueeze(-1))
             .squeeze(-1)
             .to(at::kCPU, at::kDouble)
             .neg()
             .contiguous();
    argmax = logits.argmax(-1).to(at::kCPU).contiguous();
}

CleanPass::CleanPass(const EvaluatedText& text, std::span<const TokenWindow> windows) {
    const LanguageModel& model = text.model().language();
    u = model.embed(window_ids(text.ids(), windows, text.context()).to(model.device()));
    targets = window_ids(text.ids(), windows, text.context(), 1).to(model.device());
    Predictions of(model.logits_from_embeddings(u), targets);
    ce = std::move(of.ce);
    argmax = std::move(of.argmax);
}

namespace {

class GaussianPass final : public NoisePass {
public:
    GaussianPass(const EvaluatedText& text, const NoiseRequest& request, double scale)
        : text_(text),
          request_(request),
          scale_(scale),
          places_(text, request.tokens, request.support, request.seed) {}

    bool add(std::span<const TokenWindow> windows, std::size_t first, std::vector<WindowSums>& sums,
             const std::stop_token& stop) override {
        const LanguageModel& model = text_.model().language();
        const CleanPass clean(text_, windows);
        places_.read(windows);
        std::vector<std::uint64_t> numbers;
        for (const TokenWindow& window : windows) numbers.push_back(window.number);
        for (int draw = 0; draw < request_.draws; ++draw) {
            if (stop.stop_requested()) return false;
            NoiseKey key;
            key.seed = request_.seed;
            key.draw = static_cast<std::uint64_t>(draw);
            NoiseDraws draws(key, numbers, places_.mask(key.draw));
            for (std::size_t k = 0; k < sums.size(); ++k) {
                const double sigma = request_.sigmas[k] * scale_;
                if (sigma == 0.0) {
                    add_draw(sums[k], first, clean.ce, clean.argmax, clean);
                    continue;
                }
                ForwardOptions options;
                const at::Tensor u = add_noise(request_.where, sigma, clean.u, draws, options);
                const Predictions noisy(model.logits_from_embeddings(u, options), clean.targets);
                add_draw(sums[k], first, noisy.ce, noisy.argmax, clean);
            }
        }
        return true;
    }

    void describe(NoiseCurve& curve) const override {
        curve.where = name_of(request_.where);
        curve.tokens = name_of(request_.tokens);
        curve.noisy_tokens = places_.mean_count();
        curve.noisy_place = places_.mean_place();
    }

private:
    static void add_draw(WindowSums& sums, std::size_t first, const at::Tensor& ce,
                         const at::Tensor& argmax, const CleanPass& clean) {
        const at::Tensor of_window = ce.mean(1);
        const at::Tensor flips = argmax.ne(clean.argmax).to(at::kDouble).mean(1);
        for (std::int64_t b = 0; b < flips.size(0); ++b) {
            const std::size_t window = first + static_cast<std::size_t>(b);
            sums.ce[window] += of_window.const_data_ptr<double>()[b];
            sums.flips[window] += flips.const_data_ptr<double>()[b];
            sums.draws[window] += 1.0;
        }
    }

    const EvaluatedText& text_;
    const NoiseRequest& request_;
    double scale_;
    NoisyPlaces places_;
};

}  // namespace

std::unique_ptr<NoisePass> gaussian_pass(const EvaluatedText& text, const NoiseRequest& request,
                                         double scale) {
    return std::make_unique<GaussianPass>(text, request, scale);
}

}  // namespace marginscope
