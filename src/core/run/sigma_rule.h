// How the noise scale sigma of a likelihood-fitted stage is found (theory.md section 4). Any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace marginscope {

struct SigmaRule {
    enum class Kind {
        closed,   // maximum likelihood: sigma² = mean |e_i|²/d, a running average
        learned,  // a parameter that ascends (E4) by its own Adam, from `value` on
        fixed,    // `value` times RMS_u of the batch
    };
    static constexpr double kFirstLearned = 0.1;

    Kind kind = Kind::closed;
    double value = 0.0;

    friend bool operator==(const SigmaRule&, const SigmaRule&) = default;
};

/// "closed", "learned", "learned:0.2" or a positive number; nullopt for anything else.
std::optional<SigmaRule> sigma_rule_from(std::string_view text);

/// As a user would type it, shortest.
std::string words_of(const SigmaRule& rule);

}  // namespace marginscope
