// One pass a member.
#include "nn/posterior/ensemble_law.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cassert>
#include <cstdint>

namespace marginscope {

std::vector<MeanLaw> ensemble_laws(const Ensemble& ensemble, std::span<const int> ids,
                                   std::size_t first) {
    assert(first < ids.size() && ids.size() <= static_cast<std::size_t>(ensemble.context()));
    const at::NoGradGuard no_grad;
    at::Tensor in = at::empty({1, static_cast<std::int64_t>(ids.size())}, at::kLong);
    std::copy(ids.begin(), ids.end(), in.data_ptr<std::int64_t>());
    std::vector<at::Tensor> laws;  // (T, V) each
    for (const Model& member : ensemble.members) {
        const LanguageModel& model = member.language();
        const at::Tensor logits = model.logits_from_embeddings(model.embed(in.to(model.device())));
        laws.push_back(at::log_softmax(logits[0].to(at::kCPU, at::kDouble), -1).contiguous());
    }
    const std::int64_t size = laws.front().size(1);
    std::vector<MeanLaw> means;
    std::vector<std::vector<double>> of_place(laws.size());
    for (std::size_t k = first; k < ids.size(); ++k) {
        for (std::size_t m = 0; m < laws.size(); ++m) {
            const double* row =
                laws[m].const_data_ptr<double>() + static_cast<std::int64_t>(k) * size;
            of_place[m].assign(row, row + size);
        }
        means.push_back(mean_law(of_place));
    }
    return means;
}

}  // namespace marginscope
