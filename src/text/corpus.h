// Corpora: a named text, from a file or built in, and its split into training and validation
// tokens.
//
// Any thread; nothing here keeps state. Files: any UTF-8 text. A byte order mark is dropped and
// CRLF becomes LF, so that the same text gives the same tokens wherever it was edited; a lone CR
// stays. Everything else is kept as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "text/token_ids.h"
#include "text/tokenizer.h"

namespace marginscope {

struct Corpus {
    std::string name;  // for people: the file's name, or "built-in stories"
    std::string text;  // valid UTF-8
};

// Larger files are refused: a window is not the place to wait for them.
inline constexpr std::size_t kMaxCorpusBytes = std::size_t{512} << 20;

// Throws UserError (what was expected, found, what to do) for a missing or unreadable file, a
// directory, an empty file, binary content or invalid UTF-8 (with the byte's offset), and a file
// above kMaxCorpusBytes.
Corpus load_corpus(const std::filesystem::path& file);

// The checks of load_corpus on bytes that are already here; `name` is used in the sentences.
Corpus corpus_from_bytes(std::string name, std::string bytes);

inline constexpr std::uint64_t kBuiltInCorpusSeed = 1337;
inline constexpr std::size_t kBuiltInCorpusBytes = 1'000'000;
// About 1 MB of small stories (text/story_grammar.h); the same on every machine, made in well under
// a second.
Corpus built_in_corpus();

// Throws UserError if the corpus has fewer than `needed` characters; `purpose` ends the sentence
// "... for PURPOSE".
void require_characters(const Corpus& corpus, std::size_t needed, std::string_view purpose);

// Token ids and the split: the first 90 % train, the rest validates.
class TokenizedCorpus {
public:
    // Throws UserError if the training or the validation part would be shorter than one window of
    // context + 1.
    TokenizedCorpus(const Corpus& corpus, const Tokenizer& tokenizer, int context);

    TokenView all() const noexcept { return ids_; }
    TokenView train() const noexcept;
    TokenView validation() const noexcept;

private:
    TokenIds ids_;
    std::size_t train_size_;
};

// Names a text well enough to refuse another one: its length in tokens, and a hash of its ids.
std::string fingerprint(const TokenView& ids);
// The same of a text that has no ids yet: its length in bytes, and a hash of them.
std::string fingerprint(std::string_view text);

// Starts of at most `max_windows` windows of `length`, evenly spaced over `total` positions, never
// overlapping; the first is 0. Empty if not even one fits. Precondition: length > 0.
std::vector<std::size_t> evenly_spaced_windows(std::size_t total, std::size_t length,
                                               std::size_t max_windows);

}  // namespace marginscope
