// Margins of positions: the three kinds (E8, E9, E10), their order, support tokens, and the
// stage's log-likelihood (E4) from its two parts.
//
// Plain values and pure functions; any thread. Positions count from 0. The singular and the
// geometric margin are distances, never negative; the determinant margin is log|det J| in nats, of
// any sign. The side is said apart: a token is beyond the boundary where crossings > 0. Lengths are
// in units of the embeddings.
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
    // Whether J depends on where the token lies. Where it does not (no past, one attended token)
    // the numbers above hold, but the position is never a support token and enters no mean.
    bool has_boundary = true;

    bool beyond() const { return crossings > 0; }
};

// log|det J| in nats, sigma_min or |delta|: smallest = nearest the boundary on either side. NaN
// where a geometric margin was not computed, +inf where none was found within its radius.
double margin_value(const PositionMargins& margins, MarginKind kind);

// Whether a token with these margins passes a threshold in the unit of `kind` (nats for
// determinant): its margin is at least that and it is not beyond the boundary, unless that is
// allowed. What has no boundary always passes, a margin that is not a number never.
bool margin_allows(const PositionMargins& margins, MarginKind kind, double least,
                   bool allow_beyond = false);

// Positions of the k smallest margins among those that have a boundary, nearest first. Margins
// within a relative 1e-6 of the k-th belong too. Margins without a value never do.
std::vector<int> support_tokens(std::span<const PositionMargins> margins, MarginKind kind,
                                int k = 5);

// The two parts of E4, averaged over those of the positions given that have a boundary.
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
