// The sentences.
#include "engine/playground/playground_notes.h"

#include <algorithm>
#include <cmath>

#include "core/token_letter.h"
#include "core/words.h"

namespace marginscope {
namespace {

constexpr double kSame = 1e-9;

std::string margin_words(const PlaygroundFrame& frame) {
    if (frame.support.empty()) return "none found";
    const auto at = static_cast<std::size_t>(frame.support.front());
    return format_number(*frame.tokens[at].geometric, 3);
}

std::string changed(const std::string& from, const std::string& to) {
    return from == to ? "stays " + to : from + " → " + to;
}

}  // namespace

std::string support_note(const PlaygroundFrame& before, const PlaygroundFrame& after, int removed) {
    const int was = before.support.empty() ? -1 : before.support.front();
    const int is = after.support.empty() ? -1 : after.support.front();
    if (removed >= 0) {
        const std::string what = removed == was ? "the support token " : "token ";
        std::string words = "Without " + what + token_letter(removed) + ": the smallest margin ";
        words += changed(margin_words(before), margin_words(after)) + ".";
        if (removed == was && is >= 0)
            words += " Token " + token_letter(is) + " is the support token now.";
        return words;
    }
    if (was == is || before.tokens.size() != after.tokens.size()) return "";
    if (is < 0) return "No token has a boundary within reach any more: there is no support token.";
    if (was < 0) return "Token " + token_letter(is) + " is the support token now.";
    return "Token " + token_letter(is) + " took over from token " + token_letter(was) +
           " as the support token.";
}

std::string line_note(const PlaygroundSvm& before, const PlaygroundSvm& after, int removed) {
    if (removed < 0 || !before.has_line) return "";
    const bool support =
        std::find(before.support.begin(), before.support.end(), removed) != before.support.end();
    std::string words = support ? "Without a support vector: " : "Without a point that is none: ";
    if (!after.has_line) return words + "there is no line any more.";
    const double turned = std::hypot(after.w.x - before.w.x, after.w.y - before.w.y);
    const double size = std::hypot(before.w.x, before.w.y);
    if (turned <= kSame * size && std::abs(after.b - before.b) <= kSame * (1 + std::abs(before.b)))
        return words + "the line stays where it was.";
    return words + "the line moves, its margin " +
           changed(format_number(before.margin, 3), format_number(after.margin, 3)) + ".";
}

}  // namespace marginscope
