// Small POSIX pieces the file room shares: an owned descriptor, whole writes, words for errno.
// Any thread. Not for other rooms: they use atomic_file.h, run_folder.h and the format headers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/shown.h"  // what its callers quote paths with

namespace marginscope {

// Owns one file descriptor and closes it.
class UniqueFd {
public:
    explicit UniqueFd(int fd = -1) noexcept : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        if (this != &other) reset(std::exchange(other.fd_, -1));
        return *this;
    }
    ~UniqueFd() { reset(); }

    int get() const noexcept { return fd_; }
    bool valid() const noexcept { return fd_ >= 0; }
    void reset(int fd = -1) noexcept;
    // Closes and returns errno (0 when fine): some file systems report a full disk only here.
    int close_checked() noexcept;

private:
    int fd_;
};

// Writes everything, through EINTR and short writes. Returns 0 or an errno.
int write_all(int fd, std::span<const std::byte> bytes) noexcept;

// Reads exactly bytes.size() bytes at `offset`. Returns 0, an errno, or -1 when the file ended
// early.
int read_exactly(int fd, std::span<std::byte> bytes, std::uint64_t offset) noexcept;

// Makes what a folder lists durable. Returns 0 or an errno; file systems that cannot are fine.
int sync_folder(const std::filesystem::path& folder) noexcept;

// "the disk is full", "permission denied", …
std::string errno_words(int error);

// A whole regular file as bytes. `what` names it in sentences ("session", "metrics").
// Throws UserError: missing, a folder, not readable, longer than `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::string_view what,
                      std::uint64_t max_bytes = std::uint64_t{1} << 30);

}  // namespace marginscope
