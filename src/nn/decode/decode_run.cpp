// Decoding from a prompt, with the margin of each token before and after it is chosen.
#include "nn/decode/decode_run.h"

#include <chrono>
#include <cmath>
#include <span>

#include "core/error.h"
#include "nn/decode/decoder.h"
#include "nn/decode/token_chooser.h"
#include "nn/measure/probes.h"
#include "nn/model/device.h"
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
    std::vector<int> ids = model.tokenizer().encode(request.prompt);
    if (ids.empty()) ids = {opening_token(model.vocabulary)};
    return ids;
}

/// The margin of a token that is about to join the text, in the unit of its kind.
void fill_margin(TokenChooser& chooser, int token, MarginKind kind, DecodedToken& decoded) {
    const std::optional<PositionMargins> found = chooser.margins_of(token, kind);
    if (!found) return;
    decoded.crossings = found->crossings;
    const double value = margin_value(*found, kind);
    if (kind != MarginKind::geometric || std::isfinite(value)) decoded.margin = value;
}

DecodeResult decode(const DecodeRequest& request,
                    const std::function<void(const DecodedToken&)>& on_token,
                    const std::stop_token& stop) {
    set_compute_threads(request.threads);
    const Model model = load_requested_model(request.model);
    SamplingSettings sampling = request.sampling;
    sampling.min_margin_kind = request.kind;
    if (sampling.min_margin)
        stage_weights(model, model_name(request.model));  // refuses a model without a stage
    DecodeResult result;
    result.model = model_name(request.model);
    result.prompt = request.prompt;
    result.unknown = model.tokenizer().count_unknown(request.prompt);
    result.stopped = "length";
    Decoder decoder(model.gpt);
    TokenChooser chooser(model, decoder);
    decoder.append(first_tokens(model, request));
    const auto start = std::chrono::steady_clock::now();
    for (int k = 0; k < request.tokens; ++k) {
        if (stop.stop_requested()) {
            result.stopped = "interrupted";
            break;
        }
        const std::optional<ChosenToken> chosen = chooser.choose(sampling);
        if (!chosen) {
            result.stopped = "min_margin";
            break;
        }
        DecodedToken decoded;
        decoded.token = model.tokenizer().symbol(chosen->token);
        decoded.logprob = chosen->logprob;
        decoded.entropy = chosen->entropy;
        fill_margin(chooser, chosen->token, request.kind, decoded);
        decoder.append(std::span(&chosen->token, 1));
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
