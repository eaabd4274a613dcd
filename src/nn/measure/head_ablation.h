// What each attention head does for one prediction: its output set to zero at every position of the
// window, all else as it is, and what changes.
//
// One thread. No gradients. Position and tokens are those of a window, u (1, T, C). The margin that
// may change is a later layer's log|det J| (E15) at the position: the embeddings stage reads no
// head, and a layer's own J is taken from what stands before it.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <vector>

#include "core/stage/attention_views.h"
#include "nn/model/language_model.h"

namespace marginscope {

struct HeadEffect {
    double entropy = 0;      // of its attention at the position, nats
    double sink = 0;         // weight there on the window's first token
    double next_change = 0;  // log p of the token that came next, without the head minus with it
    double own_change = 0;   // the same of the position's own token; NaN where it has no past
    double kl = 0;           // of the next token, KL(with it ‖ without), nats
    int likeliest = 0;       // the next token without it
    bool flips = false;      // … is another one than with it
    // Change of log|det J| of the later layer where it is largest; none for the last layer's heads.
    std::optional<double> margin_change;
    int margin_layer = -1;
};

/// Whose prediction is looked at: after the token at `position`; `own` is that token, `next` the
/// one that came after it (-1: none came, its change is NaN).
struct AblatedPlace {
    int position = 0;
    int own = 0;
    int next = -1;
};

class HeadAblation {
public:
    HeadAblation(std::shared_ptr<const LanguageModel> model, const at::Tensor& u,
                 const AblatedPlace& place);

    int layers() const { return model_->shape().layers; }
    int heads() const { return model_->shape().heads; }
    bool done() const { return effects_.size() == static_cast<std::size_t>(layers() * heads()); }
    /// One head more: a pass of the window. Order [layer][head].
    void step();
    const std::vector<HeadEffect>& effects() const { return effects_; }
    /// log|det J| of each layer at the position with all heads in place.
    const std::vector<ViewMargin>& clean_layers() const { return clean_layers_; }

private:
    struct Prediction {
        at::Tensor next, own;  // (V) log-probabilities in float64; own undefined without a past
    };
    Prediction predicted(ForwardOptions& options, std::vector<AttentionLayer>& layers) const;
    at::Tensor contribution(int layer, int head) const;  // (1, T, C)
    void compare_margins(const std::vector<AttentionLayer>& layers, int from,
                         HeadEffect& effect) const;

    std::shared_ptr<const LanguageModel> model_;
    at::Tensor u_;  // as far as the position: what follows changes nothing
    AblatedPlace place_;
    Tap clean_tap_;
    Prediction clean_;
    std::vector<ViewMargin> clean_layers_;
    std::vector<HeadEffect> effects_;
};

}  // namespace marginscope
