// Undo, branches, comparison, the text in place: what hands do with them and what is asked for.
#include <gtest/gtest.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "support/synthetic_frames.h"
#include "ui/actions.h"
#include "ui/decode/branch_list.h"
#include "ui/decode/decode_view.h"
#include "ui/interface.h"

namespace marginscope {
namespace {

class DocumentHands : public testing::Test {
protected:
    template <typename Wish>
    std::vector<Wish> wishes() {
        std::vector<Wish> found;
        CommandList all = interface.take_commands();
        all.insert(all.end(), out.begin(), out.end());
        out.clear();
        for (const Command& command : all)
            if (const auto* wish = std::get_if<Wish>(&command)) found.push_back(*wish);
        return found;
    }

    CommandList out;
    Frames frames = synthetic::usual();
    Interface interface { ImVec2(1280, 800) };
};

TEST_F(DocumentHands, UndoAndRedoAreKeysAndMenuRows) {
    ActionContext context{frames, interface.state(), out};
    EXPECT_EQ(key_of(*find_action("edit.undo")), "Ctrl+Z");
    EXPECT_TRUE(is_enabled(*find_action("edit.undo"), context));
    run_action("edit.undo", context);
    EXPECT_EQ(wishes<Undo>().size(), 1u);
    run_action("edit.redo", context);
    EXPECT_EQ(wishes<Redo>().size(), 1u);
    auto history = std::make_shared<HistoryFrame>(*frames.history);
    history->position = 0;
    frames.history = history;
    EXPECT_FALSE(is_enabled(*find_action("edit.undo"), context));
}

TEST_F(DocumentHands, RowsAreSortedWithMissingNumbersLast) {
    BranchFrame frame;
    const float margins[] = {0.5F, kNoValue, -2.0F, 0.1F};
    const float logprobs[] = {-8.0F, -1.0F, kNoValue, -2.0F};
    for (int k = 0; k < 4; ++k) {
        BranchRow& row = frame.rows.emplace_back();
        row.margin = margins[k];
        row.logprob = logprobs[k];
        row.length = k == 0 ? 16 : 1;
    }
    EXPECT_EQ(sorted_rows(frame, BranchOrder::tree), (std::vector<int>{0, 1, 2, 3}));
    EXPECT_EQ(sorted_rows(frame, BranchOrder::margin), (std::vector<int>{2, 3, 0, 1}));
    EXPECT_EQ(sorted_rows(frame, BranchOrder::probability), (std::vector<int>{0, 1, 3, 2}))
        << "per character: a longer branch is not worse for its length";
}

TEST_F(DocumentHands, CompareWalksThroughTheOtherBranches) {
    ActionContext context{frames, interface.state(), out};
    const std::vector<BranchRow>& rows = frames.branches->rows;
    run_action("edit.compare", context);
    const auto asked = wishes<CompareBranch>();
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0].node, rows[2].node) << "the one after what is compared already";
    run_action("edit.end_comparison", context);
    EXPECT_EQ(wishes<CompareBranch>().at(0).node, -1);
}

TEST_F(DocumentHands, TheNextSupportTokenIsAlongTheTextAndComesAround) {
    ActionContext context{frames, interface.state(), out};
    std::vector<int> order = frames.margins->support;
    std::sort(order.begin(), order.end());
    interface.state().selection.index = order[1];
    run_action("decode.next_support", context);
    EXPECT_EQ(interface.state().selection.index, order[2]);
    interface.state().selection.index = order.back();
    run_action("decode.next_support", context);
    EXPECT_EQ(interface.state().selection.index, order.front());
}

TEST_F(DocumentHands, AGivenViewIsFollowedAndNotSentBack) {
    interface.draw(frames);
    interface.take_commands();
    auto decode = std::make_shared<DecodeFrame>(*frames.decode);
    decode->view.kind = MarginKind::singular;
    decode->view.index = 20;
    decode->view.workspace = interface.state().workspace;
    decode->view_given = 1;
    frames.decode = decode;
    for (int k = 0; k < 3; ++k) interface.draw(frames);
    EXPECT_EQ(interface.state().selection.index, 20);
    EXPECT_EQ(interface.state().view<DecodeView>().boundary.request.kind, MarginKind::singular);
    EXPECT_TRUE(wishes<SetView>().empty());
}

TEST_F(DocumentHands, TheTextIsEditedInPlace) {
    ActionContext context{frames, interface.state(), out};
    auto decode = std::make_shared<DecodeFrame>(*frames.decode);
    decode->text = "Once\nupon";
    frames.decode = decode;
    for (int k = 0; k < 3; ++k) interface.draw(frames);
    run_action("edit.text", context);
    TextEditView& edit = interface.state().view<DecodeView>().edit;
    EXPECT_TRUE(edit.open);
    EXPECT_EQ(edit.text, "Once\nupon");
    for (int k = 0; k < 3; ++k) interface.draw(frames);
    EXPECT_NE(interface.words().find("Take over"), std::string::npos);
    interface.type(frames, "!");
    EXPECT_EQ(edit.text.size(), 10u) << edit.text;
    interface.key(frames, ImGuiKey_Enter, ImGuiMod_Ctrl);
    interface.draw(frames);
    const auto asked = wishes<EditText>();
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_NE(asked[0].text.find('!'), std::string::npos);
    EXPECT_FALSE(edit.open);
}

}  // namespace
}  // namespace marginscope
