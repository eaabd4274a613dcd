// Flags, JSON and the closing sentence of particles.
#include "cli/particle_flags.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/messages/particles.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

using nlohmann::json;

std::string number(const char* format, double value) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

}  // namespace

void ParticleFlags::add_to(CLI::App& command) {
    command
        .add_option("--particles", particles_,
                    "write N texts at once by sequential Monte Carlo, weighed by --barrier-weight "
                    "and kept to --min-margin, and print one drawn by its weight; costs up to N "
                    "passes and margins a token, less where texts begin alike")
        ->check(CLI::Range(2, kMostParticles))
        ->type_name("N");
    weight_ = command
                  .add_option("--barrier-weight", barrier_weight_,
                              "with --particles: w in p(text) exp(-w times the sum of barriers "
                              "-log|det J|); texts that come near the boundary weigh less")
                  ->check(CLI::Range(-1000.0, 1000.0))
                  ->type_name("W");
}

bool ParticleFlags::given() const {
    if (particles_ == 0 && weight_->count() > 0)
        throw UserError("--barrier-weight weighs particles: it needs --particles N.", 2);
    return particles_ > 0;
}

ParticleRequest ParticleFlags::request(const DecodeRequest& decode) const {
    ParticleRequest request;
    request.decode = decode;
    request.particles = particles_;
    request.barrier_weight = barrier_weight_;
    return request;
}

void add_particles_json(json& out, const ParticleRequest& request, const ParticleResult& result) {
    json particles = json::array();
    for (const ParticleText& one : result.particles)
        particles.push_back({{"text", one.text},
                             {"weight", json_number(one.weight)},
                             {"logprob", json_number(one.logprob)},
                             {"barrier", result.has_barriers ? json_number(one.barrier) : json()}});
    out["particles"] = std::move(particles);
    out["barrier_weight"] = request.barrier_weight;
    out["log_z"] = json_number(result.log_z);
    out["log_z_error"] = json_number(result.log_z_error);
    out["ess"] = json_numbers(result.ess);
    out["resampled"] = result.resampled;
    out["distinct"] = result.distinct;
}

std::string particles_sentence(const ParticleRequest& request, const ParticleResult& result) {
    if (result.ess.empty()) return "";
    if (request.barrier_weight == 0.0 && !request.decode.sampling.min_margin)
        return "One of " + std::to_string(request.particles) +
               " plain samples: without --barrier-weight and --min-margin all weigh the same.";
    if (std::isinf(result.log_z))
        return "No particle keeps the least margin of --min-margin: after " +
               std::to_string(result.ess.size()) + (result.ess.size() == 1 ? " token" : " tokens") +
               " none of " + std::to_string(request.particles) + " is left.";
    std::string text = "Drawn by its weight from " + std::to_string(request.particles) +
                       " particles, worth " + number("%.3g", result.ess.back()) + "; log Z = ";
    // Not more digits than the error leaves.
    if (result.log_z_error)
        text += number("%.2f", result.log_z) + ", Z known to " +
                number("%.2g", 100.0 * *result.log_z_error) + " %.";
    else
        text += number("%.1f", result.log_z) +
                ", its error not known: too few families of particles are left; ask for more.";
    return text;
}

}  // namespace marginscope
