// Which token of the shown model a text stands for, and a number for every text it does not know.
// No torch; one thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "text/vocabulary.h"

namespace marginscope {

/// Shown ids: the vocabulary's own, and behind them one for each unknown text that was asked for,
/// so that what the user wrote can be shown beside a model that cannot read it. Ids mean something
/// beside this table's model only.
class TokenTable {
public:
    explicit TokenTable(const Vocabulary& vocabulary);

    /// Tokens of the model; shown ids from here on are unknown to it.
    int vocabulary() const { return vocabulary_; }
    bool unknown(int id) const { return id >= vocabulary_; }

    /// The shown id of one token's text.
    int id_of(const std::string& text);
    bool knows(const std::string& text) const;
    /// What the model reads in its place: the id itself, or its unknown token. A model without one
    /// reads token 0, and the caller moves that embedding to where `mean_unknown` says.
    int model_id(int id) const;
    /// Unknown texts are read as the mean of all token embeddings: the model has no token for them.
    bool mean_unknown() const { return unknown_id_ < 0; }

    const std::string& text(int id) const { return texts_[static_cast<std::size_t>(id)]; }
    /// By shown id, as a screen shows it; shared with frames, made anew after a text was added.
    std::shared_ptr<const std::vector<std::string>> symbols();
    /// The characters themselves, as long as symbols(); the same pointer until there is a new one.
    std::shared_ptr<const std::vector<std::string>> texts();

private:
    int vocabulary_ = 0;
    int unknown_id_ = -1;
    std::vector<std::string> texts_;
    std::unordered_map<std::string, int> ids_;
    std::shared_ptr<const std::vector<std::string>> symbols_;
    std::shared_ptr<const std::vector<std::string>> shared_texts_;
};

}  // namespace marginscope
