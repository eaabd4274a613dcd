// Direction, lens and heads of one character.
#include "engine/decode/why_frame.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/stage/boundary_direction.h"
#include "nn/measure/head_ablation.h"
#include "nn/measure/logit_lens.h"
#include "nn/model/tensor_eigen.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kWords = 4;    // on either side of the direction
constexpr std::size_t kGuesses = 5;  // of each layer

at::Tensor batch_of(const Matrix& u) { return to_tensor(u).unsqueeze(0); }

Matrix token_vectors(const LanguageModel& model) {
    return to_matrix(model.token_vectors(at::arange(model.vocabulary(), at::kLong)));
}

DirectionWord word_of(const TokenDirection& one, double reach) {
    return {one.token, static_cast<float>(one.cosine), static_cast<float>(one.along),
            static_cast<float>(one.along / reach)};
}

std::vector<LensCell> cells_of(const std::vector<LensGuess>& guesses) {
    std::vector<LensCell> cells;
    for (const LensGuess& guess : guesses)
        cells.push_back({guess.token, static_cast<float>(guess.probability)});
    return cells;
}

}  // namespace

WhyMaker::WhyMaker() = default;
WhyMaker::~WhyMaker() = default;

void WhyMaker::explain(WhyRequest request) {
    request_ = std::move(request);
    ablation_.reset();
    geometric_.reset();
    begun_ = false;
    frame_ = {};
    frame_.revision = request_->revision;
    frame_.index = request_->window_begin + request_->position;
    frame_.token = request_->token;
    frame_.next = request_->next;
    frame_.window_begin = request_->window_begin;
    frame_.layers = request_->model->shape().layers;
    frame_.heads = request_->model->shape().heads;
}

void WhyMaker::set_geometric(const std::optional<double>& distance) {
    if (!request_ || distance == geometric_) return;
    geometric_ = distance;
    if (!begun_) return;
    find_direction();
    fresh_ = true;
}

void WhyMaker::find_direction() {
    const WhyRequest& r = *request_;
    frame_.more.clear();
    frame_.less.clear();
    if (!r.stage || !r.stage->has_margin(r.position)) {
        frame_.direction_sentence =
            !r.stage ? "This model has no fitted stage: it says which way the boundary lies."
                     : "There is no boundary here: fewer than two characters come before it.";
        return;
    }
    // Down the gradient log|det J| falls: towards the boundary, from either side.
    const Vector down = -r.stage->gradient(r.position);
    auto all = tokens_along(token_vectors(*r.model), r.read_as, down);
    std::erase_if(all, [&](const TokenDirection& one) { return one.token == r.unknown_id; });
    if (all.empty()) {
        frame_.direction_sentence = "No direction leads to the boundary here: the gradient is 0.";
        return;
    }
    const double reach = geometric_.value_or(1.0 / down.norm());
    frame_.reach = static_cast<float>(reach);
    frame_.reach_is_geometric = geometric_.has_value();
    for (std::size_t k = 0; k < std::min(kWords, all.size()); ++k) {
        if (all[k].cosine > 0) frame_.more.push_back(word_of(all[k], reach));
        const TokenDirection& last = all[all.size() - 1 - k];
        if (last.cosine < 0) frame_.less.push_back(word_of(last, reach));
    }
}

void WhyMaker::read_lens() {
    const WhyRequest& r = *request_;
    std::vector<LensPlace> places = {{r.position, r.next_id}};
    if (r.position > 0) places.push_back({r.position - 1, r.own_id});
    const auto rows = logit_lens(*r.model, batch_of(r.u), places, kGuesses);
    for (std::size_t k = 0; k < rows[0].size(); ++k) {
        LensLayer& layer = frame_.lens.emplace_back();
        layer.next = cells_of(rows[0][k].top);
        layer.next_logprob = static_cast<float>(rows[0][k].logprob);
        if (rows.size() < 2) continue;
        layer.own = cells_of(rows[1][k].top);
        layer.own_logprob = static_cast<float>(rows[1][k].logprob);
    }
    const std::vector<ViewMargin>& margins = ablation_->clean_layers();
    for (std::size_t k = 0; k < margins.size(); ++k) {
        frame_.lens[k + 1].logdet = static_cast<float>(margins[k].logdet.value);
        frame_.lens[k + 1].sigma_min = static_cast<float>(margins[k].sigma_min);
        frame_.lens[k + 1].crossings = margins[k].crossings;
    }
}

void WhyMaker::add_effect(const HeadEffect& effect) {
    HeadEffectCell cell;
    cell.entropy = static_cast<float>(effect.entropy);
    cell.sink = static_cast<float>(effect.sink);
    cell.next_change = static_cast<float>(effect.next_change);
    cell.own_change = static_cast<float>(effect.own_change);
    cell.kl = static_cast<float>(effect.kl);
    cell.likeliest = effect.likeliest;
    cell.flips = effect.flips;
    if (effect.margin_change) cell.margin_change = static_cast<float>(*effect.margin_change);
    cell.margin_layer = effect.margin_layer;
    frame_.effects.push_back(cell);
}

bool WhyMaker::work(std::chrono::milliseconds budget) {
    if (!request_) return false;
    const Clock::time_point end = Clock::now() + budget;
    if (!begun_) {
        begun_ = true;  // a failure is told once, not again each turn
        ablation_ = std::make_unique<HeadAblation>(
            request_->model, batch_of(request_->u),
            AblatedPlace{request_->position, request_->own_id, request_->next_id});
        find_direction();
        read_lens();
        fresh_ = true;
    }
    while (ablation_ && !ablation_->done() && Clock::now() < end) {
        ablation_->step();
        add_effect(ablation_->effects().back());
        fresh_ = true;
    }
    return ablation_ && !ablation_->done();
}

std::shared_ptr<const WhyFrame> WhyMaker::take() {
    if (!std::exchange(fresh_, false)) return nullptr;
    auto frame = std::make_shared<WhyFrame>(frame_);
    frame->version = ++version_;
    return frame;
}

}  // namespace marginscope
