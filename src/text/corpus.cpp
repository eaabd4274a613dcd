// Loading of text files with sentences for everything that can be wrong with them, and the
// train/validation split.
#include "text/corpus.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

#include "core/error.h"
#include "core/shown.h"
#include "text/encoding_advice.h"
#include "text/stories/story_grammar.h"
#include "text/utf8.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_size(const std::string& name) {
    throw UserError(shown(name) + " is larger than the " + std::to_string(kMaxCorpusBytes >> 20) +
                    " MiB that a text may have; cut a part out of it first.");
}

[[noreturn]] void refuse_nul(const std::string& name, std::size_t offset) {
    throw UserError(shown(name) +
                    " is not UTF-8 text but binary data: it has a NUL byte at offset " +
                    std::to_string(offset) + ". Give a text file, or convert it to UTF-8 first.");
}

bool starts_with_utf16_mark(std::string_view bytes) {
    return bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
}

[[noreturn]] void refuse_utf16(const std::string& name) {
    throw UserError(shown(name) + " is text in UTF-16, not UTF-8; " +
                    conversion_command("UTF-16", name) + ".");
}

std::string read_all(const fs::path& file) {
    const std::string name = file.string();
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(name.c_str(), "rb"),
                                                                 &std::fclose);
    if (!stream)
        throw UserError("Cannot read " + shown(name) + " (" + std::strerror(errno) +
                        "); check the file's permissions.");
    std::string bytes;
    // A pipe has no size; growing on demand would hold a large file twice.
    std::error_code unknown;
    if (const auto size = fs::file_size(file, unknown); !unknown && size <= kMaxCorpusBytes)
        bytes.reserve(static_cast<std::size_t>(size) + 1);
    std::vector<char> block(1 << 16);
    while (const std::size_t got = std::fread(block.data(), 1, block.size(), stream.get())) {
        const char* nul = static_cast<const char*>(std::memchr(block.data(), 0, got));
        const std::size_t before = bytes.size();
        bytes.append(block.data(), got);
        if (starts_with_utf16_mark(bytes)) refuse_utf16(name);
        // Looked for here and not at the end, so that an endless device of zeros ends too.
        if (nul) refuse_nul(name, before + static_cast<std::size_t>(nul - block.data()));
        if (bytes.size() > kMaxCorpusBytes) refuse_size(name);
    }
    if (std::ferror(stream.get()))
        throw UserError("Cannot read " + shown(name) + " to its end (" + std::strerror(errno) +
                        ").");
    return bytes;
}

void drop_carriage_returns(std::string& text) {
    std::size_t out = 0;
    for (std::size_t in = 0; in < text.size(); ++in) {
        if (text[in] == '\r' && in + 1 < text.size() && text[in + 1] == '\n') continue;
        text[out++] = text[in];
    }
    text.resize(out);
}

std::size_t train_size_of(std::size_t characters) {
    return characters / 10 * 9 + characters % 10 * 9 / 10;
}

}  // namespace

Corpus load_corpus(const fs::path& file) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (!fs::exists(status)) {
        const bool missing = status.type() == fs::file_type::not_found;
        throw UserError("There is no file " +
                        (file.empty() ? "with an empty name" : shown_path(file)) +
                        (missing ? "" : " (" + error.message() + ")") +
                        "; give the path of a UTF-8 text file.");
    }
    if (fs::is_directory(status))
        throw UserError(shown_path(file) + " is a directory; name one text file in it.");
    Corpus corpus = corpus_from_bytes(file.string(), read_all(file));
    corpus.name = file.filename().string();
    return corpus;
}

Corpus corpus_from_bytes(std::string name, std::string bytes) {
    if (bytes.size() > kMaxCorpusBytes) refuse_size(name);
    if (starts_with_utf16_mark(bytes)) refuse_utf16(name);
    if (const auto nul = bytes.find('\0'); nul != std::string::npos) refuse_nul(name, nul);
    if (const auto offset = find_invalid_utf8(bytes)) {
        char found[8];
        std::snprintf(found, sizeof found, "0x%02X", static_cast<unsigned char>(bytes[*offset]));
        throw UserError(shown(name) + " is not UTF-8 text: it has the byte " + found +
                        " at offset " + std::to_string(*offset) + "; " +
                        encoding_advice(bytes, *offset, name) + ".");
    }
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
    drop_carriage_returns(bytes);
    if (bytes.empty()) throw UserError(shown(name) + " is empty; give a file with some text.");
    return Corpus{std::move(name), std::move(bytes)};
}

Corpus built_in_corpus() {
    return Corpus{"built-in stories", story_corpus(kBuiltInCorpusSeed, kBuiltInCorpusBytes)};
}

void require_characters(const Corpus& corpus, std::size_t needed, std::string_view purpose) {
    const std::size_t found = count_characters(corpus.text);
    if (found < needed)
        throw UserError("At least " + std::to_string(needed) + " characters are needed for " +
                        std::string(purpose) + "; " + shown(corpus.name) + " has " +
                        std::to_string(found) + ". Give a longer text or a smaller context.");
}

TokenizedCorpus::TokenizedCorpus(const Corpus& corpus, const Tokenizer& tokenizer, int context)
    : ids_(tokenizer.encode_narrow(corpus.text)), train_size_(train_size_of(ids_.size())) {
    assert(context > 0);
    const auto window = static_cast<std::size_t>(context) + 1;
    // The validation tenth is the smaller part, and it is ceil(n / 10) tokens long.
    if (ids_.size() - train_size_ < window || train_size_ < window)
        require_characters(corpus, 10 * window - 9,
                           "training with context " + std::to_string(context) +
                               " (the last tenth of the text validates)");
}

TokenView TokenizedCorpus::train() const noexcept { return all().part(0, train_size_); }

TokenView TokenizedCorpus::validation() const noexcept {
    return all().part(train_size_, ids_.size() - train_size_);
}

namespace {

template <typename Values>
std::string fnv_1a(const Values& values) {
    std::uint64_t hash = 1469598103934665603ULL;
    for (std::size_t i = 0; i < values.size(); ++i)
        hash = (hash ^ static_cast<std::uint64_t>(values[i])) * 1099511628211ULL;
    return std::to_string(values.size()) + ":" + std::to_string(hash);
}

}  // namespace

std::string fingerprint(const TokenView& ids) { return fnv_1a(ids); }
std::string fingerprint(std::string_view text) {
    return fnv_1a(std::basic_string_view<unsigned char>(
        reinterpret_cast<const unsigned char*>(text.data()), text.size()));
}

std::vector<std::size_t> evenly_spaced_windows(std::size_t total, std::size_t length,
                                               std::size_t max_windows) {
    assert(length > 0);
    const std::size_t count = std::min(total / length, max_windows);
    std::vector<std::size_t> starts(count);
    if (count == 0) return starts;
    // Integer arithmetic: the same windows everywhere. Each step is at least `length`.
    const std::size_t room = total - length;
    for (std::size_t k = 0; k < count; ++k)
        starts[k] = count == 1 ? 0 : room / (count - 1) * k + room % (count - 1) * k / (count - 1);
    return starts;
}

}  // namespace marginscope
