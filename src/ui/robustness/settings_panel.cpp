// Models, parts, noise, characters, text: a form.
#include "ui/robustness/settings_panel.h"

#include <algorithm>
#include <filesystem>

#include "ui/field_rows.h"
#include "ui/flow.h"
#include "ui/path/plot_parts.h"
#include "ui/robustness/model_list.h"
#include "ui/robustness/not_measured.h"
#include "ui/robustness/robustness_form.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

void text_row(const Theme& theme, const char* label, const char* id, std::string& text,
              const char* hint) {
    form_row(theme, label, false, hint);
    input_text(id, text, "", ImGui::GetContentRegionAvail().x);
}

template <typename Number>
void whole_row(const Theme& theme, const char* label, const char* id, Number& value, int low,
               int high, const char* hint) {
    form_row(theme, label, false, hint);
    int number = static_cast<int>(std::min<Number>(value, static_cast<Number>(high)));
    if (ImGui::InputInt(id, &number, 0)) value = static_cast<Number>(std::clamp(number, low, high));
}

template <typename Enum>
void choice_row(const Theme& theme, const char* label, const char* id, Enum& value,
                const char* hint) {
    form_row(theme, label, false, hint);
    const auto& names = kEnumNames<Enum>;
    const std::string now(names[static_cast<std::size_t>(value)]);
    if (!begin_list(id, now, ImGui::GetContentRegionAvail().x, theme)) return;
    for (std::size_t k = 0; k < names.size(); ++k)
        if (ImGui::Selectable(std::string(names[k]).c_str(), static_cast<std::size_t>(value) == k))
            value = static_cast<Enum>(k);
    ImGui::EndCombo();
}

void check_row(const Theme& theme, const char* label, const char* id, bool& value,
               const char* hint) {
    form_row(theme, label, false, hint);
    ImGui::Checkbox(id, &value);
}

void draw_noise_rows(RobustnessForm& form, const Theme& theme) {
    heading(theme, "Noise");
    RobustnessSettings& settings = form.settings;
    int unit = settings.relative ? 1 : 0;
    if (segmented(theme, "unit",
                  {{"absolute", "Sigma per coordinate"},
                   {"× RMS",
                    "Sigma in units of the RMS of each model's own token embeddings: a model can "
                    "look robust to absolute noise by growing them"}},
                  unit))
        settings.relative = unit == 1;
    if (!begin_form("##noise")) return;
    text_row(theme, "Sigmas", "##sigmas", form.sigmas, "Separated by commas; 0 is the clean text");
    choice_row(theme, "Where", "##where", settings.where,
               "On the token embeddings at the input, on what attention reads, or on the residual "
               "stream after each block");
    choice_row(theme, "Tokens", "##tokens", settings.tokens,
               "Which tokens of a window get noise: all, those nearest the boundary, or as many at "
               "random");
    whole_row(theme, "Support tokens", "##support", settings.support, 1, 1'000'000,
              "How many a window has, by the determinant margin");
    end_form();
}

void draw_character_rows(RobustnessForm& form, const Theme& theme) {
    heading(theme, "Spoilt characters");
    std::vector<std::string>& chosen = form.settings.characters;
    bool first = true;
    std::vector<std::string> kept;  // in the order of the list
    for (const std::string_view name : kEnumNames<CharacterChange>) {
        const std::string word(name);
        bool on = std::find(chosen.begin(), chosen.end(), word) != chosen.end();
        if (!first) flow(button_width(word.c_str()) + theme.px(8), theme.px(4));
        first = false;
        switch_button(theme, word.c_str(), on,
                      "Swap a character with the next, drop one, insert a foreign one, change a "
                      "letter's case");
        if (on) kept.push_back(word);
    }
    chosen = std::move(kept);
    if (!begin_form("##characters")) return;
    text_row(theme, "Rates", "##rates", form.rates, "How likely each character is hit, up to 0.5");
    end_form();
}

void draw_flip_rows(const Frames& frames, RobustnessForm& form, const Theme& theme) {
    heading(theme, "Smallest noise that flips");
    RobustnessSettings& settings = form.settings;
    if (!begin_form("##flips")) return;
    form_row(theme, "Model", false, "Whose margins are held against its own fragility");
    settings.fragile_model = std::min(settings.fragile_model, settings.models.size() - 1);
    const std::string now = model_words(settings.models[settings.fragile_model], frames);
    if (begin_list("##fragile", now, ImGui::GetContentRegionAvail().x, theme)) {
        for (std::size_t k = 0; k < settings.models.size(); ++k) {
            ImGui::PushID(static_cast<int>(k));
            if (ImGui::Selectable(model_words(settings.models[k], frames).c_str(),
                                  k == settings.fragile_model))
                settings.fragile_model = k;
            ImGui::PopID();
        }
        ImGui::EndCombo();
    }
    whole_row(theme, "Characters", "##positions", settings.positions, 3, 100'000,
              "At most so many, in evenly spaced windows");
    whole_row(theme, "Directions", "##directions", settings.directions, 1, 1000,
              "That noise is tried along; the median over them counts");
    form_row(theme, "Up to × RMS", false,
             "The strongest noise that is tried; the weakest is a "
             "256th of it");
    if (ImGui::InputDouble("##most", &settings.max_sigma, 0, 0, "%g"))
        settings.max_sigma = std::clamp(settings.max_sigma, 1e-6, 1e6);
    check_row(theme, "Own token only", "##own", settings.own_token,
              "Noise on the last token read alone, not on all of its window");
    check_row(theme, "Geometric margin", "##geometric", settings.geometric,
              "That margin too; it takes longest by far");
    end_form();
}

