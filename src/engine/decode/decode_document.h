// What a user made in Decode, as a plain value: undo, sessions and twins are such values. Nothing
// in it was computed by a model, so showing another model never changes it. Copies share what is
// equal in them. No torch; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/messages/particles.h"
#include "core/messages/twin.h"
#include "core/messages/view.h"
#include "core/sampling.h"
#include "core/shared_text.h"
#include "engine/decode/decode_tree.h"

namespace marginscope {

/// Which model the document was made beside.
struct ModelLink {
    std::string path;   // of the file that was read; empty: none, or one that is only in memory
    std::string label;  // what a user recognises
    std::string hash;   // SHA-256 of that file when it was read
    bool operator==(const ModelLink&) const = default;
};

/// Particles that were asked for: behind which node, and by which settings. What comes of them
/// follows from these and the model.
struct ParticleWish {
    int node = 0;
    SetParticles settings;
    SamplingSettings sampling;
    bool operator==(const ParticleWish&) const = default;
};

struct DecodeDocument {
    SharedText prompt;  // as given, whole; UTF-8
    DecodeTree tree;    // the prompt's first characters, and what was walked from them
    SamplingSettings sampling;
    SetDecodeNoise noise;  // of the twin
    /// Additive changes of embeddings, by node: a drag belongs to a character in its branch, not to
    /// whatever stands at its index. Only beside a model of that width do they mean something.
    std::map<int, std::vector<double>> drags;
    SetView view;
    std::vector<int> holes;  // nodes, rising: characters taken as not given
    std::optional<ParticleWish> particles;
    int compared = -1;  // first node of the branch beside the text; -1: none
    ModelLink model;
    bool operator==(const DecodeDocument&) const = default;
};

/// One JSON document and back: equal documents give equal bytes, and reading gives an equal
/// document. UserError says which field is wrong, what was expected and what was found; `source`
/// names the text in that sentence.
std::string document_to_json(const DecodeDocument& document);
DecodeDocument document_from_json(const std::string& json, const std::string& source);

}  // namespace marginscope
