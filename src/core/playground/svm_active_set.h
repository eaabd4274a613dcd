// The dual of a linear SVM, from a start near the solution to the solution in float64. Internal to
// core.
//
//     min  alpha^T Q alpha / 2 - sum alpha,   y^T alpha = 0,   0 <= alpha <= C,   Q = Z Z^T,
// rows of Z: y x. What is free between its bounds is solved for exactly; what hits a bound stays
// there, what violates its condition is let go. Use one object a thread.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/linear/matrix.h"

namespace marginscope {

class SvmActiveSet {
public:
    /// z: n x 2; y: +1 or -1; alpha: where to begin.
    SvmActiveSet(Matrix z, Vector y, double c, Vector alpha);

    /// Whether the end was reached; not where a degenerate set goes round in circles.
    bool solve();

    const Vector& alphas() const { return alpha_; }
    double offset() const { return b_; }
    Vector weights() const { return z_.transpose() * alpha_; }

private:
    enum class At { lower, between, upper };
    struct Way {
        Vector step;        // of the free ones
        double offset = 0;  // b at its end
        bool ends = true;   // false: it falls for ever
    };

    void snap(double near);
    void balance();
    std::vector<Eigen::Index> free_ones() const;
    Way way(const std::vector<Eigen::Index>& free) const;
    /// Whether the whole way was walked; else one more is at a bound.
    bool walk(const std::vector<Eigen::Index>& free, const Way& way);
    /// Lets go of what violates its condition most; false: nothing does.
    bool release();
    bool release_pair();
    void settle();
    Vector excess() const;  // y (w x) - 1, without the offset

    Matrix z_;
    Vector y_;
    double c_;
    Vector alpha_;
    std::vector<At> at_;
    double b_ = 0;
};

}  // namespace marginscope
