// From a result to a document.
#include "engine/decode/decoded_session.h"

#include "files/sha256.h"

namespace marginscope {

DecodeDocument decoded_document(const DecodeRequest& request, const DecodeResult& result) {
    DecodeDocument document;
    document.prompt = result.prompt;
    std::vector<std::string> tokens = characters_of(result.prompt);
    for (const DecodedToken& token : result.tokens) tokens.push_back(token.token);
    if (!tokens.empty()) document.tree.reset(tokens);
    document.sampling = request.sampling;
    document.sampling.min_margin_kind = request.kind;
    document.view.kind = request.kind;
    document.model = {result.model, std::filesystem::path(result.model).filename().string(),
                      sha256_of_file(result.model)};
    return document;
}

DecodeDocument particles_document(const ParticleRequest& request, const ParticleResult& result) {
    DecodeDocument document = decoded_document(request.decode, result.drawn);
    const auto before = static_cast<int>(characters_of(result.drawn.prompt).size());
    if (before == 0) return document;  // they go on from what the text does not show
    document.particles =
        ParticleWish{before - 1,  // nodes of one line are numbered along it
                     {request.particles, request.decode.tokens, request.barrier_weight},
                     document.sampling};
    return document;
}

}  // namespace marginscope
