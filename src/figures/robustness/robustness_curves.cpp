// Curves by kind, and their words.
#include "figures/robustness/robustness_curves.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "core/words.h"

namespace marginscope {
namespace {

constexpr const char* kNoise = "noise";
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

bool is_of(const RobustnessCurve& curve, const std::string& kind) {
    return kind == kNoise ? curve.change.empty() : curve.change == kind;
}

std::optional<Interval> value_of(const RobustnessPoint& point, RobustnessQuantity quantity) {
    if (quantity == RobustnessQuantity::loss) return point.ce;
    if (quantity == RobustnessQuantity::flips) return point.flips;
    if (point.stories) return point.stories->share;
    return std::nullopt;
}

Interval drawn(RobustnessQuantity quantity, const Interval& value) {
    return {drawn_value(quantity, value.value), drawn_value(quantity, value.low),
            drawn_value(quantity, value.high), value.count};
}

std::optional<double> alone_of(const RobustnessPoint& point, RobustnessQuantity quantity) {
    if (!point.members || quantity == RobustnessQuantity::stories) return std::nullopt;
    return drawn_value(quantity, quantity == RobustnessQuantity::loss ? point.members->ce.value
                                                                      : point.members->flips.value);
}

/// How far what the models claim is from what came.
std::string calibration_words(const RobustnessPoint& point) {
    return "Brier " + format_number(point.brier.value, 3) + ", calibration error " +
           format_number(point.ece, 2) +
           " (calibrated: " + format_number(point.ece_if_calibrated, 2) + ")";
}

std::string note_of(const RobustnessPoint& point, RobustnessQuantity quantity) {
    if (quantity == RobustnessQuantity::stories && point.stories)
        return std::to_string(point.stories->well_formed) + " of " +
               std::to_string(point.stories->sentences) + " sentences";
    std::string note;
    if (const auto alone = alone_of(point, quantity))
        note = "of these models alone " + value_words(quantity, {*alone, kUnknown, kUnknown, 0}) +
               "\n";
    if (quantity == RobustnessQuantity::loss && point.clean_ce)
        note += "clean text there " + format_amount(*point.clean_ce, "nats") + ", " +
                format_percent(point.share_changed.value_or(0)) + " of characters changed\n";
    if (quantity == RobustnessQuantity::loss) note += calibration_words(point);
    if (quantity == RobustnessQuantity::flips)
        note += "wrong " + format_percent(point.errors.value);
    return note;
}

std::string curve_name(const RobustnessCurve& curve, const std::vector<std::string>& models) {
    const std::string tokens = curve.tokens.empty() || curve.tokens == "all" ? "" : curve.tokens;
    return models[curve.model] + (tokens.empty() ? "" : ", " + tokens);
}

std::string number(double value, bool sign) {
    return (sign && value > 0 ? "+" : "") + format_number(value, 3);
}

}  // namespace

std::vector<std::string> shown_kinds(const RobustnessFrame& frame) {
    std::vector<std::string> kinds;
    if (frame.noise != nullptr) kinds.emplace_back(kNoise);
    if (frame.characters == nullptr) return kinds;
    for (const RobustnessCurve& curve : frame.characters->curves)
        if (std::find(kinds.begin(), kinds.end(), curve.change) == kinds.end())
            kinds.push_back(curve.change);
    return kinds;
}

std::string kind_words(const std::string& kind) {
    if (kind == "swap") return "characters swapped";
    if (kind == "drop") return "characters dropped";
    if (kind == "insert") return "characters inserted";
    if (kind == "case") return "letters of another case";
    return "noise";
}

const RobustnessCurves* curves_of(const RobustnessFrame& frame, const std::string& kind) {
    const RobustnessCurves* curves = kind == kNoise ? frame.noise.get() : frame.characters.get();
    const bool any = curves != nullptr &&
                     std::any_of(curves->curves.begin(), curves->curves.end(),
                                 [&](const RobustnessCurve& one) { return is_of(one, kind); });
    return any ? curves : nullptr;
}

std::vector<LevelCurve> level_curves(const RobustnessCurves& curves, const std::string& kind,
                                     RobustnessQuantity quantity) {
    const std::vector<std::string> names = model_names(curves.models);
    std::vector<LevelCurve> all;
    for (const RobustnessCurve& curve : curves.curves) {
        if (!is_of(curve, kind)) continue;
        LevelCurve one{curve_name(curve, names), curve.model, curve.tokens == "random", {}};
        for (const RobustnessPoint& point : curve.points)
            if (const auto value = value_of(point, quantity))
                one.points.push_back({point.level, drawn(quantity, *value),
                                      note_of(point, quantity), alone_of(point, quantity),
                                      quantity == RobustnessQuantity::stories ? nullptr : &point});
        if (!one.points.empty()) all.push_back(std::move(one));
    }
    return all;
}

std::vector<LevelCurve> level_differences(const RobustnessCurves& curves, const std::string& kind,
                                          RobustnessQuantity quantity, bool tokens) {
    const std::vector<std::string> names = model_names(curves.models);
    std::vector<LevelCurve> all;
    if (quantity == RobustnessQuantity::stories) return all;
    for (const RobustnessDifference& difference : curves.differences) {
        const RobustnessCurve &curve = curves.curves[difference.curve],
                              &to = curves.curves[difference.to];
        if (!is_of(curve, kind) || (curve.model == to.model) != tokens) continue;
        LevelCurve one{tokens ? names[curve.model] : curve_name(curve, names),
                       curve.model,
                       curve.tokens == "random",
                       {}};
        for (const RobustnessDifference::Point& point : difference.points)
            one.points.push_back(
                {point.level,
                 drawn(quantity, quantity == RobustnessQuantity::loss ? point.ce : point.flips)});
        all.push_back(std::move(one));
    }
    return all;
}

std::string level_axis(const RobustnessCurves& curves, const std::string& kind) {
    for (const RobustnessCurve& curve : curves.curves)
        if (is_of(curve, kind))
            return curve.unit == "rate"  ? "share of characters hit"
                   : curve.unit == "rms" ? "sigma, × RMS of the token embeddings"
                                         : "sigma, absolute";
    return "sigma";
}

const char* quantity_axis(RobustnessQuantity quantity) {
    if (quantity == RobustnessQuantity::loss) return "cross-entropy, nats";
    if (quantity == RobustnessQuantity::flips) return "changed predictions, %";
    return "well-formed sentences, %";
}

double drawn_value(RobustnessQuantity quantity, double value) {
    return quantity == RobustnessQuantity::loss ? value : 100 * value;
}

std::string value_words(RobustnessQuantity quantity, const Interval& value) {
    const char* unit = quantity == RobustnessQuantity::loss ? " nats" : " %";
    std::string words = format_number(value.value, 5) + unit;
    if (std::isfinite(value.low) && std::isfinite(value.high))
        words += "  (" + format_number(value.low, 4) + " … " + format_number(value.high, 4) + ")";
    return words;
}

std::string measured_words(const RobustnessCurves& curves, const std::string& kind) {
    const auto curve = std::find_if(curves.curves.begin(), curves.curves.end(),
                                    [&](const RobustnessCurve& one) { return is_of(one, kind); });
    if (curve == curves.curves.end()) return {};
    const RobustnessSettings& settings = curves.settings;
    std::string words =
        std::to_string(curve->windows) + " windows of " + std::to_string(curve->context) +
        " characters, " + (settings.whole_text ? "" : "last tenth of ") + curves.text_label + "; " +
        std::to_string(settings.draws) + (settings.draws == 1 ? " draw" : " draws") + ", seed " +
        std::to_string(settings.seed);
    if (curve->change.empty()) {
        words += "; noise on " + curve->where;
        if (curve->tokens == "support")
            words += " of " + format_number(curve->noisy_tokens, 3) + " support tokens a window";
        if (curve->tokens == "random")
            words += " of " + format_number(curve->noisy_tokens, 3) + " tokens a window";
    }
    return words + ".";
}

std::string difference_sentence(const std::vector<LevelCurve>& differences,
                                RobustnessQuantity quantity, const std::string& first,
                                const std::string& axis) {
    std::string words;
    const std::string level = axis.substr(0, axis.find(','));
    const char* what = quantity == RobustnessQuantity::loss ? " nats" : " % of predictions changed";
    for (const LevelCurve& one : differences) {
        const LevelPoint* last = nullptr;
        for (const LevelPoint& point : one.points)
            if (last == nullptr || point.level > last->level) last = &point;
        if (last == nullptr || !std::isfinite(last->value.value)) continue;
        const Interval& value = last->value;
        const bool told = value.low > 0 || value.high < 0;
        words += (words.empty() ? "" : " ");
        const std::string at = "At " + level + " " + format_number(last->level, 3) + " ";
        if (told)
            words += at + one.name + " has " + number(value.value, true) + what + " against " +
                     first + " (" + number(value.low, true) + " … " + number(value.high, true) +
                     ", paired over " + std::to_string(value.count) + " windows).";
        else
            words += at + one.name + " and " + first + " cannot be told apart (" +
                     number(value.low, true) + " … " + number(value.high, true) + what + ").";
    }
    return words;
}

std::vector<std::string> model_names(const std::vector<RobustnessModel>& models) {
    std::vector<std::string> names;
    for (const RobustnessModel& model : models) {
        const auto alike =
            std::count_if(models.begin(), models.end(),
                          [&](const RobustnessModel& other) { return other.label == model.label; });
        std::filesystem::path folder = std::filesystem::path(model.path).parent_path();
        if (std::filesystem::path(model.label).has_parent_path()) folder = folder.parent_path();
        names.push_back(alike > 1 && folder.has_filename()
                            ? (folder.filename() / model.label).string()
                            : model.label);
    }
    return names;
}

}  // namespace marginscope
