// Passes over spoilt characters, judged where the true text has a counterpart.
#include <ATen/ATen.h>

#include <algorithm>
#include <unordered_map>

#include "core/error.h"
#include "nn/measure/noise_pass.h"
#include "text/letter_case.h"
#include "text/spoilt_text.h"
#include "text/utf8.h"

namespace marginscope {
namespace {

/// By id, the same letter in its other case: what the model does not know becomes its unknown, and
/// stays as it is where there is none.
std::vector<int> other_cases(const Tokenizer& tokenizer, const std::string& model) {
    std::unordered_map<std::string, int> ids;
    for (int id = 0; id < tokenizer.size(); ++id) ids.emplace(tokenizer.symbol(id), id);
    std::vector<int> other(static_cast<std::size_t>(tokenizer.size()));
    for (int id = 0; id < tokenizer.size(); ++id) {
        const std::string symbol = tokenizer.symbol(id);
        const auto character = symbol.empty() ? std::nullopt : read_utf8(symbol, 0);
        if (!character || character->length != symbol.size())
            throw UserError("The tokens of " + model +
                                " are not single characters, so its characters cannot be spoilt "
                                "one by one: leave --characters out.",
                            2);
        std::string changed;
        append_utf8(other_case(character->code_point), changed);
        const auto found = ids.find(changed);
        const int unknown = tokenizer.unknown_id() >= 0 ? tokenizer.unknown_id() : id;
        other[static_cast<std::size_t>(id)] = found != ids.end() ? found->second : unknown;
    }
    return other;
}

class SpoiltPass final : public NoisePass {
public:
    SpoiltPass(const EvaluatedText& text, const NoiseRequest& request)
        : text_(text),
          request_(request),
          inserted_(text.ids().to_vector()),
          other_case_(other_cases(text.model().tokenizer(), text.name())) {}

    bool add(std::span<const TokenWindow> windows, std::size_t first, std::vector<WindowSums>& sums,
             const std::stop_token& stop) override {
        const CleanPass clean(text_, windows);
        for (int draw = 0; draw < request_.draws; ++draw) {
            if (stop.stop_requested()) return false;
            for (std::size_t k = 0; k < sums.size(); ++k)
                add_draw(sums[k], request_.rates[k], static_cast<std::uint64_t>(draw), windows,
                         first, clean);
        }
        return true;
    }

    void describe(NoiseCurve& curve) const override {
        curve.where = "characters";
        curve.change = name_of(*request_.characters);
    }

private:
    void add_draw(WindowSums& sums, double rate, std::uint64_t draw,
                  std::span<const TokenWindow> windows, std::size_t first,
                  const CleanPass& clean) const {
        const auto context = static_cast<std::int64_t>(text_.context());
        const auto rows = static_cast<std::int64_t>(windows.size());
        // What a shorter text leaves free is read too, and never asked.
        at::Tensor ids = at::zeros({rows, context}, at::kLong);
        at::Tensor targets = at::zeros({rows, context}, at::kLong);
        std::vector<SpoiltText> spoilt;
        for (std::int64_t b = 0; b < rows; ++b) {
            spoilt.push_back(spoil_window(windows[static_cast<std::size_t>(b)], rate, draw));
            const SpoiltText& text = spoilt.back();
            for (std::int64_t k = 0; k < length(text); ++k) {
                const auto at = static_cast<std::size_t>(k);
                ids.data_ptr<std::int64_t>()[b * context + k] = text.ids[at];
                if (text.place[at] >= 0)
                    targets.data_ptr<std::int64_t>()[b * context + k] =
                        clean_target(windows[static_cast<std::size_t>(b)], text.place[at]);
            }
        }
        PredictionsTogether noisy(text_, targets.to(text_.model().language().device()));
        for (const Model& member : text_.models()) {
            const LanguageModel& model = member.language();
            noisy.add(model.logits_from_embeddings(model.embed(ids.to(model.device()))));
        }
        const PositionJudge judge(noisy, clean);
        for (std::int64_t b = 0; b < rows; ++b)
            add_window(sums, first + static_cast<std::size_t>(b),
                       spoilt[static_cast<std::size_t>(b)], b * context, judge, clean, draw == 0);
    }

    SpoiltText spoil_window(const TokenWindow& window, double rate, std::uint64_t draw) const {
        const std::vector<int> ids = text_.ids().part(window.begin, text_.context()).to_vector();
        return spoil(ids, {*request_.characters,
                           rate,
                           {request_.seed, DrawPurpose::characters, draw, window.number, 0},
                           inserted_,
                           other_case_});
    }

    /// Of a spoilt text that is now longer than the context, what fits.
    std::int64_t length(const SpoiltText& text) const {
        return static_cast<std::int64_t>(std::min(text.ids.size(), text_.context()));
    }

    std::int64_t clean_target(const TokenWindow& window, int place) const {
        return text_.ids()[window.begin + static_cast<std::size_t>(place) + 1];
    }

    void add_window(WindowSums& sums, std::size_t window, const SpoiltText& text, std::int64_t row,
                    const PositionJudge& judge, const CleanPass& clean, bool reliability) const {
        PositionSums all;
        double clean_ce = 0, judged = 0;
        for (std::int64_t k = 0; k < length(text); ++k) {
            const int place = text.place[static_cast<std::size_t>(k)];
            if (place < 0) continue;
            all += judge.at(row + k, row + place);
            if (reliability) sums.reliability.add(judge.judged(row + k));
            clean_ce += clean.mean.ce.const_data_ptr<double>()[row + place];
            judged += 1;
        }
        const auto context = static_cast<double>(text_.context());
        sums.changed[window] += static_cast<double>(text.changed) / context;
        sums.judged[window] += judged / context;
        if (judged == 0) return;
        sums.of[window] += all / judged;
        sums.clean_ce[window] += clean_ce / judged;
        sums.draws[window] += 1.0;
    }

    const EvaluatedText& text_;
    const NoiseRequest& request_;
    std::vector<int> inserted_;  // any character of the evaluated text, as often as it occurs
    std::vector<int> other_case_;
};

}  // namespace

std::unique_ptr<NoisePass> spoilt_pass(const EvaluatedText& text, const NoiseRequest& request) {
    return std::make_unique<SpoiltPass>(text, request);
}

}  // namespace marginscope
