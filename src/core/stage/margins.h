// Margins of positions: the three kinds (E8, E9, E10), their order, support tokens, and the
// stage's log-likelihood (E4) from its two parts.
//
// Plain values and pure functions; any thread. Positions count from 0. A margin's magnitude says
// how near the degeneracy boundary is; its minus sign says that the token is beyond it
// (crossings > 0). Lengths are in units of the embeddings, log-determinants in nats.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/linear/matrix.h"
#include "core/margin_kind.h"

namespace marginscope {

// E10: how far the token itself must move to reach det J = 0. The value is the best found, an upper
// bound; nothing found within searched_radius is an answer.
struct GeometricMargin {
    std::optional<double> value;      // |delta|
    double first_order = 0.0;         // 1 / |grad log|det J||, +inf where the gradient vanishes
    Vector point;                     // delta, so that J is singular at u_i + delta; empty if none
    double sigma_min_at_point = 0.0;  // of the full J at u_i + delta; NaN if none
    double kkt = 0.0;                 // 1 - |cos(delta, grad det J)| there; NaN if none
    double searched_radius = 0.0;     // R = 2 |u_i|
};

struct PositionMargins {
    int position = 0;
    LogDet logdet;
    double det = 1.0;
    int crossings = 0;       // real eigenvalues of I - J above 1: beyond the boundary when > 0
    double sigma_min = 1.0;  // E9, not signed
    std::optional<GeometricMargin> geometric;
    double energy_sq = 0.0;  // |e_i|^2; the energy of E4 is energy_sq / (2 sigma^2)

    bool beyond() const { return crossings > 0; }
};

// Signed by crossings: |det J|, sigma_min or |delta|, negative beyond the boundary. NaN where a
// geometric margin was not computed, +-inf where none was found within its radius.
double margin_value(const PositionMargins& margins, MarginKind kind);

// What orders margins of one kind, smallest = nearest the boundary on either side: log|det J| for
// determinant (which does not overflow), magnitudes for the others; same NaN and inf as above.
double margin_order(const PositionMargins& margins, MarginKind kind);

// Positions of the k smallest margins among positions >= 2 (the third token on), nearest first.
// Margins within a relative 1e-6 of the k-th belong too. Margins without a value never do.
std::vector<int> support_tokens(std::span<const PositionMargins> margins, MarginKind kind,
                                int k = 5);

// The two parts of E4, averaged over the positions given (callers pass positions >= 2).
struct StageLikelihood {
    double sigma = 0.0;              // given, or closed form: sigma^2 = mean |e_i|^2 / d
    double energy = 0.0;             // mean |e_i|^2 / (2 sigma^2)
    double normaliser = 0.0;         // (d/2) log(2 pi sigma^2)
    double volume = 0.0;             // mean log|det J_i|
    double nats_per_position = 0.0;  // volume - energy - normaliser; a pseudo-likelihood
    int positions = 0;
};

StageLikelihood log_likelihood(std::span<const PositionMargins> margins, int width,
                               std::optional<double> sigma = std::nullopt);

}  // namespace marginscope
