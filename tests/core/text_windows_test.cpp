// Windows of a text: one rule, each position in one block, the same in every text that has it.
#include "core/text_windows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace marginscope {
namespace {

constexpr WindowRule kRules[] = {WindowRule::half, WindowRule::slide, WindowRule::disjoint};

// The window a position has by the words of each rule, without the formulas under test.
std::size_t expected_begin(std::size_t i, std::size_t context, WindowRule rule) {
    if (rule == WindowRule::slide) return i < context ? 0 : i + 1 - context;
    const std::size_t step = rule == WindowRule::disjoint ? context : context - context / 2;
    std::size_t begin = 0;
    while (begin + context <= i) begin += step;
    return begin;
}

TEST(TextWindows, BeginWhereTheRuleSays) {
    for (const WindowRule rule : kRules)
        for (const std::size_t context : {1u, 2u, 3u, 4u, 7u, 12u, 64u})
            for (std::size_t i = 0; i < 5 * context + 3; ++i) {
                const TextBlock block = block_of(i, context, rule);
                EXPECT_EQ(block.begin, expected_begin(i, context, rule)) << i << " of " << context;
                EXPECT_LE(block.first, i);
                EXPECT_LT(i, block.end);
                EXPECT_LE(block.end, block.begin + context);
                EXPECT_EQ(block_of(block.first, context, rule), block);
                EXPECT_EQ(block_of(block.end - 1, context, rule), block);
            }
}

TEST(TextWindows, HalfLeavesHalfAContextBeforeAllButTheFirst) {
    for (const std::size_t context : {2u, 3u, 12u, 64u})
        for (std::size_t i = context / 2; i < 6 * context; ++i)
            EXPECT_GE(i - block_of(i, context, WindowRule::half).begin, context / 2);
}

TEST(TextWindows, BlocksCoverATextOnce) {
    std::mt19937 random(3);
    for (int round = 0; round < 300; ++round) {
        const std::size_t context = 1 + random() % 20, total = random() % 200;
        const WindowRule rule = kRules[random() % 3];
        std::size_t next = 0;
        for (const TextBlock& block : text_blocks(total, context, rule, total)) {
            EXPECT_EQ(block.first, next);
            next = block.end;
        }
        EXPECT_EQ(next, total);
    }
}

TEST(TextWindows, ASampleHasTheWholeTextsBlocksAndFits) {
    std::mt19937 random(4);
    for (int round = 0; round < 300; ++round) {
        const std::size_t context = 1 + random() % 20, total = 1 + random() % 400;
        const std::size_t most = 1 + random() % 100;
        const WindowRule rule = kRules[random() % 3];
        const std::vector<TextBlock> all = text_blocks(total, context, rule, total);
        const std::vector<TextBlock> some = text_blocks(total, context, rule, most);
        ASSERT_FALSE(some.empty());
        std::size_t positions = 0;
        for (const TextBlock& block : some) {
            positions += block.end - block.first;
            EXPECT_TRUE(std::ranges::any_of(all, [&](const TextBlock& one) {
                return one.begin == block.begin && one.first == block.first && one.end >= block.end;
            }));
        }
        EXPECT_LE(positions, most);
        if (total > most && most >= 2 * context)
            EXPECT_GT(2 * positions, most - context) << "not much of the budget is left over";
        EXPECT_TRUE(std::ranges::is_sorted(some, {}, &TextBlock::first));
    }
}

}  // namespace
}  // namespace marginscope
