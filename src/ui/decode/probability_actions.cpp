// A hole at the selected character, particles from the cursor on, neither, and plain choosers.
#include "ui/decode/probability_actions.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "ui/decode/decode_view.h"

namespace marginscope {
namespace {

bool has_text(const ActionContext& c) {
    return c.frames.decode != nullptr && !c.frames.decode->line.empty();
}
// The first character has no law: nothing stands before it.
int caret(const ActionContext& c) {
    return has_text(c) ? selected_index(c.state.selection, c.frames.decode.get()) : -1;
}
bool can_be_hole(const ActionContext& c) { return caret(c) > 0; }
bool is_hole(const ActionContext& c) {
    return c.frames.holes != nullptr &&
           std::ranges::any_of(c.frames.holes->holes,
                               [&](const HoleLaw& hole) { return hole.index == caret(c); });
}
bool has_holes(const ActionContext& c) { return c.frames.holes != nullptr; }
bool has_particles(const ActionContext& c) { return c.frames.particles != nullptr; }

void toggle_hole(ActionContext& c) {
    const bool on = !is_hole(c);
    c.out.push_back(SetHole{caret(c), on});
    if (on) c.state.raise = "decode.holes";
}

void write_particles(ActionContext& c) {
    c.state.raise = "decode.particles";
    const ParticlesView& view = c.state.view<DecodeView>().particles;
    // The panel that has not been seen yet does not know what the document asks for.
    const bool unseen = view.seen == 0 && c.frames.particles != nullptr;
    c.out.push_back(unseen ? c.frames.particles->settings : view.asked);
}

constexpr double kUnlikely = 0.5;
constexpr int kContinuations = 4;

bool has_choosers(const ActionContext& c) {
    return has_text(c) && c.frames.decode->sampling.chooser != ChooserSettings{};
}
bool abstains(const ActionContext& c) {
    return has_text(c) && c.frames.decode->sampling.chooser.abstain_probability.has_value();
}
bool keeps_the_best(const ActionContext& c) {
    return has_text(c) && c.frames.decode->sampling.chooser.best_of > 1;
}

void set_chooser(ActionContext& c, const std::function<void(ChooserSettings&)>& change) {
    SamplingSettings sampling = c.frames.decode->sampling;
    change(sampling.chooser);
    c.out.push_back(SetSampling{sampling});
}

void toggle_abstaining(ActionContext& c) {
    const bool on = !abstains(c);
    set_chooser(c, [&](ChooserSettings& chooser) {
        chooser.abstain_probability.reset();
        if (on) chooser.abstain_probability = kUnlikely;
    });
}

void toggle_best(ActionContext& c) {
    const bool on = !keeps_the_best(c);
    set_chooser(c, [&](ChooserSettings& chooser) {
        chooser.best_of = on ? kContinuations : 1;
        if (!on) chooser.best_by = BestBy::logprob;
    });
}

/// The three that a menu is enough for; the others are sliders.
std::vector<Action> chooser_actions() {
    return {{.id = "decode.abstain",
             .menu = "Decode",
             .name = "Chooser: stop where nothing has 50 %",
             .enabled = has_text,
             .checked = abstains,
             .run = toggle_abstaining},
            {.id = "decode.best_of",
             .menu = "Decode",
             .name = "Chooser: the best of 4",
             .enabled = has_text,
             .checked = keeps_the_best,
             .run = toggle_best},
            {.id = "decode.no_choosers",
             .menu = "Decode",
             .name = "Chooser: none",
             .enabled = has_choosers,
             .run = [](ActionContext& c) {
                 set_chooser(c, [](ChooserSettings& chooser) { chooser = {}; });
             }}};
}

}  // namespace

std::vector<Action> probability_actions() {
    std::vector<Action> all = {{.id = "decode.hole",
                                .menu = "Decode",
                                .name = "Hole at the selected character",
                                .keys = {ImGuiKey_H},
                                .enabled = can_be_hole,
                                .checked = is_hole,
                                .run = toggle_hole},
                               {.id = "decode.no_holes",
                                .menu = "Decode",
                                .name = "No holes",
                                .keys = {ImGuiMod_Shift | ImGuiKey_H},
                                .enabled = has_holes,
                                .run = [](ActionContext& c) { c.out.push_back(ClearHoles{}); }},
                               {.id = "decode.particles",
                                .menu = "Decode",
                                .name = "Particles from the cursor on",
                                .keys = {ImGuiKey_P},
                                .enabled = has_text,
                                .run = write_particles},
                               {.id = "decode.no_particles",
                                .menu = "Decode",
                                .name = "No particles",
                                .enabled = has_particles,
                                .run = [](ActionContext& c) { c.out.push_back(SetParticles{0}); }}};
    std::ranges::move(chooser_actions(), std::back_inserter(all));
    return all;
}

}  // namespace marginscope
