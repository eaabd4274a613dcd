// Queues between threads: order, nothing lost, latest wins, no waiting reader left behind.
#include "engine/exchange/mailbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <thread>

namespace marginscope {
namespace {

TEST(CommandQueue, KeepsEachProducersOrderAndLosesNothing) {
    constexpr int kProducers = 4;
    constexpr int kEach = 2000;
    CommandQueue<std::pair<int, int>> queue;
    std::vector<std::jthread> producers;
    for (int p = 0; p < kProducers; ++p)
        producers.emplace_back([&queue, p] {
            for (int k = 0; k < kEach; ++k) queue.push({p, k});
        });
    std::vector<int> next(kProducers, 0);
    for (int taken = 0; taken < kProducers * kEach;) {
        queue.wait_for(std::chrono::milliseconds(100));
        while (const auto item = queue.try_pop()) {
            EXPECT_EQ(item->second, next[static_cast<std::size_t>(item->first)]++);
            ++taken;
        }
    }
    EXPECT_TRUE(queue.empty());
    EXPECT_FALSE(queue.try_pop().has_value());
}

TEST(CommandQueue, CloseWakesAWaitingReader) {
    CommandQueue<int> queue;
    std::atomic<bool> woke = false;
    std::jthread reader([&] {
        queue.wait_for(std::chrono::seconds(60));
        woke = true;
    });
    queue.close();
    reader.join();
    EXPECT_TRUE(woke);
    EXPECT_TRUE(queue.closed());
}

TEST(Latest, ReadersSeeWholeValuesThatNeverGoBack) {
    struct Pair {
        std::uint64_t a = 0, b = 0;
    };
    Latest<std::shared_ptr<const Pair>> slot;
    std::jthread writer([&](std::stop_token stop) {
        for (std::uint64_t n = 1; !stop.stop_requested(); ++n) {
            auto made = std::make_shared<const Pair>(Pair{n, n * 3});
            slot.update([&](auto& value) { value = std::move(made); });
        }
    });
    std::uint64_t last = 0;
    for (int reads = 0; reads < 20000; ++reads) {
        const auto seen = slot.get();
        if (!seen) continue;
        ASSERT_EQ(seen->b, seen->a * 3);
        ASSERT_GE(seen->a, last);
        last = seen->a;
    }
}

TEST(BoundedQueue, DropsTheOldestAndCountsThem) {
    BoundedQueue<int> queue(3);
    for (int k = 0; k < 5; ++k) queue.push(k);
    EXPECT_EQ(queue.lost(), 2u);
    EXPECT_EQ(queue.take_all(), (std::vector<int>{2, 3, 4}));
    EXPECT_TRUE(queue.take_all().empty());
}

TEST(BoundedQueue, ManyThreadsPushWhileOneTakes) {
    constexpr int kEach = 5000;
    BoundedQueue<int> queue(1 << 20);
    std::vector<std::jthread> producers;
    for (int p = 0; p < 3; ++p)
        producers.emplace_back([&queue] {
            for (int k = 0; k < kEach; ++k) queue.push(1);
        });
    int sum = 0;
    while (sum < 3 * kEach)
        for (const int one : queue.take_all()) sum += one;
    EXPECT_EQ(sum, 3 * kEach);
    EXPECT_EQ(queue.lost(), 0u);
}

}  // namespace
}  // namespace marginscope
