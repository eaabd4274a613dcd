// The user's folders, assets, and recognising what a path is.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "files/paths.h"
#include "files/peek.h"
#include "files/run_folder.h"
#include "files/sample_folder.h"
#include "files/temp_folder.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using testing_files::get_file;
using testing_files::put_file;
using testing_files::sentence_of;
using testing_files::TempFolder;

TEST(Peek, EachKindIsRecognised) {
    TempFolder folder;
    put_file(folder / "a.txt", "some text");
    put_file(folder / "noending", "\xEF\xBB\xBFtext ä");
    EXPECT_EQ(classify(folder / "a.txt"), FileKind::kText);
    EXPECT_EQ(classify(folder / "noending"), FileKind::kText);
    put_file(folder / "s.mscope", "{}");
    EXPECT_EQ(classify(folder / "s.mscope"), FileKind::kSession);
    SafeTensors file;
    file.tensors.push_back(make_tensor<float>("w", {1}, std::vector<float>{1}));
    write_safetensors(folder / "m.safetensors", file);
    fs::copy(folder / "m.safetensors", folder / "renamed");
    EXPECT_EQ(classify(folder / "m.safetensors"), FileKind::kCheckpoint);
    EXPECT_EQ(classify(folder / "renamed"), FileKind::kCheckpoint);
    { RunFolder::create(folder / "path/l0.02-s1", nlohmann::json::object()); }
    EXPECT_EQ(classify(folder / "path/l0.02-s1"), FileKind::kRun);
    EXPECT_EQ(classify(folder / "path"), FileKind::kPathFolder);
    put_file(folder / "done/path.json", "{}");
    EXPECT_EQ(classify(folder / "done"), FileKind::kPathFolder);
    { RunFolder::create(folder / "drawn/sample-1-0001", nlohmann::json::object()); }
    put_file(folder / "drawn/posterior.json", "{}");
    EXPECT_EQ(classify(folder / "drawn"), FileKind::kSamples);
    EXPECT_TRUE(sample_folders(folder / "drawn").empty()) << "it has no weights yet";
    EXPECT_NE(sentence_of<UserError>([&] { (void)model_file(folder / "drawn"); }).find("--resume"),
              std::string::npos);
    write_safetensors(folder / "drawn/sample-1-0001/final.safetensors", file);
    EXPECT_EQ(sample_folders(folder / "drawn").size(), 1U);
    EXPECT_NE(
        sentence_of<UserError>([&] { (void)model_file(folder / "drawn"); }).find("sample-1-0001"),
        std::string::npos);
    put_file(folder / "tour.json", "{\"tour\": 1, \"title\": \"x\"}");
    EXPECT_EQ(classify(folder / "tour.json"), FileKind::kTour);
    EXPECT_EQ(file_kind_name(FileKind::kRun), "run folder");
}

TEST(Peek, WrongOnesSayWhatTheyAreAndWhatToDo) {
    TempFolder folder;
    const auto says = [&](const fs::path& path, const std::string& words) {
        try {
            classify(path);
            ADD_FAILURE() << path << " was accepted";
        } catch (const UserError& error) {
            EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
            EXPECT_EQ(error.exit_code(), 2);
        }
    };
    says(folder / "none", "There is no file or folder");
    put_file(folder / "ckpt.pt", "anything");
    says(folder / "ckpt.pt", "nanogpt_to_safetensors.py");
    put_file(folder / "model.bin", std::string("PK\x03\x04zzzzarchive/data.pkl"));
    says(folder / "model.bin", "PyTorch");
    put_file(folder / "old", std::string("\x80\x02}q", 4));
    says(folder / "old.none", "There is no");
    put_file(folder / "a.zip", std::string("PK\x03\x04....mimetype"));
    says(folder / "a.zip", "zip archive");
    put_file(folder / "a.png", std::string("\x89PNG\r\n\x1a\n"));
    says(folder / "a.png", "PNG");
    put_file(folder / "b.txt", std::string("ab\0cd", 5));
    says(folder / "b.txt", "binary");
    put_file(folder / "u16.txt", std::string("\xFF\xFEh\0i\0", 6));
    says(folder / "u16.txt", "UTF-16");
    put_file(folder / "empty.txt", "");
    says(folder / "empty.txt", "is empty");
    fs::create_directory(folder / "hollow");
    says(folder / "hollow", "empty folder");
    put_file(folder / "letters/a.txt", "dear");
    says(folder / "letters", "without a run");
    put_file(folder / "hub/config.json", "{}");
    put_file(folder / "hub/model.safetensors", "x");
    says(folder / "hub", "'model.safetensors'");
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    says(folder / "pipe", "neither a file nor a folder");
}

class Environment {
public:
    Environment(const char* name, const std::string& value) : name_(name) {
        if (const char* old = ::getenv(name)) old_ = old;
        ::setenv(name, value.c_str(), 1);
    }
    ~Environment() {
        if (old_.empty()) {
            ::unsetenv(name_);
        } else {
            ::setenv(name_, old_.c_str(), 1);
        }
    }

private:
    const char* name_;
    std::string old_;
};

TEST(Paths, UserFoldersFollowTheSpecification) {
    TempFolder folder;
    const Environment home("HOME", folder.path().string());
    {
        const Environment config("XDG_CONFIG_HOME", (folder / "cfg").string());
        const Environment state("XDG_STATE_HOME", "relative/is/ignored");
        EXPECT_EQ(user_config_dir(), folder / "cfg/marginscope");
        EXPECT_EQ(user_state_dir(), folder / ".local/state/marginscope");
    }
    const fs::path made = ensure_folder(folder / "cfg/marginscope");
    EXPECT_TRUE(fs::is_directory(made));
    EXPECT_NO_THROW(ensure_folder(made));
    put_file(folder / "file", "x");
    EXPECT_THROW(ensure_folder(folder / "file"), UserError);
    EXPECT_THROW(ensure_folder(folder / "file/below"), UserError);
}

TEST(Paths, AssetsAreFoundWhereTheyAreNamed) {
    TempFolder folder;
    put_file(folder / "models/x.safetensors", "x");
    const Environment assets("MARGINSCOPE_ASSETS", folder.path().string());
    EXPECT_EQ(asset_path("models/x.safetensors"), folder / "models/x.safetensors");
    EXPECT_TRUE(has_asset("models/x.safetensors"));
    EXPECT_FALSE(has_asset("models/none"));
    EXPECT_NE(sentence_of<UserError>([] { asset_path("models/none"); }).find("MARGINSCOPE_ASSETS"),
              std::string::npos);
    EXPECT_FALSE(executable_path().empty());
}

}  // namespace
}  // namespace marginscope
