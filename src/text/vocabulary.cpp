// Character vocabulary: construction, encoding, display.
#include "text/vocabulary.h"

#include <cassert>
#include <cstdio>
#include <set>

#include "text/utf8.h"

namespace marginscope {
namespace {

std::string describe(char32_t code_point) {
    char shown[16];
    std::snprintf(shown, sizeof shown, "U+%04X", static_cast<unsigned>(code_point));
    return shown;
}

}  // namespace

Vocabulary::Vocabulary(std::u32string code_points)
    : code_points_(std::move(code_points)), ascii_ids_(128, -1) {
    for (int id = 0; id < size(); ++id) {
        const char32_t code_point = code_points_[static_cast<std::size_t>(id)];
        if (code_point < 128) ascii_ids_[code_point] = id;
        ids_.emplace(code_point, id);
        if (code_point == kReplacementCharacter) unknown_id_ = id;
    }
}

Vocabulary Vocabulary::from_text(std::string_view text) {
    std::set<char32_t> distinct;
    for (const char32_t code_point : decode_utf8(text)) distinct.insert(code_point);
    distinct.erase(kReplacementCharacter);
    std::u32string code_points(1, kReplacementCharacter);
    code_points.append(distinct.begin(), distinct.end());
    return Vocabulary(std::move(code_points));
}

Vocabulary Vocabulary::from_symbols(const std::vector<std::string>& symbols) {
    if (symbols.empty())
        throw UserError("expected a vocabulary with at least one character, found an empty list");
    std::u32string code_points;
    std::set<char32_t> seen;
    for (std::size_t id = 0; id < symbols.size(); ++id) {
        const std::string& symbol = symbols[id];
        const auto character =
            symbol.empty() ? std::optional<Utf8Character>{} : read_utf8(symbol, 0);
        const std::string entry = "vocabulary entry " + std::to_string(id);
        if (!character || character->length != symbol.size())
            throw UserError("expected exactly one UTF-8 character in " + entry + ", found " +
                            (symbol.empty() ? std::string("an empty string")
                                            : std::to_string(symbol.size()) +
                                                  " bytes that are not one character") +
                            "; this program reads character-level models only");
        if (!seen.insert(character->code_point).second)
            throw UserError("expected distinct characters in the vocabulary, found " +
                            describe(character->code_point) + " again in " + entry);
        code_points.push_back(character->code_point);
    }
    return Vocabulary(std::move(code_points));
}

int Vocabulary::find(char32_t code_point) const {
    if (code_point < 128) return ascii_ids_[code_point];
    const auto found = ids_.find(code_point);
    return found == ids_.end() ? -1 : found->second;
}

std::vector<int> Vocabulary::encode(std::string_view text) const {
    std::vector<int> out;
    out.reserve(text.size());
    for (const char32_t code_point : decode_utf8(text)) {
        int id = find(code_point);
        if (id < 0) id = unknown_id_;
        if (id < 0)
            throw UserError("expected only characters of the model's vocabulary, found " +
                            describe(code_point) +
                            "; the vocabulary has no unknown character (U+FFFD), so take this "
                            "character out of the text");
        out.push_back(id);
    }
    return out;
}

std::size_t Vocabulary::count_unknown(std::string_view text) const {
    std::size_t count = 0;
    for (const char32_t code_point : decode_utf8(text)) {
        const int id = find(code_point);
        if (id < 0 || id == unknown_id_) ++count;
    }
    return count;
}

std::string Vocabulary::decode(std::span<const int> ids) const {
    std::string out;
    out.reserve(ids.size());
    for (const int id : ids) {
        assert(id >= 0 && id < size());
        append_utf8(code_points_[static_cast<std::size_t>(id)], out);
    }
    return out;
}

std::string Vocabulary::symbol(int id) const { return decode(std::span<const int>(&id, 1)); }

std::string Vocabulary::visible(int id) const {
    assert(id >= 0 && id < size());
    const char32_t code_point = code_points_[static_cast<std::size_t>(id)];
    std::string out;
    if (code_point == U' ')
        append_utf8(0x2423, out);
    else if (code_point == U'\n')
        append_utf8(0x21B5, out);
    else if (code_point == U'\t')
        append_utf8(0x21E5, out);
    else if (code_point < 0x20)
        append_utf8(0x2400 + code_point, out);
    else if (code_point == 0x7F)
        append_utf8(0x2421, out);
    else
        append_utf8(code_point, out);
    return out;
}

std::vector<std::string> Vocabulary::symbols() const {
    std::vector<std::string> out;
    out.reserve(code_points_.size());
    for (int id = 0; id < size(); ++id) out.push_back(symbol(id));
    return out;
}

}  // namespace marginscope
