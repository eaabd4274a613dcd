// Appending, reading and rewriting JSON lines.
#include "files/jsonl.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/json_numbers.h"
#include "files/run_folder_links.h"

namespace marginscope {

JsonLines::JsonLines(std::filesystem::path path, std::string what)
    : path_(std::move(path)), what_(std::move(what)) {}

void JsonLines::fail(int error) const {
    throw UserError("Cannot write the " + what_ + " " + shown_path(path_) + ": " +
                    errno_words(error) + ".");
}

void JsonLines::open_for_append() {
    if (fd_.valid()) return;
    const bool is_new = ::access(path_.c_str(), F_OK) != 0;
    constexpr int kFlags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    fd_.reset(::open(path_.c_str(), kFlags, 0666));
    if (!fd_.valid() && errno == ELOOP) throw linked_file(path_);
    if (!fd_.valid()) fail(errno);
    struct stat info {};
    if (::fstat(fd_.get(), &info) != 0) fail(errno);
    if (!S_ISREG(info.st_mode)) fail(EINVAL);
    if (info.st_nlink > 1) {
        // The file has another name, perhaps outside: a copy takes its place here.
        write_file_atomically(path_, read_file(path_, what_));
        fd_.reset(::open(path_.c_str(), kFlags, 0666));
        if (!fd_.valid()) fail(errno);
    }
    if (is_new) {
        if (const int error = sync_folder(path_.parent_path()); error != 0) fail(error);
        return;
    }
    const std::string text = read_file(path_, what_);
    const std::size_t newline = text.rfind('\n');
    const std::size_t whole = newline == std::string::npos ? 0 : newline + 1;
    if (whole != text.size() && ::ftruncate(fd_.get(), static_cast<off_t>(whole)) != 0) fail(errno);
}

void JsonLines::append(const nlohmann::json& object, bool durable) {
    open_for_append();
    struct stat info {};
    if (::fstat(fd_.get(), &info) != 0) fail(errno);
    const std::string line = dump_json(object) + "\n";
    int error = write_all(fd_.get(), std::as_bytes(std::span(line)));
    if (error == 0 && durable && ::fdatasync(fd_.get()) != 0 && errno != EINVAL) error = errno;
    if (error == 0) return;
    // Should this fail too, the torn piece is cut at the next opening.
    if (::ftruncate(fd_.get(), info.st_size) != 0) fd_.reset();
    fail(error);
}

void JsonLines::sync() {
    if (fd_.valid() && ::fdatasync(fd_.get()) != 0 && errno != EINVAL) fail(errno);
}

std::vector<std::string> JsonLines::complete_lines(bool* torn) const {
    std::vector<std::string> lines;
    if (torn != nullptr) *torn = false;
    std::error_code missing;
    if (!std::filesystem::exists(path_, missing)) return lines;
    const std::string text = read_file(path_, what_);
    std::size_t begin = 0;
    for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
        lines.push_back(text.substr(begin, end - begin));
    }
    if (torn != nullptr) *torn = begin != text.size();
    return lines;
}

nlohmann::json JsonLines::parse_line(std::string_view line, std::size_t number) const {
    const std::string where =
        "Line " + std::to_string(number) + " of the " + what_ + " " + shown_path(path_);
    nlohmann::json value = parse_json(line, where);
    if (!value.is_object()) {
        throw UserError(where + ": expected a JSON object, found " + value.type_name() + ".");
    }
    return value;
}

std::vector<nlohmann::json> JsonLines::read() const {
    std::vector<nlohmann::json> values;
    const std::vector<std::string> lines = complete_lines();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!lines[i].empty()) values.push_back(parse_line(lines[i], i + 1));
    }
    return values;
}

void JsonLines::rewrite(const std::function<bool(const nlohmann::json&)>& keep,
                        const nlohmann::json& added) {
    bool changed = false;
    const std::vector<std::string> lines = complete_lines(&changed);
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!lines[i].empty() && keep(parse_line(lines[i], i + 1))) {
            text += lines[i] + "\n";
        } else {
            changed = true;
        }
    }
    if (!added.is_null()) {
        text += dump_json(added) + "\n";
        changed = true;
    }
    if (!changed) return;
    // The descriptor would go on writing into the replaced file.
    fd_.reset();
    write_file_atomically(path_, text);
}

}  // namespace marginscope
