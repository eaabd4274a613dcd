// The shown model in float64, and what its layers read over one window: the head and layer views
// (E14, E15) as a margin report computes them. Internal to engine; the worker's thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/stage/attention_views.h"
#include "nn/decode/decoder.h"
#include "nn/model/checkpoint.h"

namespace marginscope {

class ExactViews {
public:
    explicit ExactViews(std::shared_ptr<const Model> model) : source_(std::move(model)) {}

    /// After a change of weights; what was handed out before stays as it was.
    void clear();
    /// A copy of the weights, made when it is first asked for; never changed.
    std::shared_ptr<const CharGpt> model();
    /// Of every layer over the decoder's window, noise and drags included. `key` names window and
    /// weights; those of the last key are remembered.
    const std::vector<AttentionViews>& layers(std::uint64_t key, const Decoder& window);

private:
    std::shared_ptr<const Model> source_;
    std::shared_ptr<const CharGpt> exact_;
    std::uint64_t key_ = 0;
    std::vector<AttentionViews> layers_;  // empty: none yet
};

}  // namespace marginscope
