// Whatever file or folder the user gives, from the command line, by dropping or by name: what it is
// is decided here alone. No torch; the worker's thread only.
#pragma once

#include "core/messages/model.h"
#include "engine/decode/decode_commands.h"
#include "engine/decode/document_commands.h"
#include "engine/model/model_shelf.h"
#include "engine/path/path_session.h"
#include "engine/playground/playground_session.h"
#include "engine/tour/tour_session.h"

namespace marginscope {

class FileOpener {
public:
    FileOpener(SessionContext& context, ModelShelf& shelf, DecodeCommands& decode,
               DocumentCommands& document, PathSession& path, PlaygroundSession& playground,
               TourSession& tour);

    /// A text is trained on and shown; checkpoint, run and folder of samples are loaded; a session
    /// is shown beside its model; a path and a playground are opened; a tour begins. A tour that
    /// runs ends first: what is opened is the user's own. UserError for anything else, and for what
    /// cannot be read; then nothing changes.
    void handle(const OpenFile& wish);
    /// UserError when no program has left one.
    void handle(const OpenLast& wish);

private:
    void open_session(const std::string& path);

    SessionContext& context_;
    ModelShelf& shelf_;
    DecodeCommands& decode_;
    DocumentCommands& document_;
    PathSession& path_;
    PlaygroundSession& playground_;
    TourSession& tour_;
};

}  // namespace marginscope
