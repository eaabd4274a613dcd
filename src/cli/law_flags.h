// The flags of `render` that ask for laws over texts: holes, and particles.
//
// One thread, while the arguments are read.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "core/messages/command.h"

namespace marginscope {

class LawFlags {
public:
    /// Those of the sampling that particles follow go into `sampling`, which must live as long as
    /// the command.
    void add_to(CLI::App& command, SamplingSettings& sampling);
    bool given() const { return !holes_.empty() || particles_.particles > 0; }
    /// Behind those that show the text and set the sampling. UserError with exit code 2.
    void add_commands(CommandList& commands) const;

private:
    std::string holes_;
    SetParticles particles_ = {.particles = 0};
};

}  // namespace marginscope
