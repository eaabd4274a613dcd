// The smallest singular value of J (E9) as the largest of its inverse, by Lanczos iterations.
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "core/linear/rows.h"
#include "core/linear/spectra.h"
#include "core/random.h"

namespace marginscope::linear {
namespace {

constexpr int kMostSteps = 72;
constexpr int kFirstCheck = 8;
constexpr double kConverged = 1e-10;     // residual over theta = 1 / sigma^2; half of it for sigma
constexpr double kInverseError = 1e-11;  // |J C v - v| of the Ritz vector v
constexpr double kInvariant = 1e-13;     // of theta: the Krylov space is exhausted
constexpr int kSmall = 24;               // decomposed at once
constexpr double kGramRange = 1e-6;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// J and C = J^-1 as products with vectors.
class LowRankOperator {
public:
    LowRankOperator(const Matrix& values, const Matrix& weighted_keys, const Matrix& inverse)
        : values_(values), keys_(weighted_keys), inverse_(inverse), inner_(2 * values.rows()) {}

    int size() const { return values_.columns(); }

    void j(const double* x, double* y) {
        multiply(keys_, x, inner_.data());
        inner_ = -inner_;
        std::copy_n(x, size(), y);
        add_transposed(values_, inner_.data(), y);
    }
    void c(const double* x, double* y) { apply(keys_, false, values_, x, y); }
    void c_transposed(const double* x, double* y) { apply(values_, true, keys_, x, y); }

private:
    // y = x + to^T N from x, or with N^T.
    void apply(const Rows& from, bool transposed, const Rows& to, const double* x, double* y) {
        double* first = inner_.data();
        double* second = first + from.rows();
        multiply(from, x, first);
        if (transposed) {
            std::fill_n(second, from.rows(), 0.0);
            add_transposed(inverse_, first, second);
        } else {
            multiply(inverse_, first, second);
        }
        std::copy_n(x, size(), y);
        add_transposed(to, second, y);
    }

    Rows values_, keys_, inverse_;
    Vector inner_;
};

class DenseOperator {
public:
    DenseOperator(const Matrix& a, const Matrix& inverse) : a_(a), inverse_(inverse) {}

