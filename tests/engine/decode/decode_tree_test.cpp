// The tree of texts: going back is exact, branches are kept, the line runs through what was last
// walked.
#include "engine/decode/decode_tree.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace marginscope {
namespace {

DecodeTree tree_of(std::vector<int> tokens) {
    DecodeTree tree;
    tree.reset(tokens);
    return tree;
}

TEST(DecodeTree, BeginsAsOneChainWithTheCursorBehindTheLast) {
    const DecodeTree tree = tree_of({7, 8, 9});
    EXPECT_EQ(tree.text(), (std::vector<int>{7, 8, 9}));
    EXPECT_EQ(tree.cursor_length(), 3);
    EXPECT_TRUE(std::isnan(tree.node(0).logprob));
}

TEST(DecodeTree, BackAndForwardReturnToTheSameNode) {
    DecodeTree tree = tree_of({1, 2, 3});
    const int end = tree.cursor();
    ASSERT_TRUE(tree.back());
    EXPECT_EQ(tree.text(), (std::vector<int>{1, 2}));
    EXPECT_EQ(tree.line().size(), 3u) << "what was walked stays visible as the future";
    ASSERT_TRUE(tree.forward());
    EXPECT_EQ(tree.cursor(), end);
    EXPECT_FALSE(tree.forward());
}

TEST(DecodeTree, StopsAtTheFirstToken) {
    DecodeTree tree = tree_of({5});
    EXPECT_FALSE(tree.back());
    EXPECT_EQ(tree.cursor_length(), 1);
}

TEST(DecodeTree, ABranchKeepsTheOldOne) {
    DecodeTree tree = tree_of({1, 2, 3});
    const int old_end = tree.cursor();
    tree.back();
    const int fresh = tree.advance(9);
    EXPECT_EQ(tree.text(), (std::vector<int>{1, 2, 9}));
    EXPECT_EQ(tree.node(fresh).parent, tree.node(old_end).parent);
    tree.go_to(old_end);
    EXPECT_EQ(tree.text(), (std::vector<int>{1, 2, 3}));
    tree.back();
    EXPECT_EQ(tree.child_with(9), fresh);
    EXPECT_EQ(tree.advance(9), fresh) << "choosing the same character again is the same branch";
    EXPECT_EQ(tree.size(), 4);
}

TEST(DecodeTree, JumpClampsToTheLine) {
    DecodeTree tree = tree_of({1, 2, 3, 4});
    tree.jump(1);
    EXPECT_EQ(tree.text(), (std::vector<int>{1, 2}));
    tree.jump(100);
    EXPECT_EQ(tree.cursor_length(), 4);
    tree.jump(-5);
    EXPECT_EQ(tree.cursor_length(), 1);
}

TEST(DecodeTree, IgnoresNodesThatDoNotExist) {
    DecodeTree tree = tree_of({1, 2});
    tree.go_to(17);
    tree.go_to(-1);
    EXPECT_EQ(tree.cursor_length(), 2);
}

}  // namespace
}  // namespace marginscope
