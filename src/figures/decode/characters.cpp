// Characters and captions.
#include "figures/decode/characters.h"

#include "figures/margin_values.h"

namespace marginscope {

std::string shown_character(const DecodeFrame& decode, int token) {
    if (decode.symbols == nullptr || token < 0 || token >= static_cast<int>(decode.symbols->size()))
        return "?";
    const std::string& symbol = (*decode.symbols)[static_cast<std::size_t>(token)];
    if (symbol == "␣" || symbol == " ") return "·";
    if (symbol == "\n") return "↵";
    if (symbol == "\t") return "⇥";
    return symbol.empty() ? "?" : symbol;
}

std::string exact_character(const DecodeFrame& decode, int token) {
    const auto& list = decode.texts != nullptr ? decode.texts : decode.symbols;
    if (list == nullptr || token < 0 || token >= static_cast<int>(list->size())) return "?";
    return (*list)[static_cast<std::size_t>(token)];
}

std::string shown_text_of(const DecodeFrame& decode) {
    if (!decode.text.empty()) return decode.text;
    std::string text;
    for (int i = 0; i < decode.cursor && i < static_cast<int>(decode.line.size()); ++i)
        text += exact_character(decode, decode.line[static_cast<std::size_t>(i)].token);
    return text;
}

int selected_character(const FigureSource& source) {
    const DecodeFrame* decode = source.frames.decode.get();
    if (decode == nullptr || decode->cursor <= 0) return -1;
    const int last = decode->cursor - 1, index = source.view.asked.index;
    return index < 0 || index > last ? last : index;
}

std::string character_and_place(const DecodeFrame& decode, int index) {
    if (index < 0 || index >= static_cast<int>(decode.line.size())) return "no character";
    std::string symbol =
        shown_character(decode, decode.line[static_cast<std::size_t>(index)].token);
    if (symbol == "·") symbol = "space";
    if (symbol == "↵") symbol = "line break";
    if (symbol == "⇥") symbol = "tab";
    return symbol + " at " + std::to_string(index);
}

std::string decode_caption(const Frames& frames) {
    std::string words;
    if (frames.decode != nullptr) {
        words = "Model " + frames.decode->model_label + ", " +
                std::to_string(frames.decode->cursor) + " characters";
        if (frames.decode->noise.sigma > 0)
            words += ", noise " + tick_label(frames.decode->noise.sigma) +
                     (frames.decode->noise.relative ? " × RMS" : "") + " of seed " +
                     std::to_string(frames.decode->noise.seed);
        words += ".";
    }
    if (frames.margins != nullptr) {
        words += " Stage: " +
                 (frames.margins->stage_label.empty() ? std::string("none")
                                                      : frames.margins->stage_label) +
                 "; windows: " + std::string(name_of(frames.margins->windows)) + ".";
        if (frames.margins->pending > 0)
            words +=
                " " + std::to_string(frames.margins->pending) + " margins were not computed yet.";
    }
    return words;
}

bool has_text(const FigureSource& source, Figure& figure) {
    if (source.frames.decode != nullptr && !source.frames.decode->line.empty()) return true;
    figure.sentence = "There is no text yet: type a prompt, or let the model write.";
    return false;
}

}  // namespace marginscope
