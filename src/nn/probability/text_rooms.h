// Keys and values of many texts of one length that are read token by token by a model's TokenStep:
// a room for each text, with place for a whole context. Texts that go on from one text share its
// room until they differ.
//
// One thread (the one that owns the model) calls; inside, texts are spread over the threads that
// the process computes with. What a text gives does not depend on how.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nn/model/language_model.h"

namespace marginscope {

class TextRooms {
public:
    /// `model` has a token_step() and outlives this.
    explicit TextRooms(const LanguageModel& model);

    /// `texts` empty rooms.
    void clear(std::size_t texts);
    /// Room k is from now on what room from[k] was.
    void select(std::span<const std::int64_t> from);
    /// ids (B, t) int64 on the CPU, one row a room: reads them and returns the logits (B, t, V)
    /// after each. There is place for them.
    at::Tensor read(const at::Tensor& ids);
    std::int64_t length() const { return length_; }  // tokens in each

private:
    using Room = std::shared_ptr<float[]>;

    std::size_t numbers() const;  // of a room
    std::vector<const float*> part_rooms();
    void copy_past(const float* from, float* to) const;

    const LanguageModel* model_;
    std::vector<Room> rooms_;
    std::int64_t length_ = 0;
    // One a thread; copies of a batch are used by the same thread, one after the other.
    std::shared_ptr<std::vector<std::unique_ptr<TokenStep>>> steps_;
};

}  // namespace marginscope
