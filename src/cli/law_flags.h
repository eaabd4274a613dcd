// The flags of `render` that ask for laws over texts: holes, and particles.
//
// One thread, while the arguments are read.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "core/messages/command.h"

namespace marginscope {

class LawFlags {
public:
    /// Those of the sampling that particles follow go into `sampling`, which must live as long as
    /// the command.
    void add_to(CLI::App& command, SamplingSettings& sampling);
    bool given() const { return !holes_.empty() || particles_.particles > 0; }
    /// Behind those that show the text and set the sampling. `text` is what the holes are in;
    /// empty: not known here. UserError with exit code 2 for a hole that it cannot have.
    void add_commands(std::string_view text, CommandList& commands) const;

private:
    std::string holes_;
    SetParticles particles_ = {.particles = 0};
};

}  // namespace marginscope
