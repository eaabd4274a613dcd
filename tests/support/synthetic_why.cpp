// Formulas that look like a lens, a direction and a set of heads.
#include "support/synthetic_why.h"

#include <cmath>
#include <limits>
#include <random>

namespace marginscope::synthetic {
namespace {

void each_number(WhyFrame& why, const auto& change) {
    for (auto* words : {&why.more, &why.less})
        for (DirectionWord& word : *words)
            change(word.cosine), change(word.along), change(word.share);
    for (LensLayer& layer : why.lens) {
        for (auto* cells : {&layer.next, &layer.own})
            for (LensCell& cell : *cells) change(cell.probability);
        change(layer.next_logprob), change(layer.own_logprob);
        change(layer.logdet), change(layer.sigma_min);
    }
    for (HeadEffectCell& cell : why.effects) {
        change(cell.entropy), change(cell.sink), change(cell.next_change), change(cell.own_change);
        change(cell.kl), change(cell.margin_change);
    }
    change(why.reach);
}

}  // namespace

std::shared_ptr<WhyFrame> make_why(const DecodeFrame& decode, int layers, int heads) {
    auto frame = std::make_shared<WhyFrame>();
    if (decode.selected < 0) return frame;
    std::mt19937 generator(23);
    const auto uniform = [&] { return std::uniform_real_distribution<float>(0, 1)(generator); };
    const int symbols = static_cast<int>(decode.symbols->size());
    const auto token = [&] {
        return 1 + static_cast<int>(uniform() * 1000) % std::max(1, symbols - 1);
    };
    frame->version = 1;
    frame->revision = decode.selected_revision;
    frame->index = decode.selected;
    frame->token = decode.line[static_cast<std::size_t>(decode.selected)].token;
    frame->next = decode.selected + 1 < static_cast<int>(decode.line.size()) ? token() : -1;
    frame->window_begin = decode.window_begin;
    frame->layers = layers;
    frame->heads = heads;
    frame->reach = 0.31F;
    frame->reach_is_geometric = true;
    for (int k = 0; k < 4; ++k) {
        const float cosine = 0.7F - 0.15F * static_cast<float>(k);
        frame->more.push_back({token(), cosine, 0.2F * cosine, 0.64F * cosine});
        frame->less.push_back({token(), -cosine, -0.2F * cosine, -0.64F * cosine});
    }
    for (int row = 0; row <= layers; ++row) {
        LensLayer& layer = frame->lens.emplace_back();
        float left = 1;
        for (int k = 0; k < 5; ++k) {
            const float share = left * (0.3F + 0.4F * uniform());
            left -= share;
            layer.next.push_back({token(), share});
            layer.own.push_back({token(), share});
        }
        if (frame->next >= 0) layer.next_logprob = -3 * uniform();
        if (frame->index > 0) layer.own_logprob = -3 * uniform();
        if (row == 0) continue;
        layer.logdet = -4 * uniform();
        layer.sigma_min = uniform();
        layer.crossings = uniform() < 0.3F ? 1 : 0;
    }
    for (int head = 0; head < layers * heads; ++head) {
        HeadEffectCell& cell = frame->effects.emplace_back();
        cell.entropy = 3 * uniform();
        cell.sink = uniform();
        if (frame->next >= 0) cell.next_change = uniform() - 0.6F;
        cell.own_change = uniform() - 0.6F;
        cell.kl = 0.5F * uniform() * uniform();
        cell.likeliest = token();
        cell.flips = cell.kl > 0.3F;
        if (head / heads + 1 >= layers) continue;
        cell.margin_change = uniform() - 0.5F;
        cell.margin_layer = head / heads + 1;
    }
    return frame;
}

void spoil(WhyFrame& why) {
    constexpr float kInfinite = std::numeric_limits<float>::infinity();
    int count = 0;
    each_number(why, [&](float& value) {
        ++count;
        if (count % 3 == 0) value = kNoValue;
        if (count % 5 == 0) value = kInfinite;
        if (count % 7 == 0) value = -kInfinite;
    });
}

void widen(WhyFrame& why) {
    each_number(why, [](float& value) { value = -123.4F * (value + 0.0123456F); });
    for (LensLayer& layer : why.lens) layer.crossings = 12;
    for (HeadEffectCell& cell : why.effects) cell.flips = true;
}

}  // namespace marginscope::synthetic
