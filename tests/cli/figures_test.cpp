// Figures and pages from the command line: their numbers are those of other commands, the command
// in a file makes it again, and nothing is obeyed that stands in a text.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "figures/xml_reader.h"
#include "process.h"
#include "support/csv_reader.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::read_text;
using testing_support::TemporaryFolder;

class Figures : public testing::Test {
protected:
    Outcome run(const std::vector<std::string>& arguments) {
        return Process(arguments, folder_.path()).wait();
    }
    std::string path(const std::string& name) { return (folder_.path() / name).string(); }

    using Rows = std::vector<std::vector<std::string>>;
    static Rows rows_of(const std::string& csv) {
        Rows rows = read_csv(csv);
        while (!rows.empty() && rows[0][0].starts_with("# ")) rows.erase(rows.begin());
        return rows;
    }

    TemporaryFolder folder_;
};

constexpr const char* kPrompt = "Once there was a cat. \"Why?\" it asked, and sat on 'a mat'.";

TEST_F(Figures, ATextsNumbersAreThoseOfMargins) {
    const Outcome drawn =
        run({"render", "decode", "--panel", "text", "--prompt", kPrompt, "--out", path("t.csv")});
    ASSERT_EQ(drawn.code, 0) << drawn.err;
    const Rows rows = rows_of(read_text(path("t.csv")));
    const Outcome listed =
        run({"margins", "--prompt", kPrompt, "--geometric", "all", "--json", "-"});
    ASSERT_EQ(listed.code, 0) << listed.err;
    const json positions = json::parse(listed.out).at("positions");
    ASSERT_EQ(rows.size(), positions.size() + 1);
    int compared = 0;
    for (std::size_t i = 0; i < positions.size(); ++i) {
        const json& p = positions[i];
        const auto& row = rows[i + 1];
        EXPECT_EQ(row[1], p.at("token")) << i;
        const auto near = [&](std::size_t column, const json& value) {
            if (value.is_null() || row[column].empty()) return;
            const double wanted = value;
            // The window's frames are in single precision.
            EXPECT_NEAR(std::stod(row[column]), wanted, 2e-5 * (1 + std::abs(wanted)))
                << i << rows[0][column];
            ++compared;
        };
        // With one character before it nothing can fold: the window shows no margin there.
        if (i != 1) {
            EXPECT_EQ(row[4].empty(), p.at("logdet").is_null()) << i;
        }
        near(4, p.at("logdet"));
        near(7, p.at("sigma_min"));
        near(8, p.at("geometric"));
        near(11, p.at("logprob"));
        near(12, p.at("entropy"));
        if (i != 1 && !p.at("crossings").is_null()) {
            EXPECT_EQ(row[6], std::to_string(p.at("crossings").get<int>()));
        }
    }
    EXPECT_GT(compared, 4 * static_cast<int>(positions.size()) - 20);
}

TEST_F(Figures, TheCommandInAFileMakesItAgain) {
    const std::vector<std::string> panels = {"traces", "attention", "boundary", "candidates"};
    for (const std::string& panel : panels) {
        const Outcome drawn = run({"render", "decode", "--panel", panel, "--prompt", kPrompt,
                                   "--index", "20", "--head", "1", "--kind", "singular",
                                   "--temperature", "0.5", "--out", path("a.csv")});
        ASSERT_EQ(drawn.code, 0) << drawn.err;
        const std::string first = read_text(path("a.csv"));
        const std::size_t begin = first.find("# command: marginscope ");
        ASSERT_NE(begin, std::string::npos);
        const std::string command = first.substr(begin + 23, first.find('\n', begin) - begin - 23);
        ASSERT_EQ(std::filesystem::remove(path("a.csv")), true);
        ASSERT_EQ(std::system(
                      (std::string(MARGINSCOPE_PROGRAM) + " " + command + " > /dev/null").c_str()),
                  0)
            << command;
        EXPECT_EQ(read_text(path("a.csv")), first) << command;
    }
}

