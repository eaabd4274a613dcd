// From the kind of a file to what is done with it.
#include "engine/file_opener.h"

#include <filesystem>

#include "core/error.h"
#include "files/peek.h"
#include "text/corpus.h"

namespace marginscope {

FileOpener::FileOpener(ModelShelf& shelf, DecodeCommands& decode, PathSession& path)
    : shelf_(shelf), decode_(decode), path_(path) {}

void FileOpener::handle(const OpenFile& wish) {
    const std::filesystem::path path = wish.path;
    if (path.filename() == "path.json")
        return path_.handle(OpenPath{path.has_parent_path() ? path.parent_path().string() : "."});
    switch (classify(path)) {
        case FileKind::kText:
            shelf_.load_text(wish.path);
            return decode_.handle(SetPrompt{shelf_.corpus()->text});
        case FileKind::kCheckpoint:
        case FileKind::kRun:
            return shelf_.load(wish.path);
        case FileKind::kPathFolder:
            return path_.handle(OpenPath{wish.path});
        case FileKind::kSession:
            throw UserError("A session (" + wish.path +
                            ") cannot be opened; texts, checkpoints, run folders and path folders "
                            "can.");
    }
}

}  // namespace marginscope
