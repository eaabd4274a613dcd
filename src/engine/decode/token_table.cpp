// Which token of the shown model a text stands for.
#include "engine/decode/token_table.h"

#include "engine/decode/decode_tree.h"

namespace marginscope {

TokenTable::TokenTable(const Vocabulary& vocabulary)
    : vocabulary_(vocabulary.size()),
      unknown_id_(vocabulary.unknown_id()),
      texts_(vocabulary.symbols()) {
    auto symbols = std::make_shared<std::vector<std::string>>();
    for (int id = 0; id < vocabulary_; ++id) {
        ids_.emplace(text(id), id);
        symbols->push_back(vocabulary.visible(id));
    }
    symbols_ = std::move(symbols);
}

bool TokenTable::knows(const std::string& text) const {
    const auto found = ids_.find(text);
    return found != ids_.end() && !unknown(found->second);
}

int TokenTable::id_of(const std::string& text) {
    const auto [at, added] = ids_.emplace(text, static_cast<int>(texts_.size()));
    if (added) texts_.push_back(text);
    return at->second;
}

std::shared_ptr<const std::vector<std::string>> TokenTable::symbols() {
    if (symbols_->size() == texts_.size()) return symbols_;
    auto symbols = std::make_shared<std::vector<std::string>>(*symbols_);
    while (symbols->size() < texts_.size()) {
        const std::string& unknown = texts_[symbols->size()];
        symbols->push_back(characters_of(unknown).size() == 1
                               ? Vocabulary::from_symbols({unknown}).visible(0)
                               : unknown);
    }
    return symbols_ = std::move(symbols);
}

std::shared_ptr<const std::vector<std::string>> TokenTable::texts() {
    if (shared_texts_ == nullptr || shared_texts_->size() != texts_.size())
        shared_texts_ = std::make_shared<const std::vector<std::string>>(texts_);
    return shared_texts_;
}

int TokenTable::model_id(int id) const {
    if (!unknown(id)) return id;
    return unknown_id_ < 0 ? 0 : unknown_id_;
}

}  // namespace marginscope
