// The shown text as the model reads it: the cached pass of its last window, and passes of other
// windows where somebody looks or measures. Internal to engine; the worker's thread only.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "core/stage/stage.h"
#include "engine/decode/token_deltas.h"
#include "nn/decode/decoder.h"
#include "nn/decode/token_chooser.h"
#include "nn/probability/noise_averaged.h"

namespace marginscope {

/// One window that was read. Valid until the next call of follow() or window().
struct ReadWindow {
    std::size_t begin = 0;               // in the text
    const Decoder* decoder = nullptr;    // its own window begins at `begin`
    std::shared_ptr<const Stage> stage;  // over the window; null without a stage
};

class WindowReader {
public:
    explicit WindowReader(std::shared_ptr<const Model> model);

    /// Brings the decoder to this text, of which the first `common` tokens stand as they were; only
    /// what changed is computed.
    void follow(const std::vector<int>& model_ids, const TokenDeltas& deltas, std::size_t common);
    /// After a change of weights, or for another text.
    void clear();

    /// At the end of the text.
    const Decoder& decoder() const { return decoder_; }
    TokenChooser& chooser() { return chooser_; }

    /// The window [begin, end) of the text. `key` names all that it depends on. `attention`: also
    /// its weights.
    ReadWindow window(std::size_t begin, std::size_t end, std::uint64_t key,
                      const TokenDeltas& deltas, bool attention);

private:
    struct Aside {
        std::uint64_t key = 0;
        std::unique_ptr<Decoder> decoder;
        std::shared_ptr<const Stage> stage;
    };

    void extend_stage();

    std::shared_ptr<const Model> model_;
    std::optional<StageWeights> weights_;
    Decoder decoder_;
    NoiseAveraged average_;  // of what follows decoder_'s text
    TokenChooser chooser_;   // over decoder_
    std::shared_ptr<const Stage> stage_;
    std::size_t stage_begin_ = 0;  // of the window it is over
    bool stage_grows_ = false;     // what it is over still stands
    std::list<Aside> aside_;       // newest first
};

}  // namespace marginscope
