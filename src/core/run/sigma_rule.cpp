// The three rules as words.
#include "core/run/sigma_rule.h"

#include <charconv>

#include "core/run/run_config.h"

namespace marginscope {
namespace {

constexpr std::string_view kClosed = "closed";
constexpr std::string_view kLearned = "learned";
// Beyond these nothing is meant: u is of the order of 0.01 to 10.
constexpr double kLeast = 1e-6, kMost = 1e6;

std::optional<double> scale_from(std::string_view text) {
    double number = 0.0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    if (!whole || !(number >= kLeast && number <= kMost)) return std::nullopt;
    return number;
}

}  // namespace

std::optional<SigmaRule> sigma_rule_from(std::string_view text) {
    if (text == kClosed) return SigmaRule{};
    if (text == kLearned) return SigmaRule{SigmaRule::Kind::learned, SigmaRule::kFirstLearned};
    auto kind = SigmaRule::Kind::fixed;
    if (text.starts_with(kLearned) && text.substr(kLearned.size()).starts_with(':')) {
        kind = SigmaRule::Kind::learned;
        text.remove_prefix(kLearned.size() + 1);
    }
    const auto scale = scale_from(text);
    return scale ? std::optional(SigmaRule{kind, *scale}) : std::nullopt;
}

std::string words_of(const SigmaRule& rule) {
    switch (rule.kind) {
        case SigmaRule::Kind::closed:
            return std::string(kClosed);
        case SigmaRule::Kind::learned:
            return rule.value == SigmaRule::kFirstLearned
                       ? std::string(kLearned)
                       : std::string(kLearned) + ":" + format_value(rule.value);
        case SigmaRule::Kind::fixed:
            break;
    }
    return format_value(rule.value);
}

}  // namespace marginscope
