// Explains one character in pieces: the way to the boundary and the lens at once, then head by
// head. No torch in this header; internal to engine, the worker's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/messages/why.h"
#include "core/stage/stage.h"

namespace marginscope {

class HeadAblation;
class LanguageModel;
struct HeadEffect;

/// A character in its window.
struct WhyRequest {
    std::uint64_t key = 0;       // weights, window, past and what came next; names the frame
    std::uint64_t revision = 0;  // DecodeFrame::selected_revision
    std::shared_ptr<const LanguageModel> model;  // in float64, never changed
    std::shared_ptr<const Stage> stage;          // over the window; null without one
    Matrix u;                                    // of the window, noise and drags included
    int position = 0;                            // in the window
    int window_begin = 0;
    int token = 0;        // as it is shown
    int next = -1;        // as it is shown; -1: nothing came
    int read_as = 0;      // the model's token at the position
    int own_id = -1;      // that token where the model knows the character, else -1
    int unknown_id = -1;  // what the model reads for all it does not know: never named
    int next_id = -1;     // the model's token that came next, where it knows it
};

class WhyMaker {
public:
    WhyMaker();
    ~WhyMaker();

    /// Another character; what was found out of the last one is let go.
    void explain(WhyRequest request);
    /// Its geometric margin where it is known: the shares are of it then.
    void set_geometric(const std::optional<double>& distance);
    /// Goes on for about `budget`; true while something is missing.
    bool work(std::chrono::milliseconds budget);
    /// A new frame since the last call, or null.
    std::shared_ptr<const WhyFrame> take();
    /// Of the character that is explained; 0: none.
    std::uint64_t revision() const { return request_ ? request_->revision : 0; }

private:
    void find_direction();
    void read_lens();
    void add_effect(const HeadEffect& effect);

    std::optional<WhyRequest> request_;
    std::unique_ptr<HeadAblation> ablation_;
    std::optional<double> geometric_;
    WhyFrame frame_;
    std::uint64_t version_ = 0;
    bool fresh_ = false;  // the frame has something that was not taken
    bool begun_ = false;  // direction and lens are there
};

}  // namespace marginscope
