// Newton's method with halved steps: the objective is strictly convex, so it ends at its one
// minimum.
#include "core/probability/logistic.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "core/statistics.h"

namespace marginscope {
namespace {

constexpr int kSteps = 100;
constexpr double kSmooth = 1e-6;  // of the intercept: all right, or all wrong, has an answer too

double standardised(const LogisticFit& fit, std::size_t f, double value) {
    if (std::isnan(value) || fit.scale[f] == 0.0) return 0.0;
    return (std::clamp(value, fit.low[f], fit.high[f]) - fit.center[f]) / fit.scale[f];
}

void add_feature(LogisticFit& fit, const std::vector<double>& values) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const double one : values) {
        if (!std::isfinite(one)) continue;
        low = std::min(low, one);
        high = std::max(high, one);
    }
    const bool varies = high > low;
    fit.low.push_back(varies ? low : 0.0);
    fit.high.push_back(varies ? high : 0.0);
    fit.center.push_back(varies ? mean(values) : 0.0);
    fit.scale.push_back(varies ? standard_deviation(values) : 0.0);
}

using Rows = std::vector<std::vector<double>>;

double product(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0.0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
    return sum;
}

// x of h x = g, h symmetric and positive definite, by its Cholesky factor.
std::vector<double> solved(Rows h, std::vector<double> g) {
    const std::size_t n = g.size();
    for (std::size_t r = 0; r < n; ++r) {
        for (std::size_t c = 0; c <= r; ++c) {
            double sum = h[r][c];
            for (std::size_t k = 0; k < c; ++k) sum -= h[r][k] * h[c][k];
            h[r][c] = r == c ? std::sqrt(sum) : sum / h[c][c];
        }
        for (std::size_t k = 0; k < r; ++k) g[r] -= h[r][k] * g[k];
        g[r] /= h[r][r];
    }
    for (std::size_t r = n; r-- > 0;) {
        for (std::size_t k = r + 1; k < n; ++k) g[r] -= h[k][r] * g[k];
        g[r] /= h[r][r];
    }
    return g;
}

class Objective {
public:
    // x[k]: 1, then the standardised features of item k.
    Objective(Rows x, std::span<const std::uint8_t> wrong, std::size_t features, double ridge)
        : x_(std::move(x)), wrong_(wrong), penalty_(1 + features, ridge) {
        penalty_[0] = kSmooth;
    }

    double value(const std::vector<double>& w) const {
        double sum = 0.0;
        for (std::size_t f = 0; f < w.size(); ++f) sum += 0.5 * penalty_[f] * w[f] * w[f];
        for (std::size_t k = 0; k < x_.size(); ++k) {
            const double z = product(x_[k], w);
            sum += std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))) - (wrong_[k] ? z : 0.0);
        }
        return sum;
    }

    std::vector<double> step(const std::vector<double>& w, double& decrement) const {
        const std::size_t n = w.size();
        std::vector<double> gradient(n);
        Rows hessian(n, std::vector<double>(n, 0.0));
        for (std::size_t f = 0; f < n; ++f) {
            gradient[f] = penalty_[f] * w[f];
            hessian[f][f] = penalty_[f];
        }
        for (std::size_t k = 0; k < x_.size(); ++k) {
            const double p = 1.0 / (1.0 + std::exp(-product(x_[k], w)));
            for (std::size_t r = 0; r < n; ++r) {
                gradient[r] += (p - (wrong_[k] ? 1.0 : 0.0)) * x_[k][r];
                for (std::size_t c = 0; c <= r; ++c)
                    hessian[r][c] += p * (1.0 - p) * x_[k][r] * x_[k][c];
            }
        }
        std::vector<double> out = solved(std::move(hessian), gradient);
        decrement = product(gradient, out);
        return out;
    }

private:
    Rows x_;
    std::span<const std::uint8_t> wrong_;
    std::vector<double> penalty_;
};

std::vector<double> moved(std::vector<double> w, const std::vector<double>& step, double length) {
    for (std::size_t f = 0; f < w.size(); ++f) w[f] -= length * step[f];
    return w;
}

}  // namespace

double LogisticFit::log_odds(std::span<const double> features) const {
    assert(features.size() == weights.size());
    double sum = intercept;
    for (std::size_t f = 0; f < features.size(); ++f)
        sum += weights[f] * standardised(*this, f, features[f]);
    return sum;
}

LogisticFit fit_logistic(std::span<const std::vector<double>> features,
                         std::span<const std::uint8_t> wrong, double ridge) {
    LogisticFit fit;
    const std::size_t count = features.size();
    Rows x(wrong.size(), std::vector<double>(1 + count, 1.0));
    for (std::size_t f = 0; f < count; ++f) {
        assert(features[f].size() == wrong.size());
        add_feature(fit, features[f]);
        for (std::size_t k = 0; k < wrong.size(); ++k)
            x[k][1 + f] = standardised(fit, f, features[f][k]);
    }
    const Objective objective(std::move(x), wrong, count, ridge);
    std::vector<double> w(1 + count, 0.0);
    double value = objective.value(w);
    for (int k = 0; k < kSteps; ++k) {
        double decrement = 0.0;
        const std::vector<double> step = objective.step(w, decrement);
        if (!(decrement > 1e-20 * (1.0 + value))) break;
        double length = 1.0, next = objective.value(moved(w, step, length));
        while (next > value && length > 1e-9) next = objective.value(moved(w, step, length *= 0.5));
        if (!(next <= value)) break;
        w = moved(std::move(w), step, length);
        value = next;
    }
    fit.intercept = w[0];
    fit.weights.assign(w.begin() + 1, w.end());
    return fit;
}

}  // namespace marginscope
