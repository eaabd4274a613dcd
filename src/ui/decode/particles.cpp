// What is asked for, what came of it, and the fan.
#include "ui/decode/particles.h"

#include <algorithm>
#include <cmath>

#include "figures/decode/law_commands.h"
#include "figures/decode/law_words.h"
#include "ui/decode/particle_rows.h"
#include "ui/flow.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr const char* kWorth = "Worth:";

void draw_settings(const ParticleFrame* frame, ParticlesView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    SetParticles& asked = view.asked;
    if (frame != nullptr && frame->version != view.seen) {
        view.seen = frame->version;
        if (frame->settings != view.answered) asked = view.answered = frame->settings;
    }
    double count = asked.particles, tokens = asked.tokens;
    const int columns =
        std::clamp(static_cast<int>(ImGui::GetContentRegionAvail().x / theme.px(270)), 1, 3);
    if (!ImGui::BeginTable("##settings", columns, ImGuiTableFlags_SizingStretchSame)) return;
    ImGui::TableNextColumn();
    slider(theme,
           {.label = "Particles",
            .scale = {2.0, kMostParticles, true, false, true},
            .digits = 4,
            .hint = "How many texts are written at once"},
           count);
    ImGui::TableNextColumn();
    slider(theme,
           {.label = "Characters",
            .scale = {1.0, 400.0, true, false, true},
            .digits = 4,
            .hint = "How many each of them adds"},
           tokens);
    ImGui::TableNextColumn();
    slider(theme,
           {.label = "Barrier weight",
            .scale = {0.01, 10.0, true, true, false},
            .digits = 3,
            .off_text = "off",
            .hint = "w in p(text) · exp(-w · sum of barriers): texts that come near the boundary "
                    "weigh less. Off: plain sampling"},
           asked.barrier_weight);
    ImGui::EndTable();
    asked.particles = static_cast<int>(count);
    asked.tokens = static_cast<int>(tokens);
}

// The effective sample size after each token, with marks where they were drawn again.
void draw_ess(const ParticleFrame& frame, const Theme& theme) {
    const float width = std::min(ImGui::GetContentRegionAvail().x, theme.px(260));
    const float height = theme.px(26);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::InvisibleButton("##ess", ImVec2(std::max(1.0F, width), height));
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height), theme.raised, theme.px(2));
    const auto tokens = static_cast<float>(std::max(1, frame.settings.tokens));
    const auto most = static_cast<float>(std::max(1, frame.settings.particles));
    const auto x = [&](int token) { return at.x + width * static_cast<float>(token) / tokens; };
    for (const int token : frame.resampled)
        draw->AddLine(ImVec2(x(token), at.y), ImVec2(x(token), at.y + height), theme.line_strong);
    for (std::size_t k = 0; k < frame.ess.size(); ++k) {
        const float tall = height * std::clamp(frame.ess[k] / most, 0.0F, 1.0F);
        draw->AddRectFilled(ImVec2(x(static_cast<int>(k)), at.y + height - tall),
                            ImVec2(x(static_cast<int>(k) + 1), at.y + height),
                            with_alpha(theme.text, 0.45F));
    }
    if (!ImGui::IsItemHovered() || frame.ess.empty()) return;
    const int token =
        std::clamp(static_cast<int>((ImGui::GetIO().MousePos.x - at.x) / width * tokens), 0,
                   static_cast<int>(frame.ess.size()) - 1);
    value_card(
        theme, "After " + std::to_string(token + 1) + (token == 0 ? " character" : " characters"),
        {{"effective sample size", format_number(frame.ess[static_cast<std::size_t>(token)], 3) +
                                       " of " + std::to_string(frame.settings.particles)},
         {"", "lines: drawn again, because they were worth less than half", theme.dim}});
}

void draw_copy(const DecodeFrame& decode, const ParticleFrame& particles, const Theme& theme) {
    const std::string command = particles_command(decode, particles);
    if (command.empty()) return;
    flow(button_width("Copy as command") + theme.px(12), theme.px(8));
    bool copy = false;
    if (switch_button(theme, "Copy as command", copy,
                      "The command line that writes the same particles"))
        ImGui::SetClipboardText(command.c_str());
}

