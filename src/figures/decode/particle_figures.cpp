// The texts that particles wrote, and what the particles were worth on the way.
#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "figures/decode/characters.h"
#include "figures/decode/decode_figures.h"
#include "figures/decode/law_words.h"

namespace marginscope {
namespace {

bool has_particles(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return false;
    const ParticleFrame* particles = source.frames.particles.get();
    if (particles != nullptr && !particles->ess.empty()) return true;
    figure.sentence = particles == nullptr ? "There are no particles yet: press P in Decode."
                      : particles->sentence.empty() ? "The particles have written nothing yet."
                                                    : particles->sentence;
    return false;
}

std::string particles_caption(const FigureSource& source) {
    const ParticleFrame& f = *source.frames.particles;
    std::string words = std::to_string(f.settings.particles) + " particles of " +
                        std::to_string(f.settings.tokens) + " characters from character " +
                        std::to_string(f.begin) + " on, seed " + std::to_string(f.sampling.seed) +
                        ". " + law_words(f);
    if (f.running) words += " After " + std::to_string(f.done) + " characters.";
    if (const std::string constant = constant_words(f); !constant.empty())
        words += " " + constant + ".";
    if (!f.sentence.empty()) words += " " + f.sentence;
    const DecodeFrame& decode = *source.frames.decode;
    return words + " Model " + decode.model_label + ".";
}

std::string shown_text(const ParticleRow& row) {
    std::string words;
    for (const std::string& symbol : row.symbols)
        words += symbol == "␣" || symbol == " " ? "·" : symbol == "\n" ? "↵" : symbol;
    return words;
}

CsvCell whole(int value) { return static_cast<std::int64_t>(value); }
CsvCell known(float value) { return std::isnan(value) ? CsvCell{} : CsvCell{value}; }

}  // namespace

void make_particles_figure(const FigureSource& source, Figure& figure) {
    if (!has_particles(source, figure)) return;
    const ParticleFrame& f = *source.frames.particles;
    if (f.rows.empty()) {
        figure.sentence = f.sentence.empty() ? "No particle is left." : f.sentence;
        return;
    }
    TextTable shown{{"weight", "particles", "log p, nats", "sum of barriers, nats", "what it adds"},
                    {true, true, true, true, false},
                    {}};
    std::vector<std::vector<CsvCell>> rows;
    for (const ParticleRow& row : f.rows) {
        shown.rows.push_back({{share_words(row.weight), std::to_string(row.count),
                               format_number(static_cast<double>(row.logprob)),
                               format_number(static_cast<double>(row.barrier)), shown_text(row)},
                              "#222222"});
        rows.push_back({row.text, row.weight, whole(row.count), row.logprob, known(row.barrier),
                        whole(row.shared)});
    }
    figure.parts.emplace_back(std::move(shown));
    figure.caption = particles_caption(source);
    figure.table = table_of({"text", "weight", "particles", "log p [nats]",
                             "sum of barriers [nats]", "characters as in the row before"},
                            std::move(rows));
    figure.table.value_column = 1;
}

void make_particle_worth_figure(const FigureSource& source, Figure& figure) {
    if (!has_particles(source, figure)) return;
    const ParticleFrame& f = *source.frames.particles;
    Plot plot;
    PlotSeries worth;
    worth.markers = false;
    worth.color = "#4477aa";
    std::vector<std::vector<CsvCell>> rows;
    for (std::size_t k = 0; k < f.ess.size(); ++k) {
        const bool again = std::ranges::count(f.resampled, static_cast<int>(k)) > 0;
        worth.x.push_back(static_cast<double>(k + 1));
        worth.y.push_back(static_cast<double>(f.ess[k]));
        rows.push_back({whole(static_cast<int>(k) + 1), f.ess[k], whole(again ? 1 : 0)});
    }
    plot.series.push_back(std::move(worth));
    for (const int token : f.resampled)
        plot.marks.push_back({true, static_cast<double>(token), "", "#bbbbbb"});
    plot.x.label = "characters added";
    plot.x.min = 0;
    plot.x.max = std::max(1, f.settings.tokens);
    plot.y.label = "effective sample size";
    plot.y.min = 0;
    plot.y.max = 1.05 * std::max(1, f.settings.particles);
    figure.parts.emplace_back(std::move(plot));
    figure.caption =
        "What the particles are worth after each character; " +
        (f.resampled.empty() ? std::string("they were never drawn again. ")
                             : "after those with a grey line they were drawn again. ") +
        particles_caption(source);
    figure.table = table_of({"characters added", "effective sample size", "drawn again before it"},
                            std::move(rows));
    figure.table.value_column = 1;
}

}  // namespace marginscope
