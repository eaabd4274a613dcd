// The best of several continuations of the shown text; the others stay as branches of the tree.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "core/probability/best_of.h"
#include "engine/decode/decode_session.h"
#include "engine/decode/session_state.h"
#include "nn/decode/token_chooser.h"

namespace marginscope {
namespace {

constexpr double kWorst = -std::numeric_limits<double>::infinity();

struct Written {
    int end = -1;  // the node behind which it ends
    ContinuationScore score;
};

/// Writes one from the cursor on, by the draws of `branch`, and scores it.
Written written(DecodeSession::State& s, int tokens, std::uint64_t branch) {
    const SamplingSettings& sampling = s.document.sampling;
    Written text;
    std::optional<double> lowest;
    double sum = 0.0;
    int count = 0;
    for (; count < tokens; ++count) {
        TokenChooser& chooser = s.computation->chooser();
        const TokenChoice chosen = chooser.choose(sampling, branch);
        if (!chosen) {
            s.play.why_stopped = refusal_sentence(chosen);
            break;
        }
        sum += chosen->logprob;
        if (const auto margins = chooser.margins_of(chosen->token, sampling.min_margin_kind)) {
            const double value = margin_value(*margins, sampling.min_margin_kind);
            if (sampling.min_margin_kind != MarginKind::geometric || std::isfinite(value))
                lowest = std::min(lowest.value_or(value), value);
        }
        s.document.tree.advance(s.computation->table().text(chosen->token));
        s.follow();
    }
    text.end = s.document.tree.cursor();
    text.score = {count > 0 ? sum / count : kWorst, lowest.value_or(kWorst), count == tokens};
    return text;
}

}  // namespace

bool DecodeSession::write_best(int tokens) {
    State& s = *state_;
    if (!s.computation) return false;
    const int begin = s.document.tree.cursor();
    std::vector<Written> all;
    std::vector<ContinuationScore> scores;
    for (int k = 0; k < s.document.sampling.chooser.best_of; ++k) {
        s.document.tree.go_to(begin);
        s.follow();
        all.push_back(written(s, tokens, static_cast<std::uint64_t>(k)));
        scores.push_back(all.back().score);
    }
    const std::size_t best = best_of(scores, s.document.sampling.chooser.best_by);
    s.document.tree.go_to(all[best].end);
    s.follow();
    return scores[best].finished;
}

bool DecodeSession::write_best_ahead(int tokens) {
    State& s = *state_;
    if (!s.computation) return false;
    const int begin = s.document.tree.cursor_length();
    if (!write_best(tokens)) return false;
    s.document.tree.jump(begin);
    s.follow();
    return true;
}

bool DecodeSession::writes_best() const {
    const State& s = *state_;
    return s.computation && s.document.sampling.chooser.best_of > 1 &&
           s.document.tree.line().size() ==
               static_cast<std::size_t>(s.document.tree.cursor_length());
}

}  // namespace marginscope
