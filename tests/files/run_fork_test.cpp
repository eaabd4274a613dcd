// A fork of a run folder: everything up to its step, nothing after it, and what is refused.
#include "files/run_fork.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "files/run_folder.h"
#include "files/temp_folder.h"

namespace marginscope {
namespace {

using testing_files::sentence_of;
using testing_files::TempFolder;

/// Checkpoints of the steps 0, 10, 20, 30, a metrics line for each, events at 5, 20 and 25.
void write_run(const std::filesystem::path& path) {
    RunPlan plan;
    plan.text = "7:ab";
    RunFolder run = RunFolder::create(path, {{"train", {{"steps", 30}}}}, {plan});
    for (const std::int64_t step : {0, 10, 20, 30}) {
        run.append_metrics({{"step", step}});
        SafeTensors file;
        file.metadata["step"] = std::to_string(step);
        run.write_checkpoint(step, file);
    }
    for (const std::int64_t step : {5, 20, 25}) run.append_event({step, "train.lr", "0.1"});
    run.write_final({});
}

TEST(RunFork, HasItsParentsPastAndNothingElse) {
    TempFolder folder;
    write_run(folder / "run");
    EXPECT_EQ(fork_run(folder / "run", 20, folder / "fork"), 20);
    const RunFolder fork = RunFolder::open(folder / "fork");
    EXPECT_EQ(fork.config(), RunFolder::open(folder / "run").config());
    ASSERT_EQ(fork.list_checkpoints().size(), 1U);
    EXPECT_EQ(read_safetensors(fork.list_checkpoints()[0].path).metadata.at("step"), "20");
    EXPECT_EQ(fork.read_metrics().size(), 3U);
    EXPECT_EQ(fork.read_events().size(), 2U) << "those of its own step came before it left";
    EXPECT_FALSE(fork.is_finished());
    EXPECT_EQ(fork.plan().text, "7:ab");
    EXPECT_EQ(fork.plan().forked_at, 20);
    EXPECT_EQ(fork.plan().forked_from, (folder / "run").string());
    EXPECT_EQ(RunFolder::open(folder / "run").list_checkpoints().size(), 4U);
}

TEST(RunFork, TakesTheNewestCheckpointWithoutAStep) {
    TempFolder folder;
    write_run(folder / "run");
    EXPECT_EQ(fork_run(folder / "run", std::nullopt, folder / "fork"), 30);
}

TEST(RunFork, RefusesWhatIsNotThereAndWhatIsTaken) {
    TempFolder folder;
    write_run(folder / "run");
    const std::string missing =
        sentence_of<UserError>([&] { fork_run(folder / "run", 15, folder / "fork"); });
    EXPECT_NE(missing.find("0, 10, 20, 30"), std::string::npos) << missing;
    EXPECT_FALSE(std::filesystem::exists(folder / "fork"));
    EXPECT_NE(sentence_of<UserError>([&] { fork_run(folder / "no", 15, folder / "fork"); }), "");
    EXPECT_NE(sentence_of<UserError>([&] { fork_run(folder / "run", 10, folder / "run"); }), "");
    { RunFolder::create(folder / "empty", nlohmann::json::object()); }
    EXPECT_NE(
        sentence_of<UserError>([&] { fork_run(folder / "empty", std::nullopt, folder / "fork"); }),
        "");
}

}  // namespace
}  // namespace marginscope
