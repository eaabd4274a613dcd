// Every text of a tiny model, weighed by whole passes without a cache: what the law of a subset is
// compared with.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <vector>

#include "nn/decode/decoder.h"
#include "nn/model/char_gpt.h"
#include "nn/probability/subset_problem.h"

namespace marginscope::testing_support {

inline CharGpt float64_model(int vocabulary, int context, std::uint64_t seed,
                             double sharpness = 25.0) {
    ModelConfig shape;
    shape.layers = 2;
    shape.heads = 2;
    shape.width = 8;
    shape.context = context;
    CharGpt gpt(shape, vocabulary, seed, at::kCPU, at::kDouble);
    const at::NoGradGuard no_grad;
    for (NamedTensor& parameter : gpt.parameters())
        if (parameter.value.dim() == 2) parameter.value.mul_(sharpness);
    return gpt;
}

/// p(text | before) of all V^length texts, the first position the leading digit.
inline std::vector<double> all_texts(const LanguageModel& model, const std::vector<int>& before,
                                     int length) {
    const at::NoGradGuard no_grad;
    const std::int64_t vocabulary = model.vocabulary();
    std::vector<double> logs = {0.0};
    at::Tensor texts = at::tensor(at::ArrayRef<int>(before), at::kLong).unsqueeze(0);
    for (int position = 0; position < length; ++position) {
        const auto begin = static_cast<std::int64_t>(
            decode_window_begin(static_cast<std::size_t>(texts.size(1)),
                                static_cast<std::size_t>(model.shape().context)));
        const at::Tensor window = texts.narrow(1, begin, texts.size(1) - begin);
        const at::Tensor law =
            at::log_softmax(model.logits_from_embeddings(model.embed(window)).select(1, -1), -1)
                .contiguous();
        std::vector<double> longer;
        for (std::size_t k = 0; k < logs.size(); ++k)
            for (std::int64_t c = 0; c < vocabulary; ++c)
                longer.push_back(
                    logs[k] +
                    law.const_data_ptr<double>()[static_cast<std::int64_t>(k) * vocabulary + c]);
        logs = std::move(longer);
        const at::Tensor tokens = at::arange(vocabulary, at::kLong).repeat({texts.size(0)});
        texts = at::cat({texts.repeat_interleave(vocabulary, 0), tokens.unsqueeze(1)}, 1);
    }
    for (double& one : logs) one = std::exp(one);
    return logs;
}

struct BruteLaw {
    std::vector<double> law;  // p(asked | fixed) of what the asked ones are, the first leading
    double evidence = 0.0;    // p(fixed)

    double of(const std::vector<int>& tokens, int vocabulary) const {
        std::size_t key = 0;
        for (const int token : tokens)
            key = key * static_cast<std::size_t>(vocabulary) + static_cast<std::size_t>(token);
        return law[key];
    }
};

/// Sums over the table of all_texts().
inline BruteLaw brute_law(const std::vector<double>& table, const SubsetProblem& problem,
                          int vocabulary) {
    const auto base = static_cast<std::size_t>(vocabulary);
    BruteLaw out;
    std::size_t size = 1;
    for (std::size_t k = 0; k < problem.asked.size(); ++k) size *= base;
    out.law.assign(size, 0.0);
    std::vector<std::size_t> worth(problem.length, 1);  // of each position in a text's number
    for (std::size_t i = problem.length - 1; i-- > 0;) worth[i] = worth[i + 1] * base;
    for (std::size_t number = 0; number < table.size(); ++number) {
        const auto token = [&](std::size_t i) { return number / worth[i] % base; };
        bool fits = true;
        for (const auto& [position, fixed] : problem.fixed)
            fits = fits && token(position) == static_cast<std::size_t>(fixed);
        if (!fits) continue;
        std::size_t key = 0;
        for (const std::size_t position : problem.asked) key = key * base + token(position);
        out.law[key] += table[number];
        out.evidence += table[number];
    }
    for (double& p : out.law) p /= out.evidence;
    return out;
}

}  // namespace marginscope::testing_support
