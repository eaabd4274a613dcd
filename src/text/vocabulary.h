// The character vocabulary: Unicode code points in order of code value; id 0 is U+FFFD, the
// unknown.
//
// Immutable after construction, so any thread may read it. Ids are 0..size()-1. A text's own U+FFFD
// is id 0 too.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/token_ids.h"
#include "text/tokenizer.h"

namespace marginscope {

class Vocabulary final : public Tokenizer {
public:
    // Every character that occurs in `text`, plus the unknown. Throws Utf8Error.
    static Vocabulary from_text(std::string_view text);

    // As stored in a checkpoint: index = id, one character each, any order. A list without U+FFFD
    // (weights that came from elsewhere) is allowed and then has no unknown. Throws UserError for
    // an empty list, a duplicate, or an entry that is not exactly one valid character; `what`
    // begins its sentence.
    static Vocabulary from_symbols(const std::vector<std::string>& symbols,
                                   const std::string& what = "The vocabulary");

    int size() const noexcept override { return static_cast<int>(code_points_.size()); }
    // Id of U+FFFD: 0 for vocabularies made here, -1 if the list has none.
    int unknown_id() const noexcept override { return unknown_id_; }

    // Ids of the characters of `text`; what is not in the vocabulary becomes the unknown. Throws
    // Utf8Error; throws UserError naming the first foreign character if the vocabulary has no
    // unknown.
    std::vector<int> encode(std::string_view text) const override;
    TokenIds encode_narrow(std::string_view text) const override;
    // How many characters of `text` encode() would turn into the unknown. Throws Utf8Error.
    std::size_t count_unknown(std::string_view text) const override;

    // Precondition: ids are in range.
    std::string decode(std::span<const int> ids) const override;
    std::string symbol(int id) const override;
    // For a screen: space as U+2423, newline U+21B5, tab U+21E5, other controls U+2400.., the rest
    // as it is.
    std::string visible(int id) const override;

    // What from_symbols() takes.
    std::vector<std::string> symbols() const;

    bool operator==(const Vocabulary& other) const { return code_points_ == other.code_points_; }

private:
    explicit Vocabulary(std::u32string code_points);
    int find(char32_t code_point) const;
    int id_of(char32_t code_point) const;

    std::u32string code_points_;
    std::vector<int> ascii_ids_;  // the common case without a hash; -1 where absent
    std::unordered_map<char32_t, int> ids_;
    int unknown_id_ = -1;
};

}  // namespace marginscope
