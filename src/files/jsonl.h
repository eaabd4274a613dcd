// A file of JSON lines that one process appends to and that survives kill -9 at any moment.
// A line counts when its newline is there: each is one write(), so what a kill can leave behind is
// one torn piece at the end. Readers skip it, the writer cuts it off before it appends.
// Internal to the file room (metrics.jsonl, events.jsonl). One thread per object.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "files/fd.h"

namespace marginscope {

class JsonLines {
public:
    // Opens nothing yet. `what` names the file in sentences.
    JsonLines(std::filesystem::path path, std::string what);

    const std::filesystem::path& path() const noexcept { return path_; }

    // One line; an object without newline of its own. On a full disk the piece written is cut off
    // again and UserError thrown. `durable`: on disk before this returns, even if the power fails.
    void append(const nlohmann::json& object, bool durable);
    // What was appended so far is on disk when this returns.
    void sync();

    // All complete lines. A missing file has none. Throws UserError for a complete line that is
    // not a JSON object, with its number.
    std::vector<nlohmann::json> read() const;

    // Rewrites the file atomically with the lines for which `keep` is true, byte for byte, then
    // `added` (may be null). Does nothing when nothing changes.
    void rewrite(const std::function<bool(const nlohmann::json&)>& keep,
                 const nlohmann::json& added);

private:
    void open_for_append();
    [[noreturn]] void fail(int error) const;
    std::vector<std::string> complete_lines(bool* torn = nullptr) const;
    nlohmann::json parse_line(std::string_view line, std::size_t number) const;

    std::filesystem::path path_;
    std::string what_;
    UniqueFd fd_;
};

}  // namespace marginscope
