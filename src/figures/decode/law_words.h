// Laws over texts, holes and particles, in words: the same in panels and figures.
//
// Pure functions, any thread.
#pragma once

#include <string>

#include "core/messages/frames.h"

namespace marginscope {

/// "87.7 %"; of a number with a standard error no more digits than that leaves, and what is not
/// known from nothing as "< 0.4 %". `error` NaN: exact.
std::string share_words(float share, float error = kNoValue);
/// In full: "88 % ± 2 %", and "0.4361 %" of what is exact.
std::string share_with_error(float share, float error);

/// How much more is known of a hole by what follows it: KL(both sides || past), nats. NaN while one
/// of the laws is missing.
float told_by_what_follows(const HoleLaw& hole);
/// Where the text has characters that the model does not know: what their law is of. Else "".
std::string unknown_words(const DecodeFrame& decode, const HolesFrame& holes);
/// What fills the holes, white space made visible.
std::string shown_filling(const HoleFilling& filling);

/// "Law: the model's at temperature 0.8, times exp(-0.5 · sum of barriers)."
std::string law_words(const ParticleFrame& particles);
/// Whether texts can differ in weight: not under plain sampling.
bool weighs(const ParticleFrame& particles);
/// "log Z = -3.21 (Z ± 4.3 %)", with no more digits than its error leaves; "" while it is not
/// known.
std::string constant_words(const ParticleFrame& particles);

}  // namespace marginscope
