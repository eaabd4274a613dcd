// The document behind Decode: undo and redo, branches, and the file it is kept in (.mscope).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace marginscope {

// ---- frames

/// Where the document stands among its last changes, and where it is kept.
struct HistoryFrame {
    std::uint64_t version = 0;
    std::vector<std::string> steps;        // "Choose 'e' at 84"; the first is where undo ends
    int position = 0;                      // in steps
    std::string file;                      // the session's; "" when it has none yet
    bool unsaved = false;                  // the document differs from that file
    std::vector<std::string> left_behind;  // sessions of programs that ended without saving them
};

// ---- commands

struct Undo {
    static constexpr std::string_view kName = "undo";
    static void fields(auto&, auto&&) {}
};
struct Redo {
    static constexpr std::string_view kName = "redo";
    static void fields(auto&, auto&&) {}
};
// to one of HistoryFrame::steps
struct GoToStep {
    static constexpr std::string_view kName = "go_to_step";
    int step = 0;
    static void fields(auto& self, auto&& visit) { visit("step", self.step); }
};
// the text up to the cursor becomes this one; what was walked before stays as a branch
struct EditText {
    static constexpr std::string_view kName = "edit_text";
    std::string text;
    static void fields(auto& self, auto&& visit) { visit("text", self.text); }
};
// back behind the prompt, to go on anew; what was walked from there stays as branches
struct RestartDecode {
    static constexpr std::string_view kName = "restart_decode";
    static void fields(auto&, auto&&) {}
};
// of the branch that begins at the node; "" takes the name away
struct RenameBranch {
    static constexpr std::string_view kName = "rename_branch";
    int node = 0;
    std::string name;
    static void fields(auto& self, auto&& visit) {
        visit("node", self.node);
        visit("name", self.name);
    }
};
struct FoldBranch {
    static constexpr std::string_view kName = "fold_branch";
    int node = 0;
    bool folded = true;
    static void fields(auto& self, auto&& visit) {
        visit("node", self.node);
        visit("folded", self.folded);
    }
};
// out of sight, with all behind it; undo, or walking there again, brings it back
struct PruneBranch {
    static constexpr std::string_view kName = "prune_branch";
    int node = 0;
    bool pruned = true;
    static void fields(auto& self, auto&& visit) {
        visit("node", self.node);
        visit("pruned", self.pruned);
    }
};
// "": where it was saved last
struct SaveSession {
    static constexpr std::string_view kName = "save_session";
    std::string path;
    static void fields(auto& self, auto&& visit) { visit("path", self.path); }
};
// the document of the last program that ended in order
struct OpenLast {
    static constexpr std::string_view kName = "open_last";
    static void fields(auto&, auto&&) {}
};
// one of HistoryFrame::left_behind: deleted for good
struct DiscardLeftBehind {
    static constexpr std::string_view kName = "discard_left_behind";
    std::string path;
    static void fields(auto& self, auto&& visit) { visit("path", self.path); }
};

}  // namespace marginscope
