// What is added to the embeddings of the shown text: noise, drags, and what stands for characters
// the model has no token for. Internal to engine; the worker's thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/linear/matrix.h"
#include "engine/decode/decode_document.h"
#include "engine/decode/token_table.h"
#include "nn/model/checkpoint.h"

namespace marginscope {

/// The changes of one text beside one model, by index in the text.
class TokenDeltas {
public:
    explicit TokenDeltas(const Model& model);

    /// `line`: nodes of the text, `ids`: its shown ids.
    void follow(const DecodeDocument& document, TokenTable& table, const std::vector<int>& line,
                const std::vector<int>& ids);
    /// After a change of weights: what is measured on them is measured anew by the next follow().
    void weights_changed() { measured_.reset(); }

    /// Whether anything but the stand-in of unknown characters is added.
    bool perturbed() const { return noise_.sigma > 0 || !drags_.empty(); }
    /// Equal keys: the same is added at this index.
    std::uint64_t key(int index) const;
    /// The part of it that is no drag.
    std::uint64_t noise_key() const;
    bool dragged(int index) const { return drags_.contains(index); }
    Vector drag(int index) const;

    /// (end - begin, C) in the model's type, for Decoder::append; undefined where nothing is added.
    /// `clean`: without noise and drags.
    at::Tensor rows(int begin, int end, bool clean = false) const;

private:
    void measure(const DecodeDocument& document, TokenTable& table, const std::vector<int>& ids);
    Vector row(int index, bool clean) const;

    const Model& model_;
    DecodeNoise noise_;
    double scale_ = 0;  // of the noise, per coordinate
    // Relative noise is in units of the prompt's embeddings: of the whole text it would change with
    // every character that is added.
    std::optional<SharedText> measured_;  // prompt whose RMS rms_ is
    double rms_ = 1;
    std::map<int, Vector> drags_;
    std::vector<bool> unknown_;  // by index: read as the mean embedding
    Vector unknown_delta_;       // from token 0 to the mean
};

}  // namespace marginscope
