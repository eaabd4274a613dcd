// The catalogue behind the hover cards.
#include "ui/quantities.h"

#include <array>
#include <cstddef>

namespace marginscope {
namespace {

constexpr std::array<QuantityText, static_cast<std::size_t>(Quantity::count)> kTexts = {{
    {"Determinant margin", "log|det J|", "log|det J|      J = I − Σ A", "nats",
     "How near this token is to the place where attention's map folds: −∞ is on the boundary, 0 is "
     "a map that keeps volumes. Its sign says nothing of the side. Σ: covariance of the past "
     "embeddings u under this token's attention α; A: the scores' matrix, u_s · A u."},
    {"Determinant", "det J", "det J = det(I − Σ A)", "",
     "0 on the boundary. Each crossing turns its sign: after two it is positive again, and the "
     "token still lies beyond."},
    {"Singular margin", "σ_min", "smallest singular value of J = I − Σ A", "",
     "Distance in the 2-norm from J to the nearest singular matrix; never negative. The side is "
     "said apart."},
    {"Geometric margin", "g", "g = min |δ|   with   det J(u + δ) = 0", "embedding units",
     "How far the token itself must move to reach the boundary; never negative. The best found, "
     "so an upper bound."},
    {"First-order distance", "1 / |grad log|det J||", "|det J| / |grad det J|", "embedding units",
     "The geometric margin as one Newton step would guess it."},
    {"Side", "crossings", "real eigenvalues of Σ A above 1", "",
     "How many times the boundary was crossed. At least one: the token lies beyond it. Pink marks "
     "it in the text; the picture's two colours show the sign of det J, which two crossings make "
     "positive again."},
    {"Energy", "E", "|e|² / 2σ²      e = u − μ(past)", "nats",
     "How badly the past's weighted mean predicts this embedding; the other half of the "
     "pseudo-likelihood."},
    {"Lowest head margin", "log|det| of a head", "min over layers, heads:  log|det(I − C B)|",
     "nats",
     "The model's own head that is nearest its boundary here (query path only, a sensitivity and "
     "no likelihood)."},
    {"Attention", "α", "softmax of  q · k / √p  over the past", "",
     "Weight of one earlier token in this token's mean. Rows sum to 1."},
    {"Attention entropy", "H(α)", "−Σ α log α", "nats",
     "How widely this head looks back. 0: one character has all the weight. log n: spread evenly "
     "over n."},
    {"Probability", "p", "softmax(logits / temperature), after top-k and top-p", "",
     "Chance of being drawn next, as the sampling settings leave it."},
    {"Log-probability", "log p", "log softmax(logits) of the character that came", "nats",
     "The model's own, at temperature 1 with nothing cut."},
    {"Entropy", "H", "−Σ p log p", "nats", "How undecided the model was before this character."},
    {"Trace share", "c", "α (u_s − ū) · A (u_s − ū)      sum = d − tr J", "",
     "What a past character adds to the trace of Σ A. Positive: it pushes an eigenvalue towards 1, "
     "where the boundary is, and past it."},
    {"Volume share", "c′", "α (u_s − ū) · A J⁻¹ (u_s − ū)      sum = tr J⁻¹ − d", "",
     "What a past character does to log|det J|. Positive: it lowers the determinant margin; "
     "negative: it raises it."},
    {"Spectrum", "λ(Σ A)", "eigenvalues of Σ A", "",
     "J = I − Σ A is singular exactly when 1 is among them; a real one above 1 is a crossing. Σ: "
     "covariance of the past embeddings under this token's attention."},
    {"Numerical health", "float32 − float64", "log|det J| by LU in float32, minus that in float64",
     "nats",
     "Green: float32 would be off by less than 0.001 nats, and the condition number σ_max / σ_min "
     "is below 10,000. Red: off by 0.1 or more, a turned sign of det J, or a condition of "
     "10,000,000 and above. Yellow: between. What is shown is float64."},
    {"Barrier", "b", "b = −log|det J|", "nats",
     "Grows without bound at the boundary, on both sides."},
    {"Barrier weight", "λ_m", "loss = cross-entropy + λ_m · mean b", "",
     "How much training pays for margin. 0: plain training."},
    {"Share beyond", "share", "characters with at least one crossing", "",
     "Part of the measured characters that lie beyond the boundary."},
    {"Fit of the stage", "log p(u)", "log|det J| − |e|²/2σ² − (d/2) log 2πσ²", "nats a character",
     "The stage's pseudo-likelihood of the embeddings; higher is a better fit. Never read its "
     "exponential as a probability."},
    {"Divergence", "KL", "Σ p log(p / q)", "nats",
     "Next-character distribution without noise (p) against the one with it (q)."},
    {"Share of flips", "share", "draws whose likeliest character is another one", "",
     "How often noise changes what the model expects here."},
    {"Margin gap", "Δ", "margin under noise − margin without", "",
     "Mean over draws, in the unit of the chosen kind of margin. Noise inside the model leaves it "
     "0: the stage reads the embeddings."},
    {"Mutual information", "I", "H(mean p) − mean H(p)", "nats",
     "What draws of noise, or models that predict together, disagree in: the part of the mean "
     "prediction's entropy above what each of them is unsure of by itself."},
    {"Noise", "σ", "u + N(0, σ²) per coordinate", "",
     "Added to the token embeddings, to what attention reads or to the residual stream; a draw "
     "is fixed by its seed and the character's place."},
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
