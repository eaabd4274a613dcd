// Sessions on disk.
#include "engine/decode/session_file.h"

#include <cstdint>
#include <system_error>

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/fd.h"
#include "files/paths.h"
#include "files/sample_folder.h"
#include "files/sha256.h"
#include "nn/posterior/ensemble_paths.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 30;

fs::path folder_of(const fs::path& file) { return fs::absolute(file).parent_path(); }

}  // namespace

std::string session_text(const DecodeDocument& document, const fs::path& folder) {
    DecodeDocument moved = document;
    if (!moved.model.path.empty()) {
        std::error_code error;
        const fs::path whole = fs::absolute(moved.model.path).lexically_normal();
        const fs::path relative = fs::proximate(whole, folder, error);
        moved.model.path = (error ? whole : relative).generic_string();
    }
    return document_to_json(moved);
}

void write_session(const fs::path& file, const DecodeDocument& document) {
    write_file_atomically(file, session_text(document, folder_of(file)));
}

DecodeDocument read_session(const fs::path& file) {
    DecodeDocument document =
        document_from_json(read_file(file, "session", kMaxBytes), file.string());
    if (document.tree.empty()) throw UserError(file.string() + " holds no text.");
    std::string& path = document.model.path;
    if (path.empty()) return document;
    path = (folder_of(file) / path).lexically_normal().string();
    // The small trained model comes with every installation, wherever that is.
    std::error_code error;
    if (!fs::exists(path, error) && has_asset(kSmallModelAsset) &&
        sha256_of_file(asset_path(kSmallModelAsset)) == document.model.hash)
        path = asset_path(kSmallModelAsset).string();
    return document;
}

std::string model_trouble(const ModelLink& link) {
    if (link.path.empty()) return {};
    std::error_code error;
    if (!fs::exists(link.path, error))
        return "The session's model, " + link.path +
               ", is not there any more; open it from where it is now.";
    // Of a folder of samples the first one's weights are what the text is shown beside.
    const fs::path file = is_sample_folder(link.path)
                              ? shown_member(link.path) / "final.safetensors"
                              : fs::path(link.path);
    if (link.hash.empty() || !fs::is_regular_file(file, error)) return {};
    if (sha256_of_file(file) == link.hash) return {};
    return "The session's model, " + link.path +
           ", has changed since the session was saved: its numbers are those of the model as it "
           "is now.";
}

}  // namespace marginscope
