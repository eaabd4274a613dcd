// Decoding with the shipped model.
#include "bench/figures.h"
#include "files/paths.h"
#include "nn/decode_run.h"

namespace marginscope {

std::vector<BenchFigure> decode_figures(const BenchSettings& options) {
    if (!has_asset(kSmallModelAsset)) return {};
    DecodeRequest request;
    request.prompt = "Once ";
    request.tokens = 400;
    request.threads = options.threads;
    const DecodeResult result = run_decode(request, {}, options.stop);
    return {{"decode.tokens_per_s", result.tokens_per_s, "1/s", "",
             "nanoGPT, which has no cache: 476 on a like machine",
             "the small trained model, with each token's margin"}};
}

}  // namespace marginscope
