// Reading a model to begin from, and whether a text fits it.
#include "nn/train/start_model.h"

#include <cstdio>
#include <map>
#include <set>

#include "core/error.h"
#include "core/shown.h"
#include "files/run_folder.h"
#include "files/sha256.h"
#include "nn/model/checkpoint.h"
#include "nn/model/torch_errors.h"
#include "text/corpus.h"
#include "text/utf8.h"

namespace marginscope {
namespace {

constexpr std::size_t kNamed = 5;  // characters that a sentence shows

/// "U+00E9 'é'": the code also of what cannot be seen.
std::string character_words(char32_t code_point) {
    char code[16];
    std::snprintf(code, sizeof code, "U+%04X ", static_cast<unsigned>(code_point));
    std::string character;
    append_utf8(code_point, character);
    return code + shown(character);
}

/// How often each character of `text` stands there that the model's vocabulary does not have.
std::map<char32_t, std::size_t> missing_characters(const std::string& text, const Model& model) {
    std::set<char32_t> known;
    for (const std::string& symbol : model.vocabulary.symbols())
        known.insert(read_utf8(symbol, 0)->code_point);
    std::map<char32_t, std::size_t> missing;
    for_each_character(text, [&](char32_t code_point) {
        if (!known.contains(code_point)) ++missing[code_point];
    });
    return missing;
}

}  // namespace

StartModel load_start_model(const std::filesystem::path& requested) {
    StartModel start;
    with_torch_errors([&] {
        const std::filesystem::path file = model_file(requested);
        auto model = std::make_shared<const Model>(load_model(file));
        start.shape = model->config.model;
        start.model = std::move(model);
        start.file = start_name(requested);
        start.sha256 = sha256_of_file(file);
    });
    return start;
}

std::string start_name(const std::filesystem::path& requested) {
    std::filesystem::path name = std::filesystem::absolute(requested).lexically_normal();
    if (!name.has_filename()) name = name.parent_path();
    return name.string();
}

void require_known_characters(const Corpus& corpus, const Model& model) {
    const std::map<char32_t, std::size_t> missing = missing_characters(corpus.text, model);
    if (missing.empty()) return;
    std::size_t count = 0, shown_so_far = 0;
    std::string named;
    for (const auto& [code_point, times] : missing) {
        count += times;
        if (shown_so_far++ < kNamed)
            named += (named.empty() ? "" : ", ") + character_words(code_point);
    }
    if (missing.size() > kNamed) named += ", …";
    throw UserError(
        shown(corpus.name) + " has " + std::to_string(count) +
            (count == 1 ? " character" : " characters") + " that the model lacks, " +
            std::to_string(missing.size()) + " different " +
            (missing.size() == 1 ? "one" : "ones") + " (" + named +
            "): take them out of the text, or train without --init, which gives the model the "
            "text's own characters.",
        2);
}

}  // namespace marginscope
