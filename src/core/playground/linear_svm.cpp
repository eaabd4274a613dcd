// The degenerate sets first, then LIBSVM's start, the exact end, and how good it is.
#include "core/playground/linear_svm.h"

#include <algorithm>
#include <cmath>

#include "core/playground/libsvm_start.h"
#include "core/playground/svm_active_set.h"

namespace marginscope {
namespace {

constexpr double kGapGoal = 1e-8;
constexpr double kNothing = 1e-9;  // a weight or a triangle as small as this is none

std::string refusal(const SvmSet& set) {
    const auto in_class = [&](int label) {
        return std::count(set.labels.begin(), set.labels.end(), label);
    };
    if (set.points.empty()) return "There are no points yet: add some of both classes.";
    if (in_class(1) == 0 || in_class(-1) == 0)
        return "All points are of one class: there is nothing to tell apart. Add one of the other.";
    const auto same = [&](const PlanarPoint& p) { return p == set.points.front(); };
    if (std::all_of(set.points.begin(), set.points.end(), same))
        return "All points lie in one place: no line tells them apart. Drag one away.";
    return "";
}

bool collinear(const std::vector<PlanarPoint>& points) {
    const PlanarPoint a = points.front();
    PlanarPoint way;
    for (const PlanarPoint& p : points) {
        const PlanarPoint to{p.x - a.x, p.y - a.y};
        if (std::hypot(to.x, to.y) > std::hypot(way.x, way.y)) way = to;
    }
    const double length = std::hypot(way.x, way.y);
    return std::all_of(points.begin(), points.end(), [&](const PlanarPoint& p) {
        return std::abs(way.x * (p.y - a.y) - way.y * (p.x - a.x)) <= kNothing * length;
    });
}

std::string remark(const SvmSet& set) {
    for (std::size_t a = 0; a < set.points.size(); ++a)
        for (std::size_t b = a + 1; b < set.points.size(); ++b)
            if (set.points[a] == set.points[b] && set.labels[a] != set.labels[b])
                return "Two points of different classes coincide: one of them has slack wherever "
                       "the line is.";
    for (std::size_t a = 0; a < set.points.size(); ++a)
        for (std::size_t b = a + 1; b < set.points.size(); ++b)
            if (set.points[a] == set.points[b])
                return "Two points of one class coincide: only the sum of their alphas is "
                       "determined.";
    if (set.points.size() > 2 && collinear(set.points))
        return "All points lie on one line: the decision line is at right angles to it.";
    return "";
}

// Slack, gap and residual of what was found.
void measure(const SvmSet& set, LinearSvm& svm) {
    double slack = 0;
    double alphas = 0;
    for (std::size_t k = 0; k < set.points.size(); ++k) {
        const double over =
            set.labels[k] * (svm.w.x * set.points[k].x + svm.w.y * set.points[k].y + svm.b) - 1;
        svm.slack.push_back(std::max(0.0, -over));
        slack += svm.slack.back();
        alphas += svm.alphas[k];
        if (svm.alphas[k] > 0) svm.support.push_back(static_cast<int>(k));
        if (svm.alphas[k] < set.c) svm.kkt = std::max(svm.kkt, -over);
        if (svm.alphas[k] > 0) svm.kkt = std::max(svm.kkt, over);
    }
    const double half = 0.5 * (svm.w.x * svm.w.x + svm.w.y * svm.w.y);
    const double primal = half + set.c * slack;
    svm.gap = primal > 0 ? (primal - (alphas - half)) / primal : 0.0;
    svm.margin = 1 / std::sqrt(2 * half);
}

}  // namespace

LinearSvm solve_linear_svm(const SvmSet& set) {
    LinearSvm svm;
    svm.sentence = refusal(set);
    if (!svm.sentence.empty()) return svm;
    const auto n = static_cast<Eigen::Index>(set.points.size());
    Matrix z(n, 2);
    Vector y(n);
    for (Eigen::Index k = 0; k < n; ++k) {
        const auto at = static_cast<std::size_t>(k);
        y(k) = set.labels[at];
        z.row(k) << y(k) * set.points[at].x, y(k) * set.points[at].y;
    }
    const std::vector<double> start = libsvm_alphas(set);
    SvmActiveSet active(std::move(z), std::move(y), set.c,
                        Eigen::Map<const Vector>(start.data(), n));
    const bool ended = active.solve();
    svm.alphas.assign(active.alphas().begin(), active.alphas().end());
    const Vector w = active.weights();
    svm.w = {w(0), w(1)};
    svm.b = active.offset();
    if (w.norm() <= kNothing) {
        svm.sentence = "No line tells the classes apart better than none: the weights are 0.";
        return svm;
    }
    svm.has_line = true;
    measure(set, svm);
    svm.sentence = remark(set);
    if (!ended || svm.gap > kGapGoal)
        svm.sentence =
            "The iterations ended before the solution was exact; the gap below says by how much.";
    return svm;
}

}  // namespace marginscope
