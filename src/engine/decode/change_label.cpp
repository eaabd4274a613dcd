// Words for changes.
#include "engine/decode/change_label.h"

#include <cstdio>
#include <filesystem>
#include <optional>
#include <variant>

#include "core/shown.h"

namespace marginscope {
namespace {

constexpr std::size_t kQuoted = 24;  // bytes of a text in a label

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.4g", value);
    return text;
}

std::string quoted(const std::string& text) {
    if (text == "\n") return "line break";
    if (text == " ") return "space";
    return "'" + shortened(text, kQuoted) + "'";
}

std::string at_cursor(const DecodeDocument& after) {
    return quoted(after.tree.node(after.tree.cursor()).text) + " at " +
           std::to_string(after.tree.cursor_length() - 1);
}

std::string branch(const DecodeDocument& document, int node) {
    if (!document.tree.holds(node)) return "a branch";
    const DecodeNode& first = document.tree.node(node);
    return "the branch " + quoted(first.name.empty() ? first.text : first.name) + " at " +
           std::to_string(first.depth);
}

std::string chooser_label(const ChooserSettings& before, const ChooserSettings& after) {
    const auto limit = [](const char* name, const std::optional<double>& value) {
        return value ? std::string("Abstain by ") + name + " " + number(*value)
                     : std::string("No abstaining by ") + name;
    };
    if (before != after && after == ChooserSettings{}) return "Choosers off";
    if (after.margin_weight != before.margin_weight)
        return "Margin weight " + number(after.margin_weight);
    if (after.noise_draws != before.noise_draws)
        return "Averaged over " + std::to_string(after.noise_draws) + " draws";
    if (after.noise_sigma != before.noise_sigma || after.noise_relative != before.noise_relative)
        return "Averaged noise " + number(after.noise_sigma) +
               (after.noise_relative ? " \u00d7 RMS" : "");
    if (after.abstain_margin != before.abstain_margin) return limit("margin", after.abstain_margin);
    if (after.abstain_entropy != before.abstain_entropy)
        return limit("entropy", after.abstain_entropy);
    if (after.abstain_information != before.abstain_information)
        return limit("information", after.abstain_information);
    if (after.abstain_probability != before.abstain_probability)
        return limit("probability", after.abstain_probability);
    if (after.best_of != before.best_of || after.best_by != before.best_by)
        return "Best of " + std::to_string(after.best_of);
    return "Sampling";
}

std::string sampling_label(const SamplingSettings& before, const SamplingSettings& after) {
    if (after.temperature != before.temperature) return "Temperature " + number(after.temperature);
    if (after.top_k != before.top_k)
        return after.top_k == 0 ? "Top-k off" : "Top-k " + std::to_string(after.top_k);
    if (after.top_p != before.top_p) return "Top-p " + number(after.top_p);
    if (after.seed != before.seed) return "Seed " + std::to_string(after.seed);
    if (after.min_margin && after.min_margin != before.min_margin)
        return "Least margin " + number(*after.min_margin);
    if (!after.min_margin && before.min_margin) return "No least margin";
    return chooser_label(before.chooser, after.chooser);
}

std::string noise_label(const SetDecodeNoise& before, const SetDecodeNoise& after) {
    if (after.sigma == 0) return "No noise";
    if (after.frozen != before.frozen) return after.frozen ? "Twin frozen" : "Twin thawed";
    if (after.positions != before.positions) return "Noise on other characters";
    if (after.where != before.where) return "Noise at another place";
    if (after.draws != before.draws) return "Draws " + std::to_string(after.draws);
    if (after.sigma == before.sigma && after.seed != before.seed)
        return "Another draw of the noise";
    return "Noise " + number(after.sigma) + (after.relative ? " \u00d7 RMS" : "");
}

std::string view_label(const SetView& before, const SetView& after) {
    if (after.kind != before.kind)
        return "Margin: " +
               std::string(kEnumNames<MarginKind>[static_cast<std::size_t>(after.kind)]);
    if (after.view != before.view)
        return "Margins of the " +
               std::string(kEnumNames<MarginView>[static_cast<std::size_t>(after.view)]);
    if (after.plane != before.plane || after.plane_token_a != before.plane_token_a ||
        after.plane_token_b != before.plane_token_b)
        return "Plane of the boundary";
    if (after.windows != before.windows)
        return "Windows: " +
               std::string(kEnumNames<WindowRule>[static_cast<std::size_t>(after.windows)]);
    if (after.support != before.support) return std::to_string(after.support) + " support tokens";
    if (after.index != before.index)
        return after.index < 0 ? "Look at the cursor" : "Look at " + std::to_string(after.index);
    return "View";
}

std::string drag_label(const DragToken& wish, const DecodeDocument& after) {
    const std::vector<int> line = after.tree.line_to_cursor();
    const auto at = static_cast<std::size_t>(wish.index);
    return wish.index < 0 || at >= line.size() ? "Drag a token"
                                               : "Drag " + quoted(after.tree.node(line[at]).text) +
                                                     " at " + std::to_string(wish.index);
}

struct Words {
    const DecodeDocument& before;
    const DecodeDocument& after;

    std::string operator()(const SetPrompt& wish) const { return "Text " + quoted(wish.text); }
    std::string operator()(const EditText&) const {
        return "Edit the text, to " + at_cursor(after);
    }
    std::string operator()(const RestartDecode&) const { return "Back to the prompt"; }
    std::string operator()(const ChooseToken&) const { return "Choose " + at_cursor(after); }
    std::string operator()(const SetSampling&) const {
        return sampling_label(before.sampling, after.sampling);
    }
    std::string operator()(const SetDecodeNoise&) const {
        return noise_label(before.noise, after.noise);
    }
    std::string operator()(const SetView&) const { return view_label(before.view, after.view); }
    std::string operator()(const DragToken& wish) const { return drag_label(wish, after); }
    std::string operator()(const ResetDrags&) const { return "Put the tokens back"; }
    std::string operator()(const RenameBranch& wish) const {
        return "Name " + branch(before, wish.node);
    }
    std::string operator()(const FoldBranch& wish) const {
        return (wish.folded ? "Fold " : "Unfold ") + branch(before, wish.node);
    }
    std::string operator()(const PruneBranch& wish) const {
        return (wish.pruned ? "Prune " : "Bring back ") + branch(before, wish.node);
    }
    std::string operator()(const CompareBranch& wish) const {
        return wish.node < 0 ? "End the comparison" : "Compare with " + branch(after, wish.node);
    }
    std::string operator()(const SetHole& wish) const {
        return (wish.on ? "Hole at " : "No hole at ") + std::to_string(wish.index);
    }
    std::string operator()(const ClearHoles&) const { return "No holes"; }
    std::string operator()(const SetParticles& wish) const {
        return wish.particles == 0 ? "No particles" : std::to_string(wish.particles) + " particles";
    }
    std::string operator()(const TakeParticle&) const {
        return "Walk a particle, to " + at_cursor(after);
    }
    std::string operator()(const OpenFile& wish) const {
        return "Open " + std::filesystem::path(wish.path).filename().string();
    }
    std::string operator()(const auto&) const {
        if (after.model != before.model) return "Another model";
        if (after.tree.size() > before.tree.size()) return "Decode to " + at_cursor(after);
        return "Go to " + at_cursor(after);
    }
};

}  // namespace

std::string change_label(const Command& cause, const DecodeDocument& before,
                         const DecodeDocument& after) {
    return std::visit(Words{before, after}, cause);
}

}  // namespace marginscope
