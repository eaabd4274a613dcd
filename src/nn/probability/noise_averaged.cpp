// Draws of noise side by side.
#include "nn/probability/noise_averaged.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "core/probability/mean_law.h"
#include "nn/measure/noise.h"

namespace marginscope {
namespace {

std::int64_t signed_size(std::size_t size) { return static_cast<std::int64_t>(size); }

bool same(const at::Tensor& a, const at::Tensor& b) {
    if (a.defined() != b.defined()) return false;
    return !a.defined() || a.is_same(b) || at::equal(a, b);
}

std::vector<std::vector<double>> rows_of(const at::Tensor& values) {
    std::vector<std::vector<double>> rows;
    const at::Tensor all = values.contiguous();
    for (std::int64_t k = 0; k < all.size(0); ++k) {
        const double* const row = all.const_data_ptr<double>() + k * all.size(1);
        rows.emplace_back(row, row + all.size(1));
    }
    return rows;
}

}  // namespace

double noise_scale(const LanguageModel& model, const ChooserSettings& settings) {
    if (!settings.noise_relative) return settings.noise_sigma;
    std::vector<int> all(static_cast<std::size_t>(model.vocabulary()));
    std::iota(all.begin(), all.end(), 0);
    return settings.noise_sigma * token_embedding_rms(model, all);
}

NoiseAveraged::NoiseAveraged(const LanguageModel& model)
    : model_(model),
      batch_(model, [this](const at::Tensor& u, std::size_t first) { return moved(u, first); }) {}

void NoiseAveraged::clear() {
    read_.clear();
    deltas_.clear();
    scale_.reset();
    noise_ = {};
}

LawAverage NoiseAveraged::source() {
    return [this](const Decoder& text, const SamplingSettings& settings) {
        return law(text, settings);
    };
}

at::Tensor NoiseAveraged::moved(const at::Tensor& u, std::size_t first) {
    passes_ += u.size(0);
    at::Tensor out = u.clone();
    for (std::int64_t t = 0; t < u.size(1); ++t)
        if (const at::Tensor& delta = deltas_[first + static_cast<std::size_t>(t)]; delta.defined())
            out.select(1, t).add_(delta);
    ForwardOptions unused;  // the noise is at the embeddings
    return noise_.added(out, 0, signed_size(begin_ + first), unused);
}

// Whether what was read is no beginning of the text, or ends before the window that counts.
bool NoiseAveraged::begins_anew(const Decoder& text) const {
    const std::size_t end = begin_ + read_.size();
    if (read_.empty() || end > text.length() || end < text.window_begin()) return true;
    for (std::size_t k = 0; k < read_.size(); ++k)
        if (read_[k] != text.ids()[begin_ + k] || !same(deltas_[k], text.delta(begin_ + k)))
            return true;
    return false;
}

NextLaw NoiseAveraged::law(const Decoder& text, const SamplingSettings& settings) {
    const ChooserSettings& chooser = settings.chooser;
    if (!scale_ || settings_ != chooser) scale_ = noise_scale(model_, chooser);
    settings_ = chooser;
    const double scale = *scale_;
    const bool other_noise = noise_.draws != chooser.noise_draws || noise_.seed != settings.seed ||
                             noise_.scales != std::vector<double>{scale};
    if (other_noise || begins_anew(text)) {
        noise_ = {NoisePlace::embeddings, {scale}, settings.seed, chooser.noise_draws, {}};
        begin_ = text.window_begin();
        read_.clear();
        deltas_.clear();
    }
    const std::size_t had = read_.size();
    for (std::size_t k = begin_ + had; k < text.length(); ++k) {
        read_.push_back(text.ids()[k]);
        deltas_.push_back(text.delta(k));
    }
    const std::span<const int> rest = std::span(read_).subspan(had);
    if (had == 0) {
        batch_.start(rest, static_cast<std::size_t>(chooser.noise_draws));
    } else if (!rest.empty()) {
        at::Tensor ids = at::empty({1, signed_size(rest.size())}, at::kLong);
        std::ranges::copy(rest, ids.data_ptr<std::int64_t>());
        batch_.extend(ids.expand({chooser.noise_draws, -1}).contiguous());
    }
    NextLaw law;
    law.draws = rows_of(batch_.log_probabilities());
    MeanLaw mean = mean_law(law.draws);
    law.expected_entropy = mean.expected_entropy;
    law.logits = mean.logprob;
    law.distribution = {std::move(mean.logprob), mean.entropy};
    return law;
}

}  // namespace marginscope
