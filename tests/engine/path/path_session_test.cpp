// Paths at the engine's boundary: what is kept of a cell can be opened, what is not is said.
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/engine_fixture.h"
#include "engine/path/path_cells.h"
#include "engine/path/path_folder.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

TEST_F(EngineTest, ACellWithoutItsWeightsSaysHowToTrainItAgain) {
    PathPlan plan;
    plan.folder = (folder_ / "path").string();
    plan.lambdas = {0, 0.25};
    plan.seeds = 1;
    plan.config = tiny_config();
    fs::create_directories(plan.folder);
    write_plan(plan);
    std::vector<PathCell> cells = plan_cells(plan);
    for (PathCell& cell : cells) {
        fs::create_directories(cell.run);
        cell.clean_ce = 1.5;
        cell.status = CellStatus::done;
        write_result(cell);
    }
    fs::copy_file(folder_ / "tiny.safetensors", fs::path(cells[0].run) / "fitted.safetensors");

    Engine engine(options());
    engine.send(OpenPath{plan.folder});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    ASSERT_TRUE(engine.frames().path);
    ASSERT_EQ(engine.frames().path->cells[1].status, CellStatus::done);
    engine.take_log();
    engine.send(LoadPathCell{cells[0].run});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    for (const LogLine& line : engine.take_log()) EXPECT_FALSE(line.error) << line.text;
    engine.send(LoadPathCell{cells[1].run});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    std::string said;
    for (const LogLine& line : engine.take_log())
        if (line.error) said += line.text;
    EXPECT_NE(said.find("the results are kept"), std::string::npos) << said;
    EXPECT_NE(said.find("marginscope train --out " + fs::path(cells[1].run).filename().string()),
              std::string::npos)
        << said;
    EXPECT_NE(said.find("--lambda 0.25"), std::string::npos) << said;
}

TEST_F(EngineTest, TheExamplePathIsNotExtended) {
    Engine engine(options());
    engine.send(OpenPath{""});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    if (!engine.frames().path) GTEST_SKIP() << "the assets are not here";
    engine.take_log();
    StartPath more{engine.frames().path->plan};
    more.plan.seeds += 1;
    engine.send(more);
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    std::string said;
    for (const LogLine& line : engine.take_log())
        if (line.error) said += line.text;
    EXPECT_NE(said.find("cannot be extended"), std::string::npos) << said;
    EXPECT_FALSE(engine.frames().path->running);
}

}  // namespace
}  // namespace marginscope
