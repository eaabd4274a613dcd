// Rows of branches and comparisons against the shown text's own numbers: whatever a row says of a
// branch is what the text says once one walks there.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "engine/decode/decode_session.h"
#include "engine/decode/document_bench.h"

namespace marginscope {
namespace {

/// Sums over the shown line from an index on, as its frames have them.
struct OfLine {
    double logprob = 0;
    float margin = kNoValue;
    int margin_index = -1;
};

OfLine of_line(const Frames& frames, int from) {
    OfLine all;
    for (int k = from; k < frames.decode->cursor; ++k) {
        const auto at = static_cast<std::size_t>(k);
        const float logprob = frames.decode->line[at].logprob;
        if (!std::isnan(logprob)) all.logprob += logprob;
        const MarginCell& cell = frames.margins->cells[at];
        const float value =
            frames.margins->kind == MarginKind::determinant ? cell.logdet : cell.sigma_min;
        if (!cell.valid || value >= all.margin) continue;
        all.margin = value;
        all.margin_index = k;
    }
    return all;
}

TEST(Branches, ARowSaysWhatTheTextSaysThere) {
    std::size_t compared = 0;
    for (unsigned seed = 1; seed <= 12; ++seed) {
        DocumentBench bench;
        bench.begin("Once upon a time");
        RandomCommands random(seed);
        for (int k = 0; k < 40; ++k) random.send_one(bench);
        bench.send(ResetDrags{});
        bench.send(SetDecodeNoise{});
        const std::shared_ptr<const BranchFrame> rows = bench.context.frames().branches;
        EXPECT_EQ(rows->pending, 0) << "every branch is measured at rest";
        compared += rows->rows.size();
        for (const BranchRow& row : rows->rows) {
            DocumentBench there;
            there.begin("x");
            DecodeDocument document = bench.value();
            int last = row.node;
            for (int k = 1; k < row.length; ++k) {
                const DecodeNode& node = document.tree.node(last);
                int next = node.preferred_child;
                if (next < 0 || document.tree.node(next).pruned)
                    for (auto child = node.children.rbegin(); child != node.children.rend();
                         ++child)
                        if (!document.tree.node(*child).pruned) next = *child;
                last = next;
            }
            document.tree.go_to(last);
            there.document().open(document, "a file");
            there.settle();
            const Frames frames = there.context.frames();
            EXPECT_EQ(frames.decode->cursor, row.index + row.length);
            EXPECT_EQ(frames.decode->text.substr(frames.decode->text.size() - row.text.size()),
                      row.text);
            const OfLine line = of_line(frames, row.index);
            // The first character of a window has no prediction.
            EXPECT_NEAR(std::isnan(row.logprob) ? 0 : row.logprob, line.logprob, 1e-4);
            EXPECT_EQ(row.margin_index, line.margin_index);
            if (line.margin_index >= 0) EXPECT_EQ(row.margin, line.margin);
        }
    }
    EXPECT_GT(compared, 25u);
}

TEST(Branches, AFoldedOneHidesWhatBeginsInItAndAPrunedOneIsGone) {
    DocumentBench bench;
    bench.begin("Once upon");
    bench.send(StepDecode{3});
    bench.send(StepDecode{-3});
    bench.send(ChooseToken{4});
    bench.send(StepDecode{2});
    bench.send(StepDecode{-2});
    bench.send(ChooseToken{5});
    const auto rows = [&] { return bench.context.frames().branches->rows; };
    const std::size_t all = rows().size();
    ASSERT_GE(all, 3u);
    bench.send(FoldBranch{0, true});
    EXPECT_EQ(rows().size(), 1u);
    EXPECT_TRUE(rows()[0].folded);
    EXPECT_FALSE(rows()[0].text.empty());
    bench.send(Undo{});
    EXPECT_EQ(rows().size(), all);
    bench.send(RenameBranch{rows()[1].node, "mine"});
    EXPECT_EQ(rows()[1].name, "mine");
    bench.send(PruneBranch{rows()[1].node});
    EXPECT_LT(rows().size(), all);
}

TEST(Branches, AComparisonIsAlignedAndPartsWhereTheTextsDo) {
    DocumentBench bench;
    bench.begin("Once upon a time");
    bench.send(StepDecode{5});
    bench.send(StepDecode{-3});
    const std::vector<CandidateCell> candidates = bench.context.frames().decode->candidates;
    for (const CandidateCell& one : candidates)
        if (one.node < 0) {
            bench.send(ChooseToken{one.token});
            break;
        }
    int other = -1;
    for (const BranchRow& row : bench.context.frames().branches->rows)
        if (!row.on_line) other = row.node;
    ASSERT_GE(other, 0);
    bench.send(CompareBranch{other});
    const BranchComparison both = bench.context.frames().branches->comparison;
    EXPECT_EQ(both.node, other);
    EXPECT_EQ(both.parting, 18);
    const auto apart = static_cast<std::size_t>(both.parting - both.begin);
    for (std::size_t k = 0; k < apart; ++k) {
        EXPECT_EQ(both.here[k].symbol, both.there[k].symbol);
        EXPECT_EQ(both.here[k].logprob, both.there[k].logprob);
    }
    EXPECT_NE(both.here[apart].symbol, both.there[apart].symbol);
    EXPECT_EQ(both.there.size() - apart, 3u);
    bench.send(CompareBranch{-1});
    EXPECT_EQ(bench.context.frames().branches->comparison.node, -1);
}

}  // namespace
}  // namespace marginscope
