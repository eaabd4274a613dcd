// Names, symbols, formulas and one plain sentence for every quantity the window shows.
//
// Any thread; constants only. Equation numbers are those of the mathematics page.
#pragma once

namespace marginscope {

enum class Quantity {
    logdet,
    determinant,
    sigma_min,
    geometric,
    first_order,
    crossings,
    energy,
    lowest_head,
    attention,
    attention_entropy,
    probability,
    logprob,
    entropy,
    trace_share,
    volume_share,
    spectrum,
    health,
    barrier,
    lambda,
    share_beyond,
    nats_per_position,
    kl,
    share_flipped,
    margin_gap,
    mutual_information,
    noise,
    cross_entropy,
    embedding_rms,
    temperature,
    top_k,
    top_p,
    seed,
    count
};

struct QuantityText {
    const char* name;
    const char* symbol;
    const char* formula;
    const char* unit;  // "" when it has none
    const char* sentence;
};

const QuantityText& text_of(Quantity quantity);

}  // namespace marginscope
