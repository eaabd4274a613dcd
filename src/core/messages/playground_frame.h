// What the Playground shows: its document, and all that is computed of it.
//
// Tokens and points count from 0; lengths are in units of the plane; log|det J| in nats.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/playground_document.h"

namespace marginscope {

struct LambdaRests;  // core/playground/lambda_rests.h

struct PlaygroundToken {
    bool has_boundary = false;  // else the rest says nothing
    double det = 1, logdet = 0;
    int sign = 1;
    int crossings = 0;  // beyond where > 0
    double sigma_min = 1;
    std::optional<double> geometric;  // empty: none found
    PlanarPoint nearest;              // the boundary point found, with `geometric`
    double searched_radius = 0;
};

/// Attention of the token in question from one place.
struct PlaygroundLook {
    PlanarPoint at;
    bool pointer = false;         // not the token's own place
    std::vector<double> weights;  // of its past, in order; its own last where it attends to itself
    PlanarPoint mean;
    std::vector<PlanarPoint> ellipse;  // one standard deviation of the past, closed; none without
    double logdet = 0;
    int sign = 1;
    int crossings = 0;
    double sigma_min = 1;
    std::vector<PlanarPoint> spectrum;  // eigenvalues of I - J: x real, y imaginary
    std::vector<PlanarPoint> circle;    // J times the unit circle, closed
    PlanarMatrix jacobian{1, 0, 0, 1};
};

struct PlaygroundCloud {
    std::vector<PlanarPoint> before, after;
    std::vector<bool> crossed;  // det J has another sign there than at the token
    double share_crossed = 0;
};

/// The barrier at work on the token in question. Lists run along the line from the target through
/// where the descent began to the edge of the plane.
struct PlaygroundDescent {
    bool playing = false;
    double pull = 0, barrier = 0, total = 0;  // barrier: b itself, +inf on the boundary
    PlanarPoint slope;                        // gradient of the total
    std::vector<PlanarPoint> trail;           // of the steps so far, the first is where it began
    std::vector<double> along, pull_curve, barrier_curve, total_curve;  // barrier_curve: lambda b
    PlanarPoint line_from, line_to;
    double token_along = 0;  // where the token is nearest on that line
};

struct PlaygroundSvm {
    bool has_line = false;
    PlanarPoint w;
    double b = 0, margin = 0, gap = 0, kkt = 0;
    std::vector<double> alphas, slack;
    std::vector<int> support;
    std::optional<int> least;  // the point with the largest y (w x + b), no support vector
    std::string sentence;      // what is degenerate, if anything
};

struct PlaygroundFrame {
    std::uint64_t version = 0;
    PlaygroundDocument document;
    AxesForm axes;  // of its A
    std::vector<PlaygroundToken> tokens;
    std::vector<int> support;  // smallest geometric margin; more than one where they tie
    std::optional<int> least;  // whose removal changes the support token's log|det J| least
    PlaygroundLook look;
    PlaygroundCloud cloud;
    PlaygroundDescent descent;
    std::shared_ptr<const LambdaRests> rests;  // where each lambda_m lets it come to rest
    bool rests_lag = false;                    // they are of the document before the last changes
    PlaygroundSvm svm;
    std::string note;        // what the last change did to the support token
    std::string svm_note;    // what the last removal did to the line
    std::string undo, redo;  // what they would take back or bring again; "": nothing
    std::string file;        // "" when it has none yet
    bool unsaved = false;    // it differs from that file
    std::vector<std::string> presets;
};

}  // namespace marginscope
