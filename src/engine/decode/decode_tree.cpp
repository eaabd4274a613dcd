// The tree of texts the user has walked.
#include "engine/decode/decode_tree.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace marginscope {

void DecodeTree::reset(std::span<const int> tokens) {
    assert(!tokens.empty());
    nodes_.clear();
    cursor_ = -1;
    for (const int token : tokens) cursor_ = add(cursor_, token);
    prefer_path_to(cursor_);
}

int DecodeTree::add(int parent, int token) {
    DecodeNode made;
    made.parent = parent;
    made.token = token;
    made.depth = parent < 0 ? 0 : node(parent).depth + 1;
    made.logprob = made.entropy = NAN;
    const int id = size();
    nodes_.push_back(std::move(made));
    if (parent >= 0) nodes_[static_cast<std::size_t>(parent)].children.push_back(id);
    return id;
}

void DecodeTree::set_statistics(int id, float logprob, float entropy) {
    nodes_[static_cast<std::size_t>(id)].logprob = logprob;
    nodes_[static_cast<std::size_t>(id)].entropy = entropy;
}

void DecodeTree::prefer_path_to(int id) {
    for (int child = id; child >= 0 && node(child).parent >= 0; child = node(child).parent)
        nodes_[static_cast<std::size_t>(node(child).parent)].preferred_child = child;
}

std::vector<int> DecodeTree::line() const {
    std::vector<int> ids;
    for (int id = cursor_; id >= 0; id = node(id).parent) ids.push_back(id);
    std::reverse(ids.begin(), ids.end());
    if (cursor_ >= 0)
        for (int id = node(cursor_).preferred_child; id >= 0; id = node(id).preferred_child)
            ids.push_back(id);
    return ids;
}

std::vector<int> DecodeTree::text() const {
    std::vector<int> tokens;
    for (int id = cursor_; id >= 0; id = node(id).parent) tokens.push_back(node(id).token);
    std::reverse(tokens.begin(), tokens.end());
    return tokens;
}

int DecodeTree::child_with(int token) const {
    for (const int child : node(cursor_).children)
        if (node(child).token == token) return child;
    return -1;
}

int DecodeTree::advance(int token) {
    int child = child_with(token);
    if (child < 0) child = add(cursor_, token);
    nodes_[static_cast<std::size_t>(cursor_)].preferred_child = child;
    return cursor_ = child;
}

bool DecodeTree::forward() {
    const int child = node(cursor_).preferred_child;
    if (child < 0) return false;
    cursor_ = child;
    return true;
}

bool DecodeTree::back() {
    if (node(cursor_).parent < 0) return false;
    cursor_ = node(cursor_).parent;
    return true;
}

void DecodeTree::jump(int index) {
    const std::vector<int> ids = line();
    cursor_ = ids[static_cast<std::size_t>(std::clamp(index, 0, static_cast<int>(ids.size()) - 1))];
}

void DecodeTree::go_to(int id) {
    if (id < 0 || id >= size()) return;
    cursor_ = id;
    prefer_path_to(id);
}

}  // namespace marginscope
