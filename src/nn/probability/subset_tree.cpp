// One level of the tree at a time.
#include "nn/probability/subset_tree.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cassert>

namespace marginscope {
namespace {

// Small enough to stay near the processor: more texts at once are slower, fewer are not quicker.
constexpr double kCacheBytes = 12 << 20;

/// Row by row the sum over k of log p(run[k]) under logits (B, >= run.size(), V).
std::vector<double> sums_of(const at::Tensor& logits, std::span<const int> run) {
    const std::int64_t texts = logits.size(0), count = static_cast<std::int64_t>(run.size());
    std::vector<double> out(static_cast<std::size_t>(texts), 0.0);
    if (count == 0) return out;
    at::Tensor wanted = at::empty({1, count, 1}, at::kLong);
    std::copy(run.begin(), run.end(), wanted.data_ptr<std::int64_t>());
    const at::Tensor used = logits.narrow(1, 0, count).to(at::kDouble);
    const at::Tensor sums =
        (used.gather(2, wanted.expand({texts, count, 1})).squeeze(2) - used.logsumexp(2))
            .sum(1)
            .contiguous();
    std::copy_n(sums.const_data_ptr<double>(), out.size(), out.begin());
    return out;
}

}  // namespace

SubsetStep read_children(const SequenceBatch& parents, std::span<const SubsetChild> children,
                         std::span<const int> run, bool whole) {
    assert(!children.empty() && (whole || !run.empty()));
    const at::NoGradGuard no_grad;
    const std::size_t read = run.size() + (whole ? 1 : 0);
    std::vector<std::int64_t> from(children.size());
    at::Tensor ids = at::empty(
        {static_cast<std::int64_t>(children.size()), static_cast<std::int64_t>(read)}, at::kLong);
    std::int64_t* at = ids.data_ptr<std::int64_t>();
    for (std::size_t k = 0; k < children.size(); ++k) {
        from[k] = children[k].parent;
        *at++ = children[k].token;
        at = std::copy_n(run.begin(), read - 1, at);
    }
    SubsetStep step{parents, {}};
    step.texts.select(from);
    step.run_logprob = sums_of(step.texts.extend(ids), run);
    return step;
}

std::vector<double> read_on(SequenceBatch& texts, std::span<const int> tokens, bool whole) {
    assert(!tokens.empty());
    const at::NoGradGuard no_grad;
    // The first is predicted by what is there, the others while they are read.
    at::Tensor logits = texts.logits().unsqueeze(1);
    const auto read = static_cast<std::int64_t>(tokens.size() - (whole ? 0 : 1));
    if (read > 0) {
        at::Tensor row = at::empty({1, read}, at::kLong);
        std::copy_n(tokens.begin(), read, row.data_ptr<std::int64_t>());
        const auto count = static_cast<std::int64_t>(texts.size());
        logits = at::cat({logits, texts.extend(row.expand({count, read}).contiguous())}, 1);
    }
    return sums_of(logits, tokens);
}

SubsetStep read_beginning(const LanguageModel& model, std::span<const int> ids,
                          std::size_t conditioned) {
    assert(conditioned >= 1 && conditioned <= ids.size());
    const at::NoGradGuard no_grad;
    SubsetStep step{SequenceBatch(model), {0.0}};
    step.texts.start(ids.first(conditioned));
    const std::span<const int> rest = ids.subspan(conditioned);
    if (rest.empty()) return step;
    step.run_logprob = read_on(step.texts, rest, true);
    return step;
}

std::vector<double> next_logprobs(const SequenceBatch& texts) {
    const at::Tensor all = texts.log_probabilities().contiguous();
    const double* const begin = all.const_data_ptr<double>();
    return {begin, begin + all.numel()};
}

std::size_t children_at_once(const LanguageModel& model, std::size_t length, std::size_t most) {
    const ModelConfig& shape = model.shape();
    const double positions =
        static_cast<double>(std::min(length, static_cast<std::size_t>(shape.context)));
    const double bytes = 2.0 * shape.layers * shape.width * positions * 4.0;
    return std::clamp(static_cast<std::size_t>(kCacheBytes / bytes),
                      std::min<std::size_t>(16, most), most);
}

}  // namespace marginscope
