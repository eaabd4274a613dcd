// A twin under the choosers' noise.
#include "engine/decode/averaged_trace.h"

#include <algorithm>

#include "nn/probability/noise_averaged.h"

namespace marginscope {

void AveragedTrace::follow(const DecodeDocument& document) {
    const ChooserSettings& chooser = document.sampling.chooser;
    DecodeDocument noisy = document;
    noisy.noise = {};
    noisy.noise.relative = false;  // the scale has its unit in it
    if (chooser.averages()) {
        noisy.noise.sigma = noise_scale(text_.model().gpt, chooser);
        noisy.noise.seed = document.sampling.seed;
        noisy.noise.draws = chooser.noise_draws;
    }
    noisy.view.kind = {};  // no margins are measured: their kind changes nothing
    twin_.follow(noisy);
}

void AveragedTrace::fill(DecodeFrame& frame) const {
    const TwinFrame averaged = twin_.frame(-1);
    const std::size_t count = std::min(frame.line.size(), averaged.cells.size());
    for (std::size_t i = 0; i < count; ++i) {
        if (averaged.cells[i].stale) continue;
        frame.line[i].expected_entropy = averaged.cells[i].expected_entropy;
        frame.line[i].mutual_information = averaged.cells[i].mutual_information;
    }
}

}  // namespace marginscope
