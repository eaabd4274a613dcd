// Passes with noise inside the models.
#include <ATen/ATen.h>

#include <utility>

#include "nn/measure/noise.h"
#include "nn/measure/noise_pass.h"
#include "nn/measure/noisy_places.h"

namespace marginscope {

namespace {

class GaussianPass final : public NoisePass {
public:
    GaussianPass(const EvaluatedText& text, const NoiseRequest& request, std::vector<double> scales)
        : text_(text), request_(request), scales_(std::move(scales)) {
        for (std::size_t m = 0; m < text.models().size(); ++m)
            places_.emplace_back(text, m, request.tokens, request.support, request.seed);
    }

    bool add(std::span<const TokenWindow> windows, std::size_t first, std::vector<WindowSums>& sums,
             const std::stop_token& stop) override {
        const CleanPass clean(text_, windows);
        for (NoisyPlaces& places : places_) places.read(windows);
        std::vector<std::uint64_t> numbers;
        for (const TokenWindow& window : windows) numbers.push_back(window.number);
        for (int draw = 0; draw < request_.draws; ++draw) {
            if (stop.stop_requested()) return false;
            add_draw(static_cast<std::uint64_t>(draw), numbers, clean, first, sums);
        }
        return true;
    }

    void describe(NoiseCurve& curve) const override {
        curve.where = name_of(request_.where);
        curve.tokens = name_of(request_.tokens);
        const auto count = static_cast<double>(places_.size());
        for (const NoisyPlaces& places : places_) {
            curve.noisy_tokens += places.mean_count() / count;
            curve.noisy_place += places.mean_place() / count;
        }
    }

private:
    void add_draw(std::uint64_t draw, const std::vector<std::uint64_t>& numbers,
                  const CleanPass& clean, std::size_t first, std::vector<WindowSums>& sums) {
        std::vector<PredictionsTogether> noisy(
            sums.size(), PredictionsTogether(text_, clean.together.targets()));
        for (std::size_t m = 0; m < text_.models().size(); ++m) {
            const LanguageModel& model = text_.models()[m].language();
            NoiseKey key;
            key.seed = request_.seed;
            key.draw = draw;
            NoiseDraws draws(key, numbers, places_[m].mask(draw));
            for (std::size_t k = 0; k < sums.size(); ++k) {
                const double sigma = request_.sigmas[k] * scales_[m];
                if (sigma == 0.0) continue;
                ForwardOptions options;
                const at::Tensor u = add_noise(request_.where, sigma, clean.u[m], draws, options);
                noisy[k].add(model.logits_from_embeddings(u, options));
            }
        }
        for (std::size_t k = 0; k < sums.size(); ++k)
            add_windows(noisy[k].members().empty() ? clean.together : noisy[k], clean, first,
                        draw == 0, sums[k]);
    }

    static void add_windows(const PredictionsTogether& noisy, const CleanPass& clean,
                            std::size_t first, bool reliability, WindowSums& sums) {
        const PositionJudge judge(noisy, clean);
        const std::int64_t rows = noisy.targets().size(0), time = noisy.targets().size(1);
        for (std::int64_t b = 0; b < rows; ++b) {
            PositionSums all;
            for (std::int64_t row = b * time; row < (b + 1) * time; ++row) {
                all += judge.at(row, row);
                if (reliability) sums.reliability.add(judge.judged(row));
            }
            const std::size_t window = first + static_cast<std::size_t>(b);
            sums.of[window] += all / static_cast<double>(time);
            sums.draws[window] += 1.0;
        }
    }

    const EvaluatedText& text_;
    const NoiseRequest& request_;
    std::vector<double> scales_;       // of each model
    std::vector<NoisyPlaces> places_;  // of each model
};

}  // namespace

std::unique_ptr<NoisePass> gaussian_pass(const EvaluatedText& text, const NoiseRequest& request,
                                         std::vector<double> scales) {
    return std::make_unique<GaussianPass>(text, request, std::move(scales));
}

}  // namespace marginscope