void draw_text_rows(const Frames& frames, RobustnessForm& form, PanelContext& context) {
    const Theme& theme = context.theme;
    RobustnessSettings& settings = form.settings;
    heading(theme, "Text and draws");
    const TrainingFrame* training = frames.training.get();
    const std::string window_text = training != nullptr && !training->corpus_label.empty()
                                        ? training->corpus_label
                                        : "the built-in stories";
    if (!begin_form("##text")) return;
    form_row(theme, "Text", false,
             "The window's text, or a file; its last tenth is read, which no training saw");
    const std::string now = settings.text.empty()
                                ? window_text
                                : std::filesystem::path(settings.text).filename().string();
    if (begin_list("##which", now, ImGui::GetContentRegionAvail().x, theme)) {
        if (ImGui::Selectable(("the window's: " + window_text).c_str(), settings.text.empty()))
            settings.text.clear();
        if (ImGui::Selectable("A file…")) context.asked.emplace_back("robustness.text");
        ImGui::EndCombo();
    }
    check_row(theme, "The whole text", "##whole", settings.whole_text,
              "Not its last tenth alone: for a text that no model was trained on");
    whole_row(theme, "Windows", "##windows", settings.max_windows, 0, 1'000'000,
              "At most so many, evenly spaced; 0: all");
    whole_row(theme, "Draws", "##draws", settings.draws, 1, 100'000,
              "Of the noise at each sigma or rate; the same for every model");
    whole_row(theme, "Seed", "##seed", settings.seed, 0, 1'000'000'000, "Of all draws");
    whole_row(theme, "Story characters", "##stories", settings.story_characters, 1, 1'000'000,
              "That each model writes a draw, where stories are asked for");
    end_form();
}

/// What is measured at a click, each with its cost.
void draw_parts(const RobustnessFrame* frame, RobustnessForm& form, const Theme& theme) {
    heading(theme, "What is measured");
    if (!begin_form("##parts")) return;
    struct Row {
        const char* words;
        bool RobustnessParts::*part;
    };
    for (const Row& row : {Row{"Loss and changed predictions", &RobustnessParts::noise},
                           Row{"Smallest noise that flips", &RobustnessParts::fragility},
                           Row{"Support against random tokens", &RobustnessParts::support},
                           Row{"Spoilt characters", &RobustnessParts::characters},
                           Row{"Well-formed stories", &RobustnessParts::stories}}) {
        RobustnessParts one;
        one.*(row.part) = true;
        const std::string hint = cost_words(form.settings, one, frame) +
                                 "; its results are replaced, nothing else changes";
        check_row(theme, row.words, (std::string("##") + row.words).c_str(), form.parts.*(row.part),
                  hint.c_str());
    }
    end_form();
}

void draw_progress(const RobustnessFrame& frame, const Theme& theme) {
    small_paragraph(theme, theme.text, frame.doing.c_str());
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 track(ImGui::GetContentRegionAvail().x, theme.px(4));
    bar(*ImGui::GetWindowDrawList(), at, track, static_cast<float>(frame.progress), theme.select,
        theme.active);
    ImGui::Dummy(track);
    const std::string left =
        frame.eta_secs > 0 ? format_duration(frame.eta_secs) + " left" : "time left not known yet";
    small_paragraph(theme, theme.dim, (format_percent(frame.progress) + ", " + left).c_str());
}

void draw_result(const RobustnessFrame& frame, const Theme& theme) {
    if (!frame.sentence.empty()) small_paragraph(theme, theme.dim, frame.sentence.c_str());
    for (const RobustnessFailure& failure : frame.failures)
        small_paragraph(
            theme, theme.error,
            ((failure.model.empty() ? "" : failure.model + ": ") + failure.sentence).c_str());
}

void draw_start(const Frames& frames, RobustnessForm& form, PanelContext& context) {
    const Theme& theme = context.theme;
    const RobustnessFrame* frame = frames.robustness.get();
    const bool running = frame != nullptr && frame->running;
    if (running) {
        if (ImGui::Button("Stop")) context.out.push_back(StopRobustness{});
        if (ImGui::IsItemHovered()) ImGui::SetTooltip("What is measured stays");
    } else if (primary_button(theme, "Measure", form.parts.any())) {
        start_measuring(form, form.parts, context);
    }
    const char* copy = "Copy as command";
    flow(button_width(copy), ImGui::GetStyle().ItemSpacing.x);
    if (ImGui::Button(copy))
        if (const auto settings = settings_of(form))
            ImGui::SetClipboardText(
                robustness_commands(*settings, form.parts, opened_model(frames)).c_str());
    // What is below stays where it is when a measurement starts or ends: all of it is said in one
    // room.
    const float top = ImGui::GetCursorPosY();
    if (running)
        draw_progress(*frame, theme);
    else if (form.parts.any())
        small_paragraph(theme, theme.dim, cost_words(form.settings, form.parts, frame).c_str());
    if (!form.problem.empty()) small_paragraph(theme, theme.error, form.problem.c_str());
    if (frame != nullptr && !running) draw_result(*frame, theme);
    const float left = top + 4.5F * ImGui::GetTextLineHeightWithSpacing() - ImGui::GetCursorPosY();
    if (left > ImGui::GetStyle().ItemSpacing.y)
        ImGui::Dummy({1, left - ImGui::GetStyle().ItemSpacing.y});
}

}  // namespace

void draw_robustness_settings(const Frames& frames, RobustnessView& view, PanelContext& context) {
    RobustnessForm& form = view.form;
    draw_model_list(frames, form, context);
    draw_parts(frames.robustness.get(), form, context.theme);
    draw_start(frames, form, context);
    draw_noise_rows(form, context.theme);
    draw_flip_rows(frames, form, context.theme);
    draw_character_rows(form, context.theme);
    draw_text_rows(frames, form, context);
}

}  // namespace marginscope
