// The shorter tail is summed, away from the mode, where terms only fall.
#include "core/probability/binomial.h"

#include <cassert>
#include <cmath>
#include <functional>
#include <numbers>

namespace marginscope {
namespace {

// Of its own, because std::lgamma writes a global.
double log_factorial(std::int64_t n) {
    if (n < 16) {
        double product = 1.0;
        for (std::int64_t k = 2; k <= n; ++k) product *= static_cast<double>(k);
        return std::log(product);
    }
    const double x = static_cast<double>(n), over = 1.0 / (x * x);
    const double series =
        (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - over / 1680.0) * over) * over) / x;
    return x * std::log(x) - x + 0.5 * std::log(2.0 * std::numbers::pi * x) + series;
}

double log_term(std::int64_t k, std::int64_t n, double p) {
    return log_factorial(n) - log_factorial(k) - log_factorial(n - k) +
           static_cast<double>(k) * std::log(p) + static_cast<double>(n - k) * std::log1p(-p);
}

// P(X <= k), k below the mean: terms fall from k down.
double lower_tail(std::int64_t k, std::int64_t n, double p) {
    double term = 1.0, sum = 1.0;
    for (std::int64_t j = k; j > 0 && term > 1e-18 * sum; --j) {
        term *= static_cast<double>(j) / static_cast<double>(n - j + 1) * (1.0 - p) / p;
        sum += term;
    }
    return std::exp(log_term(k, n, p)) * sum;
}

// The p at which a function that falls in p takes `target`.
double falling_root(const std::function<double(double)>& f, double target) {
    double low = 0.0, high = 1.0;
    for (int k = 0; k < 200 && high - low > 1e-15 * high; ++k) {
        const double middle = 0.5 * (low + high);
        (f(middle) > target ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace

double binomial_cdf(std::int64_t k, std::int64_t n, double p) {
    assert(n >= 0 && p >= 0.0 && p <= 1.0);
    if (k < 0) return 0.0;
    if (k >= n || p == 0.0) return 1.0;
    if (p == 1.0) return 0.0;
    if (static_cast<double>(k) <= static_cast<double>(n) * p) return lower_tail(k, n, p);
    return 1.0 - lower_tail(n - k - 1, n, 1.0 - p);
}

ShareBounds clopper_pearson(std::int64_t k, std::int64_t n, double level) {
    assert(k >= 0 && k <= n && level > 0.0 && level < 1.0);
    const double outside = 0.5 * (1.0 - level);
    ShareBounds bounds;
    if (k > 0)
        bounds.low =
            1.0 - falling_root([&](double q) { return binomial_cdf(n - k, n, q); }, outside);
    if (k < n) bounds.high = falling_root([&](double p) { return binomial_cdf(k, n, p); }, outside);
    return bounds;
}

}  // namespace marginscope
