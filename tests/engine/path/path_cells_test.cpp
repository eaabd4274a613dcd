// A lambda path's plan, commands and results, without running anything.
#include "engine/path/path_cells.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "core/error.h"
#include "engine/path/path_run.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

class PathFolder : public testing::Test {
protected:
    void SetUp() override {
        plan_.folder =
            (fs::temp_directory_path() / ("path-cells-" + std::to_string(::getpid()))).string();
        fs::remove_all(plan_.folder);
        plan_.lambdas = {0, 0.02};
        plan_.seeds = 2;
        plan_.config.train.steps = 100;
    }
    void TearDown() override { fs::remove_all(plan_.folder); }

    void write(const fs::path& path, const std::string& text) {
        fs::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }

    PathPlan plan_;
};

TEST_F(PathFolder, CoversEveryCombinationOnce) {
    plan_.lambdas = {0, 0.02, 0.02};
    plan_.train_noises = {0, 0.01};
    const auto cells = plan_cells(plan_);
    EXPECT_EQ(cells.size(), 2u * 2u * 2u);
    EXPECT_EQ(cells.front().seed, plan_.config.train.seed);
}

TEST_F(PathFolder, HeadsAndSigmasAreAProductOfWhatIsListed) {
    plan_.config.stage.sigma_floor = 1.2;
    const auto plain = plan_cells(plan_);
    ASSERT_EQ(plain.size(), 4u);
    EXPECT_EQ(plain[0].run, plan_.folder + "/lambda-0_seed-1337") << "as before there were any";
    plan_.stage_sigmas = {"learned"};
    EXPECT_EQ(plan_cells(plan_)[0].run, plain[0].run) << "one value needs no name";
    EXPECT_EQ(plan_cells(plan_)[0].recipe.stage_sigma, "learned");
    plan_.stage_sigmas = {"closed", "learned:0.2", "1"};
    plan_.both_heads = true;
    const auto cells = plan_cells(plan_);
    EXPECT_EQ(cells.size(), 2u * 2u * 2u * 3u);
    std::set<std::string> runs;
    for (const PathCell& cell : cells) {
        runs.insert(cell.run);
        EXPECT_EQ(cell.stage_sigma_floor, 1.2);
        const auto train = cell_steps(plan_, cell).front().arguments;
        const auto said = [&](const std::string& flag) -> std::string {
            const auto at = std::find(train.begin(), train.end(), flag);
            return at == train.end() ? "" : *(at + 1);
        };
        RunConfig config;  // what such a command trains
        for (const char* field : {"model.tied", "stage.sigma", "stage.sigma_floor"})
            if (const std::string value = said("--" + std::string(find_field(field)->short_flag));
                !value.empty())
                set_field(config, field, value);
        EXPECT_EQ(config.model.tied, cell.recipe.tied);
        EXPECT_EQ(words_of(config.stage.sigma), cell.recipe.stage_sigma);
        EXPECT_EQ(config.stage.sigma_floor, 1.2);
    }
    EXPECT_EQ(runs.size(), cells.size());
    EXPECT_TRUE(runs.contains(plan_.folder + "/lambda-0.02_seed-1338_head-own_sigma-learned-0.2"));
    plan_.stage_sigmas = {"loud"};
    EXPECT_THROW(plan_cells(plan_), UserError);
}

TEST_F(PathFolder, MoreHeadsAndSigmasAreWelcomeWhereSeveralAre) {
    plan_.stage_sigmas = {"closed", "learned"};
    write_plan(plan_);
    plan_.stage_sigmas = {"learned", "1"};
    EXPECT_NO_THROW(write_plan(plan_));
    EXPECT_EQ(read_plan(plan_.folder).stage_sigmas, plan_.stage_sigmas);
    plan_.stage_sigmas = {"learned"};
    EXPECT_THROW(write_plan(plan_), UserError) << "its cells have no sigma in their names";
    plan_.stage_sigmas = {"1", "2"};
    plan_.both_heads = true;
    EXPECT_THROW(write_plan(plan_), UserError);
}

TEST_F(PathFolder, APlanFromBeforeTheyWereReadsAsOneValue) {
    plan_.config.model.tied = true;
    set_field(plan_.config, "stage.sigma", "closed");
    plan_.config.stage.sigma_floor = 0;
    write_plan(plan_);
    const std::string file = plan_.folder + "/plan.json";
    nlohmann::json document = nlohmann::json::parse(std::ifstream(file));
    for (const char* later :
         {"stage_sigmas", "both_heads", "noise_windows", "init", "init_mark", "more_seeds"})
        EXPECT_EQ(document.erase(later), 1u) << later;
    for (const char* later : {"sigma", "sigma_floor", "input_rms"})
        EXPECT_EQ(document["config"]["stage"].erase(later), 1u) << later;
    document["config"]["model"].erase("tied");
    write(file, document.dump());
    const auto path = open_path(plan_.folder);
    ASSERT_EQ(path->cells.size(), 4u);
    for (const PathCell& cell : path->cells)
        EXPECT_EQ(cell.recipe, (PathRecipe{true, "closed"})) << "what it was trained with then";
    EXPECT_EQ(path->plan.noise_windows, 0) << "they were evaluated on all";
    const nlohmann::json cell = nlohmann::json::parse(path_json(*path)).at("cells").at(0);
    EXPECT_EQ(cell.at("tied"), true);
    EXPECT_EQ(cell.at("stage_sigma"), "closed");
    EXPECT_EQ(cell.at("stage_sigma_floor"), 0.0);
    EXPECT_EQ(cell.at("stage_input_rms"), 0.0);
}

