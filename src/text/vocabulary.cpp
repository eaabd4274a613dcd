// Character vocabulary: construction, encoding, display.
#include "text/vocabulary.h"

#include <cassert>
#include <cstdio>
#include <set>

#include "core/shown.h"
#include "text/utf8.h"

namespace marginscope {
namespace {

constexpr char32_t kCodePoints = 0x110000;

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
    std::vector<bool> present(kCodePoints);  // a set of characters would take a search for each
    for_each_character(text, [&](char32_t code_point) { present[code_point] = true; });
    present[kReplacementCharacter] = false;
    std::u32string code_points(1, kReplacementCharacter);
    for (char32_t code_point = 0; code_point < kCodePoints; ++code_point)
        if (present[code_point]) code_points.push_back(code_point);
    return Vocabulary(std::move(code_points));
}

Vocabulary Vocabulary::from_symbols(const std::vector<std::string>& symbols,
                                    const std::string& what) {
    if (symbols.empty()) throw UserError(what + " is empty; at least one character is needed.");
    std::u32string code_points;
    std::set<char32_t> seen;
    for (std::size_t id = 0; id < symbols.size(); ++id) {
        const std::string& symbol = symbols[id];
        const auto character =
            symbol.empty() ? std::optional<Utf8Character>{} : read_utf8(symbol, 0);
        const std::string entry = what + ": entry " + std::to_string(id);
        if (!character || character->length != symbol.size())
            throw UserError(entry + " is " +
                            (symbol.empty() ? std::string("empty")
                                            : std::to_string(symbol.size()) +
                                                  " bytes that are not one UTF-8 character") +
                            "; only models whose tokens are single characters can be read.");
        if (!seen.insert(character->code_point).second)
            throw UserError(entry + " repeats the character " + describe(character->code_point) +
                            "; each may stand there once.");
        code_points.push_back(character->code_point);
    }
    return Vocabulary(std::move(code_points));
}

int Vocabulary::find(char32_t code_point) const {
    if (code_point < 128) return ascii_ids_[code_point];
    const auto found = ids_.find(code_point);
    return found == ids_.end() ? -1 : found->second;
}

int Vocabulary::id_of(char32_t code_point) const {
    const int id = find(code_point);
    if (id >= 0) return id;
    if (unknown_id_ >= 0) return unknown_id_;
    std::string character;
    append_utf8(code_point, character);
    throw UserError("The text has the character " + describe(code_point) + " (" + shown(character) +
                    "), which the model's vocabulary lacks, and the vocabulary has no unknown "
                    "character (U+FFFD) to stand for it; take it out of the text.");
}

std::vector<int> Vocabulary::encode(std::string_view text) const {
    std::vector<int> out;
    out.reserve(count_characters(text));
    for_each_character(text, [&](char32_t code_point) { out.push_back(id_of(code_point)); });
    return out;
}

TokenIds Vocabulary::encode_narrow(std::string_view text) const {
    TokenIds out(size());
    out.reserve(count_characters(text));
    for_each_character(text, [&](char32_t code_point) { out.push_back(id_of(code_point)); });
    return out;
}

std::size_t Vocabulary::count_unknown(std::string_view text) const {
    std::size_t count = 0;
    for_each_character(text, [&](char32_t code_point) {
        const int id = find(code_point);
        count += id < 0 || id == unknown_id_;
    });
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
