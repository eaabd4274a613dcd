// Laws by formula.
#include "support/synthetic_holes.h"

#include <algorithm>
#include <limits>

namespace marginscope::synthetic {

std::shared_ptr<HolesFrame> make_holes(const DecodeFrame& decode, int count) {
    auto frame = std::make_shared<HolesFrame>();
    frame->version = 1;
    const int tokens = std::max(1, decode.vocabulary);
    for (int k = 0; k < count && 2 + 3 * k < decode.cursor; ++k) {
        HoleLaw& hole = frame->holes.emplace_back();
        hole.index = 2 + 3 * k;
        hole.node = decode.line[static_cast<std::size_t>(hole.index)].node;
        float both = 0, past = 0;
        for (int token = 0; token < tokens; ++token) {
            hole.both.push_back(1.0F / static_cast<float>(1 + (token * 7 + k) % tokens));
            hole.past.push_back(1.0F / static_cast<float>(1 + (token * 5 + 2 * k) % tokens));
            both += hole.both.back();
            past += hole.past.back();
        }
        for (float& one : hole.both) one /= both;
        for (float& one : hole.past) one /= past;
    }
    for (int k = 0; k < 6; ++k)
        frame->fillings.push_back({std::string(frame->holes.size(), static_cast<char>('a' + k)),
                                   0.3F / static_cast<float>(1 + k), kNoValue});
    frame->read = decode.cursor;
    frame->sentence = "Exact: all 4225 fillings are read.";
    return frame;
}

void spoil(HolesFrame& holes) {
    for (HoleLaw& hole : holes.holes) {
        for (float& one : hole.both) one = kNoValue;
        hole.past.clear();
        hole.error.assign(hole.both.size(), std::numeric_limits<float>::infinity());
    }
    for (HoleFilling& one : holes.fillings) one.probability = kNoValue;
    holes.progress = holes.eta_secs = kNoValue;
    holes.running = true;
}

void widen(HolesFrame& holes) {
    holes.exact = false;
    holes.draws = 4096;
    holes.running = true;
    holes.progress = 0.37;
    holes.eta_secs = 7260;
    for (HoleLaw& hole : holes.holes) {
        hole.error.assign(hole.both.size(), 0.0123456F);
        hole.past_error.assign(hole.past.size(), 0.0123456F);
        for (float& one : hole.both) one *= 0.0123456F;
    }
    holes.sentence =
        "Sampled by 4096 particles, with standard errors: all 1.2e+12 fillings would take about "
        "1.2e+09 s.";
}

}  // namespace marginscope::synthetic
