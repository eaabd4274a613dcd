// Links in folders that came from elsewhere: nothing outside is written, whatever they point at.
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/run_folder.h"
#include "files/run_folder_links.h"
#include "files/temp_folder.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using testing_files::get_file;
using testing_files::put_file;
using testing_files::sentence_of;
using testing_files::TempFolder;

constexpr const char* kOutside = "somebody's text";

SafeTensors weights() {
    SafeTensors file;
    file.metadata = {{"format", "1"}};
    file.tensors.push_back(make_tensor<float>("w", {2}, std::vector<float>{1.0f, 2.0f}));
    return file;
}

// A run with everything a run has.
fs::path make_run(const TempFolder& folder) {
    const fs::path path = folder / "run";
    RunFolder run = RunFolder::create(path, {{"train", {{"steps", 4}}}});
    run.append_metrics({{"step", 0}});
    run.append_event({1, "train.lr", "0.001"});
    run.write_checkpoint(2, weights());
    return path;
}

// What a training that goes on writes.
void write_everything(const fs::path& path) {
    RunFolder run = RunFolder::open_for_writing(path);
    run.append_metrics({{"step", 3}});
    run.append_event({3, "train.lr", "0.002"});
    run.write_plan({.text = "1:2", .init = "", .init_sha256 = "", .steps = 9, .changes = {}});
    run.write_checkpoint(2, weights());
    run.write_checkpoint(4, weights());
    run.write_final(weights());
}

const std::vector<std::string> kFiles = {"final.safetensors",
                                         "metrics.jsonl",
                                         "events.jsonl",
                                         "plan.json",
                                         ".lock",
                                         "checkpoints/step-000002.safetensors",
                                         "checkpoints/step-000004.safetensors"};

TEST(RunFolderLinks, NothingOutsideIsWrittenThroughASymbolicLink) {
    for (const std::string& name : kFiles) {
        TempFolder folder;
        const fs::path run = make_run(folder);
        put_file(folder / "outside", kOutside);
        fs::remove(run / name);
        fs::create_symlink(folder / "outside", run / name);
        const std::string refusal = sentence_of<UserError>([&] { write_everything(run); });
        EXPECT_EQ(get_file(folder / "outside"), kOutside) << name;
        if (refusal.empty()) {
            EXPECT_FALSE(fs::is_symlink(run / name)) << name << " was neither refused nor replaced";
        } else {
            EXPECT_NE(refusal.find("link"), std::string::npos) << refusal;
            EXPECT_NE(refusal.find(fs::path(name).filename()), std::string::npos) << refusal;
        }
    }
}

TEST(RunFolderLinks, NothingOutsideIsMadeThroughADanglingLink) {
    for (const std::string& name : kFiles) {
        TempFolder folder;
        const fs::path run = make_run(folder);
        fs::remove(run / name);
        fs::create_symlink(folder / "outside", run / name);
        sentence_of<UserError>([&] { write_everything(run); });
        EXPECT_FALSE(fs::exists(folder / "outside")) << name;
    }
}

TEST(RunFolderLinks, AHardLinkIsReplacedAndTheOtherNameKeepsItsBytes) {
    for (const std::string& name : kFiles) {
        TempFolder folder;
        const fs::path run = make_run(folder);
        // Lines, so that an appended file can be read on.
        put_file(folder / "outside", "{\"step\":0}\n");
        const bool lines = name.ends_with(".jsonl");
        if (lines && name == "events.jsonl")
            put_file(folder / "outside", "{\"step\":0,\"field\":\"train.lr\",\"value\":1}\n");
        const std::string before = get_file(folder / "outside");
        fs::remove(run / name);
        fs::create_hard_link(folder / "outside", run / name);
        EXPECT_NO_THROW(write_everything(run)) << name;
        EXPECT_EQ(get_file(folder / "outside"), before) << name;
    }
}

TEST(RunFolderLinks, ALinkedFolderOfCheckpointsIsRefused) {
    TempFolder folder;
    const fs::path run = make_run(folder);
    fs::create_directories(folder / "elsewhere");
    put_file(folder / "elsewhere/step-000004.safetensors", kOutside);
    fs::remove_all(run / "checkpoints");
    fs::create_directory_symlink(folder / "elsewhere", run / "checkpoints");
    const std::string refusal = sentence_of<UserError>([&] { write_everything(run); });
    EXPECT_NE(refusal.find("checkpoints"), std::string::npos) << refusal;
    EXPECT_EQ(get_file(folder / "elsewhere/step-000004.safetensors"), kOutside);
}

TEST(RunFolderLinks, WritersOfOtherFilesReplaceLinksInKeptFoldersOnly) {
    TempFolder folder;
    const fs::path run = make_run(folder);
    put_file(folder / "grid/path.json", "{}");
    fs::create_directories(folder / "grid/cell");
    fs::create_directories(folder / "plain");
    put_file(folder / "outside", kOutside);
    for (const fs::path& kept : {run / "fitted.safetensors", folder / "grid/more.json",
                                 folder / "grid/cell/margins.json", run / "checkpoints/x"}) {
        fs::create_symlink(folder / "outside", kept);
        EXPECT_FALSE(may_follow_link(kept)) << kept;
        write_file_atomically(kept, std::string_view("new"));
        EXPECT_EQ(get_file(folder / "outside"), kOutside) << kept;
        EXPECT_EQ(get_file(kept), "new") << kept;
        EXPECT_FALSE(fs::is_symlink(kept)) << kept;
    }
    // A user's own link somewhere else is what the user meant.
    fs::create_symlink(folder / "outside", folder / "plain/link");
    EXPECT_TRUE(may_follow_link(folder / "plain/link"));
    write_file_atomically(folder / "plain/link", std::string_view("new"));
    EXPECT_EQ(get_file(folder / "outside"), "new");
    EXPECT_TRUE(fs::is_symlink(folder / "plain/link"));
}

}  // namespace
}  // namespace marginscope
