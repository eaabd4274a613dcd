// What a folder is, its lock, checkpoint names and event lines.
#include "files/run_folder_parts.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/json_numbers.h"
#include "files/run_folder_links.h"

namespace marginscope {

namespace fs = std::filesystem;

namespace {

// What a creation that was killed may leave: such a folder still counts as empty.
bool is_own_debris(const fs::directory_entry& entry) {
    const std::string name = entry.path().filename().string();
    if (name == ".lock" || name == "plan.json" || is_temporary_name(name)) return true;
    std::error_code error;
    if (name != "checkpoints" || !fs::is_directory(entry.path(), error)) return false;
    fs::directory_iterator it(entry.path(), error);
    for (const fs::directory_iterator end; !error && it != end; it.increment(error)) {
        const std::string file = it->path().filename().string();
        if (!is_temporary_name(file) && checkpoint_step(file) != 0) return false;
    }
    return !error;
}

}  // namespace

RunFolderLook look_at_run_folder(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return {RunFolderState::kMissing, "does not exist"};
    if (!fs::is_directory(status)) return {RunFolderState::kForeign, "is a file"};
    const bool has_config = fs::is_regular_file(path / "config.json", error);
    if (has_config && (fs::is_directory(path / "checkpoints", error) ||
                       fs::is_regular_file(path / "metrics.jsonl", error) ||
                       fs::is_regular_file(path / "final.safetensors", error))) {
        return {RunFolderState::kRun, ""};
    }
    fs::directory_iterator it(path, error);
    if (error) return {RunFolderState::kForeign, "cannot be read (" + error.message() + ")"};
    for (const fs::directory_iterator end; !error && it != end; it.increment(error)) {
        if (!is_own_debris(*it)) {
            const std::string name = shown(it->path().filename().native());
            return {RunFolderState::kForeign, has_config ? "holds config.json but no checkpoints"
                                                         : "holds " + name + " but no config.json"};
        }
    }
    return {RunFolderState::kEmpty, "is empty"};
}

UniqueFd lock_run_folder(const fs::path& path) {
    const fs::path lock_path = path / ".lock";
    UniqueFd fd(
        ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666));
    if (!fd.valid() && errno == ELOOP) throw linked_file(lock_path);
    if (!fd.valid()) {
        throw UserError("Cannot write into the run folder " + shown_path(path) + ": " +
                        errno_words(errno) + ".");
    }
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            char pid[32] = {};
            const ssize_t n = ::pread(fd.get(), pid, sizeof pid - 1, 0);
            throw UserError("Another process " +
                            (n > 0 ? "(" + shown_text({pid, static_cast<std::size_t>(n)}) + ") "
                                   : std::string()) +
                            "is writing the run " + shown_path(path) +
                            "; wait until it is done or choose another folder.");
        }
        // Some network file systems have no locks: better to run without than not at all.
        if (errno != ENOLCK && errno != ENOTSUP && errno != ENOSYS && errno != EINVAL) {
            throw UserError("Cannot lock the run " + shown_path(path) + ": " + errno_words(errno) +
                            ".");
        }
    }
    // Only for the sentence above; that it fails on a full disk does no harm. A file that has
    // another name elsewhere may be anybody's: it serves as a lock and stays as it is.
    struct stat info {};
    const bool ours = ::fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 1;
    const std::string pid = "pid " + std::to_string(::getpid());
    if (ours && ::ftruncate(fd.get(), 0) == 0) write_all(fd.get(), std::as_bytes(std::span(pid)));
    return fd;
}

std::optional<std::int64_t> checkpoint_step(std::string_view file_name) {
    constexpr std::string_view kPrefix = "step-", kSuffix = ".safetensors";
    if (!file_name.starts_with(kPrefix) || !file_name.ends_with(kSuffix)) return std::nullopt;
    file_name.remove_prefix(kPrefix.size());
    if (file_name.size() <= kSuffix.size()) return std::nullopt;
    file_name.remove_suffix(kSuffix.size());
    std::int64_t step = 0;
    const char* end = file_name.data() + file_name.size();
    const auto [stop, error] = std::from_chars(file_name.data(), end, step);
    if (error != std::errc() || stop != end || step < 0) return std::nullopt;
    return step;
}

std::int64_t step_of(const nlohmann::json& line, const fs::path& file) {
    const auto it = line.is_object() ? line.find("step") : line.end();
    const auto step =
        it == line.end() ? std::optional<std::int64_t>() : whole_number(*it, 0, kMostSteps);
    if (!step)
        throw UserError("A line of " + shown_path(file) + " has no step from 0 to " +
                        std::to_string(kMostSteps) + ": " + shown(dump_json(line)) + ".");
    return *step;
}

nlohmann::json event_to_json(const RunEvent& event) {
    // Numbers and truth values are written as such, everything else as text.
    nlohmann::json value = nlohmann::json::parse(event.value, nullptr, false);
    if (!value.is_number() && !value.is_boolean()) value = event.value;
    return {{"step", event.step}, {"field", event.field}, {"value", value}};
}

RunEvent event_from_json(const nlohmann::json& line, const fs::path& file) {
    const std::int64_t step = step_of(line, file);
    const auto field = line.find("field");
    const auto value = line.find("value");
    if (field == line.end() || !field->is_string() || value == line.end() ||
        value->is_structured() || value->is_null()) {
        throw UserError("Expected a change with step, field and value in " + shown_path(file) +
                        ", found " + shown(dump_json(line)) + ".");
    }
    return {step, field->get<std::string>(),
            value->is_string() ? value->get<std::string>() : dump_json(*value)};
}

}  // namespace marginscope
