// Selective prediction: who is kept first, and how often what is kept is wrong.
//
// A score is a *trust*: items of the largest are kept first, what is not a number last. Items of
// one trust come in no order, so every number is the mean over all orders of them (in closed form).
//   risk(k)  the share of wrong items among the first k of n, k between two whole numbers included
//   area     the mean of risk(1) … risk(n); the share of wrong items for a score that knows nothing
// Intervals are percentiles of a bootstrap over groups (items that belong together), with the same
// draws for all scores: two areas may be compared draw by draw. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/statistics.h"

namespace marginscope {

struct RiskCurve {
    double area = 0.0;
    std::vector<double> risk;  // at each coverage asked for
};

/// Items in the order of one score, which is found once and used for every draw.
class RiskOrder {
public:
    /// wrong[k]: 0 or 1. Of one length.
    RiskOrder(std::span<const double> trust, std::span<const std::uint8_t> wrong);

    /// `times[k]`: how often item k counts; empty: once. Coverages in (0, 1]. NaN of no items.
    RiskCurve curve(std::span<const double> coverages,
                    std::span<const std::uint32_t> times = {}) const;

private:
    std::vector<std::uint32_t> order_;
    std::vector<std::uint32_t> ends_;  // of each tie, in order_
    std::vector<std::uint8_t> wrong_;
};

struct ScoredCurve {
    Interval area;
    std::vector<Interval> risk;
    std::vector<double> areas;  // of each draw
};

struct RiskBootstrap {
    std::vector<double> coverages;
    std::uint64_t seed = 0;
    int draws = kBootstrapDraws;
    double level = 0.95;
};

/// One curve a score. groups[k] of item k, any numbers; empty: each item its own.
std::vector<ScoredCurve> risk_curves(std::span<const std::vector<double>> trusts,
                                     std::span<const std::uint8_t> wrong,
                                     std::span<const std::size_t> groups,
                                     const RiskBootstrap& settings);

/// a's area less b's, draw by draw. Of curves that were made together.
Interval area_difference(const ScoredCurve& a, const ScoredCurve& b, double level = 0.95);

}  // namespace marginscope
