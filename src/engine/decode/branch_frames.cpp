// Rows of branches, and two texts side by side.
#include "engine/decode/branch_frames.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace marginscope {
namespace {

constexpr std::size_t kShownBytes = 120;  // of a branch's text
constexpr int kBefore = 8;                // characters before the parting

class Maker {
public:
    Maker(const DecodeDocument& document, DecodeComputation& computation,
          std::span<const KnownPosition* const> known)
        : document_(document), computation_(computation), known_(known) {}

    bool complete(int node) const {
        return is_complete(known_[static_cast<std::size_t>(node)],
                           computation_.has_margin_at(document_.tree.node(node).depth));
    }
    float margin(int node) const {
        const KnownPosition* known = known_[static_cast<std::size_t>(node)];
        if (known == nullptr || !known->margins || !known->margins->has_boundary) return kNoValue;
        return static_cast<float>(margin_value(*known->margins, document_.view.kind));
    }
    int crossings(int node) const {
        const KnownPosition* known = known_[static_cast<std::size_t>(node)];
        return known != nullptr && known->margins ? known->margins->crossings : 0;
    }

    BranchRow row(int first) const {
        const DecodeTree& tree = document_.tree;
        BranchRow row;
        row.node = first;
        row.index = tree.node(first).depth;
        row.name = tree.node(first).name;
        row.folded = tree.node(first).folded;
        double logprob = 0, entropy = 0;
        int read = 0;
        for (const int node : branch_nodes(tree, first)) {
            ++row.length;
            if (row.text.size() < kShownBytes) row.text += tree.node(node).text;
            row.pending += !complete(node);
            const KnownPosition* known = known_[static_cast<std::size_t>(node)];
            if (known != nullptr && known->read && !std::isnan(known->entropy)) {
                // What the model does not know has no probability, and is left out.
                if (!std::isnan(known->logprob)) logprob += known->logprob;
                entropy += known->entropy;
                ++read;
            }
            const float value = margin(node);
            if (std::isnan(value) || value >= row.margin) continue;
            row.margin = value;
            row.margin_index = tree.node(node).depth;
            row.crossings = crossings(node);
        }
        if (row.pending == 0 && read > 0) {
            row.logprob = static_cast<float>(logprob);
            row.entropy = static_cast<float>(entropy / read);
        }
        return row;
    }

    std::vector<ComparedCell> cells(std::span<const int> nodes) const {
        std::vector<ComparedCell> cells;
        TokenTable& table = computation_.table();
        std::vector<float> lowest;
        for (const int node : nodes) {
            ComparedCell& cell = cells.emplace_back();
            const int id = table.id_of(document_.tree.node(node).text);
            cell.symbol = (*table.symbols())[static_cast<std::size_t>(id)];
            if (const KnownPosition* known = known_[static_cast<std::size_t>(node)];
                known != nullptr && known->read) {
                cell.logprob = known->logprob;
                cell.entropy = known->entropy;
            }
            cell.margin = margin(node);
            cell.crossings = crossings(node);
            if (!std::isnan(cell.margin)) lowest.push_back(cell.margin);
        }
        const auto k = std::min(lowest.size(), static_cast<std::size_t>(document_.view.support));
        if (k == 0) return cells;
        std::nth_element(lowest.begin(), lowest.begin() + static_cast<std::ptrdiff_t>(k - 1),
                         lowest.end());
        for (ComparedCell& cell : cells) cell.support = cell.margin <= lowest[k - 1];
        return cells;
    }

private:
    const DecodeDocument& document_;
    DecodeComputation& computation_;
    std::span<const KnownPosition* const> known_;
};

std::vector<int> line_through(const DecodeTree& tree, int node) {
    std::vector<int> line;
    for (int up = tree.node(node).parent; up >= 0; up = tree.node(up).parent) line.push_back(up);
    std::ranges::reverse(line);
    for (const int on : branch_nodes(tree, node)) line.push_back(on);
    return line;
}

BranchComparison compare(const DecodeDocument& document, const Maker& maker) {
    BranchComparison result;
    const DecodeTree& tree = document.tree;
    if (!tree.holds(document.compared) || tree.in_pruned(document.compared)) return result;
    result.node = document.compared;
    const std::vector<int> here = tree.line(), there = line_through(tree, document.compared);
    std::size_t parting = 0;
    while (parting < here.size() && parting < there.size() && here[parting] == there[parting])
        ++parting;
    result.parting = static_cast<int>(parting);
    result.begin = std::max(0, result.parting - kBefore);
    const auto begin = static_cast<std::size_t>(result.begin);
    result.here = maker.cells(std::span(here).subspan(std::min(begin, here.size())));
    result.there = maker.cells(std::span(there).subspan(std::min(begin, there.size())));
    return result;
}

}  // namespace