    int size() const { return a_.rows(); }
    void j(const double* x, double* y) { multiply(a_, x, y); }
    void c(const double* x, double* y) { multiply(inverse_, x, y); }
    void c_transposed(const double* x, double* y) {
        std::fill_n(y, size(), 0.0);
        add_transposed(inverse_, x, y);
    }

private:
    Rows a_, inverse_;
};

// The top of the Lanczos process's tridiagonal matrix: its largest eigenvalue and the vector's
// coordinates there.
struct Ritz {
    double theta = 0.0;
    Vector coordinates;
};

Ritz top_of(const Vector& diagonal, const Vector& beside) {
    const Eigen::Index k = diagonal.size();
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
    solver.computeFromTridiagonal(diagonal, beside, Eigen::EigenvaluesOnly);
    Ritz top;
    top.theta = solver.eigenvalues()(k - 1);
    // Backwards the entries of the largest eigenvalue's vector grow: nothing cancels.
    top.coordinates = Vector::Ones(k);
    for (Eigen::Index r = k - 1; r > 0; --r) {
        double sum = (top.theta - diagonal(r)) * top.coordinates(r);
        if (r + 1 < k) sum -= beside(r) * top.coordinates(r + 1);
        top.coordinates(r - 1) = sum / beside(r - 1);
        if (std::abs(top.coordinates(r - 1)) > 1e100) top.coordinates *= 1e-100;
    }
    top.coordinates.normalize();
    return top;
}

// 1 / |C v| for the converged v, if J C v = v confirms it: |J w| / |w| with w = C v is never below
// sigma_min.
template <typename Operator>
std::optional<double> confirmed(Operator& op, const Vector& v, double theta) {
    Vector w(v.size()), back(v.size());
    op.c(v.data(), w.data());
    op.j(w.data(), back.data());
    const double error = (back - v).norm();
    const double sigma = back.norm() / w.norm();
    if (!(error <= kInverseError) || !(std::abs(sigma * std::sqrt(theta) - 1.0) <= kInverseError)) {
        return std::nullopt;
    }
    return sigma;
}

// next less its part in the rows of `basis`.
void project_out(const Rows& basis, int rows, Vector& next, Vector& products) {
    multiply(basis, next.data(), products.data(), rows);
    products.head(rows) *= -1.0;
    add_transposed(basis, products.data(), next.data(), rows);
}

// Lanczos on C^T C from a fixed start, each vector held orthogonal to all before it. Stops when the
// residual of the largest Ritz value, which bounds its distance from an eigenvalue however close
// the next ones are, is small. The start has a part along every singular vector, so that this
// eigenvalue is the largest.
template <typename Operator>
std::optional<double> by_lanczos(Operator&& op) {
    const int d = op.size();
    const int steps = std::min(d, kMostSteps);
    Rows basis(steps, d);
    Vector diagonal(steps), beside(steps), next(d), half(d), products(steps);
    int next_check = kFirstCheck;
    CounterRng rng({.seed = 1, .purpose = DrawPurpose::sampling});
    for (double& x : next) x = rng.normal();
    next.normalize();
    for (int k = 0; k < steps; ++k) {
        std::copy_n(next.data(), d, basis.row(k));
        op.c(basis.row(k), half.data());
        op.c_transposed(half.data(), next.data());
        diagonal(k) = half.squaredNorm();
        next -= diagonal(k) * Eigen::Map<const Vector>(basis.row(k), d);
        if (k > 0) next -= beside(k - 1) * Eigen::Map<const Vector>(basis.row(k - 1), d);
        project_out(basis, k + 1, next, products);
        beside(k) = next.norm();
        if (!std::isfinite(beside(k)) || !std::isfinite(diagonal(k))) return std::nullopt;
        const bool exhausted =
            k + 1 == d || beside(k) <= kInvariant * diagonal.head(k + 1).maxCoeff();
        if (exhausted || k + 1 == next_check) {
            next_check += 4 + next_check / 8;  // a check costs as much as several steps, and grows
            const Ritz top = top_of(diagonal.head(k + 1), beside.head(k));
            if (exhausted || beside(k) * std::abs(top.coordinates(k)) <= kConverged * top.theta) {
                Vector v = Vector::Zero(d);
                add_transposed(basis, top.coordinates.data(), v.data(), k + 1);
                return confirmed(op, v, top.theta);
            }
        }
        next /= beside(k);
    }
    return std::nullopt;
}

double by_decomposition(const Matrix& a) {
    // The eigenvalues of A^T A cost a third of an SVD. Their rounding is relative to the largest,
    // so they give sigma_min to 1e-13 of sigma_max where it is not small against it.
    Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(a.cols(), a.cols());
    gram.selfadjointView<Eigen::Lower>().rankUpdate(a.transpose());
    if (gram.allFinite()) {
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(gram, Eigen::EigenvaluesOnly);
        const double smallest = eigen.eigenvalues()(0);
        const double largest = eigen.eigenvalues()(a.cols() - 1);
        if (smallest > kGramRange * largest) return std::sqrt(smallest);
    }
    return svd(a).sigma.tail(1)(0);
}

}  // namespace

double smallest_singular_value(const Matrix& a) {
    if (a.rows() == 0) return std::numeric_limits<double>::infinity();
    if (!a.allFinite()) return kNan;
    if (a.rows() > kSmall) {
        Matrix inverse = a;
        if (invert_in_place(inverse).sign != 0) {
            if (const auto sigma = by_lanczos(DenseOperator(a, inverse))) return *sigma;
        }
    }
    return by_decomposition(a);
}

double smallest_singular_value(const Matrix& left, const Matrix& right, const Matrix& inverse) {
    const Eigen::Index d = left.cols();
    assert(left.rows() < d && right.rows() == left.rows() && right.cols() == d);
    if (!left.allFinite() || !right.allFinite()) return kNan;
    if (d > kSmall && inverse.allFinite()) {
        if (const auto sigma = by_lanczos(LowRankOperator(left, right, inverse))) {
            return std::min(1.0, *sigma);
        }
    }
    return std::min(1.0, by_decomposition(Matrix::Identity(d, d) - left.transpose() * right));
}

}  // namespace marginscope::linear