TEST_F(Figures, LawsOverTextsAreThoseOfTheirCommands) {
    const Outcome drawn = run({"render", "decode", "--panel", "holes", "--prompt", kPrompt,
                               "--holes", "5", "--out", path("h.csv")});
    ASSERT_EQ(drawn.code, 0) << drawn.err;
    const Rows rows = rows_of(read_text(path("h.csv")));
    std::string pattern = kPrompt;
    pattern[5] = '_';
    const Outcome listed = run({"subset", "--pattern", pattern, "--json", "-"});
    ASSERT_EQ(listed.code, 0) << listed.err;
    const json law = json::parse(listed.out).at("marginals").at("5");
    ASSERT_EQ(rows.size(), 1 + law.size());
    for (std::size_t k = 0; k < law.size(); ++k) {
        EXPECT_EQ(rows[k + 1][0], "5");
        EXPECT_NEAR(std::stod(rows[k + 1][2]), law[k].at("prob").get<double>(), 2e-5) << law[k];
    }
    const std::vector<std::string> asked = {"--prompt",    "Once upon", "--tokens",         "6",
                                            "--particles", "8",         "--barrier-weight", "0.2"};
    std::vector<std::string> drawing = {"render",    "decode", "--panel",
                                        "particles", "--out",  path("p.csv")};
    std::vector<std::string> writing = {"decode", "--json", "-"};
    drawing.insert(drawing.end(), asked.begin(), asked.end());
    writing.insert(writing.end(), asked.begin(), asked.end());
    const Outcome fan = run(drawing), written = run(writing);
    ASSERT_EQ(fan.code, 0) << fan.err;
    ASSERT_EQ(written.code, 0) << written.err;
    std::map<std::string, double> weights;
    const json document = json::parse(written.out);
    for (const json& one : document.at("particles"))
        weights[one.at("text")] += one.at("weight").get<double>();
    const Rows texts = rows_of(read_text(path("p.csv")));
    ASSERT_EQ(texts.size(), weights.size() + 1);
    for (std::size_t k = 1; k < texts.size(); ++k)
        EXPECT_NEAR(std::stod(texts[k][1]), weights.at(texts[k][0]), 1e-5) << texts[k][0];
}

TEST_F(Figures, APictureOfAnotherModelThanTheOneAskedForIsNotDrawn) {
    for (const char* workspace : {"decode", "robustness"}) {
        const Outcome drawn = run(
            {"render", workspace, "--model", path("no.safetensors"), "--out", path("other.png")});
        EXPECT_EQ(drawn.code, 1) << drawn.err;
        EXPECT_NE(drawn.err.find("no.safetensors"), std::string::npos) << drawn.err;
        EXPECT_FALSE(std::filesystem::exists(path("other.png")));
    }
}

TEST_F(Figures, EachFormatIsWritten) {
    for (const char* name : {"b.svg", "b.png", "b.csv"}) {
        const Outcome drawn = run({"render", "path", "--panel", "losses", "--out", path(name),
                                   "--size", "640x400", "--dpi", "192"});
        ASSERT_EQ(drawn.code, 0) << drawn.err;
        EXPECT_EQ(drawn.out, path(name) + "\n");
    }
    const std::string svg = read_text(path("b.svg")), png = read_text(path("b.png"));
    const XmlElement root = XmlReader(svg).read();
    EXPECT_EQ(root.attributes.at("width"), "640");
    EXPECT_NE(
        root.all("metadata").at(0)->text.find("command: marginscope render path --panel losses"),
        std::string::npos);
    ASSERT_TRUE(png.starts_with("\x89PNG"));
    EXPECT_EQ(png.substr(16, 8), std::string("\0\0\x05\0\0\0\x03\x20", 8));  // 1280 x 800
    EXPECT_NE(png.find("iTXtcommand"), std::string::npos);
    EXPECT_TRUE(read_text(path("b.csv")).starts_with("# figure: Losses of a path\n"));
    // Written once, replaced by its like, but not by another kind.
    EXPECT_EQ(run({"render", "path", "--panel", "grid", "--out", path("b.svg")}).code, 0);
}

TEST_F(Figures, ATrainingsLossIsDrawn) {
    const Outcome drawn = run({"render", "train", "--panel", "loss", "--out", path("loss.csv")});
    ASSERT_EQ(drawn.code, 0) << drawn.err;
    const Rows rows = rows_of(read_text(path("loss.csv")));
    EXPECT_EQ(rows.at(0).at(2), "cross-entropy [nats]");
    ASSERT_GE(rows.size(), 3U);  // as many steps as the machine had time for
    EXPECT_EQ(rows[1][1], "training");
    EXPECT_EQ(rows.back()[1], "validation");
}

