// Every figure of every kind of frame: the SVG is XML, the table holds the frame's numbers to the
// last bit, and nothing pretends to be a number.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <set>

#include "figures/decode/characters.h"
#include "figures/figure_files.h"
#include "figures/figure_list.h"
#include "figures/margin_values.h"
#include "figures/xml_reader.h"
#include "support/csv_reader.h"
#include "support/synthetic_frames.h"

namespace marginscope {
namespace {

FigureSource source_of(Frames frames, int steps = 120) {
    FigureSource source;
    source.frames = std::move(frames);
    auto history = std::make_shared<TrainHistory>();
    if (steps > 0) history->take(synthetic::training_events(steps));
    source.history = history;
    source.command = "marginscope render decode --out 'a \"b\".svg'";
    return source;
}

Figure figure_of(const FigureSource& source, std::string_view id) {
    const FigureInfo* info = find_figure(id.substr(0, id.find('.')), id);
    EXPECT_NE(info, nullptr) << id;
    return make_figure(*info, source);
}

using Rows = std::vector<std::vector<std::string>>;

// Without the lines of metadata; the first row is the header.
Rows rows_of(const Figure& figure) {
    Rows rows = read_csv(figure_csv(figure));
    while (!rows.empty() && rows[0][0].starts_with("# ")) rows.erase(rows.begin());
    return rows;
}

// Equal to the last bit; NaN is "nan".
void expect_number(float value, const std::string& cell, const std::string& where) {
    if (std::isnan(value)) {
        EXPECT_EQ(cell, "nan") << where;
        return;
    }
    ASSERT_FALSE(cell.empty()) << where;
    EXPECT_EQ(std::bit_cast<std::uint32_t>(std::strtof(cell.c_str(), nullptr)),
              std::bit_cast<std::uint32_t>(value))
        << where << " " << cell;
}

struct NamedFrames {
    const char* name;
    Frames frames;
    int steps;
};

std::vector<NamedFrames> all_frames() {
    return {{"usual", synthetic::usual(), 120},
            {"nothing", {}, 0},
            {"empty", synthetic::empty(), 0},
            {"tiny", synthetic::tiny(), 1},
            {"not finite", synthetic::not_finite(), 120},
            {"wide", synthetic::wide(), 120},
            {"largest", synthetic::largest(), 3000}};
}

TEST(Figures, EachIsDrawnFromAnyFrames) {
    for (const NamedFrames& named : all_frames())
        for (const FigureInfo& info : figure_list()) {
            const std::string where = std::string(named.name) + " " + std::string(info.id);
            const Figure figure = make_figure(info, source_of(named.frames, named.steps));
            EXPECT_TRUE(figure.empty() != figure.sentence.empty()) << where;
            const std::string svg = figure_svg(figure);
            XmlElement root;
            ASSERT_NO_THROW(root = XmlReader(svg).read()) << where;
            for (const char* tag :
                 {"text", "line", "rect", "circle", "polyline", "polygon", "image"})
                for (const XmlElement* element : root.all(tag)) {
                    for (const auto& [key, value] : element->attributes)
                        if (key != "href" && key != "font-family") {
                            EXPECT_EQ(value.find("nan"), std::string::npos)
                                << where << key << value;
                            EXPECT_EQ(value.find("inf"), std::string::npos)
                                << where << key << value;
                        }
                    EXPECT_NE(element->text, "nan") << where;
                }
            if (figure.empty()) {
                EXPECT_EQ(figure.table.rows, 0U) << where;
            }
        }
}

TEST(Figures, NamesAreUniqueAndFound) {
    std::set<std::string> ids;
    for (const FigureInfo& info : figure_list()) {
        EXPECT_TRUE(ids.insert(std::string(info.id)).second) << info.id;
        const std::string_view workspace = info.id.substr(0, info.id.find('.'));
        EXPECT_EQ(find_figure(workspace, info.id.substr(info.id.find('.') + 1)), &info);
        ASSERT_FALSE(figures_of_panel(info.panel).empty());
        EXPECT_EQ(figures_of_panel(info.panel).front()->id, info.panel);
    }
    EXPECT_EQ(find_figure("train", "traces"), nullptr);
}

TEST(Figures, MetadataIsInEveryFile) {
    const Figure figure = figure_of(source_of(synthetic::usual()), "decode.traces");
    const std::string csv = figure_csv(figure);
    EXPECT_TRUE(csv.starts_with("# figure: Traces along the text\n# model: stories"));
    EXPECT_NE(csv.find("\n# command: marginscope render decode --out 'a \"b\".svg'\n"),
              std::string::npos);
    const XmlElement root = XmlReader(figure_svg(figure)).read();
    EXPECT_NE(root.all("metadata").at(0)->text.find("'a \"b\".svg'"), std::string::npos);
    EXPECT_NE(figure_png(figure, {FigureSize{300, 200}, 96}).find("iTXtcommand"),
              std::string::npos);
}

TEST(Figures, TheTextsTableIsTheFrames) {
    for (const NamedFrames& named : all_frames()) {
        if (named.frames.decode == nullptr || named.frames.decode->line.empty()) continue;
        const Frames& f = named.frames;
        const Rows rows = rows_of(figure_of(source_of(f), "decode.text"));
        ASSERT_EQ(rows.size(), f.decode->line.size() + 1) << named.name;
        for (std::size_t i = 0; i < f.decode->line.size(); ++i) {
            const auto& row = rows[i + 1];
            const std::string where = std::string(named.name) + " row " + std::to_string(i);
            EXPECT_EQ(row[0], std::to_string(i));
            EXPECT_EQ(row[1], exact_character(*f.decode, f.decode->line[i].token)) << where;
            if (i > 0 && static_cast<int>(i) < f.decode->cursor) {
                expect_number(f.decode->line[i].logprob, row[11], where);
                expect_number(f.decode->line[i].entropy, row[12], where);
            }
            const MarginCell* cell = margin_at(f.margins.get(), static_cast<int>(i));
            if (cell == nullptr || !cell->valid) {
                EXPECT_EQ(row[4] + row[7] + row[8], "") << where;
                EXPECT_NE(row[3], "computed") << where;
                continue;
            }
            EXPECT_EQ(row[3], "computed") << where;
            expect_number(cell->logdet, row[4], where);
            EXPECT_EQ(row[6], std::to_string(cell->crossings));
            expect_number(cell->sigma_min, row[7], where);
            if (cell->geometric) expect_number(*cell->geometric, row[8], where);
            expect_number(cell->lowest_head, row[13], where);
        }
    }
}

TEST(Figures, TracesAreTheFramesNumbersAndTheirPoints) {
    const Frames f = synthetic::not_finite();
    const Figure figure = figure_of(source_of(f), "decode.traces");
    const Rows rows = rows_of(figure);
    EXPECT_EQ(rows[0][2], "Determinant margin [nats]");
    int finite = 0;
    for (std::size_t i = 0; i < f.decode->line.size(); ++i) {
        const MarginCell* cell = margin_at(f.margins.get(), static_cast<int>(i));
        if (cell != nullptr && cell->valid) expect_number(cell->logdet, rows[i + 1][2], "margin");
        if (cell != nullptr && cell->valid) finite += std::isfinite(cell->logdet);
        if (i > 0 && static_cast<int>(i) < f.decode->cursor)
            expect_number(f.decode->line[i].entropy, rows[i + 1][4], "entropy");
    }
    const Plot& plot = std::get<Plot>(figure.parts.at(0));
    int drawn = 0;
    for (const double y : plot.series.at(0).y) drawn += std::isfinite(y);
    EXPECT_EQ(drawn, finite);
}

TEST(Figures, AttentionIsTheSelectedHeads) {
    FigureSource source = source_of(synthetic::usual());
    source.view.layer = 2, source.view.head = 1;
    const AttentionFrame& a = *source.frames.attention;
    const auto size = static_cast<std::size_t>(a.size);
    const auto weight = [&](std::size_t matrix, std::size_t q, std::size_t k) {
        return a.weights[(matrix * size + q) * size + k];
    };
    const Rows rows = rows_of(figure_of(source, "decode.attention"));
    ASSERT_EQ(rows.size(), size + 1);
    for (std::size_t q = 0; q < size; ++q)
        for (std::size_t k = 0; k < size; ++k) {
            const std::string& cell = rows[q + 1][k + 2];
            if (k <= q) expect_number(weight(2 * 4 + 1, q, k), cell, "attention");
            if (k > q) {
                EXPECT_EQ(cell, "");
            }
        }
    const Rows heads = rows_of(figure_of(source, "decode.attention_heads"));
    ASSERT_EQ(heads.size(), 16 * size * (size + 1) / 2 + 1);
    std::size_t at = 1;
    for (std::size_t m = 0; m < 16; ++m)
        for (std::size_t q = 0; q < size; ++q)
            for (std::size_t k = 0; k <= q; ++k, ++at) {
                ASSERT_EQ(heads[at][0] + heads[at][1],
                          std::to_string(m / 4) + std::to_string(m % 4));
                ASSERT_EQ(heads[at][3],
                          std::to_string(static_cast<std::size_t>(a.window_begin) + k));
                expect_number(weight(m, q, k), heads[at][4], "heads");
            }
    const std::vector<float>& margins = source.frames.margins->head_logdet;
    const Rows map = rows_of(figure_of(source, "decode.heads"));
    ASSERT_EQ(map.size(), margins.size() + 1);
    const std::size_t columns = margins.size() / 16;
    for (std::size_t k = 0; k < margins.size(); ++k) {
        ASSERT_EQ(map[k + 1][0] + map[k + 1][1],
                  std::to_string(k / columns / 4) + std::to_string(k / columns % 4));
        ASSERT_EQ(map[k + 1][2],
                  std::to_string(static_cast<std::size_t>(a.window_begin) + k % columns));
        expect_number(margins[k], map[k + 1][4], "heads map");
    }
}

TEST(Figures, WhyIsTheFramesNumbersRowByRow) {
    const FigureSource source = source_of(synthetic::usual());
    const WhyFrame& why = *source.frames.why;
    const Rows rows = rows_of(figure_of(source, "decode.why"));
    ASSERT_EQ(rows.size(),
              1 + why.more.size() + why.less.size() + why.lens.size() + why.effects.size());
    for (std::size_t k = 0; k < why.more.size(); ++k)
        expect_number(why.more[k].cosine, rows[1 + k][4], "cosine");
    const std::size_t heads = rows.size() - why.effects.size();
    for (std::size_t k = 0; k < why.effects.size(); ++k) {
        const auto per = static_cast<std::size_t>(why.heads);
        EXPECT_EQ(rows[heads + k][1] + "." + rows[heads + k][2],
                  std::to_string(k / per) + "." + std::to_string(k % per));
        expect_number(why.effects[k].entropy, rows[heads + k][10], "entropy");
    }
}

TEST(Figures, TheBoundarysFieldStandsAtItsPlaces) {
    for (const Frames& f : {synthetic::usual(), synthetic::not_finite()}) {
        const BoundaryFrame& b = *f.boundary;
        const Rows rows = rows_of(figure_of(source_of(f), "decode.boundary"));
        ASSERT_EQ(rows.size(), b.logdet.size() + 1);
        for (std::size_t i = 0; i < b.logdet.size(); ++i) {
            const double column = static_cast<double>(i % static_cast<std::size_t>(b.columns));
            EXPECT_NEAR(std::stod(rows[i + 1][0]), -1.6 + 3.2 * column / (b.columns - 1), 1e-6);
            expect_number(b.logdet[i], rows[i + 1][2], "field");
            EXPECT_EQ(rows[i + 1][3], std::to_string(b.sign[i]));
        }
        const Rows causes = rows_of(figure_of(source_of(f), "decode.causes"));
        ASSERT_EQ(causes.size(), b.past.size() + 1);
        for (std::size_t k = 0; k < b.past.size(); ++k) {
            EXPECT_EQ(causes[k + 1][0], std::to_string(b.past[k].index));
            expect_number(b.past[k].attention, causes[k + 1][2], "attention");
            expect_number(b.past[k].trace_share, causes[k + 1][3], "trace share");
            expect_number(b.past[k].volume_share, causes[k + 1][4], "volume share");
        }
        const Rows spectrum = rows_of(figure_of(source_of(f), "decode.spectrum"));
        ASSERT_EQ(spectrum.size(), b.spectrum.size() + 1);
        for (std::size_t k = 0; k < b.spectrum.size(); ++k)
            expect_number(b.spectrum[k].x, spectrum[k + 1][0], "spectrum");
    }
}

TEST(Figures, BranchesAreTheFramesRows) {
    for (const Frames& f : {synthetic::usual(), synthetic::not_finite()}) {
        const Rows rows = rows_of(figure_of(source_of(f), "decode.branches"));
        ASSERT_EQ(rows.size(), f.branches->rows.size() + 1);
        for (std::size_t i = 0; i < f.branches->rows.size(); ++i) {
            const BranchRow& branch = f.branches->rows[i];
            EXPECT_EQ(rows[i + 1][0], std::to_string(branch.node));
            EXPECT_EQ(rows[i + 1][5], branch.text);
            if (branch.pending == 0) expect_number(branch.logprob, rows[i + 1][6], "log p");
            if (branch.margin_index >= 0) expect_number(branch.margin, rows[i + 1][8], "margin");
        }
    }
}

TEST(Figures, TwinAndComparisonAreTheFramesNumbers) {
    for (const Frames& f : {synthetic::usual(), synthetic::not_finite()}) {
        ASSERT_FALSE(f.twin->cells.empty());
        const Rows rows = rows_of(figure_of(source_of(f), "decode.twin"));
        ASSERT_EQ(rows.size(), f.twin->cells.size() + 1);
        for (std::size_t i = 0; i < f.twin->cells.size(); ++i) {
            const TwinCell& cell = f.twin->cells[i];
            EXPECT_EQ(rows[i + 1][0], std::to_string(i));
            if (!cell.known) {
                EXPECT_EQ(rows[i + 1][5] + rows[i + 1][6], "");
                continue;
            }
            expect_number(cell.kl, rows[i + 1][5], "kl");
            expect_number(cell.margin_gap, rows[i + 1][6], "gap");
            expect_number(cell.share_flipped, rows[i + 1][7], "flips");
        }
        const BranchComparison& c = f.branches->comparison;
        if (c.node < 0) continue;
        const Rows compared = rows_of(figure_of(source_of(f), "decode.compare"));
        ASSERT_EQ(compared.size(), c.here.size() + c.there.size() + 1);
        for (std::size_t i = 0; i < c.here.size(); ++i)
            expect_number(c.here[i].margin, compared[i + 1][5], "margin");
    }
}

TEST(Figures, TheZeroLineIsDrawnWhereTheSignTurns) {
    const Frames f = synthetic::usual();
    const Figure figure = figure_of(source_of(f), "decode.boundary");
    const BoundaryFrame& b = *f.boundary;
    int points = 0;
    for (const PlotSeries& series : std::get<Plot>(figure.parts.at(0)).series) {
        if (series.width < 2) continue;
        for (std::size_t k = 0; k < series.x.size(); ++k, ++points) {
            // The determinant that the frame was made of.
            const double x = series.x[k], y = series.y[k];
            const double bend = 0.62 - x + 0.22 * y * y + 0.12 * std::sin(3.2 * y);
            const double lobe = (x + 0.9) * (x + 0.9) + (y - 0.9) * (y - 0.9) - 0.16;
            EXPECT_LT(std::min(std::abs(bend), std::abs(lobe)), 2 * 3.2 / b.columns);
        }
    }
    EXPECT_GT(points, 100);
}

TEST(Figures, TrainingHasEveryStepAndEvaluation) {
    const FigureSource source = source_of(synthetic::usual(), 700);
    const Rows rows = rows_of(figure_of(source, "train.loss"));
    const TrainSeries& series = source.history->run;
    ASSERT_EQ(rows.size(), series.samples.size() + series.evals.size() + 1);
    for (std::size_t i = 0; i < series.samples.size(); ++i) {
        EXPECT_EQ(rows[i + 1][0], std::to_string(series.samples[i].step));
        expect_number(series.samples[i].ce, rows[i + 1][2], "ce");
    }
    for (std::size_t i = 0; i < series.evals.size(); ++i)
        expect_number(series.evals[i].val_ce, rows[series.samples.size() + i + 1][2], "val_ce");
    const Rows history = rows_of(figure_of(source, "train.margins"));
    ASSERT_EQ(history.size(), series.margins.size() + 1);
    for (std::size_t i = 0; i < series.margins.size(); ++i) {
        EXPECT_EQ(history[i + 1][0], std::to_string(series.margins[i].step));
        double all = 0;
        for (std::size_t bin = 2; bin < history[i + 1].size(); ++bin)
            all += std::stod(history[i + 1][bin]);
        EXPECT_NEAR(all, 1, 1e-5) << "every position is in a bin";
    }
    const Rows heads = rows_of(figure_of(source, "train.heads"));
    ASSERT_EQ(heads.size(), series.margins.size() + 1);
    for (std::size_t i = 0; i < series.margins.size(); ++i)
        for (std::size_t head = 0; head < series.margins[i].head_entropies.size(); ++head)
            expect_number(series.margins[i].head_entropies[head], heads[i + 1][head + 1],
                          "entropy");
}

TEST(Figures, AForksRowsFollowTheRuns) {
    FigureSource source = source_of(synthetic::usual(), 40);
    auto history = std::make_shared<TrainHistory>(*source.history);
    history->take({{false, TrainingForked{40, "fork"}}});
    TrainingSample sample;
    sample.step = 41;
    sample.ce = 1.5F;
    history->take({{true, sample}});
    source.history = history;
    const Rows rows = rows_of(figure_of(source, "train.loss"));
    const auto count = [&](const std::string& of) {
        return std::count_if(rows.begin() + 1, rows.end(),
                             [&](const auto& row) { return row.back() == of; });
    };
    EXPECT_EQ(count("fork"), count("run") + 1);
}

TEST(Figures, APathsTablesHaveItsCells) {
    const Frames f = synthetic::usual();
    const Rows grid = rows_of(figure_of(source_of(f), "path.grid"));
    ASSERT_EQ(grid.size(), f.path->cells.size() + 1);
    std::map<double, std::vector<double>> clean;
    for (std::size_t i = 0; i < f.path->cells.size(); ++i) {
        const PathCell& cell = f.path->cells[i];
        EXPECT_EQ(std::stod(grid[i + 1][0]), cell.lambda);
        EXPECT_EQ(grid[i + 1][1], std::to_string(cell.seed));
        EXPECT_EQ(grid[i + 1][4].empty(), !cell.clean_ce.has_value());
        if (!cell.clean_ce) continue;
        EXPECT_EQ(std::stod(grid[i + 1][4]), *cell.clean_ce);
        EXPECT_EQ(grid[i + 1].back(), cell.run);
    }
    const Rows losses = rows_of(figure_of(source_of(f), "path.losses"));
    // Means over seeds 1337 and 1338, which every lambda has.
    for (std::size_t r = 1; r < losses.size() && losses[r][0] == "clean loss"; ++r) {
        double sum = 0;
        int seeds = 0;
        for (const PathCell& cell : f.path->cells)
            if (cell.lambda == std::stod(losses[r][2]) && cell.seed < 1339)
                sum += *cell.clean_ce, ++seeds;
        EXPECT_EQ(seeds, 2);
        EXPECT_NEAR(std::stod(losses[r][3]), sum / seeds, 1e-12);
    }
    EXPECT_EQ(losses[1][0], "clean loss");
}

}  // namespace
}  // namespace marginscope
