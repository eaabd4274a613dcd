// A live change of a run: what events.jsonl records and plan.json plans.
#pragma once

#include <cstdint>
#include <string>

namespace marginscope {

inline constexpr std::int64_t kMostSteps = 1'000'000'000;  // that a training may have

struct RunEvent {
    std::int64_t step = 0;
    std::string field;  // "barrier.lambda"
    std::string value;  // as set_field() takes it: "0.05", "true", "likelihood"
    bool operator==(const RunEvent&) const = default;
};

}  // namespace marginscope
