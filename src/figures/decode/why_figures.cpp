// Why a character's margin and prediction are what they are, as tables.
#include <cmath>

#include "core/words.h"
#include "figures/decode/characters.h"
#include "figures/decode/decode_figures.h"

namespace marginscope {
namespace {

using Row = std::vector<CsvCell>;

CsvCell whole(int value) { return static_cast<std::int64_t>(value); }
std::string number(float value) { return format_number(static_cast<double>(value), 3); }
CsvCell known(float value) { return std::isnan(value) ? CsvCell{} : CsvCell{value}; }

constexpr std::size_t kColumns = 12;
Row row_of(const char* part) {
    Row row(kColumns);
    row[0] = std::string(part);
    return row;
}

void add_direction(const DecodeFrame& decode, const WhyFrame& why, Figure& figure,
                   std::vector<Row>& rows) {
    TextTable shown{
        {"towards the boundary", "cosine", "share of the distance"}, {false, true, true}, {}};
    for (const auto* words : {&why.more, &why.less})
        for (const DirectionWord& word : *words) {
            const bool more = words == &why.more;
            shown.rows.push_back(
                {{(more ? "more like " : "less like ") + shown_character(decode, word.token),
                  number(word.cosine), number(word.share)},
                 "#222222"});
            Row row = row_of(more ? "more like" : "less like");
            row[3] = exact_character(decode, word.token);
            row[4] = word.cosine;
            row[5] = known(word.share);
            rows.push_back(std::move(row));
        }
    figure.parts.emplace_back(std::move(shown));
}

void add_lens(const DecodeFrame& decode, const WhyFrame& why, Figure& figure,
              std::vector<Row>& rows) {
    TextTable shown{
        {"after", "likeliest next", "p", "log|det J|, nats"}, {false, false, true, true}, {}};
    for (std::size_t k = 0; k < why.lens.size(); ++k) {
        const LensLayer& layer = why.lens[k];
        if (layer.next.empty()) continue;
        const LensCell& first = layer.next.front();
        shown.rows.push_back({{k == 0 ? "the embeddings" : "layer " + std::to_string(k - 1),
                               shown_character(decode, first.token), number(first.probability),
                               number(layer.logdet)},
                              "#222222"});
        Row row = row_of("after the layer");
        if (k > 0) row[1] = whole(static_cast<int>(k) - 1);
        row[3] = exact_character(decode, first.token);
        row[6] = first.probability;
        row[7] = known(layer.logdet);
        rows.push_back(std::move(row));
    }
    figure.parts.emplace_back(std::move(shown));
}

void add_heads(const DecodeFrame& decode, const WhyFrame& why, Figure& figure,
               std::vector<Row>& rows) {
    TextTable shown{{"head", "KL without it, nats", "log p of the next, change", "log|det|, change",
                     "entropy, nats", "sink"},
                    {false, true, true, true, true, true},
                    {},
                    3};  // the longest of the three
    for (std::size_t k = 0; k < why.effects.size() && why.heads > 0; ++k) {
        const HeadEffectCell& effect = why.effects[k];
        const int layer = static_cast<int>(k) / why.heads, head = static_cast<int>(k) % why.heads;
        shown.rows.push_back(
            {{std::to_string(layer) + "." + std::to_string(head), number(effect.kl),
              number(effect.next_change), number(effect.margin_change), number(effect.entropy),
              number(effect.sink)},
             "#222222"});
        Row row = row_of("without the head");
        row[1] = whole(layer);
        row[2] = whole(head);
        row[3] = exact_character(decode, effect.likeliest);
        row[7] = known(effect.margin_change);
        row[8] = known(effect.kl);
        row[9] = known(effect.next_change);
        row[10] = known(effect.entropy);
        row[11] = known(effect.sink);
        rows.push_back(std::move(row));
    }
    figure.parts.emplace_back(std::move(shown));
}

}  // namespace

void make_why_figure(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return;
    const WhyFrame* why = source.frames.why.get();
    if (why == nullptr || why->index < 0) {
        figure.sentence = "Nothing is explained yet: bring the panel Why to the front.";
        return;
    }
    const DecodeFrame& decode = *source.frames.decode;
    std::vector<Row> rows;
    if (!why->direction_sentence.empty())
        figure.parts.emplace_back(Paragraph{why->direction_sentence});
    add_direction(decode, *why, figure, rows);
    add_lens(decode, *why, figure, rows);
    add_heads(decode, *why, figure, rows);
    figure.caption = "Why " + character_and_place(decode, why->index) +
                     ": the way down of log|det J| in characters, the prediction after each layer "
                     "beside that layer's margin, and what changes where a head's output is zero; "
                     "layers and heads count from 0. " +
                     decode_caption(source.frames);
    figure.table =
        table_of({"part", "layer", "head", "character", "cosine", "share of the distance",
                  "probability", "log|det| or its change [nats]", "KL [nats]",
                  "log p change [nats]", "entropy [nats]", "sink"},
                 std::move(rows));
}

}  // namespace marginscope
