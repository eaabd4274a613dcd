// Who causes it, as one sentence.
#include <algorithm>
#include <cmath>

#include "ui/decode/causes.h"
#include "ui/margin_style.h"

namespace marginscope {

std::string causes_sentence(const BoundaryFrame& f, const DecodeFrame* decode) {
    const bool beyond = f.crossings_now > 0;
    // Over the boundary it is the trace of Σ A that tells who pushed an eigenvalue past 1: behind a
    // crossing J⁻¹, and with it the volume share of those who did it, has turned its sign.
    const auto share = [beyond](const PastPoint& p) {
        return beyond ? p.trace_share : p.volume_share;
    };
    std::vector<const PastPoint*> order;
    double sum = 0;
    for (const PastPoint& p : f.past) {
        if (!std::isfinite(share(p)) || share(p) <= 0) continue;
        order.push_back(&p);
        sum += static_cast<double>(share(p));
    }
    if (order.empty())
        return beyond ? "It lies beyond the boundary; no single past character pushes it there."
                      : "No past character lowers its margin.";
    std::sort(order.begin(), order.end(), [&](const PastPoint* a, const PastPoint* b) {
        return share(*a) != share(*b) ? share(*a) > share(*b) : a->index < b->index;
    });
    constexpr std::size_t kMost = 3;
    std::size_t named = 0;
    double told = 0;
    while (named < std::min(kMost, order.size()) && told < 0.5 * sum)
        told += static_cast<double>(share(*order[named++]));
    std::string words;
    for (std::size_t i = 0; i < named; ++i) {
        if (i > 0) words += i + 1 == named ? " and " : ", ";
        words += symbol_and_place(decode, order[i]->token, order[i]->index);
    }
    const bool one = named == 1;
    if (beyond) return words + (one ? " pushes" : " push") + " it over the boundary.";
    return words + (one ? " lowers" : " lower") + " its margin most.";
}

}  // namespace marginscope
