// Softmax attention itself over any scalar, and its exact derivatives by forward-mode dual numbers:
// the reference for the stage's formulas. No covariance appears here.
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "core/reference_linear.h"
#include "core/stage/attention_views.h"
#include "core/stage/stage.h"

namespace marginscope::reference {

// value + slope * epsilon with epsilon^2 = 0; nested for second derivatives.
template <typename T>
struct Dual {
    T value{};
    T slope{};

    Dual() = default;
    Dual(double v) : value(v) {}  // NOLINT: constants mix with duals
    Dual(T v, T s) : value(v), slope(s) {}

    friend Dual operator+(const Dual& a, const Dual& b) {
        return {a.value + b.value, a.slope + b.slope};
    }
    friend Dual operator-(const Dual& a, const Dual& b) {
        return {a.value - b.value, a.slope - b.slope};
    }
    friend Dual operator*(const Dual& a, const Dual& b) {
        return {a.value * b.value, a.slope * b.value + a.value * b.slope};
    }
    friend Dual operator/(const Dual& a, const Dual& b) {
        const T q = a.value / b.value;
        return {q, (a.slope - q * b.slope) / b.value};
    }
    Dual& operator+=(const Dual& b) { return *this = *this + b; }
};

inline double exponential(double x) { return std::exp(x); }
template <typename T>
Dual<T> exponential(const Dual<T>& x) {
    const T e = exponential(x.value);
    return {e, e * x.slope};
}
inline double plain(double x) { return x; }
template <typename T>
double plain(const Dual<T>& x) {
    return plain(x.value);
}

template <typename S>
using Row = std::vector<S>;

template <typename S>
Row<S> apply(const Matrix& w, const Row<S>& x) {
    Row<S> y(static_cast<std::size_t>(w.rows()), S(0.0));
    for (Eigen::Index r = 0; r < w.rows(); ++r)
        for (Eigen::Index c = 0; c < w.cols(); ++c)
            y[static_cast<std::size_t>(r)] += S(w(r, c)) * x[static_cast<std::size_t>(c)];
    return y;
}

template <typename S>
Row<S> softmax(Row<S> logits) {
    double largest = plain(logits[0]);
    for (const S& l : logits) largest = std::max(largest, plain(l));
    S sum(0.0);
    for (S& l : logits) sum += l = exponential(l - S(largest));
    for (S& l : logits) l = l / sum;
    return logits;
}

template <typename S>
S dot(const Row<S>& a, const Row<S>& b) {
    S sum(0.0);
    for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
    return sum;
}

template <typename S>
Row<S> lift(const Vector& x) {
    return Row<S>(x.begin(), x.end());
}

// mu_i with token i at x: queries, keys and values as a program would make them (E1 to E3).
template <typename S>
Row<S> attention_mean(const Matrix& u, const StageWeights& w, int i, const Row<S>& x) {
    const Row<S> q = apply(w.w_q, x);
    const S scale(std::sqrt(static_cast<double>(w.w_q.rows())));
    Row<S> logits;
    std::vector<Row<S>> values;
    for (int s = 0; s < (w.strict ? i : i + 1); ++s) {
        if (s == i) {
            logits.push_back(dot(q, apply(w.w_k, x)) / scale);
            values.push_back(w.w_v ? apply(*w.w_v, x) : x);
        } else {
            const Vector token = u.row(s);
            logits.push_back(dot(q, lift<S>(w.w_k * token)) / scale);
            values.push_back(lift<S>(w.w_v ? Vector(*w.w_v * token) : token));
        }
    }
    Row<S> mean(x.size(), S(0.0));
    if (logits.empty()) return mean;
    const Row<S> alpha = softmax(logits);
    for (std::size_t s = 0; s < values.size(); ++s)
        for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += alpha[s] * values[s][c];
    return mean;
}

using First = Dual<double>;
using Second = Dual<First>;

// d(u_i - mu_i)/du_i at x, one dual pass a column.
Matrix jacobian_at(const Matrix& u, const StageWeights& w, int i, const Vector& x);
Matrix jacobian(const Matrix& u, const StageWeights& w, int i);

// dJ along `direction`, exact: second-order duals.
Matrix jacobian_change(const Matrix& u, const StageWeights& w, int i, const Vector& direction);

// d log|det J| along `direction` = tr(J^-1 dJ).
double log_det_slope(const Matrix& u, const StageWeights& w, int i, const Vector& direction);

struct RandomStage {
    Matrix u;
    StageWeights weights;

    Stage stage() const { return Stage(u, weights); }
};

// `gain` sets how large A is, so that determinants range from near 1 to crossed.
RandomStage random_stage(std::uint64_t seed, int positions, int width, int rows, double gain,
                         bool strict = true, bool own_values = false);

}  // namespace marginscope::reference
