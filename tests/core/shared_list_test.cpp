// Lists that share: equal to plain vectors under random changes of many copies, and cheap to copy.
#include "core/shared_list.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace marginscope {
namespace {

TEST(SharedList, CopiesNeverSeeEachOthersChanges) {
    std::mt19937 random(7);
    const auto below = [&](std::size_t bound) { return random() % bound; };
    std::vector<SharedList<std::string>> lists(1);
    std::vector<std::vector<std::string>> plain(1);
    for (int step = 0; step < 3000; ++step) {
        const std::size_t at = below(lists.size());
        const std::size_t what = below(10);
        if (what < 5) {
            lists[at].push_back(std::to_string(step));
            plain[at].push_back(std::to_string(step));
        } else if (what < 8 && !plain[at].empty()) {
            const std::size_t item = below(plain[at].size());
            lists[at].change(item) += "!";
            plain[at][item] += "!";
        } else if (lists.size() < 20) {
            // NOLINTNEXTLINE: copies are the point
            const SharedList<std::string> copy = lists[at];
            const std::vector<std::string> plain_copy = plain[at];
            lists.push_back(copy);
            plain.push_back(plain_copy);
        }
    }
    for (std::size_t k = 0; k < lists.size(); ++k) {
        ASSERT_EQ(lists[k].size(), plain[k].size());
        for (std::size_t i = 0; i < plain[k].size(); ++i) ASSERT_EQ(lists[k][i], plain[k][i]);
        for (std::size_t other = 0; other < lists.size(); ++other)
            EXPECT_EQ(lists[k] == lists[other], plain[k] == plain[other]);
    }
}

TEST(SharedList, AChangeCopiesOnlyWhatIsAroundIt) {
    SharedList<int> list(std::vector<int>(2000, 1));
    SharedList<int> other = list;
    EXPECT_EQ(other.items_apart_from(list), 0u);
    other.change(700) = 2;
    other.push_back(3);
    EXPECT_LE(other.items_apart_from(list), 2 * SharedList<int>::kChunk);
    EXPECT_EQ(list[700], 1);
    EXPECT_EQ(list.size(), 2000u);
}

}  // namespace
}  // namespace marginscope
