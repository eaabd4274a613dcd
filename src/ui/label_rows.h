// Labels in rows, none touching another.
//
// Pure; any thread.
#pragma once

#include <vector>

namespace marginscope {

/// The extent of a label in pixels.
struct LabelSpan {
    float left = 0, right = 0;
};
/// For each label the uppermost of `rows` rows in which it touches none before it, or -1 where all
/// are taken. `spans` in rising order of their left ends.
std::vector<int> label_rows(const std::vector<LabelSpan>& spans, int rows, float gap);

}  // namespace marginscope
