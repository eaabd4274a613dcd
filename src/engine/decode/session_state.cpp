// Documents beside models: what is shown where a model cannot read the user's text.
#include "engine/decode/session_state.h"

#include <algorithm>
#include <set>
#include <utility>

#include "nn/decode/decoder.h"
#include "nn/decode/token_chooser.h"

namespace marginscope {
namespace {

constexpr int kOwnText = 40;       // characters of a text that a model writes itself
constexpr std::size_t kNamed = 8;  // unknown characters named in a sentence

/// What the model writes from its opening token: the same text each time.
std::vector<std::string> own_text(const Model& model) {
    Decoder decoder(model.gpt);
    TokenChooser chooser(model, decoder);
    std::vector<std::string> tokens;
    int token = opening_token(model.vocabulary);
    for (int k = 0; k < kOwnText; ++k) {
        tokens.push_back(model.vocabulary.symbol(token));
        decoder.append(std::span(&token, 1));
        if (!chooser.finite()) break;
        token = chooser.choose({})->token;
    }
    return tokens;
}

bool reads_any(const DecodeTree& tree, const TokenTable& table) {
    for (int id = 0; id < tree.size(); ++id)
        if (table.knows(tree.node(id).text)) return true;
    return false;
}

}  // namespace

std::optional<DecodeDocument> DecodeSession::State::stand_in_for(DecodeDocument& next,
                                                                 DecodeComputation& with) const {
    const Model& model = with.model();
    if (next.tree.empty()) {
        const std::vector<std::string> opening = {
            model.vocabulary.symbol(opening_token(model.vocabulary))};
        next.tree.reset(opening);
        return std::nullopt;
    }
    if (reads_any(next.tree, with.table())) return std::nullopt;
    DecodeDocument aside = next;
    next.tree.reset(own_text(model));
    next.prompt = next.tree.text();
    return aside;
}

void DecodeSession::State::show(DecodeDocument next) {
    std::optional<DecodeDocument> aside;
    if (computation) {
        // A drag is a vector of the model it was made beside.
        const auto width = static_cast<std::size_t>(computation->model().config.model.width);
        std::erase_if(next.drags, [&](const auto& drag) { return drag.second.size() != width; });
        aside = stand_in_for(next, *computation);
        next.model = document.model;
    }
    document = std::move(next);
    set_aside = std::move(aside);
    ++settings;
    ++counting;  // its view may order margins by another kind
    follow();
}

std::int64_t DecodeSession::State::left_out() const {
    const std::string& prompt = document.prompt;
    if (set_aside || prompt.size() <= kShownCharacters) return 0;
    std::size_t characters = 0;
    for (const char byte : prompt) characters += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
    return static_cast<std::int64_t>(characters - std::min(characters, kShownCharacters));
}

std::string DecodeSession::text_note() const {
    const State& s = *state_;
    if (!s.computation) return {};
    if (s.set_aside)
        return "This model knows no character of the text and is shown with a text of its own; "
               "yours returns with a model that can read it.";
    std::string note;
    if (const std::int64_t left_out = s.left_out(); left_out > 0)
        note = "The first " + std::to_string(kShownCharacters) + " characters are shown, " +
               std::to_string(left_out) + " are not. ";
    int count = 0;
    std::vector<std::string> named;
    TokenTable& table = s.computation->table();
    for (const int id : s.document.tree.line()) {
        const std::string& text = s.document.tree.node(id).text;
        if (table.knows(text)) continue;
        ++count;
        if (named.size() < kNamed && std::ranges::count(named, text) == 0) named.push_back(text);
    }
    if (count == 0) return note;
    note += std::to_string(count) +
            (count == 1 ? " character of the text is" : " characters of the text are") +
            " unknown to this model:";
    for (const std::string& text : named) {
        const int id = table.id_of(text);
        note += " " + (*table.symbols())[static_cast<std::size_t>(id)];
    }
    return note + (named.size() < kNamed ? "" : " and perhaps others");
}

}  // namespace marginscope
