// Temporary file, fsync, rename, fsync of the folder.
#include "files/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "core/error.h"
#include "files/run_folder_links.h"

namespace marginscope {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kTemporaryMark = ".marginscope-tmp-";

// Distinct within the process; the process id makes it distinct between processes.
std::string temporary_suffix() {
    static std::atomic<unsigned> count{0};
    return std::string(kTemporaryMark) + std::to_string(::getpid()) + "-" +
           std::to_string(count.fetch_add(1));
}

// A rename onto a symbolic link replaces the link. Where links may be followed: what it points at.
fs::path written_path(const fs::path& path) {
    std::error_code error;
    if (!fs::is_symlink(path, error) || !may_follow_link(path)) return path;
    // A pipe or a terminal behind a link (/dev/stdout) has no name that could be opened.
    const fs::file_status behind = fs::status(path, error);
    if (fs::exists(behind) && !fs::is_regular_file(behind)) return path;
    fs::path real = fs::weakly_canonical(path, error);
    return error ? path : real;
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path) : target_(written_path(path)) {
    struct stat info {};
    const bool follows = may_follow_link(target_);
    const int looked = follows ? ::stat(target_.c_str(), &info) : ::lstat(target_.c_str(), &info);
    const bool exists = looked == 0 && !S_ISLNK(info.st_mode);
    if (exists && S_ISDIR(info.st_mode)) fail(EISDIR);
    if (exists && !S_ISREG(info.st_mode) && follows) {
        fd_.reset(::open(target_.c_str(), O_WRONLY | O_CLOEXEC));
        if (!fd_.valid()) fail(errno);
        return;
    }
    // Long names still fit into a file name together with the suffix.
    const std::string name = target_.filename().string().substr(0, 150);
    for (int tries = 0; tries < 100 && !fd_.valid(); ++tries) {
        temporary_ = target_.parent_path() / ("." + name + temporary_suffix());
        fd_.reset(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
        if (!fd_.valid() && errno != EEXIST) break;
    }
    if (!fd_.valid()) {
        const int error = errno;
        temporary_.clear();
        fail(error);
    }
    // Best effort: a file the user made private stays private.
    if (exists && S_ISREG(info.st_mode) && ::fchmod(fd_.get(), info.st_mode & 07777) != 0)
        errno = 0;
}

AtomicFile::~AtomicFile() { drop(); }

void AtomicFile::write(std::span<const std::byte> bytes) {
    if (const int error = write_all(fd_.get(), bytes); error != 0) fail(error);
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void AtomicFile::commit() {
    if (temporary_.empty()) {
        if (const int error = fd_.close_checked(); error != 0) fail(error);
        return;
    }
    if (::fsync(fd_.get()) != 0 && errno != EINVAL) fail(errno);
    if (const int error = fd_.close_checked(); error != 0) fail(error);
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(errno);
    temporary_.clear();
    if (const int error = sync_folder(target_.parent_path()); error != 0) fail(error);
}

void AtomicFile::fail(int error) {
    drop();
    throw UserError("Cannot write " + shown_path(target_) + ": " + errno_words(error) +
                    (error == ENOSPC || error == EDQUOT || error == EFBIG
                         ? "; what was there before is unchanged."
                         : "."));
}

void AtomicFile::drop() noexcept {
    fd_.reset();
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    temporary_.clear();
}

void write_file_atomically(const fs::path& path, std::string_view text) {
    AtomicFile file(path);
    file.write(text);
    file.commit();
}

void write_file_atomically(const fs::path& path, std::span<const std::byte> bytes) {
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
}

bool is_temporary_name(std::string_view file_name) {
    return file_name.starts_with('.') && file_name.find(kTemporaryMark) != std::string_view::npos;
}

void remove_temporaries(const fs::path& folder) noexcept {
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (is_temporary_name(it->path().filename().native())) ::unlink(it->path().c_str());
    }
}

}  // namespace marginscope
