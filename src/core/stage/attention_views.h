// Margins of one attention layer of a GPT block: the head view (E14) and the layer view (E15).
//
// Both differentiate the block's attention in u_i, column i alone, biases included, no dropout;
// attention is causal and includes the token itself (s <= i). They are sensitivities of a block,
// not likelihoods. Float64. A built AttentionViews is immutable: any number of threads may call it.
// Legend: T positions, C width, H heads, p = C / H. Positions and heads count from 0.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/stage/margins.h"

namespace marginscope {

// One layer's attention, the heads side by side: head h has rows hp … (h+1)p - 1 of w_q, w_k, w_v
// and of the biases, and these columns of w_o. Linear maps are applied as x W^T + b.
struct AttentionLayer {
    Matrix u;                             // T x C, what attention reads: the LayerNorm's output
    Matrix w_q, w_k, w_v;                 // C x C
    std::optional<Vector> b_q, b_k, b_v;  // C
    Matrix w_o;                           // C x C
    int heads = 1;
};

struct ViewMargin {
    LogDet logdet;
    double sigma_min = 1.0;  // of the full C x C matrix (E9), not signed
    int crossings = 0;       // real eigenvalues of I - J above 1
};

// Which of several heads or layers is nearest the boundary by `kind`, and its numbers as those of
// the position; the first where no value is a number, none of an empty list. The geometric margin
// exists in the stage alone.
struct NearestView {
    std::size_t which = 0;
    PositionMargins margins;
};
std::optional<NearestView> nearest_view(std::span<const ViewMargin> views, MarginKind kind);

class AttentionViews {
public:
    // Throws UserError where shapes do not fit or a value is not finite.
    explicit AttentionViews(const AttentionLayer& layer);

    int positions() const { return positions_; }
    int width() const { return width_; }
    int heads() const { return static_cast<int>(heads_.size()); }

    Vector attention(int head, int i) const;  // i + 1 weights

    // E14, through det(I_p - C B).
    LogDet head_log_det(int head, int i) const;
    ViewMargin head(int head, int i) const;
    Matrix head_jacobian(int head, int i) const;  // C x C: the query path alone

    // E15.
    Matrix layer_jacobian(int i) const;  // C x C
    LogDet layer_log_det(int i) const;
    ViewMargin layer(int i) const;

private:
    struct Head {
        Matrix q, k, v;        // T x p, biases included; q divided by sqrt(p)
        Matrix w_q, w_k, w_v;  // p x C; w_q divided by sqrt(p)
        Matrix w_o;            // C x p
        Matrix b;              // p x p: w_q w_o (E14)
        bool whole = false;    // the span below is all of R^C
        Matrix out, in;        // Q^T w_o and w_q Q, Q a basis of [w_o, w_q^T] (E9)
    };

    Head make_head(const AttentionLayer& layer, int head) const;
    Matrix covariance(const Head& head, const Vector& alpha) const;  // C_i, p x p

    int positions_ = 0;
    int width_ = 0;
    std::vector<Head> heads_;
};

}  // namespace marginscope
