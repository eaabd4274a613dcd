// Files appear whole or not at all: full disks, size limits, kill -9 in the middle.
#include "files/atomic_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "core/error.h"
#include "files/safetensors.h"
#include "files/temp_folder.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using testing_files::get_file;
using testing_files::put_file;
using testing_files::sentence_of;
using testing_files::TempFolder;

std::size_t entries(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// Runs `action` in a child; its exit status, or -signal.
template <typename Action>
int in_child(Action&& action) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(action());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(AtomicFile, ReplacesAndLeavesNothingElse) {
    TempFolder folder;
    write_file_atomically(folder / "a.txt", "one");
    write_file_atomically(folder / "a.txt", "two");
    EXPECT_EQ(get_file(folder / "a.txt"), "two");
    EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(AtomicFile, WithoutCommitTheOldFileStays) {
    TempFolder folder;
    put_file(folder / "a.txt", "old");
    {
        AtomicFile file(folder / "a.txt");
        file.write(std::string_view("new"));
        EXPECT_EQ(get_file(folder / "a.txt"), "old");
    }
    EXPECT_EQ(get_file(folder / "a.txt"), "old");
    EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(AtomicFile, KeepsPermissionsAndFollowsLinks) {
    TempFolder folder;
    put_file(folder / "real.txt", "old");
    ::chmod((folder / "real.txt").c_str(), 0600);
    fs::create_symlink("real.txt", folder / "link.txt");
    write_file_atomically(folder / "link.txt", "new");
    EXPECT_TRUE(fs::is_symlink(folder / "link.txt"));
    EXPECT_EQ(get_file(folder / "real.txt"), "new");
    struct stat info {};
    ASSERT_EQ(::stat((folder / "real.txt").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(AtomicFile, ErrorsAreSentences) {
    TempFolder folder;
    fs::create_directory(folder / "sub");
    EXPECT_NE(sentence_of<UserError>([&] {
                  write_file_atomically(folder / "sub", "x");
              }).find("it is a folder"),
              std::string::npos);
    EXPECT_NE(sentence_of<UserError>([&] {
                  write_file_atomically(folder / "no" / "x", "x");
              }).find("no such file or folder"),
              std::string::npos);
    EXPECT_NE(sentence_of<UserError>([&] {
                  write_file_atomically("/dev/full", "x");
              }).find("the disk is full"),
              std::string::npos);
    EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST(AtomicFile, ALimitInTheMiddleKeepsTheOldFileAndRemovesTheTemporary) {
    TempFolder folder;
    const fs::path path = folder / "model.safetensors";
    SafeTensors small, big;
    small.tensors.push_back(make_tensor<float>("w", {1}, std::vector<float>{1}));
    big.tensors.push_back(make_tensor<float>("w", {500'000}, std::vector<float>(500'000)));
    write_safetensors(path, small);
    const std::string before = get_file(path);
    const int status = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1'000'000, 1'000'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const std::string sentence = sentence_of<UserError>([&] { write_safetensors(path, big); });
        return sentence.find("unchanged") != std::string::npos ? 0 : 1;
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(get_file(path), before);
    EXPECT_EQ(entries(folder.path()), 1u);
}

// Every number of a generation is the same, so a mixture of two or a piece would show.
TEST(AtomicFile, KilledCheckpointWritesNeverLeaveAHalfFileUnderTheName) {
    TempFolder folder;
    const fs::path path = folder / "step-000500.safetensors";
    std::mt19937 random(11);
    int left_over = 0, seen = 0;
    for (int round = 0; round < 60; ++round) {
        const pid_t child = ::fork();
        if (child == 0) {
            for (float generation = 1;; ++generation) {
                const std::vector<float> values(250'000, generation);
                SafeTensors file;
                file.metadata["generation"] = std::to_string(generation);
                file.tensors.push_back(make_tensor<float>("w", {250'000}, std::span(values)));
                write_safetensors(path, file);
            }
        }
        ::usleep(1000 + random() % 25000);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        if (fs::exists(path)) {
            ++seen;
            const SafeTensors file = read_safetensors(path);
            const auto values = tensor_values<float>(file.at("w"));
            ASSERT_EQ(values.size(), 250'000u);
            ASSERT_EQ(file.metadata.at("generation"), std::to_string(values.front()));
            for (const float value : values) ASSERT_EQ(value, values.front());
        }
        for (const auto& entry : fs::directory_iterator(folder.path())) {
            if (entry.path() == path) continue;
            ++left_over;
            ASSERT_TRUE(is_temporary_name(entry.path().filename().string())) << entry.path();
        }
        remove_temporaries(folder.path());
        ASSERT_LE(entries(folder.path()), 1u);
        if (round % 3 == 0) fs::remove(path);
    }
    EXPECT_GT(left_over, 0) << "no kill hit a write: the test has lost its point";
    EXPECT_GT(seen, 0);
}

}  // namespace
}  // namespace marginscope
