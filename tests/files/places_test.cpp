// Sessions, the user's folders, assets, and recognising what a path is.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "files/paths.h"
#include "files/peek.h"
#include "files/run_folder.h"
#include "files/session.h"
#include "files/temp_folder.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using testing_files::get_file;
using testing_files::put_file;
using testing_files::sentence_of;
using testing_files::TempFolder;

TEST(Session, ComesBackAndMovesWithItsFiles) {
    TempFolder folder;
    Session session;
    session.model = folder / "work/runs/a";
    session.text = folder / "texts/b.txt";
    session.prompt = "Once \"upon\"\n";
    session.decoded = "a tïme";
    session.seed = ~std::uint64_t{0};
    session.workspace = "path";
    session.position = 7;
    session.values = {{"sampling.temperature", 0.8}, {"noise.sigma", 0.1}, {"later.version", 3}};
    fs::create_directories(folder / "work");
    write_session(folder / "work/s.mscope", session);
    EXPECT_EQ(read_session(folder / "work/s.mscope"), session);
    const auto json = nlohmann::json::parse(get_file(folder / "work/s.mscope"));
    EXPECT_EQ(json.at("model"), "runs/a");
    EXPECT_EQ(json.at("text"), "../texts/b.txt");

    fs::create_directories(folder / "moved");
    fs::rename(folder / "work", folder / "moved/work");
    EXPECT_EQ(read_session(folder / "moved/work/s.mscope").model, folder / "moved/work/runs/a");
    EXPECT_TRUE(read_session(folder / "moved/work/s.mscope").path_folder.empty());
}

TEST(Session, WrongOnesAreRefusedWithTheField) {
    TempFolder folder;
    const auto sentence = [&](const std::string& text) {
        put_file(folder / "s.mscope", text);
        return sentence_of<UserError>([&] { read_session(folder / "s.mscope"); });
    };
    const auto says = [&](const std::string& text, const std::string& words) {
        const std::string said = sentence(text);
        EXPECT_NE(said.find(words), std::string::npos) << text << " said: " << said;
    };
    says("", "not valid JSON");
    says("[]", "expected a JSON object");
    says("{}", "'format' is missing");
    says(R"({"format":2})", "expected format 1, found 2");
    says(R"({"format":1,"model":3})", "'model'");
    says(R"({"format":1,"position":"x"})", "'position'");
    says(R"({"format":1,"position":99999999999})", "'position'");
    says(R"({"format":1,"layer":-2})", "'layer'");
    says(R"({"format":1,"seed":-1})", "'seed'");
    says(R"({"format":1,"values":[1]})", "'values'");
    says(R"({"format":1,"values":{"a":"x"}})", "'a'");
    EXPECT_EQ(sentence(R"({"format":1,"unknown":true})"), "");
    EXPECT_NE(sentence_of<UserError>([&] { read_session(folder.path()); }).find("it is a folder"),
              std::string::npos);
}

TEST(Peek, EachKindIsRecognised) {
    TempFolder folder;
    put_file(folder / "a.txt", "some text");
    put_file(folder / "noending", "\xEF\xBB\xBFtext ä");
    EXPECT_EQ(classify(folder / "a.txt"), FileKind::kText);
    EXPECT_EQ(classify(folder / "noending"), FileKind::kText);
    write_session(folder / "s.mscope", Session());
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
