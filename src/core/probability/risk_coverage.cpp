// Ties are walked as one: within one of m items, e of them wrong, the expected number of wrong ones
// grows evenly, and the sum of (E + e j / m) / (K + j) over j is a difference of harmonic numbers.
#include "core/probability/risk_coverage.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "core/random.h"

namespace marginscope {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// H(b) - H(a) = 1/(a+1) + … + 1/b.
double harmonic_between(std::size_t a, std::size_t b) {
    double sum = 0.0;
    for (std::size_t k = a + 1; k <= b; ++k) sum += 1.0 / static_cast<double>(k);
    return sum;
}

Interval interval_of(double value, std::span<const double> draws, double level) {
    return {value, quantile(draws, 0.5 * (1.0 - level)), quantile(draws, 0.5 * (1.0 + level)),
            static_cast<int>(draws.size())};
}

// Group numbers 0 … count-1 in the order of their first item.
std::vector<std::uint32_t> group_numbers(std::span<const std::size_t> groups, std::size_t items,
                                         std::size_t& count) {
    std::vector<std::uint32_t> numbers(items);
    if (groups.empty()) {
        std::iota(numbers.begin(), numbers.end(), 0u);
        count = items;
        return numbers;
    }
    assert(groups.size() == items);
    std::map<std::size_t, std::uint32_t> known;
    for (std::size_t k = 0; k < items; ++k)
        numbers[k] =
            known.try_emplace(groups[k], static_cast<std::uint32_t>(known.size())).first->second;
    count = known.size();
    return numbers;
}

}  // namespace

RiskOrder::RiskOrder(std::span<const double> trust, std::span<const std::uint8_t> wrong)
    : order_(trust.size()), wrong_(wrong.begin(), wrong.end()) {
    assert(trust.size() == wrong.size());
    const auto value = [&](std::uint32_t k) {
        return std::isnan(trust[k]) ? -std::numeric_limits<double>::infinity() : trust[k];
    };
    std::iota(order_.begin(), order_.end(), 0u);
    std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
        return value(a) != value(b) ? value(a) > value(b) : a < b;
    });
    for (std::uint32_t k = 0; k < order_.size(); ++k)
        if (k + 1 == order_.size() || value(order_[k]) != value(order_[k + 1]))
            ends_.push_back(k + 1);
}

RiskCurve RiskOrder::curve(std::span<const double> coverages,
                           std::span<const std::uint32_t> times) const {
    const auto count_of = [&](std::uint32_t k) {
        return times.empty() ? std::size_t{1} : std::size_t{times[k]};
    };
    std::size_t total = 0;
    for (const std::uint32_t k : order_) total += count_of(k);
    RiskCurve out{kNan, std::vector<double>(coverages.size(), kNan)};
    if (total == 0) return out;
    std::vector<std::size_t> asked(coverages.size());  // coverages from small to large
    std::iota(asked.begin(), asked.end(), 0);
    std::sort(asked.begin(), asked.end(),
              [&](std::size_t a, std::size_t b) { return coverages[a] < coverages[b]; });
    double sum = 0.0;
    std::size_t kept = 0, wrong_kept = 0, next = 0;
    std::uint32_t first = 0;
    for (const std::uint32_t end : ends_) {
        std::size_t many = 0, wrong = 0;
        for (; first < end; ++first) {
            many += count_of(order_[first]);
            wrong += wrong_[order_[first]] ? count_of(order_[first]) : 0;
        }
        if (many == 0) continue;
        const double rate = static_cast<double>(wrong) / static_cast<double>(many);
        const double before = static_cast<double>(wrong_kept) - rate * static_cast<double>(kept);
        sum += static_cast<double>(wrong) + before * harmonic_between(kept, kept + many);
        for (; next < asked.size(); ++next) {
            const double k = coverages[asked[next]] * static_cast<double>(total);
            const bool last = kept + many == total;
            if (k > static_cast<double>(kept + many) && !last) break;
            out.risk[asked[next]] = rate + before / k;
        }
        kept += many;
        wrong_kept += wrong;
    }
    out.area = sum / static_cast<double>(total);
    return out;
}

std::vector<ScoredCurve> risk_curves(std::span<const std::vector<double>> trusts,
                                     std::span<const std::uint8_t> wrong,
                                     std::span<const std::size_t> groups,
                                     const RiskBootstrap& settings) {
    std::size_t count = 0;
    const std::vector<std::uint32_t> number = group_numbers(groups, wrong.size(), count);
    std::vector<RiskOrder> orders;
    for (const std::vector<double>& trust : trusts) orders.emplace_back(trust, wrong);
    std::vector<ScoredCurve> out(trusts.size());
    std::vector<std::vector<std::vector<double>>> risks(
        trusts.size(), std::vector<std::vector<double>>(settings.coverages.size()));
    std::vector<std::uint32_t> of_group(count), times(wrong.size());
    for (int draw = 0; draw < settings.draws && count > 0; ++draw) {
        CounterRng rng(
            {settings.seed, DrawPurpose::bootstrap, static_cast<std::uint64_t>(draw), 0, 0});
        std::fill(of_group.begin(), of_group.end(), 0u);
        for (std::size_t k = 0; k < count; ++k) ++of_group[rng.below(count)];
        for (std::size_t k = 0; k < times.size(); ++k) times[k] = of_group[number[k]];
        for (std::size_t s = 0; s < orders.size(); ++s) {
            const RiskCurve one = orders[s].curve(settings.coverages, times);
            out[s].areas.push_back(one.area);
            for (std::size_t c = 0; c < one.risk.size(); ++c) risks[s][c].push_back(one.risk[c]);
        }
    }
    for (std::size_t s = 0; s < orders.size(); ++s) {
        const RiskCurve own = orders[s].curve(settings.coverages);
        out[s].area = interval_of(own.area, out[s].areas, settings.level);
        for (std::size_t c = 0; c < own.risk.size(); ++c)
            out[s].risk.push_back(interval_of(own.risk[c], risks[s][c], settings.level));
    }
    return out;
}

Interval area_difference(const ScoredCurve& a, const ScoredCurve& b, double level) {
    assert(a.areas.size() == b.areas.size());
    std::vector<double> draws(a.areas.size());
    for (std::size_t k = 0; k < draws.size(); ++k) draws[k] = a.areas[k] - b.areas[k];
    return interval_of(a.area.value - b.area.value, draws, level);
}

}  // namespace marginscope
