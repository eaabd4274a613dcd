// Picture and legend at the left, words at the right; below each other where it is narrow.
#include "ui/guide/guide_page.h"

#include <algorithm>
#include <array>

#include "ui/guide/guide_picture.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

struct Entry {
    GuideMark mark;
    const char* words;
};
constexpr std::array kLegend = {
    Entry{GuideMark::boundary, "the boundary, det J = 0. Pink means: near it, or beyond it"},
    Entry{GuideMark::safe_side, "det J above 0; the colour fades towards the boundary"},
    Entry{GuideMark::far_side, "det J below 0: an odd number of crossings"},
    Entry{GuideMark::circle,
          "the geometric margin. Dashed in planes where the boundary need not touch it"},
    Entry{GuideMark::support, "support token: one of the few with the smallest margin"},
    Entry{GuideMark::selected, "the selected character; blue shades behind letters: what it reads"},
    Entry{GuideMark::past, "past characters, the larger the more attention they get"},
    Entry{GuideMark::token, "bar under a character: its margin, on the near side"},
    Entry{GuideMark::beyond, "bar in pink: the character is beyond the boundary"},
};

struct Section {
    const char* title;
    const char* words;
};
constexpr std::array kBefore = {
    Section{"The idea",
            "To choose the next character, a language model mixes what each past character has to "
            "say. How much it listens to each depends on the character it is looking at: move that "
            "character's embedding u a little, and the mix moves with it. Usually by little. But "
            "there are places where the reply to a small move grows without limit: attention "
            "folds there, as a map folds over a cliff. J says how the two move together; the "
            "cliff is where det J = 0, the boundary. The distance to it is the margin."},
    Section{"Support tokens",
            "A chain is as safe as its weakest link: the few characters with the smallest margins "
            "decide how much disturbance the whole text bears. They are called support tokens, "
            "after the support vectors of an SVM, and wear a ring."},
};
constexpr std::array kAfter = {
    Section{"Beyond, and the colours of det J",
            "J = I − Σ A, where Σ is the spread of the past under attention and A the stage's "
            "matrix. A character is beyond the boundary when Σ A has a real eigenvalue above 1; "
            "how many it has are its crossings. The colours of the plane show the sign of det J, "
            "which turns with every crossing: after two it is positive again. So a character can "
            "be beyond and stand on the same colour as one that is not. The badge counts "
            "crossings; the colour cannot."},
    Section{"Why so many are beyond",
            "In a trained model a third to a half of all characters are beyond under a fitted "
            "stage. That is no fault of the display. A stage fitted by likelihood learns to copy "
            "sharply from the past, and past the first fold log|det J| grows again, which the "
            "likelihood rewards. The barrier in training pushes a character away from the "
            "boundary on the side where it is; it does not bring it back."},
    Section{
        "Stage, fitted, live",
        "A stage is one attention layer that explains each embedding from the past: u = μ(past) "
        "+ noise. All margins of the text are measured in it. Fitted: made for the finished "
        "model by a fixed recipe; models are compared only so. Live: the one that trains along "
        "with the model right now. The heads' own numbers (Attention, lowest head) are of the "
        "model itself, and are sensitivities, not likelihoods."},
    Section{"What it does not say",
            "A margin is a sensitivity, not a probability. A small one predicts fragility only "
            "weakly, and training with plain noise is a strong rival of the barrier: the Path "
            "workspace compares them over seeds, with intervals."},
};

void draw_section(const Theme& theme, const Section& section) {
    ImGui::PushFont(theme.fonts.semibold, type::kTitle);
    text_colored(theme.text, section.title);
    ImGui::PopFont();
    paragraph(theme, theme.dim, section.words);
    ImGui::Dummy(ImVec2(0, theme.px(8)));
}

void draw_legend(const Theme& theme) {
    ImGui::PushFont(theme.fonts.semibold, type::kTitle);
    text_colored(theme.text, "Colours and marks");
    ImGui::PopFont();
    const float size = theme.px(20);
    for (const Entry& entry : kLegend) {
        draw_guide_mark(theme, entry.mark, ImGui::GetCursorScreenPos(), size);
        ImGui::Dummy(ImVec2(size, size));
        ImGui::SameLine(0, theme.px(10));
        paragraph(theme, theme.dim, entry.words);
    }
    ImGui::Dummy(ImVec2(0, theme.px(8)));
}

