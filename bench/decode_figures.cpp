// Decoding with the shipped model: the cache against a pass over the whole window for every token.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "bench/contest.h"
#include "bench/figures.h"
#include "bench/plain_gpt.h"
#include "core/error.h"
#include "files/paths.h"
#include "nn/decode/decoder.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"
#include "nn/probability/decode_run.h"

namespace marginscope {
namespace {

constexpr const char* kPrompt = "Once ";

/// The prompt and the `tokens` ids after it, each the most likely one.
std::vector<int> continued(Decoder& decoder, std::span<const int> prompt, int tokens) {
    decoder.clear();
    at::Tensor logits = decoder.append(prompt);
    for (int k = 0; k < tokens; ++k) {
        const int next = static_cast<int>(logits.argmax().item<std::int64_t>());
        logits = decoder.append(std::span(&next, 1));
    }
    return decoder.ids();
}

void check_decode_rival(const Decoder& decoder, const PlainGpt& plain) {
    at::NoGradGuard no_grad;
    const at::Tensor ids = at::tensor(at::ArrayRef<int>(decoder.ids()), at::kLong).unsqueeze(0);
    const double difference =
        (decoder.logits() - plain.next_logits(ids)[0]).abs().max().item<double>();
    if (difference > 1e-4)
        throw UserError("The plain model's logits differ from the decoder's by " +
                        std::to_string(difference) +
                        " where at most 0.0001 is expected: their times cannot be compared.");
}

BenchFigure against_recomputing(const std::string& name, const std::string& goal, int tokens,
                                const Model& model, const PlainGpt& plain,
                                const BenchSettings& settings) {
    const std::vector<int> prompt = model.vocabulary.encode(kPrompt);
    Decoder decoder(model.gpt);
    const std::vector<Contender> contenders = {
        {"plain", [&] { (void)plain.continued(prompt, tokens); }},
        {"decoder", [&] { (void)continued(decoder, prompt, tokens); }}};
    const Timings timings = hold_contest(contenders, settings, "decoding");
    char note[200];
    std::snprintf(note, sizeof note,
                  "%.0f tokens/s over %.0f; %d tokens after a prompt of %zu, the most likely each; "
                  "context %d, d=%d",
                  timings.rate(1) * tokens, timings.rate(0) * tokens, tokens, prompt.size(),
                  model.gpt.shape().context, model.gpt.shape().width);
    return {name,
            timings.ratio(0, 1),
            "times",
            goal,
            "plain LibTorch, the whole window for every token",
            note};
}

BenchFigure with_margins(const BenchSettings& settings) {
    DecodeRequest request;
    request.prompt = kPrompt;
    request.tokens = std::clamp(static_cast<int>(400 * settings.secs / 3.0), 20, 4000);
    request.threads = settings.threads;
    const DecodeResult result = run_decode(request, {}, settings.stop);
    return {"decode_with_margins_tokens_per_s",
            result.tokens_per_s,
            "1/s",
            "",
            "",
            std::to_string(request.tokens) +
                " tokens of the small trained model as `marginscope decode` prints them, each with "
                "its margin"};
}

}  // namespace

std::vector<BenchFigure> decode_figures(const BenchSettings& settings) {
    if (!has_asset(kSmallModelAsset)) return {};
    std::vector<BenchFigure> out;
    with_torch_errors([&] {
        set_compute_threads(settings.threads);
        const Model model = load_requested_model({});
        const PlainGpt plain(model.gpt);
        const int context = model.gpt.shape().context;
        const int prompt = static_cast<int>(model.vocabulary.encode(kPrompt).size());
        Decoder decoder(model.gpt);
        (void)continued(decoder, model.vocabulary.encode(kPrompt), context - prompt);
        check_decode_rival(decoder, plain);
        out.push_back(against_recomputing("decode_tokens_per_s_window", ">= 10", context - prompt,
                                          model, plain, settings));
        out.push_back(against_recomputing("decode_tokens_per_s_long", ">= 4", 4 * context - prompt,
                                          model, plain, settings));
        out.push_back(with_margins(settings));
    });
    return out;
}

}  // namespace marginscope
