// Holes and particles of a picture.
#include "cli/law_flags.h"

#include <cmath>
#include <string>

#include "cli/command.h"
#include "cli/common_options.h"
#include "core/error.h"
#include "core/words.h"
#include "text/utf8.h"

namespace marginscope {

void LawFlags::add_to(CLI::App& command, SamplingSettings& sampling) {
    const std::string group = "Laws over texts";
    command
        .add_option("--holes", holes_,
                    "Decode: characters that are taken as not given, from 0, as in 4,9")
        ->type_name("I,J,…")
        ->group(group);
    CLI::Option* particles =
        command
            .add_option("--particles", particles_.particles,
                        "Decode: so many continuations of the text at once, as `decode` writes "
                        "them")
            ->check(CLI::Range(2, kMostParticles))
            ->type_name("N")
            ->group(group);
    const auto of_particles = [&](CLI::Option* option) { option->group(group)->needs(particles); };
    of_particles(command.add_option("--tokens", particles_.tokens, "of particles: that each adds")
                     ->check(CLI::Range(1, kMostParticleTokens))
                     ->type_name("N")
                     ->capture_default_str());
    of_particles(command
                     .add_option("--barrier-weight", particles_.barrier_weight,
                                 "of particles: w in p(text) exp(-w times the sum of barriers)")
                     ->check(CLI::Range(-1000.0, 1000.0))
                     ->type_name("W"));
    of_particles(command
                     .add_option_function<double>(
                         "--min-margin", [&sampling](double least) { sampling.min_margin = least; },
                         "of particles: given that every log|det J| is at least this")
                     ->check(CLI::Range(-1e300, 1e300))
                     ->type_name("X"));
    of_particles(
        command.add_flag("--allow-beyond", sampling.allow_beyond,
                         "of particles: --min-margin keeps what lies beyond the boundary"));
    of_particles(command.add_option("--seed", sampling.seed, "of particles")->type_name("N"));
}

void LawFlags::add_commands(std::string_view text, CommandList& commands) const {
    const auto length = static_cast<double>(count_characters(text));
    if (!holes_.empty()) {
        for (const double place : number_list("--holes", holes_)) {
            if (place != std::floor(place) || (!text.empty() && place >= length))
                throw UserError(
                    "--holes names characters by whole numbers from 0" +
                        (text.empty() ? std::string()
                                      : " to " + std::to_string(count_characters(text) - 1) +
                                            ", the text's last") +
                        "; it cannot be " + format_number(place) + ".",
                    kExitWrongUse);
            commands.push_back(SetHole{static_cast<int>(place), true});
        }
    }
    if (particles_.particles > 0) commands.push_back(particles_);
}

}  // namespace marginscope
