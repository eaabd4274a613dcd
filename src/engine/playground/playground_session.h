// The Playground's session: its document, the way back, descent in time, its file, its frames. No
// torch in this header; the worker's thread only.
#pragma once

#include <chrono>
#include <concepts>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/exchange/session_context.h"
#include "engine/exchange/unsaved_work.h"
#include "engine/playground/playground_edits.h"
#include "engine/playground/playground_history.h"
#include "engine/playground/rests_work.h"

namespace marginscope {

class PlaygroundSession {
public:
    explicit PlaygroundSession(SessionContext& context);

    /// The preset to begin with, where assets are found.
    void begin();
    /// A step of the descent when it is time for one, and some of the curve over lambda_m.
    void play_once();
    bool playing() const { return playing_; }
    /// It goes on by itself, or something of its frame is still to come.
    bool busy() const { return playing_ || rests_.due().has_value(); }
    /// Until something is due here.
    std::chrono::milliseconds time_to_next() const;
    /// Shows what changed since the last call.
    void publish();
    UnsavedWork unsaved_work() const;

    /// The document with its way back and its file, to be shown again.
    struct Kept {
        PlaygroundHistory history;
        PlaygroundDocument saved;
        std::filesystem::path file;
    };
    Kept kept() const { return {history_, saved_, file_}; }
    void give_back(Kept kept);
    /// From here on changes are made to a copy without a file: what there is is asked about at the
    /// end, and waits for end_copy().
    void begin_copy();
    void end_copy();

    /// The edits of playground_edits.h.
    template <typename Wish>
    requires requires(PlaygroundDocument document, const Wish& wish) {
        { edited(document, wish) } -> std::same_as<PlaygroundEdit>;
    }
    void handle(const Wish& wish) {
        int removed = -1;
        if constexpr (std::same_as<Wish, RemovePlaygroundToken> ||
                      std::same_as<Wish, RemoveSvmPoint>)
            removed = wish.index;
        take(edited(history_.current(), wish), removed, !std::same_as<Wish, StepPlayground>,
             std::same_as<Wish, RemoveSvmPoint>);
    }
    void handle(const PointPlayground& wish);
    void handle(const PlayPlayground& wish);
    void handle(const OpenPlayground& wish);
    void handle(const SavePlayground& wish);
    void handle(const UndoPlayground& wish);
    void handle(const RedoPlayground& wish);

private:
    using Clock = PlaygroundHistory::Clock;

    void take(PlaygroundEdit edit, int removed, bool ends_descent, bool of_svm);
    void refresh(int removed_token, int removed_point);
    void went_back();

    SessionContext& context_;
    PlaygroundHistory history_;
    PlaygroundDocument saved_;  // as it is in file_
    std::filesystem::path file_;
    std::optional<Kept> aside_;  // the user's own, while a copy is worked on
    std::vector<std::string> presets_;
    std::vector<PlanarPoint> trail_;
    std::optional<PlanarPoint> pointer_;
    bool playing_ = false;
    Clock::time_point next_step_;
    RestsWork rests_;
    std::shared_ptr<PlaygroundFrame> frame_;  // the last; copied before it changes
    bool news_ = false;
};

}  // namespace marginscope
