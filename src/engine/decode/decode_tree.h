// The tree of texts the user has walked: every branch is kept, one line through it is shown. Texts,
// not token ids: a tree means the same beside every model. No torch; one thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/shared_list.h"

namespace marginscope {

struct DecodeNode {
    int parent = -1;   // -1: a text begins here
    std::string text;  // of one token, UTF-8
    std::string name;  // given by the user, of the branch that begins here
    bool folded = false;
    bool pruned = false;
    int preferred_child = -1;  // the child last walked, so that forwards undoes back
    // These two follow from the parents.
    int depth = 0;
    std::vector<int> children;
    bool operator==(const DecodeNode&) const = default;
};

/// Nodes are never removed: a node's id (its index) stays its own until `reset`. Copies share their
/// nodes, so that hundreds of them cost little.
class DecodeTree {
public:
    /// Begins anew with these tokens as one chain; the cursor stands behind the last. `tokens` must
    /// not be empty.
    void reset(std::span<const std::string> tokens);

    /// Of nodes from a file (depth and children are made here). UserError with a sentence when they
    /// are no tree: a parent that does not come before its child, a preferred child that is none, a
    /// cursor that is no node, an empty text.
    static DecodeTree of_nodes(std::vector<DecodeNode> nodes, int cursor);

    bool empty() const { return nodes_.empty(); }
    int size() const { return static_cast<int>(nodes_.size()); }
    bool holds(int id) const { return id >= 0 && id < size(); }
    const DecodeNode& node(int id) const { return nodes_[static_cast<std::size_t>(id)]; }

    /// The node the cursor stands behind.
    int cursor() const { return cursor_; }
    /// Tokens before the cursor.
    int cursor_length() const { return cursor_ < 0 ? 0 : node(cursor_).depth + 1; }

    /// Root to cursor, then along preferred children: what the strip shows.
    std::vector<int> line() const;
    /// The same as far as the cursor.
    std::vector<int> line_to_cursor() const;
    /// The texts of the line up to the cursor, joined.
    std::string text() const;

    /// Child of the cursor with this text, made when missing; the cursor moves there.
    int advance(std::string_view text);
    /// One step along the preferred child; false at the end of what was walked.
    bool forward();
    /// One step back; false at the first token.
    bool back();
    /// The cursor goes behind the character with this index of the line (clamped).
    void jump(int index);
    /// The cursor goes behind any node; the line then runs through it. Unknown ids do nothing.
    void go_to(int id);
    /// Existing child of the cursor with this text, or -1.
    int child_with(std::string_view text) const;
    /// Another text: as far as it agrees with one that was walked its nodes stay, and what differs
    /// is a new branch. The cursor goes behind its last token. Begins anew where even the first
    /// differs. `tokens` must not be empty.
    void retell(std::span<const std::string> tokens);

    /// Names the branch that begins at a node; "" takes the name away. Unknown ids do nothing.
    void rename(int id, std::string name);
    void fold(int id, bool folded);
    /// Takes a node and all behind it out of sight; the cursor leaves it for the parent, and the
    /// line for another child. The first node stays. `pruned` false brings it back.
    void prune(int id, bool pruned);
    /// Whether the node or one before it is pruned.
    bool in_pruned(int id) const;

    /// Nodes that `other` does not share with this tree.
    std::size_t nodes_apart_from(const DecodeTree& other) const {
        return nodes_.items_apart_from(other.nodes_);
    }

    bool operator==(const DecodeTree&) const = default;

private:
    DecodeNode& change(int id) { return nodes_.change(static_cast<std::size_t>(id)); }
    int add(int parent, std::string text);
    void prefer(int id, int child);
    void prefer_path_to(int id);
    int child_of(int id, std::string_view text) const;

    SharedList<DecodeNode> nodes_;
    int cursor_ = -1;
};

/// The characters of a text, each as its own UTF-8 string: the tokens of a character model. Throws
/// Utf8Error.
std::vector<std::string> characters_of(std::string_view text);

}  // namespace marginscope
