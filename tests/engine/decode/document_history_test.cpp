// Undo: every document comes back, steps that belong together are one, and memory is bounded.
#include "engine/decode/document_history.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace marginscope {
namespace {

using std::chrono::milliseconds;

DecodeDocument text(const std::string& words) {
    DecodeDocument document;
    document.prompt = words;
    document.tree.reset(characters_of(words));
    return document;
}

DocumentHistory::Clock::time_point at(int ms) {
    return DocumentHistory::Clock::time_point(milliseconds(ms));
}

TEST(DocumentHistory, EveryDocumentComesBackFromAnyStep) {
    std::mt19937 random(3);
    DecodeDocument document = text("once");
    DocumentHistory history;
    history.begin(document, "Begin");
    std::vector<DecodeDocument> seen = {document};
    for (int step = 1; step <= 400; ++step) {
        switch (random() % 7) {
            case 5:
                document.holes = {static_cast<int>(random() % 9), 9};
                break;
            case 6:
                document.particles.emplace();
                document.particles->settings.tokens = 1 + static_cast<int>(random() % 90);
                break;
            case 0:
                document.tree.advance(std::string(1, static_cast<char>('a' + random() % 26)));
                break;
            case 1:
                if (!document.tree.back()) document.tree.advance("x");
                break;
            case 2:
                document.tree.go_to(static_cast<int>(random()) % document.tree.size());
                document.tree.advance("y");
                break;
            case 3:
                document.sampling.seed = random();
                break;
            default:
                document.tree.rename(static_cast<int>(random() % 4), std::to_string(step));
        }
        history.record(document, std::to_string(step), 0, at(step));
        if (document != seen.back()) seen.push_back(document);
    }
    ASSERT_EQ(history.entries().size(), seen.size());
    for (int k = 0; k < 1000; ++k) {
        const std::size_t entry = random() % seen.size();
        EXPECT_EQ(history.go_to(entry), seen[entry]);
    }
}

TEST(DocumentHistory, ANewChangeForgetsWhatCouldBeRedone) {
    DocumentHistory history;
    history.begin(text("a"), "Begin");
    history.record(text("b"), "b", 0, at(1));
    history.record(text("c"), "c", 0, at(2));
    history.go_to(1);
    EXPECT_TRUE(history.can_redo());
    history.record(text("d"), "d", 0, at(3));
    EXPECT_FALSE(history.can_redo());
    EXPECT_EQ(history.entries().size(), 3u);
    EXPECT_EQ(history.go_to(1).prompt.get(), "b");
}

TEST(DocumentHistory, ChangesOfOneKindThatFollowCloselyAreOneStep) {
    DecodeDocument document = text("a");
    DocumentHistory history;
    history.begin(document, "Begin");
    for (int k = 1; k <= 10; ++k) {
        document.sampling.temperature = k;
        history.record(document, "Temperature " + std::to_string(k), 5, at(100 * k));
    }
    ASSERT_EQ(history.entries().size(), 2u);
    EXPECT_EQ(history.entries()[1].label, "Temperature 10");
    document.sampling.temperature = 20;
    history.record(document, "later", 5, at(5000));
    EXPECT_EQ(history.entries().size(), 3u);
    document.sampling.top_k = 2;
    history.record(document, "another kind", 6, at(5001));
    EXPECT_EQ(history.entries().size(), 4u);
    // After going back a change is a step of its own, however soon.
    history.go_to(2);
    document = history.current();
    document.sampling.temperature = 21;
    history.record(document, "after undo", 5, at(5002));
    EXPECT_EQ(history.entries().size(), 4u);
    EXPECT_EQ(history.entries()[2].document.sampling.temperature, 20);
}

TEST(DocumentHistory, WhatBelongsToTheWindowIsNoStep) {
    DecodeDocument document = text("a");
    DocumentHistory history;
    history.begin(document, "Begin");
    document.view.workspace = "train";
    document.view.grid = 64;
    document.model = {"m", "m", ""};
    history.record(document, "no step", 0, at(1));
    EXPECT_EQ(history.entries().size(), 1u);
    document.view.index = 0;
    history.record(document, "a step", 0, at(2));
    EXPECT_EQ(history.entries().size(), 2u);
}

TEST(DocumentHistory, KeepsFiveHundredStepsAndNoMore) {
    DecodeDocument document = text("a");
    DocumentHistory history;
    history.begin(document, "Begin");
    for (int k = 1; k <= 700; ++k) {
        document.tree.advance("b");
        history.record(document, std::to_string(k), 0, at(k));
    }
    EXPECT_EQ(history.entries().size(), DocumentHistory::kSteps + 1);
    EXPECT_EQ(history.position(), DocumentHistory::kSteps);
    EXPECT_EQ(history.entries().front().label, "200");
    EXPECT_EQ(history.dropped(), 200u);
    EXPECT_EQ(history.go_to(0).tree.size(), 201);
}

TEST(DocumentHistory, WholeTextsThatReplaceEachOtherStayWithinTheBound) {
    DocumentHistory history;
    history.begin(text("a"), "Begin");
    const std::string large(20000, 'a');
    for (int k = 0; k < 200; ++k) history.record(text(large + std::to_string(k)), "text", 0, at(k));
    std::size_t bytes = 0;
    for (const DocumentHistory::Entry& entry : history.entries()) bytes += entry.bytes;
    EXPECT_LE(bytes, DocumentHistory::kBytes);
    EXPECT_GT(history.entries().size(), 10u);
    EXPECT_LT(history.entries().size(), 200u);
}

}  // namespace
}  // namespace marginscope
