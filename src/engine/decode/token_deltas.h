// What is added to the embeddings of the shown text: drags, and what stands for characters the
// model has no token for. Internal to engine; the worker's thread only.
#pragma once

#include <cstdint>
#include <map>
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
    /// Equal keys: the same is added at this index.
    std::uint64_t key(int index) const;
    bool dragged(int index) const { return drags_.contains(index); }
    Vector drag(int index) const;

    /// (end - begin, C) in the model's type, for Decoder::append; undefined where nothing is added.
    at::Tensor rows(int begin, int end) const;

private:
    Vector row(int index) const;

    const Model& model_;
    std::map<int, Vector> drags_;
    std::vector<bool> unknown_;  // by index: read as the mean embedding
    Vector unknown_delta_;       // from token 0 to the mean
};

}  // namespace marginscope
