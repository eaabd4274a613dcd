// Model first: a document's drags belong to it.
#include "engine/tour/kept_state.h"

namespace marginscope {

KeptState keep_state(const TourStage& stage, const Frames& frames) {
    KeptState kept;
    kept.model = stage.shelf.shown();
    kept.document = stage.decode.session().document();
    kept.playing = stage.decode.playing();
    kept.tokens_per_s = stage.decode.session().tokens_per_s();
    if (frames.path != nullptr) {
        kept.path_folder = frames.path->folder;
        kept.max_clean_loss = frames.path->max_clean_loss;
    }
    kept.playground = stage.playground.kept();
    return kept;
}

void give_back(const KeptState& kept, const TourStage& stage, const Frames& frames) {
    stage.decode.session().set_playing(false, kept.tokens_per_s);
    if (kept.model.model != nullptr && kept.model.model != stage.shelf.model())
        stage.shelf.show(kept.model.model, kept.model.label, kept.model.live, kept.model.path);
    if (!kept.document.tree.empty()) stage.decode.session().set_document(kept.document);
    stage.playground.give_back(kept.playground);
    if (kept.path_folder.empty() || frames.path == nullptr || frames.path->running) return;
    const bool same = frames.path->folder == kept.path_folder;
    if (!same) stage.path.handle(OpenPath{kept.path_folder});
    if (!same || frames.path->max_clean_loss != kept.max_clean_loss)
        stage.path.handle(SetCleanLossRule{kept.max_clean_loss});
}

}  // namespace marginscope
