// Rooms, copied where texts part.
#include "nn/probability/text_rooms.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace marginscope {
namespace {

std::int64_t signed_size(std::size_t size) { return static_cast<std::int64_t>(size); }

}  // namespace

TextRooms::TextRooms(const LanguageModel& model)
    : model_(&model), steps_(std::make_shared<std::vector<std::unique_ptr<TokenStep>>>()) {}

void TextRooms::clear(std::size_t texts) {
    rooms_.assign(texts, nullptr);
    length_ = 0;
}

void TextRooms::select(std::span<const std::int64_t> from) {
    std::vector<Room> next;
    next.reserve(from.size());
    for (const std::int64_t text : from) next.push_back(rooms_[static_cast<std::size_t>(text)]);
    rooms_ = std::move(next);
}

// Keys (L, H, p, context), then values (L, H, context, p).
std::size_t TextRooms::numbers() const {
    const ModelConfig& shape = model_->shape();
    return 2 * static_cast<std::size_t>(shape.layers) * static_cast<std::size_t>(shape.width) *
           static_cast<std::size_t>(shape.context);
}

// Each text gets a room that nobody else writes to; the last one to go on from a shared room keeps
// it. Returns where a text's past still has to be copied from, else null. What is copied lies
// before everything that is written, so the copies can be made while the keeper goes on.
std::vector<const float*> TextRooms::part_rooms() {
    std::vector<const float*> past(rooms_.size(), nullptr);
    for (std::size_t k = 0; k < rooms_.size(); ++k) {
        if (rooms_[k] && rooms_[k].use_count() == 1) continue;
        past[k] = length_ > 0 ? rooms_[k].get() : nullptr;
        rooms_[k] = Room(new float[numbers()]);
    }
    return past;
}

void TextRooms::copy_past(const float* from, float* to) const {
    const ModelConfig& shape = model_->shape();
    const std::int64_t context = shape.context, rows = std::int64_t{shape.layers} * shape.width;
    for (std::int64_t row = 0; row < rows; ++row)
        std::copy_n(from + row * context, length_, to + row * context);
    const std::int64_t size = shape.width / shape.heads, offset = rows * context;
    for (std::int64_t head = 0; head < std::int64_t{shape.layers} * shape.heads; ++head)
        std::copy_n(from + offset + head * context * size, length_ * size,
                    to + offset + head * context * size);
}

at::Tensor TextRooms::read(const at::Tensor& ids) {
    assert(ids.size(0) == signed_size(rooms_.size()) && ids.is_contiguous());
    const std::int64_t texts = ids.size(0), count = ids.size(1);
    assert(length_ + count <= model_->shape().context);
    const std::vector<const float*> past = part_rooms();
    at::Tensor logits = at::empty({texts, count, model_->vocabulary()}, at::kFloat);
    const std::int64_t pieces = std::clamp<std::int64_t>(at::get_num_threads(), 1, texts);
    while (signed_size(steps_->size()) < pieces) steps_->push_back(model_->token_step());
    const std::int64_t* const id = ids.const_data_ptr<std::int64_t>();
    float* const out = logits.data_ptr<float>();
    const std::int64_t vocabulary = model_->vocabulary();
    at::parallel_for(0, pieces, 1, [&](std::int64_t first, std::int64_t last) {
        std::vector<TokenStepInput> tokens;
        for (std::int64_t piece = first; piece < last; ++piece) {
            tokens.clear();
            const std::int64_t end = texts * (piece + 1) / pieces;
            for (std::int64_t text = texts * piece / pieces; text < end; ++text) {
                const auto k = static_cast<std::size_t>(text);
                float* const room = rooms_[k].get();
                if (past[k] != nullptr) copy_past(past[k], room);
                for (std::int64_t t = 0; t < count; ++t) {
                    const std::int64_t at = text * count + t;
                    TokenStepBuffers buffers;
                    buffers.keys = room;
                    buffers.values = room + numbers() / 2;
                    buffers.logits = out + at * vocabulary;
                    tokens.push_back({static_cast<int>(id[at]), nullptr, length_ + t, buffers});
                }
            }
            (*steps_)[static_cast<std::size_t>(piece)]->run_many(tokens);
        }
    });
    length_ += count;
    return logits;
}

}  // namespace marginscope
