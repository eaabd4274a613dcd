// One end of the tree at a time.
#include "engine/decode/branch_survey.h"

#include <algorithm>

#include "engine/decode/branch_frames.h"

namespace marginscope {

int BranchSurvey::next_end(const DecodeDocument& document, DecodeComputation& shown) {
    const std::vector<const KnownPosition*> known = shown.known_nodes(document);
    for (const int head : branch_heads(document.tree)) {
        const std::vector<int> nodes = branch_nodes(document.tree, head);
        if (std::ranges::count(given_up_, nodes.back()) > 0) continue;
        for (const int node : nodes)
            if (!is_complete(known[static_cast<std::size_t>(node)],
                             shown.has_margin_at(document.tree.node(node).depth)))
                return nodes.back();
    }
    return -1;
}

bool BranchSurvey::work(const DecodeDocument& document, DecodeComputation& shown,
                        std::chrono::milliseconds budget) {
    // The same tree, noise and drags as when it stopped: it goes on.
    const bool same = walker_ && epoch_ == shown.weights_epoch() && seen_ == document.tree &&
                      walked_.noise == document.noise && walked_.drags == document.drags &&
                      walked_.view.windows == document.view.windows &&
                      walked_.prompt == document.prompt;
    if (!same) given_up_.clear();
    if (same && walker_->work(budget, -1, DecodeComputation::Scope::everything)) return true;
    const int end = next_end(document, shown);
    if (same && end == walked_.tree.cursor()) {
        // All that can be computed is: dragged tokens of other branches have keys of their own.
        given_up_.push_back(end);
        return true;
    }
    ++found_;
    if (end < 0) {
        walker_.reset();
        return false;
    }
    if (!walker_ || epoch_ != shown.weights_epoch()) {
        walker_ = std::make_unique<DecodeComputation>(shown.shared_model(), shown.weights_epoch(),
                                                      shown.shared_known());
        epoch_ = shown.weights_epoch();
    }
    seen_ = document.tree;
    walked_ = document;
    walked_.view.view = MarginView::stage;  // branches are compared by the stage's margins
    walked_.tree.go_to(end);
    walker_->follow(walked_);
    return true;
}

}  // namespace marginscope
