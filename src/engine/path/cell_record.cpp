// Locks and sentences beside the cells of a path.
#include "engine/path/cell_record.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "core/shown.h"
#include "files/atomic_file.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

std::string failure_file(const PathCell& cell) { return cell.run + ".failed"; }

bool has_no_locks(int error) {
    return error == ENOLCK || error == ENOTSUP || error == ENOSYS || error == EINVAL;
}

}  // namespace

// Beside the run folder: `train` makes a run only in a new or an empty one.
std::string cell_log(const PathCell& cell) { return cell.run + ".log"; }

CellClaim::CellClaim(const PathCell& cell)
    : fd_(::open(cell_log(cell).c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
                 0644)) {
    if (fd_ < 0)
        throw UserError("Cannot write " + shown(cell_log(cell)) + ": " + std::strerror(errno) +
                        ".");
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0 || has_no_locks(errno)) return;
    const int error = errno;
    ::close(fd_);
    if (error == EWOULDBLOCK)
        throw UserError("another process works on it; what that one does is collected later");
    throw UserError("Cannot lock " + shown(cell_log(cell)) + ": " + std::strerror(error) + ".");
}

CellClaim::~CellClaim() { ::close(fd_); }

void record_failure(const PathCell& cell) noexcept {
    try {
        write_file_atomically(failure_file(cell), shown_sentence(cell.sentence) + "\n");
    } catch (const std::exception&) {
    }
}

void forget_failure(const PathCell& cell) noexcept {
    std::error_code ignored;
    fs::remove(failure_file(cell), ignored);
}

void recall_failure(PathCell& cell) {
    if (cell.status != CellStatus::waiting) return;
    std::error_code problem;
    if (!fs::is_regular_file(failure_file(cell), problem)) return;
    std::ifstream in(failure_file(cell));
    std::string sentence(kSentenceBytes, '\0');
    in.read(sentence.data(), static_cast<std::streamsize>(sentence.size()));
    sentence.resize(static_cast<std::size_t>(in.gcount()));
    while (!sentence.empty() && (sentence.back() == '\n' || sentence.back() == ' '))
        sentence.pop_back();
    cell.status = CellStatus::failed;
    cell.sentence = shown_sentence(sentence);
}

}  // namespace marginscope
