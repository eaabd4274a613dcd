// Loading text files, the sentences for what is wrong with them, and the split.
#include "text/corpus.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "core/error.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

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
    expect_says(refusal(folder_), {"is a directory", "name one text file", folder_.c_str()});
}

TEST_F(CorpusFile, RefusesAMissingFile) {
    expect_says(refusal(folder_ / "none.txt"), {"There is no file", "none.txt", "give the path"});
    expect_says(refusal(""), {"There is no file"});
    expect_says(refusal(write("x") / "below.txt"), {"There is no file"});
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

// The letters of "café" and quotes, in the encodings in which texts are met.
TEST_F(CorpusFile, SaysWhichEncodingItSeemsToBeAndHowToConvertIt) {
    expect_says(refusal(write("caf\xE9 au lait, na\xEFve")),
                {"0xE9", "offset 3", "Latin-1", "-f ISO-8859-1"});
    expect_says(refusal(write("\x93Hi\x94 he said. caf\xE9")),
                {"0x93", "offset 0", "Windows-1252", "-f WINDOWS-1252"});
    expect_says(refusal(write("It\x92s fine")), {"-f WINDOWS-1252"});
    expect_says(refusal(write("\x81\x93 what")), {"no encoding that is recognised"});
    expect_says(refusal(write("caf\xC3\xA9, na\xC3\xAFve, \xE2\x82\xAC and one \xFF byte")),
                {"most of it is UTF-8", "1 damaged", "iconv -c"});
    expect_says(refusal(write("caf\xC3\xA9 \xE2\x82")), {"cut off"});
}

// The printed command is run as a user would, where iconv is there.
TEST_F(CorpusFile, ThePrintedConversionWorks) {
    if (std::system("iconv --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no iconv here";
    const fs::path file = folder_ / "it's mine.txt";
    std::ofstream(file, std::ios::binary) << "\x93Hi\x94 he said, caf\xE9.\n";
    const std::string sentence = refusal(file);
    const auto begin = sentence.find('`') + 1;
    const std::string command = sentence.substr(begin, sentence.find('`', begin) - begin);
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    EXPECT_EQ(load_corpus(file.string() + ".utf8").text, "\u201CHi\u201D he said, caf\u00E9.\n");
}

TEST_F(CorpusFile, EveryRefusalIsASentenceWithoutControlCharacters) {
    std::mt19937_64 random(7);
    int refused = 0;
    for (int k = 0; k < 300; ++k) {
        std::string name = "\x1B[31m" + std::string(1 + random() % 200, 'n') + "\n\x07";
        std::string bytes(random() % 8, '\0');
        for (char& c : bytes) c = static_cast<char>(random());
        const fs::path file = folder_ / name;
        std::ofstream(file, std::ios::binary) << bytes;
        const std::string sentence = refusal(file);
        fs::remove(file);
        if (sentence.empty()) continue;
        ++refused;
        EXPECT_TRUE(std::isupper(static_cast<unsigned char>(sentence[0])) || sentence[0] == '\'')
            << sentence;
        EXPECT_EQ(sentence.back(), '.') << sentence;
        for (const char c : sentence) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << sentence;
        EXPECT_LE(sentence.size(), 3000u);
    }
    EXPECT_GT(refused, 200);
}

TEST_F(CorpusFile, RefusesAnUnreadableFile) {
    if (geteuid() == 0) GTEST_SKIP() << "root can read everything";
    const fs::path file = write("text");
    chmod(file.c_str(), 0);
    expect_says(refusal(file), {"Cannot read", "permissions"});
}

TEST(TokenizedCorpusTest, SplitsNineToOne) {
    const Corpus corpus{"t", std::string(1005, 'a') + "b"};
    const TokenizedCorpus tokens(corpus, Vocabulary::from_text(corpus.text), 10);
    EXPECT_EQ(tokens.train().size(), 905u);
    EXPECT_EQ(tokens.validation().size(), 101u);
    EXPECT_EQ(tokens.validation()[100], 2);
    EXPECT_EQ(tokens.all().size(), 1006u);
}

// Against encode(), for alphabets on both sides of each width.
TEST(TokenIdsTest, KeepEveryIdInAsFewBytesAsTheVocabularyNeeds) {
    std::mt19937_64 random(5);
    for (const int size : {1, 2, 255, 256, 257, 3000, 65535, 65536, 65537, 100000}) {
        TokenIds ids(size);
        std::vector<int> plain;
        for (int k = 0; k < 500; ++k) {
            plain.push_back(k == 0 ? size - 1
                                   : static_cast<int>(random() % static_cast<unsigned>(size)));
            ids.push_back(plain.back());
        }
        EXPECT_EQ(ids.bytes_each(), size <= 256 ? 1u : size <= 65536 ? 2u : 4u) << size;
        EXPECT_EQ(TokenView(ids).to_vector(), plain) << size;
        const std::size_t begin = random() % 400, count = random() % 100;
        EXPECT_EQ(TokenView(ids).part(begin, count).to_vector(),
                  std::vector<int>(plain.begin() + static_cast<std::ptrdiff_t>(begin),
                                   plain.begin() + static_cast<std::ptrdiff_t>(begin + count)));
    }
}

TEST(TokenIdsTest, AreWhatEncodeGives) {
    std::mt19937_64 random(6);
    for (const int letters : {20, 300, 70000}) {
        std::string text;
        for (int k = 0; k < 3000; ++k) {
            char32_t code = 0x20 + static_cast<char32_t>(random() % static_cast<unsigned>(letters));
            if (code >= 0xD800 && code <= 0xDFFF) code = U'x';
            append_utf8(code, text);
        }
        const Vocabulary vocabulary = Vocabulary::from_text(text);
        EXPECT_EQ(TokenView(vocabulary.encode_narrow(text)).to_vector(), vocabulary.encode(text));
        const std::string other = text.substr(0, text.size() / 2) + "\u2603\u2603 \u00B6";
        EXPECT_TRUE(find_invalid_utf8(other) ||
                    TokenView(vocabulary.encode_narrow(other)).to_vector() ==
                        vocabulary.encode(other));
    }
}

TEST(Fingerprint, TellsTextsApartThatDifferInOneCharacter) {
    const auto of = [](const std::string& text) {
        return fingerprint(Vocabulary::from_text("abc").encode_narrow(text));
    };
    EXPECT_EQ(of("abcabc"), of("abcabc"));
    EXPECT_NE(of("abcabc"), of("abcabb"));
    EXPECT_NE(of("abcabc"), of("bacabc"));
    EXPECT_EQ(of("ab"),
              "2:" + std::to_string(((1469598103934665603ULL ^ 1) * 1099511628211ULL ^ 2) *
                                    1099511628211ULL));
}

TEST(TokenizedCorpusTest, RefusesATextShorterThanItsContext) {
    const Corpus enough{"t", std::string(641, 'a')};
    const auto vocabulary = Vocabulary::from_text("a");
    EXPECT_EQ(TokenizedCorpus(enough, vocabulary, 64).validation().size(), 65u);
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
    EXPECT_EQ(Vocabulary::from_text(corpus.text).count_unknown(corpus.text), 0u);
    EXPECT_GT(tokens.validation().size(), 64u * 1500);
}

}  // namespace
}  // namespace marginscope
