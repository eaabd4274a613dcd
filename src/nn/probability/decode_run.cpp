// Decoding from a prompt, with the margin of each token before and after it is chosen.
#include "nn/probability/decode_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

#include "core/error.h"
#include "core/probability/best_of.h"
#include "nn/decode/decoder.h"
#include "nn/decode/token_chooser.h"
#include "nn/measure/probes.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"
#include "nn/probability/noise_averaged.h"

namespace marginscope {
namespace {

void check_chooser(const SamplingSettings& sampling) {
    const ChooserSettings& chooser = sampling.chooser;
    const auto refuse_if = [](bool wrong, const std::string& sentence) {
        if (wrong) throw UserError(sentence, 2);
    };
    if (const std::string wrong = wrong_setting(chooser); !wrong.empty())
        throw UserError("The chooser does not serve: " + wrong + ".", 2);
    refuse_if(chooser.averages() != (chooser.noise_sigma > 0.0),
              "--noise-draws and --noise-sigma go together, both above 0.");
    refuse_if(chooser.noise_relative && !chooser.averages(),
              "--relative is of the noise: it needs --noise-draws and --noise-sigma.");
    refuse_if(chooser.abstain_information && !chooser.averages(),
              "--abstain-information is of the draws of noise: it needs --noise-draws and "
              "--noise-sigma.");
    const bool greedy = sampling.temperature <= 0.0;
    refuse_if(greedy && chooser.margin_weight != 0.0,
              "--margin-weight needs a --temperature above 0: at 0 only the likeliest token is a "
              "candidate.");
    refuse_if(greedy && chooser.best_of > 1,
              "--best-of needs a --temperature above 0: at 0 all continuations are equal.");
    refuse_if(chooser.best_of == 1 && chooser.best_by != BestBy::logprob,
              "--best-by compares continuations: it needs --best-of 2 or more.");
}

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
    check_chooser(sampling);
}

bool reads_margin(const SamplingSettings& sampling) {
    const ChooserSettings& chooser = sampling.chooser;
    return sampling.min_margin || chooser.abstain_margin || chooser.margin_weight != 0.0 ||
           (chooser.best_of > 1 && chooser.best_by != BestBy::logprob);
}

/// Writes continuations of one prompt, one after the other.
class Writer {
public:
    Writer(const Model& model, const DecodeRequest& request, const DecodeListener& listener)
        : model_(model),
          request_(request),
          listener_(listener),
          sampling_(request.sampling),
          prompt_(first_tokens(model, request.prompt)),
          average_(model.gpt),
          decoder_(model.gpt),
          chooser_(model, decoder_, average_.source()) {
        sampling_.min_margin_kind = request.kind;
    }

    Continuation write(std::uint64_t branch, const std::stop_token& stop);
    std::vector<DecodedToken> tell(std::span<const int> tokens);
    std::int64_t passes() const { return passes_ + average_.passes(); }
    std::size_t written() const { return written_; }

private:
    void append(std::span<const int> ids) {
        decoder_.append(ids);
        ++passes_;
    }
    template <typename Token>
    void fill_margin(int token, Token& shown);
    std::vector<PossibleToken> possible(const NextLaw& law);
    DecodedToken decoded(int token, const NextLaw& law);
    void end(Continuation& text, const TokenChoice& refused);

