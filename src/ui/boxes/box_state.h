// Which box lies over the workspaces, and what is typed into it; the lines of the log.
//
// Main thread only.
#pragma once

#include <string>

namespace marginscope {

enum class Box { none, keys, palette, log, open, about, quit };

struct BoxState {
    Box open = Box::none;  // one at a time
    std::string path;      // of the open box
    bool to_save = false;  // it asks where to save instead of what to open
    std::string palette_text;
    int palette_row = 0;
    std::string unsaved;      // what quitting would lose, in a sentence
    std::string save_as;      // where it can be saved; "" when quitting saves what can be saved
    bool save_first = false;  // the answer: save there, then quit
};

/// A line of the log with the time of day at which the window learnt of it.
struct LogEntry {
    std::string time;  // "14:03:27"
    std::string text;
    bool error = false;
};

}  // namespace marginscope
