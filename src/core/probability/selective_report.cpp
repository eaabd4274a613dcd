// Combinations are scores like any other once they are fitted: one path judges all.
#include "core/probability/selective_report.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdio>

namespace marginscope {
namespace {

constexpr const char* kEntropy = "entropy, fitted";
constexpr const char* kEntropyMargin = "entropy and margin, fitted";
constexpr const char* kRest = "all but margin, fitted";
constexpr const char* kAll = "all, fitted";

struct Combination {
    const char* name;
    std::vector<ScoreFamily> families;
};

// By family; those that would be made of the same scores as one before are left out.
std::vector<Combination> combinations(const SelectiveItems& items) {
    using enum ScoreFamily;
    const bool margins =
        std::any_of(items.scores.begin(), items.scores.end(),
                    [](const SelectiveScore& score) { return score.family == margin; });
    std::vector<Combination> out = {{kEntropy, {entropy}}, {kRest, {probability, entropy}}};
    if (margins) {
        out.insert(out.begin() + 1, {kEntropyMargin, {entropy, margin}});
        out.push_back({kAll, {probability, entropy, margin}});
    }
    return out;
}

// Of the first `own` scores: combinations are made of no combination.
std::vector<std::size_t> members(const SelectiveItems& items, std::size_t own,
                                 const Combination& combination) {
    std::vector<std::size_t> out;
    for (std::size_t s = 0; s < own; ++s)
        if (std::count(combination.families.begin(), combination.families.end(),
                       items.scores[s].family) > 0)
            out.push_back(s);
    return out;
}

void add_combination(SelectiveItems& items, const char* name, const std::vector<std::size_t>& of,
                     const LogisticFit& fit) {
    SelectiveScore score{name, ScoreFamily::margin, false, {}};
    std::vector<double> features(of.size());
    for (std::size_t k = 0; k < items.size(); ++k) {
        for (std::size_t f = 0; f < of.size(); ++f) features[f] = items.scores[of[f]].values[k];
        score.values.push_back(fit.log_odds(features));
    }
    items.scores.push_back(std::move(score));
}

class ReportMaker {
public:
    ReportMaker(SelectiveParts parts, const SelectiveSettings& settings)
        : parts_(std::move(parts)), settings_(settings) {
        assert(parts_.tuning.scores.size() == parts_.fresh.scores.size());
        assert(parts_.calibrations > 0);
    }

    SelectiveReport report() {
        add_combinations();
        judge_curves();
        for (std::size_t s = 0; s < report_.scores.size(); ++s) judge_promise(s);
        for (const int k : settings_.best_of) judge_best_of(k);
        std::size_t wrong = 0;
        for (const std::uint8_t one : parts_.fresh.wrong) wrong += one ? 1 : 0;
        report_.base = static_cast<double>(wrong) / static_cast<double>(parts_.fresh.size());
        report_.perfect = perfect_area();
        compare();
        return std::move(report_);
    }

private:
    void add_combinations() {
        const std::size_t own = parts_.fresh.scores.size();
        report_.scores.resize(own);
        for (const Combination& combination : combinations(parts_.tuning)) {
            const std::vector<std::size_t> of = members(parts_.tuning, own, combination);
            std::vector<std::vector<double>> features;
            JudgedScore judged;
            for (const std::size_t s : of) {
                features.push_back(parts_.tuning.scores[s].values);
                judged.made.push_back(parts_.tuning.scores[s].name);
            }
            judged.fit = fit_logistic(features, parts_.tuning.wrong);
            for (SelectiveItems* part : {&parts_.tuning, &parts_.calibration, &parts_.fresh})
                add_combination(*part, combination.name, of, judged.fit);
            report_.scores.push_back(std::move(judged));
        }
    }

    void judge_curves() {
        std::vector<std::vector<double>> trusts;
        for (const SelectiveScore& score : parts_.fresh.scores) trusts.push_back(score.trust());
        RiskBootstrap bootstrap;
        bootstrap.coverages = told_coverages();
        bootstrap.seed = settings_.seed;
        bootstrap.draws = settings_.draws;
        std::vector<ScoredCurve> curves =
            risk_curves(trusts, parts_.fresh.wrong, parts_.fresh.groups, bootstrap);
        for (std::size_t s = 0; s < curves.size(); ++s) {
            report_.scores[s].score = parts_.fresh.scores[s];
            report_.scores[s].curve = std::move(curves[s]);
            report_.scores[s].trusts = std::move(trusts[s]);
        }
    }

    void judge_promise(std::size_t s) {
        JudgedScore& judged = report_.scores[s];
        const std::vector<double> tuning = parts_.tuning.scores[s].trust();
        const std::vector<double> calibration = parts_.calibration.scores[s].trust();
        const std::size_t size = calibration.size() / parts_.calibrations;
        for (std::size_t c = 0; c < parts_.calibrations; ++c) {
            const LabelledTrust own{std::span(calibration).subspan(c * size, size),
                                    std::span(parts_.calibration.wrong).subspan(c * size, size)};
            ThresholdPromise promise =
                promise_threshold({tuning, parts_.tuning.wrong}, own, settings_.promise);
            KeptItems kept;
            if (promise.chosen) {
                kept = kept_items(judged.trusts, parts_.fresh.wrong, *promise.threshold());
                ++judged.promised;
                if (static_cast<double>(kept.wrong) >
                    settings_.promise.error * static_cast<double>(kept.kept))
                    ++judged.broken;
            }
            if (c > 0) continue;
            judged.kept = kept;
            judged.promise = std::move(promise);
        }
    }