// The bar takes the room that the words leave; without room for both the time left goes.
void draw_progress(const ParticleFrame& particles, const Theme& theme) {
    const std::string left =
        particles.eta_secs > 0 ? format_duration(particles.eta_secs) + " left" : "";
    const float spacing = ImGui::GetStyle().ItemSpacing.x;
    const float word = ImGui::CalcTextSize("writing").x + spacing;
    const float words = word + ImGui::CalcTextSize(left.c_str()).x + spacing;
    flow(words + theme.px(60), theme.px(8));
    const float room = ImGui::GetContentRegionAvail().x;
    const bool fits = room - words >= theme.px(30);
    progress_chip(theme, "writing", static_cast<double>(particles.done) / particles.settings.tokens,
                  fits ? particles.eta_secs : 0.0,
                  std::clamp(room - (fits ? words : word), theme.px(20), theme.px(170)));
}

void draw_buttons(const Frames& frames, ParticlesView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    if (primary_button(theme, frames.particles ? "Write anew" : "Write particles"))
        context.out.push_back(view.asked);
    if (!frames.particles) return;
    flow(button_width("Remove") + theme.px(12), theme.px(8));
    bool remove = false;
    if (switch_button(theme, "Remove", remove, "No particles any more; undo brings them back"))
        context.out.push_back(SetParticles{0, view.asked.tokens, view.asked.barrier_weight});
    draw_copy(*frames.decode, *frames.particles, theme);
    if (!frames.particles->ess.empty() && weighs(*frames.particles)) {
        const float label = width_of(theme.fonts.text, theme.px(type::kSmall), kWorth);
        flow(theme.px(270) + label, theme.px(12));
        text_small(theme, theme.dim, kWorth);
        ImGui::SameLine(0, theme.px(6));
        draw_ess(*frames.particles, theme);
    }
    if (frames.particles->running) draw_progress(*frames.particles, theme);
}

std::string drawn_again(std::size_t times) {
    if (times == 0) return "never drawn again";
    return times == 1 ? "drawn again once" : "drawn again " + std::to_string(times) + " times";
}

void draw_summary(const ParticleFrame& frame, const Theme& theme) {
    std::string words = constant_words(frame);
    if (!frame.ess.empty() && weighs(frame))
        words += (words.empty() ? "" : " · ") + ("worth " + format_number(frame.ess.back(), 3)) +
                 " of " + std::to_string(frame.settings.particles) + " particles · " +
                 drawn_again(frame.resampled.size());
    if (!words.empty()) small_paragraph(theme, theme.text, words.c_str());
    if (!words.empty() && ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "Z: the mean of the texts' weights under plain sampling; the law is divided by it.\n"
            "Worth: so many texts of equal weight would tell as much.\n"
            "Drawn again: when they are worth less than half their number, heavy ones are copied "
            "and light ones left out.");
    small_paragraph(theme, theme.dim, law_words(frame).c_str());
    if (!frame.sentence.empty()) small_paragraph(theme, theme.dim, frame.sentence.c_str());
}

}  // namespace

void draw_particles(const Frames& frames, ParticlesView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.decode == nullptr || frames.decode->line.empty())
        return empty_state(theme, "No text yet", "Particles go on from the cursor of a text.");
    // One region for all: in a small panel the fan is below the fold, never without room.
    if (ImGui::BeginChild("##all")) {
        draw_settings(frames.particles.get(), view, context);
        draw_buttons(frames, view, context);
        if (frames.particles == nullptr) {
            small_paragraph(
                theme, theme.dim,
                "Many texts at once from the cursor on, weighed by how far they stay from the "
                "boundary: what the model would write if it had to keep its distance.");
        } else {
            draw_summary(*frames.particles, theme);
            draw_particle_rows(*frames.particles, view, context);
        }
    }
    ImGui::EndChild();
}

}  // namespace marginscope
