// Words that are printed to be pasted: a shell reads back what they were.
#include "core/shell_word.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <random>
#include <vector>

#include "core/shown.h"

namespace marginscope {
namespace {

// What `SHELL -c "printf '%s\0' LINE"` sees.
std::vector<std::string> words_of(const std::string& shell, const std::string& line) {
    const std::string script = "printf '%s\\0' " + line;
    const std::string command = shell + " -c " + "\"$SCRIPT\"";
    ::setenv("SCRIPT", script.c_str(), 1);
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::string out;
    std::array<char, 4096> block{};
    while (const std::size_t got = std::fread(block.data(), 1, block.size(), pipe))
        out.append(block.data(), got);
    EXPECT_EQ(::pclose(pipe), 0) << line;
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin < out.size();) {
        const std::size_t end = out.find('\0', begin);
        words.push_back(out.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

TEST(ShellWord, LeavesPlainWordsAlone) {
    EXPECT_EQ(shell_word("runs/first"), "runs/first");
    EXPECT_EQ(shell_word("--lambda=0.02"), "--lambda=0.02");
    EXPECT_EQ(shell_word(""), "''");
    EXPECT_EQ(shell_word("my run"), "'my run'");
    EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
    EXPECT_EQ(shell_path("-rf"), "./-rf");
    EXPECT_EQ(shell_path("-my run"), "'./-my run'");
}

TEST(ShellWord, AnyShellReadsBackWhatHasNoControlCharacters) {
    std::mt19937_64 random(9);
    const std::string alphabet = "ab -'\"\\$`!*?[](){}<>|&;~#%=\u00E9^";
    std::vector<std::string> words;
    for (int k = 0; k < 200; ++k) {
        std::string word;
        for (std::size_t n = random() % 12; n > 0; --n) {
            const char c = alphabet[random() % alphabet.size()];
            word += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : "\u00E9";
        }
        words.push_back(word);
    }
    EXPECT_EQ(words_of("sh", shell_command(words)), words);
}

TEST(ShellWord, BashReadsBackEveryByteAndTheTerminalSeesNoControl) {
    if (std::system("bash -c true >/dev/null 2>&1") != 0) GTEST_SKIP() << "no bash here";
    std::mt19937_64 random(10);
    std::vector<std::string> words = {"my\nrun",
                                      "\x1B[31mred",
                                      "tab\there",
                                      "caf\xE9",
                                      "\u202Eabc",
                                      "back\\slash\n'quote'",
                                      "\x01"
                                      "7"};
    for (int k = 0; k < 200; ++k) {
        std::string word(1 + random() % 12, '\0');
        for (char& c : word) c = static_cast<char>(1 + random() % 255);
        words.push_back(word);
    }
    const std::string line = shell_command(words);
    EXPECT_EQ(shown_text(line), line);
    EXPECT_EQ(words_of("bash", line), words);
}

}  // namespace
}  // namespace marginscope
