// The flags of `decode` that ask for particles, and what they leave in its JSON.
//
// One thread, while the arguments are read and the result is written.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "nn/probability/particles_run.h"

namespace marginscope {

class ParticleFlags {
public:
    /// Must live as long as the command.
    void add_to(CLI::App& command);
    /// After the arguments were read. UserError with exit code 2 for a weight without particles.
    bool given() const;
    ParticleRequest request(const DecodeRequest& decode) const;

private:
    int particles_ = 0;
    double barrier_weight_ = 0.0;
    CLI::Option* weight_ = nullptr;
};

void add_particles_json(nlohmann::json& json, const ParticleRequest& request,
                        const ParticleResult& result);

/// What a reader of the drawn text alone would not see, in a sentence or two.
std::string particles_sentence(const ParticleRequest& request, const ParticleResult& result);

}  // namespace marginscope
