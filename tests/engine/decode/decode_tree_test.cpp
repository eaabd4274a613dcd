// The tree of texts: going back is exact, branches are kept, the line runs through what was last
// walked.
#include "engine/decode/decode_tree.h"

#include <gtest/gtest.h>

#include <string_view>

#include "core/error.h"

namespace marginscope {
namespace {

DecodeTree tree_of(std::string_view text) {
    DecodeTree tree;
    tree.reset(characters_of(text));
    return tree;
}

TEST(DecodeTree, BeginsAsOneChainWithTheCursorBehindTheLast) {
    const DecodeTree tree = tree_of("789");
    EXPECT_EQ(tree.text(), "789");
    EXPECT_EQ(tree.cursor_length(), 3);
}

TEST(DecodeTree, BackAndForwardReturnToTheSameNode) {
    DecodeTree tree = tree_of("123");
    const int end = tree.cursor();
    ASSERT_TRUE(tree.back());
    EXPECT_EQ(tree.text(), "12");
    EXPECT_EQ(tree.line().size(), 3u) << "what was walked stays visible as the future";
    ASSERT_TRUE(tree.forward());
    EXPECT_EQ(tree.cursor(), end);
    EXPECT_FALSE(tree.forward());
}

TEST(DecodeTree, StopsAtTheFirstToken) {
    DecodeTree tree = tree_of("5");
    EXPECT_FALSE(tree.back());
    EXPECT_EQ(tree.cursor_length(), 1);
}

TEST(DecodeTree, ABranchKeepsTheOldOne) {
    DecodeTree tree = tree_of("123");
    const int old_end = tree.cursor();
    tree.back();
    const int fresh = tree.advance("9");
    EXPECT_EQ(tree.text(), "129");
    EXPECT_EQ(tree.node(fresh).parent, tree.node(old_end).parent);
    tree.go_to(old_end);
    EXPECT_EQ(tree.text(), "123");
    tree.back();
    EXPECT_EQ(tree.child_with("9"), fresh);
    EXPECT_EQ(tree.advance("9"), fresh) << "choosing the same character again is the same branch";
    EXPECT_EQ(tree.size(), 4);
}

TEST(DecodeTree, JumpClampsToTheLine) {
    DecodeTree tree = tree_of("1234");
    tree.jump(1);
    EXPECT_EQ(tree.text(), "12");
    tree.jump(100);
    EXPECT_EQ(tree.cursor_length(), 4);
    tree.jump(-5);
    EXPECT_EQ(tree.cursor_length(), 1);
}

TEST(DecodeTree, IgnoresNodesThatDoNotExist) {
    DecodeTree tree = tree_of("12");
    tree.go_to(17);
    tree.go_to(-1);
    EXPECT_EQ(tree.cursor_length(), 2);
}

TEST(DecodeTree, CharactersAreWholeWhateverTheirBytes) {
    const std::vector<std::string> characters = characters_of("a\n\u00ef\u201c\U0001F600");
    EXPECT_EQ(characters, (std::vector<std::string>{"a", "\n", "\u00ef", "\u201c", "\U0001F600"}));
    EXPECT_THROW(characters_of("a\xFF"), UserError);
}

TEST(DecodeTree, NodesThatAreNoTreeAreRefused) {
    const auto node = [](int parent, const char* text, int preferred = -1) {
        DecodeNode made;
        made.parent = parent;
        made.text = text;
        made.preferred_child = preferred;
        return made;
    };
    EXPECT_EQ(DecodeTree::of_nodes({node(-1, "a", 1), node(0, "b")}, 1), tree_of("ab"));
    EXPECT_THROW(DecodeTree::of_nodes({node(0, "a")}, 0), UserError);
    EXPECT_THROW(DecodeTree::of_nodes({node(-1, "a"), node(1, "b")}, 0), UserError);
    EXPECT_THROW(DecodeTree::of_nodes({node(-1, "a"), node(-1, "b")}, 0), UserError);
    EXPECT_THROW(DecodeTree::of_nodes({node(-1, "a"), node(-5, "b")}, 0), UserError);
    EXPECT_THROW(DecodeTree::of_nodes({node(-1, "a", 0)}, 0), UserError);
    EXPECT_THROW(DecodeTree::of_nodes({node(-1, "")}, 0), UserError);
    EXPECT_THROW(DecodeTree::of_nodes({node(-1, "a")}, 1), UserError);
    EXPECT_THROW(DecodeTree::of_nodes({node(-1, "a")}, -1), UserError);
    EXPECT_THROW(DecodeTree::of_nodes({}, 0), UserError);
    EXPECT_TRUE(DecodeTree::of_nodes({}, -1).empty());
}

TEST(DecodeTree, ARetoldTextIsABranchWhereItDiffers) {
    DecodeTree tree = tree_of("12345");
    const int old_end = tree.cursor();
    tree.retell(characters_of("12678"));
    EXPECT_EQ(tree.text(), "12678");
    EXPECT_EQ(tree.size(), 8) << "two characters are shared";
    tree.go_to(old_end);
    EXPECT_EQ(tree.text(), "12345");
    tree.retell(characters_of("123"));
    EXPECT_EQ(tree.text(), "123");
    EXPECT_EQ(tree.line().size(), 3u) << "a shorter text has no future";
    EXPECT_EQ(tree.size(), 8);
    tree.retell(characters_of("9"));
    EXPECT_EQ(tree.text(), "9");
    EXPECT_EQ(tree.size(), 1) << "nothing is shared";
}

TEST(DecodeTree, APrunedBranchLeavesTheLineAndComesBackWhereOneWalks) {
    DecodeTree tree = tree_of("123");
    tree.back();
    const int other = tree.advance("9");
    tree.advance("8");
    tree.prune(other, true);
    EXPECT_EQ(tree.text(), "12") << "the cursor stood behind it";
    EXPECT_EQ(tree.line().size(), 3u) << "and the line has its other child now";
    EXPECT_TRUE(tree.in_pruned(other + 1));
    tree.prune(0, true);
    EXPECT_FALSE(tree.node(0).pruned) << "the first stays";
    EXPECT_EQ(tree.advance("9"), other);
    EXPECT_FALSE(tree.in_pruned(other + 1));
    tree.prune(other, true);
    tree.go_to(other + 1);
    EXPECT_FALSE(tree.node(other).pruned);
    EXPECT_EQ(tree.text(), "1298");
}

}  // namespace
}  // namespace marginscope