bool is_complete(const KnownPosition* known, bool has_margin) {
    return known != nullptr && known->read && (known->margins || !has_margin);
}

std::vector<int> branch_nodes(const DecodeTree& tree, int first) {
    std::vector<int> nodes;
    for (int node = first; node >= 0;) {
        nodes.push_back(node);
        int next = tree.node(node).preferred_child;
        if (next < 0 || tree.node(next).pruned) {
            next = -1;
            for (const int child : tree.node(node).children)
                if (!tree.node(child).pruned && next < 0) next = child;
        }
        node = next;
    }
    return nodes;
}

std::vector<int> branch_heads(const DecodeTree& tree) {
    std::vector<int> heads, stack = {0};
    if (tree.empty()) return heads;
    while (!stack.empty()) {
        const int head = stack.back();
        stack.pop_back();
        heads.push_back(head);
        const std::vector<int> nodes = branch_nodes(tree, head);
        // The last fork's branches end up deepest in the stack: the list goes on from the first.
        for (std::size_t k = nodes.size(); k-- > 0;) {
            const int next = k + 1 < nodes.size() ? nodes[k + 1] : -1;
            const std::vector<int>& children = tree.node(nodes[k]).children;
            for (auto child = children.rbegin(); child != children.rend(); ++child)
                if (*child != next && !tree.node(*child).pruned) stack.push_back(*child);
        }
    }
    return heads;
}

BranchFrame make_branch_frame(const DecodeDocument& document, DecodeComputation& computation,
                              std::span<const KnownPosition* const> known) {
    const DecodeTree& tree = document.tree;
    const Maker maker(document, computation, known);
    BranchFrame frame;
    frame.kind = document.view.kind;
    std::vector<int> row_of(known.size(), -1);  // by node
    std::vector<bool> on_line(known.size(), false);
    for (const int node : tree.line()) on_line[static_cast<std::size_t>(node)] = true;
    std::vector<bool> hidden;  // by row: in a folded branch
    for (const int head : branch_heads(tree)) {
        const int parent = tree.node(head).parent;
        const int above = parent < 0 ? -1 : row_of[static_cast<std::size_t>(parent)];
        const auto at = static_cast<int>(frame.rows.size());
        const bool in_folded = above >= 0 && (hidden[static_cast<std::size_t>(above)] ||
                                              frame.rows[static_cast<std::size_t>(above)].folded);
        for (const int node : branch_nodes(tree, head)) row_of[static_cast<std::size_t>(node)] = at;
        BranchRow row = maker.row(head);
        row.on_line = on_line[static_cast<std::size_t>(head)];
        if (above >= 0) {
            row.level = frame.rows[static_cast<std::size_t>(above)].level + 1;
            ++frame.rows[static_cast<std::size_t>(above)].children;
        }
        hidden.push_back(in_folded);
        frame.rows.push_back(std::move(row));
    }
    std::vector<BranchRow> shown;
    for (std::size_t k = 0; k < frame.rows.size(); ++k)
        if (!hidden[k]) shown.push_back(std::move(frame.rows[k]));
    frame.rows = std::move(shown);
    for (int node = 0; node < tree.size(); ++node)
        frame.pending += !tree.in_pruned(node) && !maker.complete(node);
    frame.comparison = compare(document, maker);
    return frame;
}

}  // namespace marginscope
