// The catalogue behind the hover cards.
#include "ui/quantities.h"

#include <array>
#include <cstddef>

namespace marginscope {
namespace {

constexpr std::array<QuantityText, static_cast<std::size_t>(Quantity::count)> kTexts = {{
    {"Determinant margin", "log|det J|", "J = I − Cov(v,u) A      margin = log|det J|", "nats",
     "How near this token is to the place where attention's map folds. Smaller is nearer; −∞ is on "
     "the boundary."},
    {"Determinant", "det J", "det J = det(I − Cov(v,u) A)", "",
     "Zero on the degeneracy boundary; its sign tells an odd from an even number of crossings."},
    {"Singular margin", "σ_min", "σ_min(J)", "",
     "Distance in the 2-norm from J to the nearest singular matrix."},
    {"Geometric margin", "g", "g = min |δ|   with   det J(u + δ) = 0", "embedding units",
     "How far the token itself must move to reach the boundary. The best found, so an upper "
     "bound."},
    {"First-order distance", "1 / |∇ log|det J||", "|det J| / |∇ det J|", "embedding units",
     "The geometric margin as one Newton step would guess it."},
    {"Crossings", "#", "real eigenvalues of Cov(v,u) A above 1", "",
     "How many times the boundary was crossed. At least one: the token lies beyond it."},
    {"Energy", "E", "|e|² / 2σ²      e = u − μ(past)", "nats",
     "How badly the past's weighted mean predicts this embedding; the other half of the "
     "pseudo-likelihood."},
    {"Lowest head", "log|det| of a head", "min over layers, heads:  log|det(I − C B)|", "nats",
     "The model's own head that is nearest its boundary here (query path only, a sensitivity and "
     "no likelihood)."},
    {"Recurrence", "r", "fits in which it is a support token again", "fits",
     "The ranking is noisy: how often it comes back when the stage is fitted from another seed."},
    {"Attention", "α", "softmax of  q · k / √p  over the past", "",
     "Weight of one earlier token in this token's mean. Rows sum to 1."},
    {"Row sum", "Σ α", "sum of one row of the attention matrix", "", "Always 1, up to rounding."},
    {"Attention entropy", "H(α)", "−Σ α log α", "nats",
     "0: one token has all the weight. log n: spread evenly over n."},
    {"Probability", "p", "softmax(logits / temperature), after top-k and top-p", "",
     "Chance of being drawn next, as the sampling settings leave it."},
    {"Log-probability", "log p", "log softmax(logits) of the character that came", "nats",
     "The model's own, at temperature 1 with nothing cut."},
    {"Entropy", "H", "−Σ p log p", "nats", "How undecided the model was before this character."},
    {"Trace share", "c", "α (u_s − ū)ᵀ A (v_s − v̄)      sum = d − tr J", "",
     "What an attended token adds to the trace of Cov(v,u) A."},
    {"Volume share", "c′", "α (u_s − ū)ᵀ A J⁻¹ (v_s − v̄)      sum = tr J⁻¹ − d", "",
     "What an attended token does to the volume log|det J|: the default reading of who causes a "
     "small margin."},
    {"Spectrum", "λ(Cov A)", "eigenvalues of Cov(v,u) A", "",
     "J is singular exactly when 1 is among them."},
    {"Barrier", "b", "b = −log|det J|", "nats",
     "Grows without bound at the boundary, on both sides."},
    {"Barrier weight", "λ_m", "loss = cross-entropy + λ_m · mean b", "",
     "How much training pays for margin. 0: plain training."},
    {"Share beyond", "share", "positions with crossings > 0", "",
     "Part of the positions of the window that lie beyond the boundary."},
    {"Nats per position", "log p(u)", "log|det J| − |e|²/2σ² − (d/2) log 2πσ²", "nats",
     "A pseudo-likelihood: never read its exponential as a probability."},
    {"Divergence", "KL", "Σ p log(p / q)", "nats",
     "Next-character distribution without noise (p) against the one with it (q)."},
    {"Noise", "σ", "u + N(0, σ²) per coordinate", "",
     "Added to the token embeddings at the input, with a fixed draw per seed."},
    {"Cross-entropy", "CE", "−mean log p(next character)", "nats", "The usual training loss."},
    {"Embedding RMS", "rms", "√ mean u²", "embedding units",
     "Scale of the token embeddings; noise relative to it is comparable between models."},
    {"Temperature", "T", "softmax(logits / T)", "", "0 always takes the likeliest character."},
    {"Top-k", "k", "keep the k likeliest", "", "0: off."},
    {"Top-p", "p", "keep the likeliest until their sum reaches p", "", "1: off."},
    {"Seed", "seed", "counter-based draws keyed by seed and position", "",
     "The same seed and text give the same draw."},
}};

}  // namespace

const QuantityText& text_of(Quantity quantity) {
    return kTexts[static_cast<std::size_t>(quantity)];
}

}  // namespace marginscope
