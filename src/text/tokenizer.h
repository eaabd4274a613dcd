// Tokenizer: between a text and a model's ids. Whether an id is a character or a piece of a word is
// its own affair.
//
// Immutable, so any thread may use one. Ids are 0..size()-1.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/token_ids.h"

namespace marginscope {

class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    virtual int size() const noexcept = 0;
    // The id of what the model does not know, -1 where there is none.
    virtual int unknown_id() const noexcept = 0;

    // Throws Utf8Error; throws UserError naming what is foreign where there is no unknown.
    virtual std::vector<int> encode(std::string_view text) const = 0;
    // The same of a long text, in as few bytes as the ids need.
    virtual TokenIds encode_narrow(std::string_view text) const {
        TokenIds narrow(size());
        for (const int id : encode(text)) narrow.push_back(id);
        return narrow;
    }
    // How many ids of encode() would be the unknown. Throws Utf8Error.
    virtual std::size_t count_unknown(std::string_view text) const = 0;

    // UTF-8. Precondition: ids are in range.
    virtual std::string decode(std::span<const int> ids) const = 0;
    virtual std::string symbol(int id) const = 0;
    // The same for a screen: white space and controls can be seen.
    virtual std::string visible(int id) const = 0;

protected:
    Tokenizer() = default;
    Tokenizer(const Tokenizer&) = default;
    Tokenizer(Tokenizer&&) = default;
    Tokenizer& operator=(const Tokenizer&) = default;
    Tokenizer& operator=(Tokenizer&&) = default;
};

}  // namespace marginscope
