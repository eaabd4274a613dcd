// Newton's method with halved steps: the objective is strictly convex, so it ends at its one
// minimum.
#include "core/probability/logistic.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

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

class Objective {
public:
    Objective(Eigen::MatrixXd x, std::span<const std::uint8_t> wrong, double ridge)
        : x_(std::move(x)), y_(static_cast<Eigen::Index>(wrong.size())) {
        for (std::size_t k = 0; k < wrong.size(); ++k)
            y_[static_cast<Eigen::Index>(k)] = wrong[k] ? 1.0 : 0.0;
        penalty_ = Eigen::VectorXd::Constant(x_.cols(), ridge);
        penalty_[0] = kSmooth;
    }

    double value(const Eigen::VectorXd& w) const {
        const Eigen::VectorXd z = x_ * w;
        double sum = 0.5 * penalty_.dot(w.cwiseAbs2());
        for (Eigen::Index k = 0; k < z.size(); ++k)
            sum += std::max(z[k], 0.0) + std::log1p(std::exp(-std::abs(z[k]))) - y_[k] * z[k];
        return sum;
    }

    Eigen::VectorXd step(const Eigen::VectorXd& w, double& decrement) const {
        const Eigen::ArrayXd p = 1.0 / (1.0 + (-(x_ * w).array()).exp());
        const Eigen::VectorXd gradient =
            x_.transpose() * (p.matrix() - y_) + penalty_.cwiseProduct(w);
        Eigen::MatrixXd hessian = x_.transpose() * (p * (1.0 - p)).matrix().asDiagonal() * x_;
        hessian += penalty_.asDiagonal();
        const Eigen::VectorXd out = hessian.ldlt().solve(gradient);
        decrement = gradient.dot(out);
        return out;
    }

private:
    Eigen::MatrixXd x_;  // items x (1 + features)
    Eigen::VectorXd y_, penalty_;
};

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
    const auto items = static_cast<Eigen::Index>(wrong.size());
    Eigen::MatrixXd x =
        Eigen::MatrixXd::Ones(items, 1 + static_cast<Eigen::Index>(features.size()));
    for (std::size_t f = 0; f < features.size(); ++f) {
        assert(features[f].size() == wrong.size());
        add_feature(fit, features[f]);
        for (std::size_t k = 0; k < wrong.size(); ++k)
            x(static_cast<Eigen::Index>(k), 1 + static_cast<Eigen::Index>(f)) =
                standardised(fit, f, features[f][k]);
    }
    const Objective objective(std::move(x), wrong, ridge);
    Eigen::VectorXd w = Eigen::VectorXd::Zero(1 + static_cast<Eigen::Index>(features.size()));
    double value = objective.value(w);
    for (int k = 0; k < kSteps; ++k) {
        double decrement = 0.0;
        const Eigen::VectorXd step = objective.step(w, decrement);
        if (!(decrement > 1e-20 * (1.0 + value))) break;
        double length = 1.0, next = objective.value(w - step);
        while (next > value && length > 1e-9) next = objective.value(w - (length *= 0.5) * step);
        if (!(next <= value)) break;
        w -= length * step;
        value = next;
    }
    fit.intercept = w[0];
    fit.weights.assign(w.data() + 1, w.data() + w.size());
    return fit;
}

}  // namespace marginscope
