// Whole windows under one strength at a time; single tokens behind a past that stays as it is.
#include "nn/measure/flip_oracle.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "nn/measure/noise.h"

namespace marginscope {
namespace {

constexpr std::size_t kWindowsAtOnce = 16, kTokensAtOnce = 256;

at::Tensor index_of(std::span<const int> places) {
    return at::tensor(std::vector<std::int64_t>(places.begin(), places.end()), at::kLong);
}

std::vector<std::int64_t> numbers(const at::Tensor& of) {
    const at::Tensor on_cpu = of.to(at::kCPU).contiguous();
    const auto* first = on_cpu.const_data_ptr<std::int64_t>();
    return {first, first + on_cpu.numel()};
}

}  // namespace

WindowFlips::WindowFlips(const LanguageModel& model, at::Tensor u, std::uint64_t window,
                         std::vector<int> places, const FlipNoise& noise)
    : model_(model), u_(std::move(u)), places_(std::move(places)), noise_(noise) {
    assert(u_.dim() == 3 && u_.size(0) == 1);
    const std::vector<std::uint64_t> windows = {window};
    std::vector<at::Tensor> draws;
    for (int d = 0; d < noise.directions; ++d) {
        NoiseKey key;
        key.seed = noise.seed;
        key.draw = static_cast<std::uint64_t>(d);
        draws.push_back(standard_noise(key, windows, u_.size(1), u_.size(2))[0]);
    }
    directions_ = at::stack(draws).to(u_.device(), u_.scalar_type());
    ForwardOptions options;
    if (noise.own_token) {
        cache_.resize(static_cast<std::size_t>(model.shape().layers));
        options.cache = &cache_;
    }
    const at::Tensor hidden = model.hidden_from_embeddings(u_, options)[0];
    const at::Tensor logits =
        model.head(hidden.index_select(0, index_of(places_).to(u_.device())));  // (places, V)
    clean_ = at::log_softmax(logits.to(at::kDouble), -1).to(at::kCPU).contiguous();
    likeliest_ = numbers(logits.argmax(-1));
}

std::vector<char> WindowFlips::flipped(std::span<const FlipQuestion> questions) {
    return noise_.own_token ? flipped_by_token(questions) : flipped_by_window(questions);
}

void WindowFlips::read_rows(std::span<const std::pair<int, int>> rows) {
    std::vector<at::Tensor> noisy;
    for (const auto& [direction, rung] : rows)
        noisy.push_back(u_[0] + directions_[direction] * noise_.ladder.strength(rung));
    const at::Tensor hidden = model_.hidden_from_embeddings(at::stack(noisy))
                                  .index_select(1, index_of(places_).to(u_.device()));
    const at::Tensor likeliest = model_.head(hidden).argmax(-1);  // (rows, places)
    for (std::size_t k = 0; k < rows.size(); ++k)
        known_[rows[k]] = numbers(likeliest[static_cast<std::int64_t>(k)]);
}

std::vector<char> WindowFlips::flipped_by_window(std::span<const FlipQuestion> questions) {
    std::vector<std::pair<int, int>> missing;
    for (const FlipQuestion& at : questions)
        if (!known_.contains({at.direction, at.rung})) missing.emplace_back(at.direction, at.rung);
    std::sort(missing.begin(), missing.end());
    missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
    const std::span<const std::pair<int, int>> all(missing);
    for (std::size_t first = 0; first < all.size(); first += kWindowsAtOnce)
        read_rows(all.subspan(first, std::min(kWindowsAtOnce, all.size() - first)));
    std::vector<char> answers;
    for (const FlipQuestion& at : questions)
        answers.push_back(known_[{at.direction, at.rung}][at.place] != likeliest_[at.place]);
    return answers;
}

std::vector<char> WindowFlips::flipped_by_token(std::span<const FlipQuestion> questions) {
    std::vector<char> answers;
    for (std::size_t first = 0; first < questions.size();) {
        const std::size_t place = questions[first].place;
        std::size_t end = first;
        std::vector<at::Tensor> noisy;
        const int token = places_[place];
        for (;
             end < questions.size() && questions[end].place == place && end - first < kTokensAtOnce;
             ++end)
            noisy.push_back(u_[0][token] + directions_[questions[end].direction][token] *
                                               noise_.ladder.strength(questions[end].rung));
        const auto rows = static_cast<std::int64_t>(noisy.size());
        std::vector<KeyValue> past;
        for (const KeyValue& layer : cache_)
            past.push_back({layer.k.narrow(2, 0, token).expand({rows, -1, -1, -1}),
                            layer.v.narrow(2, 0, token).expand({rows, -1, -1, -1})});
        ForwardOptions options;
        options.cache = &past;
        const at::Tensor hidden =
            model_.hidden_from_embeddings(at::stack(noisy).unsqueeze(1), options);
        for (const std::int64_t likeliest : numbers(model_.head(hidden).argmax(-1)))
            answers.push_back(likeliest != likeliest_[place]);
        first = end;
    }
    return answers;
}

}  // namespace marginscope
