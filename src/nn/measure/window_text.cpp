// Walks over the characters once.
#include "nn/measure/window_text.h"

#include "text/utf8.h"

namespace marginscope {
namespace {

std::size_t after_character(const std::string& text, std::size_t offset) {
    const auto character = read_utf8(text, offset);
    if (!character) refuse_utf8(text, offset);
    return offset + character->length;
}

}  // namespace

std::string last_tenth(const std::string& text) {
    const std::size_t skipped = count_characters(text) * 9 / 10;
    std::size_t offset = 0;
    for (std::size_t k = 0; k < skipped; ++k) offset = after_character(text, offset);
    return text.substr(offset);
}

std::vector<WindowText> window_texts(const std::string& text,
                                     const std::vector<TextBlock>& blocks) {
    std::vector<WindowText> all;
    std::size_t offset = 0, at = 0;
    for (const TextBlock& block : blocks) {
        for (; at < block.begin; ++at) offset = after_character(text, offset);
        WindowText& window = all.emplace_back();
        window.begin = block.begin;
        std::size_t from = offset;
        for (std::size_t i = block.begin; i < block.end; ++i) {
            const std::size_t to = after_character(text, from);
            window.characters.push_back(text.substr(from, to - from));
            from = to;
        }
    }
    return all;
}

}  // namespace marginscope
