// A linear soft-margin SVM in the plane: min |w|^2 / 2 + C sum slack with y (w x + b) >= 1 - slack.
//
// LIBSVM finds the active set (its kernel is float32), then an active-set method in float64 ends at
// the solution: relative dual gap 1e-8 and better. Pure; any thread. Numbers count from 0. Where
// classes cannot be told apart there is no line, and a sentence says why; other degenerate sets
// have a line and a sentence.
#pragma once

#include <string>
#include <vector>

#include "core/playground_document.h"

namespace marginscope {

inline constexpr double kLeastC = 0.01;
inline constexpr double kMostC = 100;

struct LinearSvm {
    bool has_line = false;  // else only the sentence says something
    PlanarPoint w;
    double b = 0;
    double margin = 0;           // 1 / |w|: the distance of the margin lines
    std::vector<double> alphas;  // one a point, 0 … C
    std::vector<int> support;    // points with alpha > 0
    std::vector<double> slack;   // max(0, 1 - y (w x + b))
    double gap = 0;              // (primal - dual) / primal
    double kkt = 0;              // largest violation of y (w x + b) >= 1, = 1, <= 1 by alpha
    std::string sentence;        // "" where there is nothing to say
};

LinearSvm solve_linear_svm(const SvmSet& set);

}  // namespace marginscope
