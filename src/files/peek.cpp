// Recognising what the user gave by its first bytes.
#include "files/peek.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <system_error>

#include "core/error.h"
#include "files/fd.h"
#include "files/run_folder.h"
#include "files/safetensors_header.h"
#include "files/sample_folder.h"

namespace marginscope {

namespace fs = std::filesystem;

namespace {

UserError refusal(const fs::path& path, const std::string& rest) {
    return UserError(shown_path(path) + " " + rest + ".", 2);
}

std::string lower_extension(const fs::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

bool is_run(const fs::path& path) { return RunFolder::inspect(path) == RunFolderState::kRun; }

FileKind classify_folder(const fs::path& path) {
    if (is_run(path)) return FileKind::kRun;
    std::error_code error;
    if (fs::is_regular_file(path / "path.json", error)) return FileKind::kPathFolder;
    if (is_sample_folder(path)) return FileKind::kSamples;
    fs::path weights;
    fs::directory_iterator it(path, error);
    if (error) throw refusal(path, "cannot be read: " + errno_words(error.value()));
    bool empty = true;
    for (const fs::directory_iterator end; !error && it != end; it.increment(error)) {
        empty = false;
        std::error_code ignored;
        if (it->is_directory(ignored) && is_run(it->path())) return FileKind::kPathFolder;
        if (lower_extension(it->path()) == ".safetensors") weights = it->path();
    }
    if (empty) throw refusal(path, "is an empty folder; give a run folder or a file");
    if (!weights.empty()) {
        throw refusal(path, "is not a run folder; give the file " +
                                shown(weights.filename().native()) + " in it instead");
    }
    throw refusal(path,
                  "is a folder without a run in it; give a text, a .safetensors checkpoint, "
                  "a run folder or an .mscope session");
}

// The first bytes and the length.
struct Start {
    std::string bytes;
    std::uint64_t file_bytes = 0;

    bool begins_with(std::string_view magic) const { return bytes.starts_with(magic); }
};

Start read_start(const fs::path& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) throw refusal(path, "cannot be opened: " + errno_words(errno));
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) throw refusal(path, "cannot be read: " + errno_words(errno));
    if (!S_ISREG(info.st_mode)) throw refusal(path, "is neither a file nor a folder");
    Start start;
    start.file_bytes = static_cast<std::uint64_t>(info.st_size);
    start.bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(start.file_bytes, 4096)));
    const int error = read_exactly(fd.get(), std::as_writable_bytes(std::span(start.bytes)), 0);
    if (error != 0) throw refusal(path, "cannot be read: " + errno_words(error));
    return start;
}

bool looks_like_safetensors(const Start& start) {
    if (start.bytes.size() < 9 || start.bytes[8] != '{') return false;
    std::uint64_t header_bytes = 0;
    std::memcpy(&header_bytes, start.bytes.data(), 8);
    // Text would make this a number of 19 digits.
    return header_bytes <= kMaxHeaderBytes;
}

bool looks_like_pytorch(const Start& start, const std::string& extension) {
    const bool zip_or_pickle = start.begins_with("PK\x03\x04") ||
                               start.begins_with(std::string_view("\x80\x02", 2)) ||
                               start.begins_with(std::string_view("\x80\x04", 2));
    const bool named =
        extension == ".pt" || extension == ".pth" || extension == ".ckpt" || extension == ".bin";
    // nanoGPT's file is ckpt.pt: a zip of pickles whose first entry names data.pkl.
    return (named && zip_or_pickle) || extension == ".pt" || extension == ".pth" ||
           (start.begins_with("PK\x03\x04") &&
            start.bytes.substr(0, 200).find("data.pkl") != std::string::npos);
}

bool looks_like_playground(const Start& start) {
    // What is written here begins with A and asked; tokens may come later than the first bytes.
    const auto has = [&](const char* name) { return start.bytes.find(name) != std::string::npos; };
    return has("\"A\"") && (has("\"tokens\"") || has("\"asked\""));
}

const char* known_binary(const Start& start) {
    if (start.begins_with("PK\x03\x04")) return "a zip archive";
    if (start.begins_with("\x89PNG")) return "a PNG picture";
    if (start.begins_with("\xFF\xD8\xFF")) return "a JPEG picture";
    if (start.begins_with("%PDF")) return "a PDF document";
    if (start.begins_with("GGUF")) return "a GGUF model";
    if (start.begins_with("\x1F\x8B")) return "a gzip archive";
    if (start.begins_with("\x28\xB5\x2F\xFD")) return "a zstd archive";
    if (start.begins_with("\x93NUMPY")) return "a NumPy array";
    if (start.begins_with("\x7F"
                          "ELF"))
        return "a program";
    if (start.begins_with("\xFF\xFE") || start.begins_with("\xFE\xFF")) return "text in UTF-16";
    return nullptr;
}

}  // namespace

std::string_view file_kind_name(FileKind kind) noexcept {
    switch (kind) {
        case FileKind::kText:
            return "text";
        case FileKind::kCheckpoint:
            return "checkpoint";
        case FileKind::kRun:
            return "run folder";
        case FileKind::kSamples:
            return "folder of samples";
        case FileKind::kSession:
            return "session";
        case FileKind::kTour:
            return "tour";
        case FileKind::kPlayground:
            return "playground";
        case FileKind::kPathFolder:
            break;
    }
    return "path folder";
}

bool is_checkpoint(const fs::path& file) { return looks_like_safetensors(read_start(file)); }

FileKind classify(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) {
        throw UserError("There is no file or folder " + shown_path(path) + ".", 2);
    }
    if (fs::is_directory(status)) return classify_folder(path);
    const std::string extension = lower_extension(path);
    const Start start = read_start(path);
    if (start.file_bytes == 0) throw refusal(path, "is empty");
    if (extension == ".safetensors" || looks_like_safetensors(start)) return FileKind::kCheckpoint;
    if (looks_like_pytorch(start, extension)) {
        throw refusal(path,
                      "is a PyTorch file, which can run code when it is opened; convert it "
                      "with scripts/nanogpt_to_safetensors.py and give the .safetensors file");
    }
    if (const char* what = known_binary(start)) {
        throw refusal(path, "is " + std::string(what) +
                                "; expected UTF-8 text, a .safetensors checkpoint, a run folder or "
                                "an .mscope session");
    }
    if (extension == ".mscope") return FileKind::kSession;
    if (start.bytes.find('\0') != std::string::npos) {
        throw refusal(path,
                      "is a binary file of an unknown kind; expected UTF-8 text, a "
                      ".safetensors checkpoint, a run folder or an .mscope session");
    }
    if (extension == ".json" && start.bytes.find("\"tour\"") != std::string::npos)
        return FileKind::kTour;
    if (extension == ".json" && looks_like_playground(start)) return FileKind::kPlayground;
    return FileKind::kText;
}

}  // namespace marginscope
