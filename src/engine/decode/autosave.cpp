// Copies, their locks, and the thread that writes them.
#include "engine/decode/autosave.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/fd.h"
#include "files/paths.h"

namespace marginscope {

namespace fs = std::filesystem;

namespace {

fs::path lock_of(fs::path copy) { return copy.replace_extension(".lock"); }

/// Holds the lock of a copy, or nothing when another program does.
UniqueFd locked(const fs::path& lock) {
    UniqueFd fd(open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd.valid() && flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fd.reset();
    return fd;
}

}  // namespace

/// Lives from the first copy on.
struct Autosave::Writer {
    explicit Writer(const fs::path& folder) {
        ensure_folder(folder);
        // The process and a counter: two engines of one program do not share a copy.
        for (int number = 0; !lock.valid() && number < 1000; ++number) {
            file = folder /
                   ("text-" + std::to_string(getpid()) + "-" + std::to_string(number) + ".mscope");
            if (!fs::exists(file)) lock = locked(lock_of(file));
        }
        thread = std::jthread([this](std::stop_token stop) { run(stop); });
    }
    ~Writer() {
        thread.request_stop();
        thread.join();
        std::error_code error;
        fs::remove(file, error);
        fs::remove(lock_of(file), error);
    }

    void run(const std::stop_token& stop) {
        for (;;) {
            std::string text;
            {
                std::unique_lock hold(mutex);
                if (!news.wait(hold, stop, [&] { return next.has_value(); })) return;
                text = std::move(*next);
                next.reset();
            }
            std::string said;
            try {
                write_file_atomically(file, text);
            } catch (const std::exception& error) {
                said = error.what();
            }
            const std::lock_guard hold(mutex);
            if (!said.empty() && said != last_trouble) trouble = said;
            last_trouble = said;
        }
    }

    fs::path file;
    UniqueFd lock;
    std::mutex mutex;
    std::condition_variable_any news;
    std::optional<std::string> next;
    std::string trouble, last_trouble;
    std::jthread thread;  // last: joins before the rest goes
};

Autosave::Autosave(fs::path folder) : folder_(std::move(folder)) {}
Autosave::~Autosave() = default;

void Autosave::keep(std::string text) {
    if (folder_.empty()) return;
    if (!writer_) writer_ = std::make_unique<Writer>(folder_);
    {
        const std::lock_guard hold(writer_->mutex);
        writer_->next = std::move(text);
    }
    writer_->news.notify_one();
}

std::string Autosave::trouble() {
    if (!writer_) return {};
    const std::lock_guard hold(writer_->mutex);
    return std::exchange(writer_->trouble, {});
}

std::vector<fs::path> Autosave::left_behind() const {
    std::vector<std::pair<fs::file_time_type, fs::path>> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_, error)) {
        const fs::path& copy = entry.path();
        if (copy.extension() != ".mscope" || !entry.is_regular_file(error)) continue;
        if (writer_ && copy == writer_->file) continue;
        if (locked(lock_of(copy)).valid()) found.emplace_back(entry.last_write_time(error), copy);
    }
    std::ranges::sort(found, std::greater<>());
    std::vector<fs::path> copies;
    for (auto& [time, copy] : found) copies.push_back(std::move(copy));
    return copies;
}

void Autosave::discard(const fs::path& copy) {
    const std::vector<fs::path> all = left_behind();
    if (std::ranges::count(all, copy) == 0) return;
    std::error_code error;
    fs::remove(copy, error);
    fs::remove(lock_of(copy), error);
}

}  // namespace marginscope
