// The carried stage: appended to while the window stands still, made anew when it moves.
#include "nn/decode/next_margins.h"

#include <span>
#include <utility>

#include "nn/measure/probes.h"

namespace marginscope {

NextMargins::NextMargins(const Model& model, const Decoder& decoder) : decoder_(decoder) {
    if (model.stage) weights_ = stage_weights(model);
}

void NextMargins::follow() {
    const std::size_t length = decoder_.length();
    const std::size_t begin =
        decode_window_begin(length + 1, static_cast<std::size_t>(decoder_.context()));
    if (stage_ && begin == begin_ && length == length_) return;
    const bool one_more = stage_ && begin == begin_ && length == length_ + 1 &&
                          decoder_.ids().back() == last_token_ && !decoder_.last_is_moved();
    length_ = length;
    begin_ = begin;
    if (one_more) {  // the last row is the past's now; its copy makes room
        const Vector row = stage_->embeddings().row(stage_->positions() - 1).transpose();
        stage_->append(row);
        return;
    }
    const Matrix past = decoder_.next_window_embeddings();
    Matrix u = Matrix::Zero(past.rows() + 1, past.cols());
    u.topRows(past.rows()) = past;
    stage_.emplace(std::move(u), *weights_);
    last_token_ = -1;
}

std::optional<PositionMargins> NextMargins::of(int token, MarginKind kind) {
    if (!weights_ || decoder_.length() == 0) return std::nullopt;
    follow();
    const int i = stage_->positions() - 1;
    if (!stage_->has_margin(i)) return std::nullopt;
    stage_->set_embedding(i, decoder_.next_embeddings(std::span(&token, 1)).row(0).transpose());
    last_token_ = token;
    PositionMargins margins = stage_->determinant_margins(i);
    if (kind == MarginKind::singular) margins.sigma_min = stage_->sigma_min(i);
    if (kind == MarginKind::geometric) margins.geometric = stage_->geometric_margin(i);
    return margins;
}

}  // namespace marginscope
