// From the kind of a file to what is done with it.
#include "engine/file_opener.h"

#include <filesystem>

#include "core/error.h"
#include "core/shown.h"
#include "engine/decode/session_file.h"
#include "files/peek.h"
#include "text/corpus.h"

namespace marginscope {

FileOpener::FileOpener(SessionContext& context, ModelShelf& shelf, DecodeCommands& decode,
                       DocumentCommands& document, PathSession& path, PlaygroundSession& playground,
                       TourSession& tour)
    : context_(context),
      shelf_(shelf),
      decode_(decode),
      document_(document),
      path_(path),
      playground_(playground),
      tour_(tour) {}

void FileOpener::handle(const OpenFile& wish) {
    const std::filesystem::path path = wish.path;
    const bool path_file = path.filename() == "path.json";
    const FileKind kind = path_file ? FileKind::kPathFolder : classify(path);
    tour_.handle(EndTour{});
    if (path_file)
        return path_.handle(OpenPath{path.has_parent_path() ? path.parent_path().string() : "."});
    switch (kind) {
        case FileKind::kText:
            shelf_.load_text(wish.path);
            return decode_.handle(SetPrompt{shelf_.corpus()->text});
        case FileKind::kCheckpoint:
        case FileKind::kRun:
        case FileKind::kSamples:
            return shelf_.load(wish.path);
        case FileKind::kPathFolder:
            return path_.handle(OpenPath{wish.path});
        case FileKind::kPlayground:
            return playground_.handle(OpenPlayground{wish.path});
        case FileKind::kSession:
            return open_session(wish.path);
        case FileKind::kTour:
            return tour_.handle(StartTour{wish.path});
    }
}

void FileOpener::handle(const OpenLast&) {
    const std::filesystem::path last = document_.last();
    if (last.empty() || !std::filesystem::exists(last))
        throw UserError("Nothing was kept from the last time.");
    tour_.handle(EndTour{});
    open_session(last.string());
}

void FileOpener::open_session(const std::string& path) {
    const DecodeDocument document = read_session(path);
    std::string trouble = model_trouble(document.model);
    if (!document.model.path.empty()) {
        try {
            shelf_.load(document.model.path);
        } catch (const UserError& error) {
            if (trouble.empty()) trouble = error.what();
        }
    } else {
        trouble = "The session's model was only in memory and is not kept; it is shown beside " +
                  shelf_.model_label() + ".";
    }
    document_.open(document, std::filesystem::absolute(path));
    context_.tell("Opened " + shown_path(path) + ".");
    if (!trouble.empty()) context_.tell_error(trouble);
}

}  // namespace marginscope