TEST_F(PathFolder, RefusesEmptyAndAbsurdPlans) {
    plan_.lambdas = {};
    EXPECT_THROW(plan_cells(plan_), UserError);
    plan_.lambdas = {-1};
    EXPECT_THROW(plan_cells(plan_), UserError);
    plan_.lambdas = {0};
    plan_.seeds = 0;
    EXPECT_THROW(plan_cells(plan_), UserError);
}

TEST_F(PathFolder, TrainLineNamesWhatDiffersFromTheDefaults) {
    plan_.text = "my file.txt";
    plan_.config.model.layers = 2;
    const std::string line = train_line(plan_, plan_cells(plan_)[1], "marginscope");
    EXPECT_NE(line.find("marginscope train --out"), std::string::npos);
    EXPECT_NE(line.find("--text 'my file.txt'"), std::string::npos);
    EXPECT_NE(line.find("--layers 2"), std::string::npos);
    EXPECT_NE(line.find("--lambda 0.02"), std::string::npos);
    EXPECT_NE(line.find("--steps 100"), std::string::npos);
    EXPECT_EQ(line.find("--heads"), std::string::npos);
}

TEST_F(PathFolder, CollectsFinishedResultsAndProgress) {
    auto cells = plan_cells(plan_);
    PathCell& cell = cells[0];
    collect_cell(plan_, cell);
    EXPECT_EQ(cell.status, CellStatus::waiting);
    write(fs::path(cell.run) / "metrics.jsonl", "{\"step\": 25}\n{\"step\": 50}\n{\"st");
    collect_cell(plan_, cell);
    EXPECT_DOUBLE_EQ(trained_share(plan_, cell), 0.5);
    EXPECT_GT(cell.progress, 0);
    EXPECT_LT(cell.progress, 0.5) << "training is not all that a cell does";
    write(fs::path(cell.run) / "metrics.jsonl", "{\"step\": 100}\n");
    write(fs::path(cell.run) / "final.safetensors", "");
    collect_cell(plan_, cell);
    EXPECT_LT(cell.progress, 1) << "trained, neither fitted nor measured";
    EXPECT_LT(path_progress(cells), 1);
    write(
        fs::path(cell.run) / "margins.json",
        R"({"share_beyond": 0.25, "logdet_mean": 0.75, "sigma_min": {"p5": 0.11, "median": 0.2, "min": 0.1},
              "positions": [null, {"sigma_min": 1, "logdet": 0}, {"sigma_min": 0.1, "logdet": 0.75}]})");
    write(
        fs::path(cell.run) / "noise.json",
        R"({"curves": [{"rms": 0.5, "points": [{"sigma": 0, "ce": 1.5}, {"sigma": 0.05, "ce": 2.5}]}]})");
    write(
        fs::path(cell.run) / "noise-relative.json",
        R"({"curves": [{"rms": 0.5, "points": [{"sigma": 0, "ce": 1.5}, {"sigma": 0.25, "ce": 2.25}]}]})");
    collect_cell(plan_, cell);
    ASSERT_EQ(cell.status, CellStatus::done);
    EXPECT_DOUBLE_EQ(*cell.clean_ce, 1.5);
    EXPECT_DOUBLE_EQ(cell.noisy_ce.at(0).second, 2.5);
    EXPECT_DOUBLE_EQ(cell.sigma_min_min, 0.1);
    EXPECT_DOUBLE_EQ(cell.sigma_min_median, 0.2);
    EXPECT_DOUBLE_EQ(cell.sigma_min_p5, 0.11);
    EXPECT_DOUBLE_EQ(cell.logdet_mean, 0.75) << "as `margins` says it, not a mean of another set";
    EXPECT_DOUBLE_EQ(cell.share_beyond, 0.25);
    EXPECT_DOUBLE_EQ(cell.noisy_ce_relative.at(0).second, 2.25);

    write_result(cell);
    fs::remove(fs::path(cell.run) / "margins.json");
    PathCell again = plan_cells(plan_)[0];
    collect_cell(plan_, again);
    ASSERT_EQ(again.status, CellStatus::done) << "the summary alone is enough";
    EXPECT_EQ(again.noisy_ce, cell.noisy_ce);
    EXPECT_EQ(again.noisy_ce_relative, cell.noisy_ce_relative);
    EXPECT_DOUBLE_EQ(again.sigma_min_median, cell.sigma_min_median);
}

