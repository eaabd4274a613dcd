// What came from a file, a path or an argument, made fit for a sentence on a terminal or a screen.
//
// Any thread, no state. A terminal obeys control characters: text from a file that reached it as it
// is could move the cursor, set the window's title or forge a line. Here each control character
// (C0, DEL, C1), each mark that turns the direction of writing, each line separator and each byte
// that is not UTF-8 becomes U+FFFD.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace marginscope {

inline constexpr std::size_t kShownBytes = 200;      // of one quoted thing
inline constexpr std::size_t kSentenceBytes = 2000;  // of a whole sentence with its quotes

// Cleaned, in full length.
std::string shown_text(std::string_view text);
// Cleaned, and cut in the middle to about `most` bytes.
std::string shortened(std::string_view text, std::size_t most = kShownBytes);
// The same between '…', as sentences quote.
std::string shown(std::string_view text);
std::string shown_path(const std::filesystem::path& path);

// Cleaned, in full length, with its line breaks and tabs: a result on a terminal.
std::string shown_lines(std::string_view text);

// A whole sentence: line breaks become blanks, the rest is cleaned and shortened.
std::string shown_sentence(std::string_view sentence);

}  // namespace marginscope
