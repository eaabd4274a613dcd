// What a user made in the Playground, as a plain value: undo, presets and files are such values.
//
// std only; any thread. Positions count from 0; lengths are in units of the plane.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace marginscope {

struct PlanarPoint {
    double x = 0;
    double y = 0;
    static void fields(auto& self, auto&& visit) {
        visit("x", self.x);
        visit("y", self.y);
    }
    bool operator==(const PlanarPoint&) const = default;
};

/// Row-major, 2 x 2.
using PlanarMatrix = std::array<double, 4>;

inline constexpr double kPlaneHalf = 3.0;  // the plane is |x|, |y| <= this
inline constexpr int kLeastTokens = 2;
inline constexpr int kMostTokens = 12;
inline constexpr int kMostSvmPoints = 60;
inline constexpr double kLargestEntry = 10.0;  // of A
inline constexpr double kLargestScale = 10.0;
inline constexpr double kLargestLambda = 10.0;
inline constexpr double kLeastPullSigma = 0.2;
inline constexpr double kMostPullSigma = 5.0;
inline constexpr double kMostNoise = 1.5;

/// A = sign R(rotation) S, S symmetric with the stretch `along` on the axis at `axis` and `across`
/// on the one at right angles to it (the polar form, with mirrors in the stretch). Radians,
/// counter-clockwise.
struct AxesForm {
    double axis = 0;
    double along = 1;
    double across = 1;
    double rotation = 0;
    int sign = 1;
    static void fields(auto& self, auto&& visit) {
        visit("axis", self.axis);
        visit("along", self.along);
        visit("across", self.across);
        visit("rotation", self.rotation);
        visit("sign", self.sign);
    }
    bool operator==(const AxesForm&) const = default;
};

/// Points of two classes and what a hinge costs.
struct SvmSet {
    std::vector<PlanarPoint> points;
    std::vector<int> labels;  // +1 or -1, one a point
    double c = 1;
    bool operator==(const SvmSet&) const = default;
};

/// Where the data wants the token in question, and how hard the barrier holds it off:
/// |u - target|^2 / (2 sigma^2) + lambda b(u).
struct BarrierPull {
    PlanarPoint target;
    double lambda = 0.1;
    double sigma = 1;
    static void fields(auto& self, auto&& visit) {
        visit("target", self.target);
        visit("lambda", self.lambda);
        visit("sigma", self.sigma);
    }
    bool operator==(const BarrierPull&) const = default;
};

struct PlaygroundDocument {
    std::string title;                // a few words for who opens it
    std::vector<PlanarPoint> tokens;  // in their order
    PlanarMatrix a{1, 0, 0, 1};       // E1, before the scale
    double scale = 1;                 // inverse temperature: logits are scale u_s^T A u_i
    bool strict = true;               // false: a token attends to itself too
    int asked = 0;                    // the token in question; those before it are its past
    BarrierPull pull;
    double noise = 0.15;  // standard deviation of the cloud around the token in question
    SvmSet svm;           // no points: none
    bool operator==(const PlaygroundDocument&) const = default;

    int size() const { return static_cast<int>(tokens.size()); }
};

}  // namespace marginscope
