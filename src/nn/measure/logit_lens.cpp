// One pass, read after every layer.
#include "nn/measure/logit_lens.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace marginscope {
namespace {

LensRow read_row(const double* logprob, std::int64_t vocabulary, int came, std::size_t top) {
    LensRow row;
    row.logprob = came >= 0 ? logprob[came] : std::numeric_limits<double>::quiet_NaN();
    for (int token = 0; token < vocabulary; ++token)
        row.top.push_back({token, std::exp(logprob[token])});
    const auto kept = row.top.begin() + static_cast<std::ptrdiff_t>(std::min(top, row.top.size()));
    std::partial_sort(row.top.begin(), kept, row.top.end(),
                      [](const LensGuess& a, const LensGuess& b) {
                          return a.probability != b.probability ? a.probability > b.probability
                                                                : a.token < b.token;
                      });
    row.top.erase(kept, row.top.end());
    return row;
}

}  // namespace

std::vector<std::vector<LensRow>> logit_lens(const LanguageModel& model, const at::Tensor& u,
                                             std::span<const LensPlace> places, std::size_t top) {
    assert(u.dim() == 3 && u.size(0) == 1);
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> streams = {u};
    ForwardOptions options;
    options.on_residual = [&](int, const at::Tensor& stream) {
        streams.push_back(stream);
        return stream;
    };
    model.hidden_from_embeddings(u, options);
    at::Tensor wanted = at::empty({static_cast<std::int64_t>(places.size())}, at::kLong);
    for (std::size_t k = 0; k < places.size(); ++k) {
        assert(places[k].position >= 0 && places[k].position < u.size(1));
        wanted.data_ptr<std::int64_t>()[k] = places[k].position;
    }
    wanted = wanted.to(u.device());
    std::vector<std::vector<LensRow>> rows(places.size());
    for (const at::Tensor& stream : streams) {
        const at::Tensor read = stream.index_select(1, wanted);  // (1, places, C)
        const at::Tensor logprob = at::log_softmax(model.head(model.last_norm(read))[0], -1)
                                       .to(at::kCPU, at::kDouble)
                                       .contiguous();  // (places, V)
        for (std::size_t k = 0; k < places.size(); ++k)
            rows[k].push_back(read_row(
                logprob.const_data_ptr<double>() + static_cast<std::int64_t>(k) * logprob.size(1),
                logprob.size(1), places[k].came, top));
    }
    return rows;
}

}  // namespace marginscope