    void judge_best_of(int k) {
        const auto step = static_cast<std::size_t>(k);
        const std::vector<double> coverages = told_coverages();
        const auto told = std::find(coverages.begin(), coverages.end(), 1.0 / k);
        assert(told != coverages.end());
        for (std::size_t s = 0; s < report_.scores.size(); ++s) {
            const std::vector<double>& trust = report_.scores[s].trusts;
            BestOf out;
            out.k = k;
            out.score = s;
            for (std::size_t first = 0; first + step <= trust.size(); first += step) {
                std::size_t best = first;
                for (std::size_t j = first + 1; j < first + step; ++j)
                    if (trust[j] > trust[best] || std::isnan(trust[best])) best = j;
                ++out.groups;
                out.wrong += parts_.fresh.wrong[best] ? 1 : 0;
            }
            out.bounds = clopper_pearson(static_cast<std::int64_t>(out.wrong),
                                         static_cast<std::int64_t>(out.groups));
            out.threshold =
                report_.scores[s].curve.risk[static_cast<std::size_t>(told - coverages.begin())];
            report_.best_of.push_back(out);
        }
    }

    double perfect_area() const {
        std::vector<double> truth;
        for (const std::uint8_t one : parts_.fresh.wrong) truth.push_back(one ? 0.0 : 1.0);
        return RiskOrder(truth, parts_.fresh.wrong).curve({}).area;
    }

    const ScoredCurve* curve_of(const char* name) const {
        for (const JudgedScore& judged : report_.scores)
            if (!judged.made.empty() && judged.score.name == name) return &judged.curve;
        return nullptr;
    }

    void compare() {
        const ScoredCurve* with = curve_of(kEntropyMargin);
        if (with == nullptr) {
            report_.sentence =
                "No margin was judged: this model has no fitted stage; `marginscope fit --model "
                "MODEL --out FITTED` makes one.";
            return;
        }
        const ScoredCurve* without = curve_of(kEntropy);
        report_.beside_entropy = area_difference(*with, *without);
        report_.beside_all = area_difference(*curve_of(kAll), *curve_of(kRest));
        report_.sentence = verdict(*report_.beside_entropy, *with, *without) +
                           beside_all_words(*report_.beside_all);
    }

    static std::string beside_all_words(const Interval& gain) {
        char words[160];
        std::snprintf(words, sizeof words,
                      " Beside all else that is known without it: %+.4f (%+.4f to %+.4f).",
                      gain.value, gain.low, gain.high);
        return words;
    }

    static std::string verdict(const Interval& gain, const ScoredCurve& with,
                               const ScoredCurve& without) {
        const char* words = gain.high < 0.0  ? "The margin adds something beside entropy"
                            : gain.low > 0.0 ? "The margin makes entropy's choice worse"
                                             : "The margin adds nothing that can be told from 0 "
                                               "beside entropy";
        char numbers[256];
        std::snprintf(numbers, sizeof numbers,
                      ": the area under risk and coverage is %.4f with both and %.4f with entropy "
                      "alone, a difference of %+.4f (95 %%: %+.4f to %+.4f, paired).",
                      with.area.value, without.area.value, gain.value, gain.low, gain.high);
        return std::string(words) + numbers;
    }

    SelectiveParts parts_;
    const SelectiveSettings& settings_;
    SelectiveReport report_;
};

}  // namespace

std::vector<double> SelectiveScore::trust() const {
    std::vector<double> out = values;
    if (!high_is_sure)
        for (double& one : out) one = -one;
    return out;
}

SelectiveItems SelectiveItems::part(std::size_t begin, std::size_t end) const {
    assert(begin <= end && end <= size());
    const auto cut = [&](const auto& all) {
        using Values = std::decay_t<decltype(all)>;
        return all.empty() ? Values{}
                           : Values(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                    all.begin() + static_cast<std::ptrdiff_t>(end));
    };
    SelectiveItems out;
    for (const SelectiveScore& score : scores)
        out.scores.push_back({score.name, score.family, score.high_is_sure, cut(score.values)});
    out.wrong = cut(wrong);
    out.groups = cut(groups);
    return out;
}

std::vector<double> told_coverages() {
    std::vector<double> out;
    for (int k = 1; k <= 20; ++k) out.push_back(k / 20.0);
    out.insert(out.begin() + 2, 0.125);
    return out;
}

SelectiveReport selective_report(const SelectiveParts& parts, const SelectiveSettings& settings) {
    return ReportMaker(parts, settings).report();
}

}  // namespace marginscope
