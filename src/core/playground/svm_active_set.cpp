// Equality-constrained solves and the changes of the active set between them.
#include "core/playground/svm_active_set.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <utility>

namespace marginscope {
namespace {

constexpr double kAtBound = 1e-7;      // of C, at the start
constexpr double kOnBound = 1e-13;     // at the end
constexpr double kTolerance = 1e-10;   // of a condition, relative to its size
constexpr double kConsistent = 1e-10;  // of the solve's right-hand side

}  // namespace

SvmActiveSet::SvmActiveSet(Matrix z, Vector y, double c, Vector alpha)
    : z_(std::move(z)),
      y_(std::move(y)),
      c_(c),
      alpha_(std::move(alpha)),
      at_(static_cast<std::size_t>(alpha_.size()), At::between) {
    snap(kAtBound);
    balance();
}

void SvmActiveSet::snap(double near) {
    for (Eigen::Index k = 0; k < alpha_.size(); ++k) {
        At& at = at_[static_cast<std::size_t>(k)];
        at = At::between;
        if (alpha_(k) <= near * c_) {
            alpha_(k) = 0;
            at = At::lower;
        } else if (alpha_(k) >= (1 - near) * c_) {
            alpha_(k) = c_;
            at = At::upper;
        }
    }
}

// y^T alpha = 0 again, by those between their bounds first.
void SvmActiveSet::balance() {
    for (const bool between : {true, false}) {
        for (Eigen::Index k = 0; k < alpha_.size(); ++k) {
            At& at = at_[static_cast<std::size_t>(k)];
            const double off = y_.dot(alpha_);
            if (off == 0 || (at == At::between) != between) continue;
            const double wanted = std::clamp(alpha_(k) - y_(k) * off, 0.0, c_);
            if (wanted == alpha_(k)) continue;
            alpha_(k) = wanted;
            if (wanted > 0 && wanted < c_) at = At::between;
        }
    }
}

std::vector<Eigen::Index> SvmActiveSet::free_ones() const {
    std::vector<Eigen::Index> free;
    for (Eigen::Index k = 0; k < alpha_.size(); ++k)
        if (at_[static_cast<std::size_t>(k)] == At::between) free.push_back(k);
    return free;
}

Vector SvmActiveSet::excess() const { return (z_ * weights()).array() - 1.0; }

// [Q y; y^T 0] (step, b) = (-gradient, 0). The matrix is singular where more are free than the
// plane has dimensions: then the smallest solution, or, where there is none, a way along which the
// dual falls for ever, which is what is left of the right-hand side.
SvmActiveSet::Way SvmActiveSet::way(const std::vector<Eigen::Index>& free) const {
    const auto n = static_cast<Eigen::Index>(free.size());
    const Vector gradient = excess();
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n + 1, n + 1);
    Vector right = Vector::Zero(n + 1);
    for (Eigen::Index i = 0; i < n; ++i) {
        const Eigen::Index a = free[static_cast<std::size_t>(i)];
        for (Eigen::Index j = 0; j < n; ++j)
            matrix(i, j) = z_.row(a).dot(z_.row(free[static_cast<std::size_t>(j)]));
        matrix(i, n) = matrix(n, i) = y_(a);
        right(i) = -gradient(a);
    }
    Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> decomposition;
    decomposition.setThreshold(1e-12);
    decomposition.compute(matrix);
    const Vector solved = decomposition.solve(right);
    const Vector left = right - matrix * solved;
    Way way;
    way.ends = left.norm() <= kConsistent * std::max(1.0, right.norm());
    way.step = way.ends ? solved.head(n) : left.head(n);
    way.offset = solved(n);
    return way;
}

bool SvmActiveSet::walk(const std::vector<Eigen::Index>& free, const Way& way) {
    double share = way.ends ? 1.0 : HUGE_VAL;
    Eigen::Index first = -1;
    for (std::size_t i = 0; i < free.size(); ++i) {
        const double step = way.step(static_cast<Eigen::Index>(i));
        if (step == 0) continue;
        const double room = step > 0 ? c_ - alpha_(free[i]) : -alpha_(free[i]);
        if (room / step < share) {
            share = room / step;
            first = free[i];
        }
    }
    if (!way.ends && first < 0) return true;
    for (std::size_t i = 0; i < free.size(); ++i)
        alpha_(free[i]) += share * way.step(static_cast<Eigen::Index>(i));
    b_ = way.offset;
    if (first < 0) return true;
    const bool up = alpha_(first) > 0.5 * c_;
    alpha_(first) = up ? c_ : 0.0;
    at_[static_cast<std::size_t>(first)] = up ? At::upper : At::lower;
    return false;
}

bool SvmActiveSet::release() {
    const Vector gradient = excess();
    double worst = kTolerance;
    Eigen::Index which = -1;
    for (Eigen::Index k = 0; k < alpha_.size(); ++k) {
        const At at = at_[static_cast<std::size_t>(k)];
        if (at == At::between) continue;
        const double over = gradient(k) + y_(k) * b_;
        const double wrong = (at == At::lower ? -over : over) / std::max(1.0, std::abs(over + 1));
        if (wrong <= worst) continue;
        worst = wrong;
        which = k;
    }
    if (which < 0) return false;
    at_[static_cast<std::size_t>(which)] = At::between;
    return true;
}

// With nobody free the offset is only bounded, from both sides: by those that would rather be one
// way, b >= low, and by those that would rather be the other, b <= high.
bool SvmActiveSet::release_pair() {
    const Vector gradient = excess();
    double low = -HUGE_VAL;
    double high = HUGE_VAL;
    Eigen::Index lowest = -1;
    Eigen::Index highest = -1;
    for (Eigen::Index k = 0; k < alpha_.size(); ++k) {
        const double edge = -y_(k) * gradient(k);
        const bool from_below = (at_[static_cast<std::size_t>(k)] == At::lower) == (y_(k) > 0);
        if (from_below && edge > low) {
            low = edge;
            lowest = k;
        } else if (!from_below && edge < high) {
            high = edge;
            highest = k;
        }
    }
    b_ = lowest < 0 ? high : highest < 0 ? low : 0.5 * (low + high);
    if (lowest < 0 || highest < 0) return false;
    if (low - high <= kTolerance * std::max({1.0, std::abs(low), std::abs(high)})) return false;
    at_[static_cast<std::size_t>(lowest)] = at_[static_cast<std::size_t>(highest)] = At::between;
    return true;
}

bool SvmActiveSet::solve() {
    const Eigen::Index most = 200 + 20 * alpha_.size();
    for (Eigen::Index round = 0; round < most; ++round) {
        const std::vector<Eigen::Index> free = free_ones();
        if (free.empty()) {
            if (!release_pair()) return true;
            continue;
        }
        if (walk(free, way(free)) && !release()) {
            settle();
            return true;
        }
    }
    return false;
}

// What ended on a bound without having hit it says nothing of the offset: it is the middle of what
// is possible, as where all are at their bounds.
void SvmActiveSet::settle() {
    snap(kOnBound);
    const double offset = b_;
    if (free_ones().empty() && release_pair()) b_ = offset;
}

}  // namespace marginscope
