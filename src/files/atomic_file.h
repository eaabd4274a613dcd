// A file that appears whole or not at all, whatever happens in between (kill -9, power, full disk).
// The bytes go to a temporary file in the same folder; commit() makes it durable (fsync), renames
// it over the name and makes the rename durable. Until then the old file stays as it was. A path
// that exists and is not a regular file (/dev/stdout, a pipe) is written directly. A symbolic link
// is followed, but not in a run folder or a path folder (run_folder_links.h): there it is replaced,
// as is a pipe. One thread per object. Errors: UserError with one sentence; the temporary file is
// removed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "files/fd.h"

namespace marginscope {

class AtomicFile {
public:
    explicit AtomicFile(const std::filesystem::path& path);
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    void write(std::span<const std::byte> bytes);
    void write(std::string_view text);
    // Must be called last; without it the destructor drops everything.
    void commit();

private:
    [[noreturn]] void fail(int error);
    void drop() noexcept;

    std::filesystem::path target_;
    std::filesystem::path temporary_;  // empty when the target is written directly
    UniqueFd fd_;
};

void write_file_atomically(const std::filesystem::path& path, std::string_view text);
void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);

// Whether a file name is one that AtomicFile leaves behind when the process is killed.
bool is_temporary_name(std::string_view file_name);

// Removes such leftovers in a folder. Only for a folder whose one writer is the caller.
void remove_temporaries(const std::filesystem::path& folder) noexcept;

}  // namespace marginscope
