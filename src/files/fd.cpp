// POSIX reading and writing with the errors turned into words.
#include "files/fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace marginscope {

namespace {

// Linux takes at most this much in one call; smaller also keeps Ctrl-C responsive.
constexpr std::size_t kChunkBytes = std::size_t{64} << 20;

}  // namespace

void UniqueFd::reset(int fd) noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
}

int UniqueFd::close_checked() noexcept {
    const int fd = std::exchange(fd_, -1);
    if (fd < 0 || ::close(fd) == 0) return 0;
    return errno == EINTR ? 0 : errno;
}

int write_all(int fd, std::span<const std::byte> bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), std::min(bytes.size(), kChunkBytes));
        if (n < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        if (n == 0) return EIO;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return 0;
}

int read_exactly(int fd, std::span<std::byte> bytes, std::uint64_t offset) noexcept {
    while (!bytes.empty()) {
        const ssize_t n = ::pread(fd, bytes.data(), std::min(bytes.size(), kChunkBytes),
                                  static_cast<off_t>(offset));
        if (n < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        if (n == 0) return -1;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
    return 0;
}

int sync_folder(const std::filesystem::path& folder) noexcept {
    const UniqueFd fd(
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) return errno;
    if (::fsync(fd.get()) == 0) return 0;
    // Some network and FUSE file systems cannot sync a folder and say so with these.
    return errno == EINVAL || errno == ENOTSUP || errno == EROFS ? 0 : errno;
}

std::string errno_words(int error) {
    switch (error) {
        case ENOSPC:
            return "the disk is full";
        case EDQUOT:
            return "the disk quota is used up";
        case EFBIG:
            return "the file would be larger than the system allows";
        case EACCES:
        case EPERM:
            return "permission denied";
        case EROFS:
            return "the file system is read-only";
        case ENOENT:
            return "no such file or folder";
        case ENOTDIR:
            return "a part of the path is not a folder";
        case EISDIR:
            return "it is a folder";
        case EIO:
            return "the disk reported an input/output error";
        case -1:
            return "the file ended early";
        default:
            return std::strerror(error);
    }
}

std::string read_file(const std::filesystem::path& path, std::string_view what,
                      std::uint64_t max_bytes) {
    const auto fail = [&](const std::string& why) -> UserError {
        return UserError("Cannot read the " + std::string(what) + " " + shown_path(path) + ": " +
                         why + ".");
    };
    // Non-blocking, so that a named pipe is refused instead of waited for.
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) throw fail(errno_words(errno));
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) throw fail(errno_words(errno));
    if (S_ISDIR(info.st_mode)) throw fail("it is a folder");
    if (!S_ISREG(info.st_mode)) throw fail("it is not a regular file");
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size > max_bytes) {
        throw fail("it has " + std::to_string(size) + " bytes, at most " +
                   std::to_string(max_bytes) + " are expected");
    }
    std::string text(size, '\0');
    const int error = read_exactly(fd.get(), std::as_writable_bytes(std::span(text)), 0);
    if (error != 0) throw fail(errno_words(error));
    return text;
}

}  // namespace marginscope
