// A session: what was open and where one looked, as a small JSON file (.mscope) that can be moved
// together with what it names, because paths are written relative to it. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace marginscope {

struct Session {
    // What was open; empty: the built-in one, or none.
    std::filesystem::path model;        // checkpoint or run folder
    std::filesystem::path text;         // corpus
    std::filesystem::path path_folder;  // a lambda path
    std::string prompt;
    std::string decoded;     // what followed the prompt, so that nothing has to be redrawn
    std::uint64_t seed = 0;  // of decoding

    // Where one looked. -1: nothing selected.
    std::string workspace = "decode";
    int position = -1;
    int layer = -1;
    int head = -1;

    // Values of controls by name ("sampling.temperature", "noise.sigma"); unknown names are kept.
    std::map<std::string, double> values;

    bool operator==(const Session&) const = default;
};

// Paths come back absolute, whether the files are there or not. UserError with the field's name
// when the file is not a session, is damaged, or was written by a later major format.
Session read_session(const std::filesystem::path& file);

// Atomically. Paths on the same root become relative to the file's folder.
void write_session(const std::filesystem::path& file, const Session& session);

}  // namespace marginscope