    const Model& model_;
    const DecodeRequest& request_;
    const DecodeListener& listener_;
    SamplingSettings sampling_;
    std::vector<int> prompt_;
    NoiseAveraged average_;
    Decoder decoder_;
    TokenChooser chooser_;
    std::int64_t passes_ = 0;
    std::size_t written_ = 0;  // tokens, of all continuations
};

/// The margin of a token that may join the text, in the unit of its kind.
template <typename Token>
void Writer::fill_margin(int token, Token& shown) {
    const std::optional<PositionMargins> found = chooser_.margins_of(token, request_.kind);
    if (!found) return;
    shown.crossings = found->crossings;
    const double value = margin_value(*found, request_.kind);
    if (request_.kind != MarginKind::geometric || std::isfinite(value)) shown.margin = value;
}

std::vector<PossibleToken> Writer::possible(const NextLaw& law) {
    if (!request_.candidates) return {};
    std::vector<int> order(law.logits.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, std::greater{},
                             [&](int id) { return law.logits[static_cast<std::size_t>(id)]; });
    std::vector<PossibleToken> all;
    for (const int id : order) {
        PossibleToken& one = all.emplace_back();
        one.token = model_.tokenizer().symbol(id);
        one.logprob = law.distribution.logprob[static_cast<std::size_t>(id)];
        fill_margin(id, one);
        for (const auto& draw : law.draws) one.draws.push_back(draw[static_cast<std::size_t>(id)]);
    }
    return all;
}

DecodedToken Writer::decoded(int token, const NextLaw& law) {
    DecodedToken told;
    told.token = model_.tokenizer().symbol(token);
    told.logprob = law.distribution.logprob[static_cast<std::size_t>(token)];
    told.entropy = law.distribution.entropy;
    told.expected_entropy = law.expected_entropy;
    told.mutual_information = law.mutual_information();
    told.candidates = possible(law);
    fill_margin(token, told);
    return told;
}

std::vector<DecodedToken> Writer::tell(std::span<const int> tokens) {
    std::vector<DecodedToken> all;
    append(prompt_);
    for (const int token : tokens) {
        all.push_back(decoded(token, chooser_.law(sampling_)));
        append(std::span(&token, 1));
    }
    return all;
}

void Writer::end(Continuation& text, const TokenChoice& refused) {
    text.stopped = refused.abstained() ? "abstained" : "min_margin";
    if (!refused.abstained()) return;
    text.abstention = {std::string(name_of(refused.refusal)), refused.limit, refused.found,
                       refusal_sentence(refused), possible(refused.law)};
}

Continuation Writer::write(std::uint64_t branch, const std::stop_token& stop) {
    Continuation text;
    text.stopped = "length";
    decoder_.clear();
    chooser_.past_changed();
    append(prompt_);
    double sum = 0.0;
    for (int k = 0; k < request_.tokens; ++k) {
        if (stop.stop_requested()) {
            text.stopped = "interrupted";
            break;
        }
        const TokenChoice chosen = chooser_.choose(sampling_, branch);
        if (!chosen) {
            end(text, chosen);
            break;
        }
        DecodedToken token = decoded(chosen->token, chosen.law);
        if (k + 1 < request_.tokens) append(std::span(&chosen->token, 1));
        text.text += token.token;
        sum += token.logprob;
        text.logprob = sum / (k + 1);
        if (token.margin)
            text.lowest_margin =
                std::min(text.lowest_margin.value_or(*token.margin), *token.margin);
        text.tokens.push_back(std::move(token));
        ++written_;
        if (listener_.on_progress)
            listener_.on_progress(written_,
                                  static_cast<std::size_t>(request_.tokens) *
                                      static_cast<std::size_t>(sampling_.chooser.best_of));
        if (sampling_.chooser.best_of == 1 && listener_.on_token)
            listener_.on_token(text.tokens.back());
    }
    return text;
}

std::size_t best_of(const std::vector<Continuation>& all, BestBy by) {
    constexpr double kWorst = -std::numeric_limits<double>::infinity();
    std::vector<ContinuationScore> scores;
    for (const Continuation& one : all)
        scores.push_back({one.logprob.value_or(kWorst), one.lowest_margin.value_or(kWorst),
                          one.stopped == "length"});
    return best_of(scores, by);
}

DecodeResult decode(const DecodeRequest& request, const DecodeListener& listener,
                    const std::stop_token& stop) {
    set_compute_threads(request.threads);
    const Model model = load_requested_model(request.model);
    if (reads_margin(request.sampling))
        stage_weights(model, model_name(request.model));  // refuses a model without a stage
    DecodeResult result;
    result.model = model_name(request.model);
    result.prompt = request.prompt;
    result.unknown = model.tokenizer().count_unknown(request.prompt);
    Writer writer(model, request, listener);
    const auto start = std::chrono::steady_clock::now();
    std::vector<Continuation> all;
    for (int k = 0; k < request.sampling.chooser.best_of; ++k) {
        if (k > 0 && stop.stop_requested()) break;
        all.push_back(writer.write(static_cast<std::uint64_t>(k), stop));
    }
    result.best = best_of(all, request.sampling.chooser.best_by);
    const Continuation& best = all[result.best];
    result.text = best.text;
    result.tokens = best.tokens;
    result.stopped = best.stopped;
    if (all.size() < static_cast<std::size_t>(request.sampling.chooser.best_of) ||
        all.back().stopped == "interrupted")
        result.stopped = "interrupted";
    result.abstention = best.abstention;
    result.passes = writer.passes();
    const double secs =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (secs > 0.0) result.tokens_per_s = static_cast<double>(writer.written()) / secs;
    if (request.sampling.chooser.best_of == 1) return result;
    result.continuations = std::move(all);
    if (listener.on_token)
        for (const DecodedToken& token : result.tokens) listener.on_token(token);
    return result;
}

}  // namespace

std::vector<int> first_tokens(const Model& model, const std::string& prompt) {
    std::vector<int> ids = model.tokenizer().encode(prompt);
    if (ids.empty()) ids = {opening_token(model.vocabulary)};
    return ids;
}

DecodeResult told(const Model& model, const DecodeRequest& request, std::span<const int> tokens) {
    DecodeResult result;
    result.model = model_name(request.model);
    result.prompt = request.prompt;
    result.unknown = model.tokenizer().count_unknown(request.prompt);
    result.stopped = "length";
    result.tokens = Writer(model, request, {}).tell(tokens);
    for (const DecodedToken& token : result.tokens) result.text += token.token;
    return result;
}

DecodeResult run_decode(const DecodeRequest& request, const DecodeListener& listener,
                        std::stop_token stop) {
    check(request);
    DecodeResult result;
    with_torch_errors([&] { result = decode(request, listener, stop); });
    return result;
}

}  // namespace marginscope
