// The geometry's thread survives what cannot be measured, and says it.
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/decode/geometry_thread.h"

namespace marginscope {
namespace {

TEST(GeometryThread, WhatCannotBeMeasuredIsASentenceAndTheNextRequestIsDone) {
    std::mutex mutex;
    std::vector<std::string> sentences;
    bool broken = true;
    GeometryThread geometry(
        [&](std::shared_ptr<const BoundaryFrame> frame) {
            const std::lock_guard lock(mutex);
            if (std::exchange(broken, false)) throw std::runtime_error("the paper is torn.");
            sentences.push_back(frame->sentence);
        },
        [] {});
    const auto wait = [&] {
        for (int k = 0; k < 3000 && !geometry.idle(); ++k)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        EXPECT_TRUE(geometry.idle());
        const std::lock_guard lock(mutex);
        return std::exchange(sentences, {});
    };
    geometry.request_boundary({});
    const auto said = [&] {
        const std::lock_guard lock(mutex);
        return !sentences.empty();
    };
    for (int k = 0; k < 3000 && !said(); ++k)  // the failure is said after its work has ended
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(wait(),
              std::vector<std::string>{"The boundary could not be measured: the paper is torn."});
    geometry.request_boundary({});
    const std::vector<std::string> next = wait();
    ASSERT_EQ(next.size(), 1u);
    EXPECT_NE(next[0].find("no fitted stage"), std::string::npos) << next[0];
}

}  // namespace
}  // namespace marginscope
