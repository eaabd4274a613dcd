// `marginscope tour`: mistakes with their lines and exit codes, and the handout.
#include <gtest/gtest.h>

#include <fstream>

#include "figures/xml_reader.h"
#include "process.h"

namespace marginscope {
namespace {

using testing_support::Outcome;
using testing_support::Process;
using testing_support::read_text;
using testing_support::TemporaryFolder;

class Tour : public testing::Test {
protected:
    Outcome run(const std::vector<std::string>& arguments) const {
        return Process(arguments, folder_.path()).wait();
    }
    std::string file(const std::string& text) const {
        std::ofstream(folder_.path() / "tour.json") << text;
        return (folder_.path() / "tour.json").string();
    }
    TemporaryFolder folder_;
};

constexpr const char* kSmall = R"({"tour": 1, "title": "A < B", "teaches": "Nothing.",
"steps": [{"title": "One", "text": "{characters} characters.", "workspace": "decode",
"panels": ["decode.text"],
"set": [{"command": "set_prompt", "text": "Once upon a time there was a fox."}],
"numbers": ["share_beyond"],
"ask": {"question": "How many?", "number": {"quantity": "characters", "tolerance": 1},
        "after": "{characters} it is."}},
{"title": "Two", "text": "No question."}]})";

TEST_F(Tour, ChecksAFile) {
    const Outcome good = run({"tour", file(kSmall), "--check"});
    EXPECT_EQ(good.code, 0) << good.err;
    EXPECT_NE(good.out.find("no mistakes, 2 steps"), std::string::npos);

    std::string text = kSmall;
    text.replace(text.find("decode.text"), 11, "decode.txet");
    text.replace(text.find("\"share_beyond\""), 14, "\"share\"");
    const Outcome bad = run({"tour", file(text), "--check"});
    EXPECT_EQ(bad.code, 1);
    EXPECT_NE(bad.out.find("tour.json:3: There is no panel 'decode.txet'"), std::string::npos)
        << bad.out;
    EXPECT_NE(bad.out.find("tour.json:5: There is no quantity 'share'"), std::string::npos)
        << bad.out;

    EXPECT_EQ(run({"tour", file(text)}).code, 1);
    EXPECT_EQ(run({"tour", "no-such-tour", "--check"}).code, 2);
    EXPECT_EQ(run({"tour"}).code, 2);
}

// Panels and workspaces of the tours that ship are those of the window.
TEST_F(Tour, ThoseThatShipHaveNoMistakes) {
    int count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(MARGINSCOPE_ASSETS) + "/tours")) {
        const Outcome outcome = run({"tour", entry.path().string(), "--check"});
        EXPECT_EQ(outcome.code, 0) << outcome.out;
        ++count;
    }
    EXPECT_GE(count, 5);
    const Outcome named = run({"tour", "support-tokens"});
    EXPECT_EQ(named.code, 0);
    EXPECT_NE(named.out.find("2. Find the weakest link (asks)"), std::string::npos) << named.out;
}

TEST_F(Tour, WritesAHandoutThatNeedsNothingElse) {
    const std::string out = (folder_.path() / "out.html").string();
    const Outcome outcome = run({"tour", file(kSmall), "--html", out});
    if (outcome.code == 2 && outcome.err.find("EGL") != std::string::npos)
        GTEST_SKIP() << "nothing can be drawn here: " << outcome.err;
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    std::string page = read_text(out);
    EXPECT_EQ(page.find("http"), std::string::npos) << "nothing is fetched";
    EXPECT_EQ(page.find("<script"), std::string::npos);
    page.erase(0, page.find('\n') + 1);  // the doctype is no XML
    const XmlElement root = XmlReader(page).read();
    EXPECT_EQ(root.all("h1")[0]->text, "A < B");
    ASSERT_EQ(root.all("img").size(), 2U);
    EXPECT_GT(root.all("img")[0]->attributes.at("src").size(), 20000U);
    ASSERT_EQ(root.all("details").size(), 1U);
    EXPECT_NE(page.find("33 characters."), std::string::npos);
    EXPECT_NE(page.find("It is 33."), std::string::npos);
    EXPECT_NE(page.find("33 it is."), std::string::npos);
    EXPECT_EQ(root.all("dd").size(), 1U);
    EXPECT_NE(root.all("dd")[0]->text.find(" %"), std::string::npos);
    // What is no page is not replaced.
    std::ofstream(folder_.path() / "letter.txt") << "mine";
    EXPECT_EQ(run({"tour", file(kSmall), "--html", (folder_.path() / "letter.txt").string()}).code,
              2);
    EXPECT_EQ(read_text(folder_.path() / "letter.txt"), "mine");
}

}  // namespace
}  // namespace marginscope
