// Writing under noise.
#include "nn/decode/twin_text.h"

#include <algorithm>

#include "nn/decode/decoder.h"
#include "nn/decode/token_chooser.h"

namespace marginscope {

TwinText write_twin(const Model& model, const CharGpt& gpt, std::span<const int> prompt, int tokens,
                    const SamplingSettings& sampling, const TwinNoise* noise, int draw,
                    const std::function<bool()>& on_token) {
    Decoder decoder(gpt);
    if (noise != nullptr && !noise->none())
        decoder.perturb(
            [noise, draw](const at::Tensor& u, std::size_t first, ForwardOptions& options) {
                return noise->added(u, draw, static_cast<std::int64_t>(first), options);
            });
    TokenChooser chooser(model, decoder);
    decoder.append(prompt);
    TwinText text;
    for (int k = 0; k < tokens; ++k) {
        const TokenChoice chosen = chooser.choose(sampling);
        if (!chosen) {
            text.stopped = true;
            break;
        }
        text.tokens.push_back(chosen->token);
        if (!on_token()) {
            text.stopped = true;
            break;
        }
        decoder.append(std::span(&chosen->token, 1));
    }
    return text;
}

std::optional<std::size_t> first_difference(std::span<const int> a, std::span<const int> b) {
    const auto [in_a, in_b] = std::ranges::mismatch(a, b);
    if (in_a == a.end() || in_b == b.end()) return std::nullopt;
    return static_cast<std::size_t>(in_a - a.begin());
}

}  // namespace marginscope
