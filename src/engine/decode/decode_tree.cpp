// The tree of texts the user has walked.
#include "engine/decode/decode_tree.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/error.h"
#include "text/utf8.h"

namespace marginscope {

void DecodeTree::reset(std::span<const std::string> tokens) {
    assert(!tokens.empty());
    nodes_ = {};
    cursor_ = -1;
    for (const std::string& token : tokens) cursor_ = add(cursor_, token);
    prefer_path_to(cursor_);
}

DecodeTree DecodeTree::of_nodes(std::vector<DecodeNode> nodes, int cursor) {
    const auto refuse = [](std::size_t id, const std::string& what) {
        throw UserError("Node " + std::to_string(id) + " of the tree " + what + ".");
    };
    for (std::size_t id = 0; id < nodes.size(); ++id) {
        DecodeNode& made = nodes[id];
        if (made.text.empty()) refuse(id, "has no text");
        if (made.parent < -1 || made.parent >= static_cast<int>(id))
            refuse(id, "does not come after its parent");
        if (made.parent < 0 && id > 0)
            refuse(id, "has no parent, and only the first may have none");
        made.children.clear();
        made.depth = 0;
        if (made.parent < 0) continue;
        DecodeNode& parent = nodes[static_cast<std::size_t>(made.parent)];
        made.depth = parent.depth + 1;
        parent.children.push_back(static_cast<int>(id));
    }
    for (std::size_t id = 0; id < nodes.size(); ++id) {
        const int preferred = nodes[id].preferred_child;
        if (preferred != -1 && std::ranges::count(nodes[id].children, preferred) == 0)
            refuse(id, "prefers a child that it does not have");
    }
    const int last = static_cast<int>(nodes.size()) - 1;
    if (cursor > last || cursor < (nodes.empty() ? -1 : 0))
        throw UserError("The cursor stands at node " + std::to_string(cursor) +
                        ", and the tree has " + std::to_string(nodes.size()) + ".");
    DecodeTree tree;
    tree.nodes_ = SharedList<DecodeNode>(std::move(nodes));
    tree.cursor_ = cursor;
    return tree;
}

int DecodeTree::add(int parent, std::string text) {
    DecodeNode made;
    made.parent = parent;
    made.text = std::move(text);
    made.depth = parent < 0 ? 0 : node(parent).depth + 1;
    const int id = size();
    nodes_.push_back(std::move(made));
    if (parent >= 0) change(parent).children.push_back(id);
    return id;
}

void DecodeTree::prefer_path_to(int id) {
    for (int child = id; child >= 0 && node(child).parent >= 0; child = node(child).parent)
        prefer(node(child).parent, child);
}

// Writes only what differs: what is not written stays shared.
void DecodeTree::prefer(int id, int child) {
    if (node(id).preferred_child != child) change(id).preferred_child = child;
}

std::vector<int> DecodeTree::line_to_cursor() const {
    std::vector<int> ids;
    for (int id = cursor_; id >= 0; id = node(id).parent) ids.push_back(id);
    std::reverse(ids.begin(), ids.end());
    return ids;
}

std::vector<int> DecodeTree::line() const {
    std::vector<int> ids = line_to_cursor();
    if (cursor_ >= 0)
        for (int id = node(cursor_).preferred_child; id >= 0; id = node(id).preferred_child)
            ids.push_back(id);
    return ids;
}

std::string DecodeTree::text() const {
    std::string all;
    for (const int id : line_to_cursor()) all += node(id).text;
    return all;
}

int DecodeTree::child_of(int id, std::string_view text) const {
    for (const int child : node(id).children)
        if (node(child).text == text) return child;
    return -1;
}

int DecodeTree::child_with(std::string_view text) const { return child_of(cursor_, text); }

int DecodeTree::advance(std::string_view text) {
    int child = child_with(text);
    if (child < 0) child = add(cursor_, std::string(text));
    if (node(child).pruned) change(child).pruned = false;
    prefer(cursor_, child);
    return cursor_ = child;
}

void DecodeTree::retell(std::span<const std::string> tokens) {
    assert(!tokens.empty());
    if (empty() || node(0).text != tokens[0]) return reset(tokens);
    cursor_ = 0;
    for (const std::string& token : tokens.subspan(1)) advance(token);
    // What was walked behind the old text does not follow the new one.
    prefer(cursor_, -1);
}

void DecodeTree::rename(int id, std::string name) {
    if (holds(id) && node(id).name != name) change(id).name = std::move(name);
}

void DecodeTree::fold(int id, bool folded) {
    if (holds(id) && node(id).folded != folded) change(id).folded = folded;
}

bool DecodeTree::in_pruned(int id) const {
    for (; id >= 0; id = node(id).parent)
        if (node(id).pruned) return true;
    return false;
}

void DecodeTree::prune(int id, bool pruned) {
    if (!holds(id) || node(id).parent < 0 || node(id).pruned == pruned) return;
    change(id).pruned = pruned;
    if (!pruned) return;
    const int parent = node(id).parent;
    if (in_pruned(cursor_)) {
        cursor_ = parent;
        while (node(cursor_).pruned) cursor_ = node(cursor_).parent;
    }
    if (node(parent).preferred_child != id) return;
    int other = -1;
    for (const int child : node(parent).children)
        if (!node(child).pruned) other = child;
    prefer(parent, other);
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
    if (!holds(id)) return;
    for (int at = id; at >= 0; at = node(at).parent)
        if (node(at).pruned) change(at).pruned = false;
    cursor_ = id;
    prefer_path_to(id);
}

std::vector<std::string> characters_of(std::string_view text) {
    std::vector<std::string> characters;
    for_each_character(text,
                       [&](char32_t point) { append_utf8(point, characters.emplace_back()); });
    return characters;
}

}  // namespace marginscope
