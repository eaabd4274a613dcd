// What the user asks of the shown text as a law: holes, and particles from the cursor on.
#include <algorithm>

#include "core/combined_key.h"
#include "core/error.h"
#include "engine/decode/session_state.h"

namespace marginscope {

void DecodeSession::set_hole(int index, bool on) {
    State& s = *state_;
    const std::vector<int> line = s.document.tree.line();
    if (index < 0 || static_cast<std::size_t>(index) >= line.size())
        throw UserError("The text has no character " + std::to_string(index) + ".");
    if (index == 0)
        throw UserError(
            "Nothing stands before the first character: it has no law that a hole could show.");
    const int node = line[static_cast<std::size_t>(index)];
    std::vector<int>& holes = s.document.holes;
    const auto at = std::ranges::lower_bound(holes, node);
    const bool there = at != holes.end() && *at == node;
    if (there == on) return;
    if (there) {
        holes.erase(at);
    } else if (holes.size() >= kMostHoles) {
        throw UserError("A text may have at most " + std::to_string(kMostHoles) + " holes.");
    } else {
        holes.insert(at, node);
    }
    ++s.settings;
}

void DecodeSession::clear_holes() {
    state_->document.holes.clear();
    ++state_->settings;
}

void DecodeSession::set_particles(const SetParticles& settings) {
    State& s = *state_;
    if (const std::string wrong = wrong_setting(settings); !wrong.empty())
        throw UserError("Particles: " + wrong + ".");
    if (s.document.tree.empty()) throw UserError("There is no text to go on from.");
    if (settings.particles == 0)
        s.document.particles.reset();
    else
        s.document.particles =
            ParticleWish{s.document.tree.cursor(), settings, s.document.sampling};
    ++s.settings;
}

void DecodeSession::take_particle(int row) {
    State& s = *state_;
    const std::vector<std::string> text = s.fan.text_of(row);
    if (!s.document.particles || text.empty())
        throw UserError("There is no particle in row " + std::to_string(row) + ".");
    s.document.tree.go_to(s.document.particles->node);
    for (const std::string& character : text) s.document.tree.advance(character);
    s.follow();
}

namespace {

/// Holes of the shown text, in its order; of other branches none.
std::vector<HolePlace> holes_on_line(const DecodeDocument& document, const std::vector<int>& line) {
    std::vector<HolePlace> places;
    for (std::size_t k = 1; k < line.size(); ++k)
        if (std::ranges::binary_search(document.holes, line[k]))
            places.push_back({static_cast<int>(k), line[k]});
    return places;
}

/// Whether a character that the laws are given is dragged. What stands in a hole is not read.
bool given_is_dragged(const DecodeDocument& document, const std::vector<int>& line) {
    return std::ranges::any_of(line, [&](int node) {
        return document.drags.contains(node) && !std::ranges::binary_search(document.holes, node);
    });
}

}  // namespace

std::optional<HoleRequest> DecodeSession::take_hole_request() {
    State& s = *state_;
    if (!s.computation) return std::nullopt;
    HoleRequest request;
    request.holes = holes_on_line(s.document, s.computation->line());
    std::uint64_t key = 0;
    if (!request.holes.empty()) {
        key = combined(s.computation->weights_epoch(), 1);
        for (const int id : s.computation->ids())
            key = combined(key, static_cast<std::uint64_t>(id));
        for (const HolePlace& one : request.holes)
            key = combined(key, static_cast<std::uint64_t>(one.index));
        request.dragged = given_is_dragged(s.document, s.computation->line());
        key = combined(key, request.dragged ? 1 : 0);
    }
    if (key == s.taken.hole_key) return std::nullopt;
    s.taken.hole_key = key;
    if (request.holes.empty()) return request;
    const TokenTable& table = s.computation->table();
    for (const int id : s.computation->ids()) {
        request.ids.push_back(table.model_id(id));
        if (table.unknown(id) && table.mean_unknown())
            request.refusal =
                "The text has characters that this model has no token for: its laws are not "
                "computed.";
    }
    request.model = s.computation->shared_model();
    return request;
}

std::optional<std::shared_ptr<const ParticleFrame>> DecodeSession::take_particle_frame() {
    return state_->fan.take();
}

}  // namespace marginscope