struct Margin {
    MarginKind kind;
    const char* words;
};
constexpr std::array kMargins = {
    Margin{MarginKind::determinant,
           "How much volume the map keeps here. What training penalises; in nats, any sign."},
    Margin{MarginKind::singular,
           "How far J is from the nearest matrix that folds. A distance, never below 0."},
    Margin{MarginKind::geometric,
           "How far the character itself must move to reach the boundary. The circle's radius."},
};

// What the selected character has now, or why there is nothing.
std::string value_now(const MarginFrame* margins, const MarginCell* cell, MarginKind kind) {
    if (cell == nullptr || !cell->valid) return missing_words(margins, cell);
    return margin_words(*cell, kind) + (cell->crossings > 0 ? ", beyond the boundary" : "");
}

void draw_margins(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    ImGui::PushFont(theme.fonts.semibold, type::kTitle);
    text_colored(theme.text, "The three margins");
    ImGui::PopFont();
    const int index = selected_index(context.selection, frames.decode.get());
    const MarginCell* cell = margin_at(frames.margins.get(), index);
    if (frames.decode != nullptr && index >= 0) {
        const TokenCell& token = frames.decode->line[static_cast<std::size_t>(index)];
        paragraph(theme, theme.dim,
                  ("Now, for character " + std::to_string(index) + ", \"" +
                   symbol_at(*frames.decode, token.token) + "\":")
                      .c_str());
    }
    for (const Margin& margin : kMargins) {
        const QuantityText& text = text_of(quantity_of(margin.kind));
        ImGui::PushFont(theme.fonts.semibold, type::kBody);
        text_colored(theme.text, text.name);
        ImGui::PopFont();
        ImGui::PushFont(theme.fonts.mono, type::kSmall);
        ImGui::PushTextWrapPos(0.0F);
        text_colored(theme.dim, text.formula);
        text_colored(cell != nullptr && cell->crossings > 0 ? theme.accent : theme.text,
                     value_now(frames.margins.get(), cell, margin.kind).c_str());
        ImGui::PopTextWrapPos();
        ImGui::PopFont();
        paragraph(theme, theme.dim, margin.words);
        ImGui::Dummy(ImVec2(0, theme.px(4)));
    }
    ImGui::Dummy(ImVec2(0, theme.px(4)));
}

void draw_source(const Theme& theme) {
    draw_section(
        theme, {"Where it comes from",
                "Agarwal, Mavani, Gupta, Sethuraman, Dharamsi: Support Tokens, Stability Margins, "
                "and a New Foundation for Robust LLMs. arXiv 2602.22271, 2026."});
}

}  // namespace

void draw_guide_page(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    ImGui::BeginChild("##page", ImVec2(0, 0), 0, ImGuiWindowFlags_NoNavInputs);
    const float width = ImGui::GetContentRegionAvail().x;
    const int columns = width >= theme.px(760) ? 2 : 1;
    // The columns end at about the same height: a wide picture is a high one.
    const bool margins_left = columns == 2 && width < theme.px(1400);
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, ImVec2(theme.px(14), theme.px(4)));
    if (ImGui::BeginTable("guide", columns, ImGuiTableFlags_SizingStretchSame)) {
        ImGui::TableNextColumn();
        draw_guide_picture(theme, ImGui::GetContentRegionAvail().x);
        ImGui::Dummy(ImVec2(0, theme.px(8)));
        draw_legend(theme);
        if (margins_left) draw_margins(frames, context);
        ImGui::TableNextColumn();
        for (const Section& section : kBefore) draw_section(theme, section);
        if (!margins_left) draw_margins(frames, context);
        for (const Section& section : kAfter) draw_section(theme, section);
        draw_source(theme);
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
    ImGui::EndChild();
}

}  // namespace marginscope
