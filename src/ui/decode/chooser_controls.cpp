// Sliders of the choosers.
#include "ui/decode/chooser_controls.h"

#include <algorithm>
#include <optional>
#include <string>

#include "figures/decode/sampling_words.h"
#include "ui/flow.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr int kCopiedTokens = 100;  // of the command
constexpr std::initializer_list<Choice> kUnits = {
    {"absolute", "Sigma in the units of the embeddings"},
    {"× RMS",
     "Sigma as a multiple of the root mean square of all of the model's token embeddings"}};

constexpr std::initializer_list<Choice> kBestBy = {
    {"likely", "The highest mean log-probability a character"},
    {"far", "The highest lowest margin"},
    {"both", "The least sum of the ranks by both"}};

/// One set of controls that are being drawn.
class Rows {
public:
    Rows(const Theme& theme, bool& held) : theme_(theme), held_(held) {}

    bool changed() const { return changed_; }
    bool number(const SliderSpec& spec, double& value) {
        const bool now = slider(theme_, spec, value);
        held_ = held_ || ImGui::IsAnyItemActive();
        changed_ = changed_ || now;
        return now;
    }
    /// A threshold whose slot at the left turns it off.
    void limit(const SliderSpec& spec, std::optional<double>& value) {
        double shown = value.value_or(0.0);
        if (!number(spec, shown)) return;
        value.reset();
        if (shown > 0.0) value = shown;
    }
    /// A threshold of any sign: a switch, and its slider while it is on. True when it was switched.
    bool margin_limit(const char* words, const char* hint, MarginKind kind,
                      std::optional<double>& value) {
        bool on = value.has_value();
        const bool turned = switch_button(theme_, words, on, hint);
        if (turned) {
            value.reset();
            if (on) value = kind == MarginKind::determinant ? 0.0 : 0.1;
            changed_ = true;
        }
        if (!value) return turned;
        const SliderScale scale = kind == MarginKind::determinant
                                      ? SliderScale{-20.0, 20.0, false, false, false}
                                      : SliderScale{0.0, 1.0, false, false, false};
        number({.label = "at least", .scale = scale, .digits = 3, .hint = hint}, *value);
        return turned;
    }
    void mark() { changed_ = true; }

private:
    const Theme& theme_;
    bool& held_;
    bool changed_ = false;
};

const char* of_kind(MarginKind kind) {
    switch (kind) {
        case MarginKind::singular:
            return "The margin here is the singular one, sigma_min.";
        case MarginKind::geometric:
            return "The margin here is the geometric one, a distance.";
        case MarginKind::determinant:
            break;
    }
    return "The margin here is log|det J|, in nats.";
}

/// Rules that read the margin take the kind that is shown when the first of them is turned on.
void margin_rules(const DecodeFrame& decode, SamplingSettings& s, Rows& rows, const Theme& theme) {
    const auto any = [&] {
        return s.min_margin || s.chooser.abstain_margin || s.chooser.margin_weight != 0.0;
    };
    const bool before = any();
    const MarginKind kind = before ? s.min_margin_kind : decode.view.kind;
    rows.number({.label = "Margin weight",
                 .scale = {0.0, 4.0, false, false, false},
                 .digits = 3,
                 .off_text = "off",
                 .hint = "Adds this much of the log of a candidate's margin to its "
                         "log-probability (log|det J| itself for the determinant margin)"},
                s.chooser.margin_weight);
    rows.margin_limit("Least margin",
                      "Characters whose own margin would be below, or beyond the boundary, are "
                      "not candidates",
                      kind, s.min_margin);
    rows.margin_limit("Abstain by margin",
                      "Stops before a character that was drawn and whose margin would be below, "
                      "or beyond the boundary",
                      kind, s.chooser.abstain_margin);
    if (!before && any()) s.min_margin_kind = kind;
    if (!any()) s.min_margin_kind = SamplingSettings{}.min_margin_kind;
    if (any()) small_paragraph(theme, theme.dim, of_kind(s.min_margin_kind));
}

