// Rows, comparisons and steps.
#include "support/synthetic_document.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace marginscope::synthetic {
namespace {

const char* const kText = "ran up the hill and saw the blue kite over the sea. Then it fell down";

ComparedCell cell_of(int k) {
    ComparedCell cell;
    cell.symbol = std::string(1, kText[static_cast<std::size_t>(k) % 60]);
    cell.logprob = -0.3F - 0.1F * static_cast<float>(k % 7);
    cell.entropy = 0.5F + 0.1F * static_cast<float>(k % 5);
    cell.margin = std::sin(static_cast<float>(k));
    cell.crossings = k % 9 == 0 ? 1 : 0;
    cell.support = k % 11 == 3;
    return cell;
}

}  // namespace

std::shared_ptr<HistoryFrame> make_history(int steps) {
    auto frame = std::make_shared<HistoryFrame>();
    frame->version = 1;
    for (int k = 0; k < steps; ++k)
        frame->steps.push_back(k == 0       ? "Begin"
                               : k % 3 == 0 ? "Choose 'e' at " + std::to_string(k)
                               : k % 3 == 1 ? "Temperature 0.8"
                                            : "Go to 'a' at " + std::to_string(k));
    frame->position = std::max(0, steps - 3);
    frame->file = "story.mscope";
    frame->unsaved = true;
    return frame;
}

std::shared_ptr<BranchFrame> make_branches(const DecodeFrame& decode, int count) {
    auto frame = std::make_shared<BranchFrame>();
    frame->version = 1;
    const int nodes = static_cast<int>(decode.tree.size());
    for (int k = 0; k < count && k < nodes; ++k) {
        BranchRow& row = frame->rows.emplace_back();
        row.node = k == 0 ? 0 : nodes - k;
        row.level = k == 0 ? 0 : 1 + k % 3;
        row.index = 7 * k;
        row.length = 12 + k;
        row.text = std::string(kText).substr(static_cast<std::size_t>(k % 20));
        if (k % 4 == 1) row.name = "the kite";
        row.logprob = -1.5F * static_cast<float>(k + 1);
        row.entropy = 0.4F + 0.01F * static_cast<float>(k);
        row.margin = std::cos(static_cast<float>(k));
        row.margin_index = row.index + 3;
        row.crossings = k % 5 == 2 ? 1 : 0;
        row.children = k == 0 ? 2 : 0;
        row.on_line = k == 0;
        row.pending = k % 7 == 6 ? 3 : 0;
        row.folded = k % 6 == 5;
    }
    if (frame->rows.size() < 2) return frame;
    BranchComparison& both = frame->comparison;
    both.node = frame->rows[1].node;
    both.begin = 40;
    both.parting = 48;
    for (int k = 0; k < 40; ++k) both.here.push_back(cell_of(k));
    for (int k = 0; k < 30; ++k) both.there.push_back(cell_of(k < 8 ? k : 3 * k + 1));
    return frame;
}

std::shared_ptr<BranchFrame> spoiled(const BranchFrame& frame) {
    auto made = std::make_shared<BranchFrame>(frame);
    const float inf = std::numeric_limits<float>::infinity();
    const float kinds[] = {kNoValue, inf, -inf, 0.25F};
    std::size_t at = 0;
    const auto next = [&] { return kinds[at++ % 4]; };
    for (BranchRow& row : made->rows)
        row.logprob = next(), row.entropy = next(), row.margin = next();
    for (auto* cells : {&made->comparison.here, &made->comparison.there})
        for (ComparedCell& cell : *cells)
            cell.logprob = next(), cell.margin = next(), cell.entropy = next();
    return made;
}

std::shared_ptr<BranchFrame> widened(const BranchFrame& frame) {
    auto made = std::make_shared<BranchFrame>(frame);
    for (BranchRow& row : made->rows) {
        row.name = "the branch with the longest name that anybody would ever give to one of them";
        row.logprob = -12345.678F, row.entropy = 1.2345e-5F, row.margin = -123.4567F;
        row.crossings = 12, row.level = 9;
    }
    return made;
}

}  // namespace marginscope::synthetic