TEST_F(Figures, WrongUseIsOneSentence) {
    std::ofstream(path("mine.svg")) << "my own drawing";
    const auto refused = [&](const std::vector<std::string>& arguments, const std::string& words) {
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 2) << outcome.err;
        EXPECT_NE(outcome.err.find(words), std::string::npos) << outcome.err;
        EXPECT_EQ(outcome.out, "");
    };
    refused({"render", "decode", "--panel", "nothing", "--out", path("x.svg")},
            "--panel takes text, candidates, support, attention, attention_heads, heads, boundary, "
            "causes, spectrum, why, traces, branches, compare, twin, holes, fillings, particles or "
            "particle_worth in the workspace decode, not \"nothing\"");
    refused({"render", "decode", "--panel", "traces", "--out", path("x.pdf")},
            ".svg, .png or .csv");
    refused({"render", "decode", "--panel", "traces", "--out", path("mine.svg")},
            "not an SVG picture");
    refused({"render", "decode", "--index", "3", "--out", path("x.png")}, "--panel");
    refused({"render", "path", "--holes", "3", "--out", path("x.png")},
            "--holes and --particles are for the workspace decode");
    for (const char* place : {"999", "3", "0.5"})
        refused({"render", "decode", "--prompt", "cat", "--holes", place, "--out", path("x.png")},
                "from 0 to 2, the text's last");
    refused({"render", "guide", "--panel", "guide", "--out", path("x.svg")}, "has no figures");
    refused({"render", "path", "--prompt", "a", "--out", path("x.png")}, "workspace decode");
    EXPECT_EQ(read_text(path("mine.svg")), "my own drawing");
    EXPECT_FALSE(std::filesystem::exists(path("x.svg")));
}

TEST_F(Figures, APageShowsTheTextAndObeysNothingInIt) {
    const std::string text =
        "Once <script>alert(1)</script> & \"two\" 'three'\n\x01\x1b[31m red?\tThe cat sat on a "
        "mat.";
    std::ofstream(path("text.txt")) << text;
    const Outcome made =
        run({"margins", "--text", path("text.txt"), "--support", "4", "--html", path("page.html")});
    ASSERT_EQ(made.code, 0) << made.err;
    const std::string page = read_text(path("page.html"));
    ASSERT_TRUE(page.starts_with("<!DOCTYPE html>\n"));
    XmlElement root;
    ASSERT_NO_THROW(root = XmlReader(page.substr(16)).read());
    for (const char* tag : {"script", "link", "iframe", "object"})
        EXPECT_TRUE(root.all(tag).empty());
    for (const char* request : {"src=", "href=", "@import", "url(http"})
        EXPECT_EQ(page.find(request), std::string::npos) << request;
    const std::vector<const XmlElement*> characters = root.all("i");
    ASSERT_EQ(characters.size(), text.size());
    std::string shown;
    int rings = 0, titled = 0;
    for (const XmlElement* c : characters) {
        shown += c->text;
        const auto kind = c->attributes.find("class");
        rings += kind != c->attributes.end() && kind->second.find('r') != std::string::npos;
        titled += c->attributes.contains("title");
    }
    EXPECT_TRUE(shown.starts_with("Once <script>alert(1)</script> & \"two\" 'three'↵\n")) << shown;
    EXPECT_EQ(rings, 4);
    EXPECT_EQ(titled, static_cast<int>(text.size()));
    EXPECT_EQ(root.all("table").at(0)->all("tr").size(), 5U);
    EXPECT_FALSE(root.all("svg").empty());
    EXPECT_NE(page.find("prefers-color-scheme:dark"), std::string::npos);
    // A page of another kind is not replaced; a page is.
    EXPECT_EQ(run({"margins", "--prompt", "abc def", "--html", path("page.html")}).code, 0);
    EXPECT_EQ(run({"margins", "--prompt", "abc def", "--html", path("text.txt")}).code, 2);
    EXPECT_EQ(read_text(path("text.txt")), text);
}

}  // namespace
}  // namespace marginscope