void noise(ChooserSettings& chooser, Rows& rows, const Theme& theme) {
    double draws = chooser.noise_draws;
    if (rows.number({.label = "Averaged draws",
                     .scale = {1.0, 64.0, true, true, true},
                     .digits = 3,
                     .off_text = "off",
                     .hint = "The next character is drawn from the mean of this many readings of "
                             "the text under noise; each costs a pass"},
                    draws)) {
        const bool began = !chooser.averages();
        chooser.noise_draws = std::clamp(static_cast<int>(draws), 0, kMostNoiseDraws);
        if (!chooser.averages()) {
            chooser.noise_sigma = 0.0;
            chooser.noise_relative = false;
            chooser.abstain_information.reset();
        } else if (began) {
            chooser.noise_sigma = 0.25;
            chooser.noise_relative = true;
        }
    }
    if (!chooser.averages()) return;
    rows.number({.label = "Sigma",
                 .scale = {0.001, 1.0, true, false, false},
                 .digits = 3,
                 .quantity = Quantity::noise},
                chooser.noise_sigma);
    int unit = chooser.noise_relative ? 1 : 0;
    if (segmented(theme, "chooser unit", kUnits, unit)) {
        chooser.noise_relative = unit == 1;
        rows.mark();
    }
    rows.limit({.label = "Stop: disagree",
                .scale = {0.001, 2.0, true, true, false},
                .digits = 3,
                .off_text = "off",
                .quantity = Quantity::mutual_information},
               chooser.abstain_information);
}

void best(ChooserSettings& chooser, Rows& rows, const Theme& theme) {
    double count = chooser.best_of;
    if (rows.number({.label = "Best of",
                     .scale = {1.0, 16.0, false, false, true},
                     .digits = 2,
                     .hint = "Several characters at once (Shift and the right arrow, or ten while "
                             "playing) are written this often, and the best continuation is kept; "
                             "the others stay as branches"},
                    count)) {
        chooser.best_of = std::clamp(static_cast<int>(count), 1, kMostContinuations);
        if (chooser.best_of == 1) chooser.best_by = BestBy::logprob;
    }
    if (chooser.best_of == 1) return;
    int by = static_cast<int>(chooser.best_by);
    if (segmented(theme, "best by", kBestBy, by)) {
        chooser.best_by = static_cast<BestBy>(by);
        rows.mark();
    }
}

/// What the folded group still says.
std::string rules_on(SamplingSettings settings) {
    const SamplingSettings usual;
    settings.temperature = usual.temperature;
    settings.top_k = usual.top_k;
    settings.top_p = usual.top_p;
    settings.seed = usual.seed;
    return sampling_flags(settings);
}

}  // namespace

bool draw_choosers(const DecodeFrame& decode, SamplingSettings& settings, bool& held,
                   const PanelContext& context) {
    const Theme& theme = context.theme;
    const std::string on = rules_on(settings);
    ImGui::SetNextItemOpen(!on.empty(), ImGuiCond_Once);  // a session may come with them
    // Not indented: the sliders below need the width.
    if (!ImGui::TreeNodeEx("Choosers", ImGuiTreeNodeFlags_NoTreePushOnOpen)) {
        if (!on.empty()) small_paragraph(theme, theme.text, ("On:" + on).c_str());
        return false;
    }
    ImGui::PushID("choosers");
    Rows rows(theme, held);
    ChooserSettings& chooser = settings.chooser;
    margin_rules(decode, settings, rows, theme);
    rows.limit({.label = "Stop: entropy",
                .scale = {0.01, 5.0, true, true, false},
                .digits = 3,
                .off_text = "off",
                .quantity = Quantity::entropy},
               chooser.abstain_entropy);
    rows.limit({.label = "Stop: unlikely",
                .scale = {0.01, 1.0, true, true, false},
                .digits = 3,
                .off_text = "off",
                .hint = "Stops where the likeliest character has less than this probability, at "
                        "temperature 1"},
               chooser.abstain_probability);
    noise(chooser, rows, theme);
    best(chooser, rows, theme);
    const std::string cost = cost_sentence(chooser, settings.min_margin.has_value());
    small_paragraph(theme, theme.dim, ("Costs " + cost).c_str());
    if (ImGui::SmallButton("Copy as command"))
        ImGui::SetClipboardText(decode_command(decode, kCopiedTokens).c_str());
    flow(button_width("Turn all off"), ImGui::GetStyle().ItemSpacing.x);
    if (ImGui::SmallButton("Turn all off")) {
        chooser = {};
        settings.min_margin.reset();
        settings.min_margin_kind = SamplingSettings{}.min_margin_kind;
        rows.mark();
    }
    ImGui::PopID();
    return rows.changed();
}

}  // namespace marginscope
