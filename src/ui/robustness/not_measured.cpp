// Centred words with a button under them.
#include "ui/robustness/not_measured.h"

#include <algorithm>

#include "ui/flow.h"
#include "ui/robustness/robustness_form.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

float words_height(ImFont* font, float px, float width, const char* words) {
    return font->CalcTextSizeA(px, FLT_MAX, width, words).y;
}

void centred(const Theme& theme, float left, float width, ImFont* font, float size, ImU32 color,
             const char* words) {
    ImGui::PushFont(font, size);
    const float line = std::min(width, ImGui::CalcTextSize(words, nullptr, false, width).x);
    ImGui::SetCursorPosX(left + (width - line) / 2);
    ImGui::PushTextWrapPos(left + width);
    text_colored(color, words);
    ImGui::PopTextWrapPos();
    ImGui::PopFont();
    ImGui::Dummy(ImVec2(0, theme.px(2)));
}

/// Whether what runs measures one of these.
bool runs_now(const RobustnessFrame* frame, const RobustnessParts& parts) {
    if (frame == nullptr || !frame->running) return false;
    const RobustnessParts& now = frame->parts;
    return (parts.noise && (now.noise || now.stories)) || (parts.stories && now.stories) ||
           (parts.characters && now.characters) || (parts.support && now.support) ||
           (parts.fragility && now.fragility);
}

std::string problem_of(const RobustnessFrame* frame, const RobustnessForm& form,
                       const RobustnessParts& parts) {
    if (!form.problem.empty()) return form.problem;
    if (frame == nullptr || frame->running || frame->failures.empty()) return {};
    RobustnessFrame as_if_running;
    as_if_running.running = true;
    as_if_running.parts = frame->parts;
    if (!runs_now(&as_if_running, parts)) return {};
    const RobustnessFailure& first = frame->failures.front();
    return (first.model.empty() ? "" : first.model + ": ") + first.sentence;
}

}  // namespace

void start_measuring(RobustnessForm& form, const RobustnessParts& parts, PanelContext& context) {
    if (auto settings = settings_of(form))
        context.out.push_back(StartRobustness{std::move(*settings), parts});
}

void draw_not_measured(const NotMeasured& what, const Frames& frames, RobustnessView& view,
                       PanelContext& context) {
    const Theme& theme = context.theme;
    const RobustnessFrame* frame = frames.robustness.get();
    const bool busy = frame != nullptr && frame->running;
    const bool this_one = runs_now(frame, what.parts);
    const std::string cost = this_one ? frame->doing
                             : busy   ? "Something else is being measured."
                                      : cost_words(view.form.settings, what.parts, frame);
    const std::string problem = problem_of(frame, view.form, what.parts);
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float width = std::max(1.0F, std::min(room.x, theme.px(380)));
    const float left = ImGui::GetCursorPosX() + (room.x - width) / 2;
    const float height =
        words_height(theme.fonts.text, theme.px(type::kBody), width, what.sentence) +
        theme.px(type::kTitle + 24) + 2 * ImGui::GetFrameHeight();
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() + std::max(0.0F, (room.y - height) / 2));
    centred(theme, left, width, theme.fonts.semibold, type::kTitle, theme.dim, what.title);
    centred(theme, left, width, theme.fonts.text, type::kBody, theme.faint, what.sentence);
    ImGui::PushFont(theme.fonts.semibold, type::kBody);
    const float button = button_width(what.button);
    ImGui::PopFont();
    ImGui::SetCursorPosX(left + std::max(0.0F, (width - button) / 2));
    if (primary_button(theme, what.button, !busy)) start_measuring(view.form, what.parts, context);
    centred(theme, left, width, theme.fonts.text, type::kSmall, theme.dim, cost.c_str());
    if (!problem.empty())
        centred(theme, left, width, theme.fonts.text, type::kSmall, theme.error, problem.c_str());
}

}  // namespace marginscope
