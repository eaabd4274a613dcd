// The tree of texts the user has walked: every branch is kept, one line through it is shown. No
// torch; one thread.
#pragma once

#include <span>
#include <vector>

namespace marginscope {

struct DecodeNode {
    int parent = -1;
    int token = 0;
    int depth = 0;
    int preferred_child = -1;  // the child last walked, so that forwards undoes back
    std::vector<int> children;
    float logprob = 0;  // NaN where there is no past
    float entropy = 0;
};

/// Nodes are never removed: their numbers stay valid until `reset`.
class DecodeTree {
public:
    /// Begins anew with these tokens as one chain; the cursor stands behind the last. `tokens` must
    /// not be empty.
    void reset(std::span<const int> tokens);

    bool empty() const { return nodes_.empty(); }
    int size() const { return static_cast<int>(nodes_.size()); }
    const DecodeNode& node(int id) const { return nodes_[static_cast<std::size_t>(id)]; }
    void set_statistics(int id, float logprob, float entropy);

    /// The node the cursor stands behind.
    int cursor() const { return cursor_; }
    /// Tokens before the cursor.
    int cursor_length() const { return node(cursor_).depth + 1; }

    /// Root to cursor, then along preferred children: what the strip shows.
    std::vector<int> line() const;
    /// Tokens of the line up to the cursor.
    std::vector<int> text() const;

    /// Child of the cursor with this token, made when missing; the cursor moves there.
    int advance(int token);
    /// One step along the preferred child; false at the end of what was walked.
    bool forward();
    /// One step back; false at the first token.
    bool back();
    /// The cursor goes behind the character with this index of the line (clamped).
    void jump(int index);
    /// The cursor goes behind any node; the line then runs through it.
    void go_to(int id);
    /// Existing child of the cursor with this token, or -1.
    int child_with(int token) const;

private:
    int add(int parent, int token);
    void prefer_path_to(int id);

    std::vector<DecodeNode> nodes_;
    int cursor_ = -1;
};

}  // namespace marginscope