TEST_F(PathFolder, TornResultsAreAFailureWithASentence) {
    auto cells = plan_cells(plan_);
    write(fs::path(cells[0].run) / "margins.json", "{\"positions\": [");
    write(fs::path(cells[0].run) / "noise.json", "{}");
    write(fs::path(cells[0].run) / "noise-relative.json", "{}");
    collect_cell(plan_, cells[0]);
    EXPECT_EQ(cells[0].status, CellStatus::failed);
    EXPECT_NE(cells[0].sentence.find("cannot be read"), std::string::npos);
}

TEST_F(PathFolder, PlanSurvivesItsFile) {
    plan_.sigmas = {0.25, 0.5};
    plan_.relative = true;
    plan_.config.barrier.site = BarrierSite::heads;
    plan_.config.train.lr = 3e-3;
    write_plan(plan_);
    const PathPlan back = read_plan(plan_.folder);
    EXPECT_EQ(back.lambdas, plan_.lambdas);
    EXPECT_EQ(back.sigmas, plan_.sigmas);
    EXPECT_TRUE(back.relative);
    EXPECT_EQ(back.config.barrier.site, BarrierSite::heads);
    EXPECT_DOUBLE_EQ(back.config.train.lr, 3e-3);
    EXPECT_EQ(open_path(plan_.folder)->cells.size(), 4u);
}

TEST_F(PathFolder, AFolderWithOtherSettingsIsNotMixed) {
    write_plan(plan_);
    plan_.seeds = 3;
    plan_.lambdas.push_back(0.1);
    EXPECT_NO_THROW(write_plan(plan_)) << "more cells of the same kind are welcome";
    plan_.config.train.steps = 200;
    EXPECT_THROW(write_plan(plan_), UserError);
}

TEST_F(PathFolder, APathIsTiedToWhatItsTextSays) {
    const std::string text =
        plan_.folder + "/../" + fs::path(plan_.folder).filename().string() + "-text.txt";
    write(text, "the cat sat on the mat. ");
    plan_.text = text;
    plan_.text_mark = text_mark_of(text);
    write_plan(plan_);
    EXPECT_EQ(read_plan(plan_.folder).text_mark, plan_.text_mark);
    write(plan_.folder + "/copy.txt", "the cat sat on the mat. ");
    PathPlan same = plan_;
    same.text = plan_.folder + "/copy.txt";
    same.text_mark = text_mark_of(same.text);
    EXPECT_NO_THROW(write_plan(same)) << "the same content under another name";
    write(text, "the cat sat on the hat. ");
    plan_.text_mark = text_mark_of(text);
    try {
        write_plan(plan_);
        FAIL() << "a changed text is another path";
    } catch (const UserError& error) {
        EXPECT_NE(std::string(error.what()).find("another text"), std::string::npos)
            << error.what();
    }
    fs::remove(text);
}

TEST_F(PathFolder, ResultsOfAnotherTextAreNotCollected) {
    plan_.text_mark = "24-aaaa";
    PathCell cell = plan_cells(plan_)[0];
    cell.status = CellStatus::done;
    cell.clean_ce = 1.5;
    fs::create_directories(cell.run);
    write_result(cell);
    PathCell again = plan_cells(plan_)[0];
    collect_cell(plan_, again);
    EXPECT_EQ(again.status, CellStatus::done);
    plan_.text_mark = "24-bbbb";
    PathCell other = plan_cells(plan_)[0];
    collect_cell(plan_, other);
    EXPECT_EQ(other.status, CellStatus::failed);
    EXPECT_NE(other.sentence.find("another text"), std::string::npos) << other.sentence;
}

TEST_F(PathFolder, ATextFromAPipeIsKept) {
    fs::create_directories(plan_.folder);
    const std::string pipe = plan_.folder + "/pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    std::thread writer([&] { std::ofstream(pipe) << "the cat sat on the mat. "; });
    const std::string kept = readable_text(pipe, plan_.folder + "/path");
    writer.join();
    std::ifstream in(kept);
    std::string words;
    std::getline(in, words);
    EXPECT_EQ(words, "the cat sat on the mat. ");
    EXPECT_NE(kept.find(text_mark_of(kept)), std::string::npos) << "named by its content";
    write(plan_.folder + "/plain.txt", "words");
    EXPECT_EQ(readable_text(plan_.folder + "/plain.txt", plan_.folder),
              plan_.folder + "/plain.txt");
    EXPECT_THROW(readable_text(plan_.folder, plan_.folder), UserError);
    EXPECT_THROW(readable_text(plan_.folder + "/none.txt", plan_.folder), UserError);
    EXPECT_THROW(readable_text("/dev/null", plan_.folder), UserError) << "nothing to learn in it";
}

TEST_F(PathFolder, RefusesAFolderThatIsNoPath) {
    fs::create_directories(plan_.folder);
    EXPECT_THROW(read_plan(plan_.folder), UserError);
}

}  // namespace
}  // namespace marginscope
