// Decoding from a prompt, with the margin of each token before and after it is chosen.
#include "nn/decode/decode_run.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <cmath>
#include <span>

#include "core/error.h"
#include "nn/decode/decoder.h"
#include "nn/decode/next_margins.h"
#include "nn/measure/probes.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

void check(const DecodeRequest& request) {
    const SamplingSettings& sampling = request.sampling;
    if (request.tokens < 0)
        throw UserError("--tokens must be 0 or more; it is " + std::to_string(request.tokens) + ".",
                        2);
    if (!(sampling.temperature >= 0.0) || !std::isfinite(sampling.temperature))
        throw UserError("--temperature must be 0 or more.", 2);
    if (!(sampling.top_p > 0.0 && sampling.top_p <= 1.0))
        throw UserError("--top-p must lie between 0 and 1.", 2);
    if (sampling.min_margin && !std::isfinite(*sampling.min_margin))
        throw UserError("--min-margin must be a finite number.", 2);
}

std::vector<int> first_tokens(const Model& model, const DecodeRequest& request) {
    std::vector<int> ids = model.vocabulary.encode(request.prompt);
    if (ids.empty()) {
        const bool has_break = model.vocabulary.count_unknown("\n") == 0;
        ids = has_break ? model.vocabulary.encode("\n") : std::vector<int>{0};
    }
    return ids;
}

DecodeResult decode(const DecodeRequest& request,
                    const std::function<void(const DecodedToken&)>& on_token,
                    const std::stop_token& stop) {
    at::set_num_threads(request.threads);
    const Model model = load_requested_model(request.model);
    const SamplingSettings& sampling = request.sampling;
    if (sampling.min_margin)
        stage_weights(model, model_name(request.model));  // refuses a model without a stage
    DecodeResult result;
    result.model = model_name(request.model);
    result.prompt = request.prompt;
    result.stopped = "length";
    Decoder decoder(model.gpt);
    NextMargins margins(model, decoder);
    const auto margin_of = [&](int token) -> std::optional<double> {
        const std::optional<PositionMargins> found = margins.of(token, request.kind);
        return found ? std::optional(margin_value(*found, request.kind)) : std::nullopt;
    };
    at::Tensor logits = decoder.append(first_tokens(model, request));
    const auto start = std::chrono::steady_clock::now();
    for (int k = 0; k < request.tokens; ++k) {
        if (stop.stop_requested()) {
            result.stopped = "interrupted";
            break;
        }
        const at::Tensor values = logits.to(at::kFloat).contiguous();
        const std::span<const float> row(values.data_ptr<float>(),
                                         static_cast<std::size_t>(values.numel()));
        std::vector<Candidate> from = candidates(row, sampling);
        if (sampling.min_margin)
            from = with_least_margin(std::move(from), sampling, [&](int token) {
                return margin_of(token).value_or(std::numeric_limits<double>::infinity());
            });
        if (from.empty()) {
            result.stopped = "min_margin";
            break;
        }
        const int token = draw(from, sampling, decoder.length());
        const TokenDistribution all = distribution(row);
        DecodedToken decoded;
        decoded.token = model.vocabulary.symbol(token);
        decoded.logprob = all.logprob[static_cast<std::size_t>(token)];
        decoded.entropy = all.entropy;
        decoded.margin = margin_of(token);
        logits = decoder.append(std::span(&token, 1));
        result.text += decoded.token;
        result.tokens.push_back(decoded);
        if (on_token) on_token(decoded);
    }
    const double secs =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (secs > 0.0) result.tokens_per_s = static_cast<double>(result.tokens.size()) / secs;
    return result;
}

}  // namespace

DecodeResult run_decode(const DecodeRequest& request,
                        const std::function<void(const DecodedToken&)>& on_token,
                        std::stop_token stop) {
    check(request);
    DecodeResult result;
    with_torch_errors([&] { result = decode(request, on_token, stop); });
    return result;
}

}  // namespace marginscope
