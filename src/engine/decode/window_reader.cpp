// The shown text as the model reads it.
#include "engine/decode/window_reader.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <span>
#include <utility>

#include "nn/measure/probes.h"

namespace marginscope {
namespace {

constexpr std::size_t kAside = 3;  // what is selected, what is measured, and one to come back to

}  // namespace

WindowReader::WindowReader(std::shared_ptr<const Model> model)
    : model_(std::move(model)),
      decoder_(model_->gpt, Decoder::Reading::steps),
      average_(model_->gpt),
      chooser_(*model_, decoder_, average_.source()) {
    if (model_->stage) weights_ = stage_weights(*model_);
    decoder_.capture_attention(true);
}

void WindowReader::clear() {
    if (model_->stage) weights_ = stage_weights(*model_);
    decoder_.clear();
    average_.clear();
    chooser_.weights_changed(*model_);
    stage_.reset();
    aside_.clear();
}

void WindowReader::follow(const std::vector<int>& model_ids, const TokenDeltas& deltas,
                          std::size_t common) {
    const std::size_t had = decoder_.length();
    decoder_.truncate(common);
    if (common < model_ids.size())
        decoder_.append(std::span(model_ids).subspan(common),
                        deltas.rows(static_cast<int>(common), static_cast<int>(model_ids.size())));
    if (common < had) chooser_.past_changed();
    stage_grows_ = stage_grows_ && common == had;
    extend_stage();
}

/// The stage over the window: a copy with the new rows where all that was there still is.
void WindowReader::extend_stage() {
    if (!weights_) return;
    Matrix u = decoder_.window_embeddings();
    if (!stage_ || !stage_grows_ || stage_begin_ != decoder_.window_begin() ||
        stage_->positions() > u.rows()) {
        stage_ = std::make_shared<const Stage>(std::move(u), *weights_);
        stage_begin_ = decoder_.window_begin();
        stage_grows_ = true;
        return;
    }
    if (stage_->positions() == u.rows()) return;
    Stage extended = *stage_;
    for (Eigen::Index row = stage_->positions(); row < u.rows(); ++row)
        extended.append(u.row(row).transpose());
    stage_ = std::make_shared<const Stage>(std::move(extended));
}

ReadWindow WindowReader::window(std::size_t begin, std::size_t end, std::uint64_t key,
                                const TokenDeltas& deltas, bool attention) {
    if (begin == decoder_.window_begin() && end == decoder_.length())
        return {begin, &decoder_, stage_};
    auto found = std::ranges::find(aside_, key, &Aside::key);
    if (found == aside_.end()) {
        Aside made{key, std::make_unique<Decoder>(model_->gpt, Decoder::Reading::steps), nullptr};
        made.decoder->append(std::span(decoder_.ids()).subspan(begin, end - begin),
                             deltas.rows(static_cast<int>(begin), static_cast<int>(end)));
        if (weights_)
            made.stage =
                std::make_shared<const Stage>(made.decoder->window_embeddings(), *weights_);
        aside_.push_front(std::move(made));
        if (aside_.size() > kAside) aside_.pop_back();
    } else {
        aside_.splice(aside_.begin(), aside_, found);
    }
    if (attention) aside_.front().decoder->capture_attention(true);
    return {begin, aside_.front().decoder.get(), aside_.front().stage};
}

}  // namespace marginscope
