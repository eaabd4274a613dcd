// What a tour, which runs on a copy, gives back: model, document with its history and file, the
// path that was shown, the playground. Trainings and what lies on disk no tour touches.
//
// No torch in this header; the worker's thread only.
#pragma once

#include <optional>
#include <string>

#include "engine/decode/decode_commands.h"
#include "engine/decode/document_commands.h"
#include "engine/exchange/session_context.h"
#include "engine/model/model_shelf.h"
#include "engine/path/path_session.h"
#include "engine/playground/playground_session.h"

namespace marginscope {

/// The sessions whose state a tour changes.
struct TourStage {
    ModelShelf& shelf;
    DecodeCommands& decode;
    DocumentCommands& document;
    PathSession& path;
    PlaygroundSession& playground;
};

struct KeptState {
    ModelShelf::Shown model;
    DecodeDocument document;
    bool playing = false;
    double tokens_per_s = 0;
    std::string path_folder;  // "": none was shown
    double max_clean_loss = 0;
    PlaygroundSession::Kept playground;
};

KeptState keep_state(const TourStage& stage, const Frames& frames);

/// Shows it again; what is as it was is not touched. The document's history is given back apart
/// (DocumentCommands). Throws what the sessions throw.
void give_back(const KeptState& kept, const TourStage& stage, const Frames& frames);

}  // namespace marginscope
