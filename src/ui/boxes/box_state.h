// Which box lies over the workspaces, and what is typed into it; the lines of the log.
//
// Main thread only.
#pragma once

#include <string>

#include "files/folder_listing.h"

namespace marginscope {

enum class Box { none, keys, palette, log, open, figure, about, quit, left_behind };
/// What the box for files is open for.
enum class FileWish { open, save_session, save_model };

struct BoxState {
    Box open = Box::none;  // one at a time
    std::string path;      // of the open box
    FileWish wish = FileWish::open;
    FolderListing listing;          // of the folder that is looked at
    int from_folder = 0;            // 0: recent files are listed, 1: a folder
    bool left_behind_seen = false;  // the question about them was asked
    std::string palette_text;
    int palette_row = 0;
    std::string unsaved;      // what quitting would lose, in a sentence
    std::string save_as;      // where it can be saved; "" when quitting saves what can be saved
    std::string session;      // file of the session that has changes; or ""
    bool save_first = false;  // the answer: save there, then quit
};

/// A line of the log with the time of day at which the window learnt of it.
struct LogEntry {
    std::string time;  // "14:03:27"
    std::string text;
    bool error = false;
};

}  // namespace marginscope
