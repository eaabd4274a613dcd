// A copy of the document that outlives the program: written beside the user's own files every few
// seconds, removed when the program ends in order, found again when it did not.
//
// In $XDG_STATE_HOME/marginscope/autosave, a file and a lock for each running program; the system
// frees the lock however the program ends. No torch. One thread calls; the file is written on
// another.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace marginscope {

class Autosave {
public:
    /// `folder` is made when there is something to write; empty: nothing is ever kept.
    explicit Autosave(std::filesystem::path folder);
    /// Removes this program's copy.
    ~Autosave();
    Autosave(const Autosave&) = delete;
    Autosave& operator=(const Autosave&) = delete;

    /// Where copies lie, for relative paths in them.
    const std::filesystem::path& folder() const { return folder_; }
    /// Queues a copy; returns at once. The newest wins. What cannot be written is told by
    /// trouble().
    void keep(std::string text);
    /// One sentence when the last copy could not be written; "" otherwise. Each trouble once.
    std::string trouble();
    /// Copies of programs that do not run any more, the newest first.
    std::vector<std::filesystem::path> left_behind() const;
    /// Deletes one of those; nothing when it is none.
    void discard(const std::filesystem::path& copy);

private:
    struct Writer;

    std::filesystem::path folder_;
    std::unique_ptr<Writer> writer_;
};

}  // namespace marginscope
