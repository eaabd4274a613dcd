// Figures of Robustness: their tables are the frame's numbers, and the command measures the same.
#include <gtest/gtest.h>

#include <cmath>

#include "figures/figure_command.h"
#include "figures/figure_files.h"
#include "figures/figure_list.h"
#include "files/command_json.h"
#include "support/csv_reader.h"
#include "support/synthetic_robustness.h"

namespace marginscope {
namespace {

using Rows = std::vector<std::vector<std::string>>;

FigureSource source_of(std::shared_ptr<const RobustnessFrame> frame) {
    FigureSource source;
    source.frames.robustness = std::move(frame);
    return source;
}

Figure figure_of(const FigureSource& source, const char* name) {
    return make_figure(*find_figure("robustness", name), source);
}

Rows rows_of(const Figure& figure) {
    Rows rows = read_csv(figure_csv(figure));
    while (!rows.empty() && rows[0][0].starts_with("# ")) rows.erase(rows.begin());
    return rows;
}

TEST(RobustnessFigures, CurvesAndTheirDifferencesAreTheFrames) {
    const auto frame = synthetic::make_robustness();
    FigureSource source = source_of(frame);
    const Rows rows = rows_of(figure_of(source, "flips"));
    const RobustnessCurves& noise = *frame->noise;
    const std::size_t levels = noise.curves[0].points.size();
    ASSERT_EQ(rows.size(), 1 + levels * (noise.curves.size() + noise.differences.size()));
    for (std::size_t c = 0; c < noise.curves.size(); ++c)
        for (std::size_t k = 0; k < levels; ++k) {
            const RobustnessPoint& point = noise.curves[c].points[k];
            const auto& row = rows[1 + c * levels + k];
            EXPECT_EQ(row[1], noise.models[c].label);
            EXPECT_EQ(std::stod(row[2]), point.level);
            EXPECT_EQ(std::stod(row[3]), 100 * point.flips.value) << "in per cent";
            EXPECT_EQ(std::stod(row[5]), 100 * point.flips.high);
        }
    const auto& last = rows.back();
    EXPECT_EQ(last[0], "less the first");
    EXPECT_EQ(std::stod(last[3]), 100 * noise.differences.back().points.back().flips.value);

    source.view.robustness.shown = "insert";
    const Rows inserted = rows_of(figure_of(source, "loss"));
    EXPECT_EQ(std::stod(inserted[1][3]), frame->characters->curves[2].points[0].ce.value)
        << "the third way to spoil characters";
    source.view.robustness.shown = "something else";
    EXPECT_EQ(rows_of(figure_of(source, "loss"))[1][3],
              rows_of(figure_of(source_of(frame), "loss"))[1][3])
        << "what is not there falls back to noise";
}

TEST(RobustnessFigures, SupportIsSaidLessRandomOfTheSameModel) {
    const auto frame = synthetic::make_robustness();
    const Rows rows = rows_of(figure_of(source_of(frame), "support"));
    std::size_t differences = 0;
    for (const auto& row : rows) differences += row[0] == "support less random";
    EXPECT_EQ(differences, frame->support->models.size() * frame->support->settings.sigmas.size());
}

TEST(RobustnessFigures, PlacesAndPredictorsAreTheFrames) {
    const auto frame = synthetic::make_robustness();
    const FragilityFrame& fragile = *frame->fragility;
    const Rows places = rows_of(figure_of(source_of(frame), "fragility"));
    ASSERT_EQ(places.size(), 1 + fragile.places.size());
    for (std::size_t k = 0; k < fragile.places.size(); ++k) {
        EXPECT_EQ(places[k + 1][0], std::to_string(fragile.places[k].i));
        EXPECT_EQ(std::stod(places[k + 1][4]), fragile.places[k].sigma) << "inf where none flips";
        EXPECT_EQ(std::stod(places[k + 1][6]), fragile.predictors[0].values[k]);
    }
    const Figure ranked = figure_of(source_of(frame), "predictors");
    const Rows rows = rows_of(ranked);
    ASSERT_EQ(rows.size(), 1 + fragile.predictors.size());
    EXPECT_EQ(rows[1][0], "stage determinant") << "margins first, the strongest of them first";
    EXPECT_EQ(rows[4][0], "entropy");
    EXPECT_EQ(std::stod(rows[4][2]), fragile.predictors[3].rho.value);
    EXPECT_NE(ranked.caption.find(fragile.sentence), std::string::npos);
}

TEST(RobustnessFigures, TheCommandMeasuresTheSameModelsWithTheSameSettings) {
    auto frame = synthetic::make_robustness();
    FigureSource source = source_of(frame);
    source.view.robustness.shown = "drop";
    source.view.robustness.log_levels = true;
    const std::string words = figure_command(*find_figure("robustness", "loss"), source, "x.svg");
    EXPECT_NE(words.find(" --shown drop --log-levels"), std::string::npos) << words;
    const std::size_t begin = words.find("--measure '") + 11;
    const std::string json = words.substr(begin, words.find('\'', begin) - begin);
    const auto start = std::get<StartRobustness>(parse_command(json, "the test"));
    EXPECT_TRUE(start.parts.characters);
    EXPECT_FALSE(start.parts.noise);
    ASSERT_EQ(start.settings.models.size(), frame->characters->models.size());
    EXPECT_EQ(start.settings.models[1], frame->characters->models[1].path);
    EXPECT_EQ(start.settings.rates, frame->characters->settings.rates);
    EXPECT_EQ(figure_command(*find_figure("robustness", "loss"), {}, "x.svg"),
              "marginscope render robustness --panel loss --out x.svg")
        << "before anything is measured";
}

}  // namespace
}  // namespace marginscope
