// Loading text files, the sentences for what is wrong with them, and the split.
#include "text/corpus.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

class CorpusFile : public ::testing::Test {
protected:
    void SetUp() override {
        char pattern[] = "/tmp/marginscope-corpus-XXXXXX";
        folder_ = mkdtemp(pattern);
    }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path write(const std::string& bytes) {
        const fs::path file = folder_ / "text.txt";
        std::ofstream(file, std::ios::binary) << bytes;
        return file;
    }
    // The sentence with which the file is refused, or "" if it is not.
    static std::string refusal(const fs::path& file) {
        try {
            load_corpus(file);
            return "";
        } catch (const UserError& error) {
            return error.what();
        }
    }
    static void expect_says(const std::string& sentence, std::initializer_list<const char*> parts) {
        for (const char* part : parts)
            EXPECT_NE(sentence.find(part), std::string::npos)
                << "\"" << part << "\" in: " << sentence;
    }

    fs::path folder_;
};

TEST_F(CorpusFile, LoadsUtf8) {
    const Corpus corpus = load_corpus(write("Gr\u00FC\u00DFe\n"));
    EXPECT_EQ(corpus.name, "text.txt");
    EXPECT_EQ(corpus.text, "Gr\u00FC\u00DFe\n");
}

TEST_F(CorpusFile, DropsTheMarkAndCarriageReturnsOfLineEnds) {
    EXPECT_EQ(load_corpus(write("\xEF\xBB\xBF"
                                "a\r\nb\rc\r\r\n\r\n"))
                  .text,
              "a\nb\rc\r\n\n");
}

TEST_F(CorpusFile, RefusesADirectory) {
    expect_says(refusal(folder_), {"expected a text file", "directory", folder_.c_str()});
}

TEST_F(CorpusFile, RefusesAMissingFile) {
    expect_says(refusal(folder_ / "none.txt"), {"cannot find", "none.txt", "give the path"});
    expect_says(refusal(""), {"cannot find"});
    expect_says(refusal(write("x") / "below.txt"), {"cannot find"});
}

TEST_F(CorpusFile, RefusesEmptyFiles) {
    for (const char* bytes : {"", "\xEF\xBB\xBF"})
        expect_says(refusal(write(bytes)), {"text.txt", "empty", "give a file"});
}

TEST_F(CorpusFile, RefusesBinaryFilesWithTheOffset) {
    expect_says(refusal(write(std::string("ab\0c", 4))), {"binary", "offset 2"});
    expect_says(refusal(write(std::string(70000, 'a') + std::string(1, '\0'))),
                {"binary", "offset 70000"});
    expect_says(refusal(write("caf\xE9 au lait")), {"0xE9", "offset 3", "iconv"});
    expect_says(refusal(write(std::string("\xFF\xFE"
                                          "a\0",
                                          4))),
                {"UTF-16", "iconv"});
    EXPECT_NE(refusal("/dev/zero"), "");
}

TEST_F(CorpusFile, RefusesAnUnreadableFile) {
    if (geteuid() == 0) GTEST_SKIP() << "root can read everything";
    const fs::path file = write("text");
    chmod(file.c_str(), 0);
    expect_says(refusal(file), {"cannot read", "permissions"});
}

TEST(TokenizedCorpusTest, SplitsNineToOne) {
    const Corpus corpus{"t", std::string(1005, 'a') + "b"};
    const TokenizedCorpus tokens(corpus, Vocabulary::from_text(corpus.text), 10);
    EXPECT_EQ(tokens.train().size(), 905u);
    EXPECT_EQ(tokens.validation().size(), 101u);
    EXPECT_EQ(tokens.validation().back(), 2);
    EXPECT_EQ(tokens.all().size(), 1006u);
}

TEST(TokenizedCorpusTest, ValidationWindowsPredictEachTokenOnce) {
    std::string text;
    for (int i = 0; i < 3000; ++i) text += static_cast<char>('a' + i % 26);
    const Corpus corpus{"t", text};
    const TokenizedCorpus tokens(corpus, Vocabulary::from_text(text), 64);
    const auto windows = tokens.validation_windows();
    ASSERT_EQ(windows.size(), 4u);  // 300 tokens: 4 windows of 64 predictions
    for (std::size_t k = 0; k < windows.size(); ++k) {
        EXPECT_EQ(windows[k].size(), 65u);
        EXPECT_EQ(windows[k].data(), tokens.validation().data() + 64 * k);
    }
}

TEST(TokenizedCorpusTest, RefusesATextShorterThanItsContext) {
    const Corpus enough{"t", std::string(641, 'a')};
    const auto vocabulary = Vocabulary::from_text("a");
    EXPECT_EQ(TokenizedCorpus(enough, vocabulary, 64).validation_windows().size(), 1u);
    for (const std::size_t size : {1, 40, 640}) {
        const Corpus corpus{"short.txt", std::string(size, 'a')};
        try {
            TokenizedCorpus(corpus, vocabulary, 64);
            ADD_FAILURE() << size << " characters were accepted";
        } catch (const UserError& error) {
            const std::string sentence = error.what();
            for (const std::string& part : {std::string("641"), std::to_string(size),
                                            std::string("short.txt"), std::string("longer text")})
                EXPECT_NE(sentence.find(part), std::string::npos) << sentence;
        }
    }
}

TEST(TokenizedCorpusTest, CountsCharactersAndNotBytes) {
    const Corpus corpus{"t", "\u00E9\u00E9\u00E9"};
    EXPECT_NO_THROW(require_characters(corpus, 3, "a test"));
    EXPECT_THROW(require_characters(corpus, 4, "a test"), UserError);
}

TEST(TokenizedCorpusTest, CountsUnknownCharacters) {
    const Corpus corpus{"t", std::string(1000, 'a') + "\u00E9\u00E9"};
    EXPECT_EQ(TokenizedCorpus(corpus, Vocabulary::from_text("a"), 10).unknown_count(), 2u);
}

TEST(EvenlySpacedWindows, CoverTheTextWithoutOverlap) {
    for (const std::size_t total : {0u, 9u, 10u, 19u, 20u, 25u, 1000u, 12345u}) {
        for (const std::size_t most : {0u, 1u, 2u, 7u, 100000u}) {
            const auto starts = evenly_spaced_windows(total, 10, most);
            EXPECT_EQ(starts.size(), std::min<std::size_t>(total / 10, most));
            for (std::size_t k = 0; k < starts.size(); ++k) {
                EXPECT_LE(starts[k] + 10, total);
                if (k > 0) {
                    EXPECT_GE(starts[k], starts[k - 1] + 10);
                }
            }
            if (starts.size() > 1) {
                EXPECT_EQ(starts.back(), total - 10);
            }
        }
    }
}

TEST(BuiltInCorpus, IsReadyForTraining) {
    const Corpus corpus = built_in_corpus();
    EXPECT_LE(corpus.text.size(), kBuiltInCorpusBytes);
    EXPECT_GE(corpus.text.size(), kBuiltInCorpusBytes - 300);
    const TokenizedCorpus tokens(corpus, Vocabulary::from_text(corpus.text), 64);
    EXPECT_EQ(tokens.unknown_count(), 0u);
    EXPECT_GT(tokens.validation_windows().size(), 1500u);
}

}  // namespace
}  // namespace marginscope
