// Wishes about the shown text as a law over texts: holes and particles. No torch in this header;
// the worker's thread only.
#pragma once

#include "core/messages/command.h"
#include "engine/decode/decode_session.h"

namespace marginscope {

class ProbabilityCommands {
public:
    explicit ProbabilityCommands(DecodeSession& session) : session_(session) {}

    void handle(const SetHole& wish) { session_.set_hole(wish.index, wish.on); }
    void handle(const ClearHoles&) { session_.clear_holes(); }
    void handle(const SetParticles& wish) { session_.set_particles(wish); }
    void handle(const TakeParticle& wish) { session_.take_particle(wish.row); }

private:
    DecodeSession& session_;
};

}  // namespace marginscope
