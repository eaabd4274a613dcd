// The Decode workspace's session as the worker sees it: its commands, the clock of playing, and
// when its frames go up. No torch in this header; the worker's thread only.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "core/messages/command.h"
#include "engine/decode/decode_session.h"
#include "engine/decode/ensemble_trace.h"
#include "engine/decode/geometry_thread.h"
#include "engine/exchange/session_context.h"

namespace marginscope {

class DecodeCommands {
public:
    explicit DecodeCommands(SessionContext& context);

    /// May throw; then what was shown stays.
    void show_model(const std::shared_ptr<const Model>& model, const std::string& label,
                    const std::string& stage, const std::string& path);
    DecodeSession& session() { return session_; }
    void weights_changed() { session_.weights_changed(); }

    /// A token when it is time for one; false when nothing was done. Stops playing before it
    /// throws.
    bool play_once();
    bool playing() const { return session_.playing(); }
    /// Nothing plays, the geometry is drawn, holes and models that predict together have their
    /// laws.
    bool idle() const { return !playing() && others_idle(); }
    /// Until something is due here.
    std::chrono::milliseconds time_to_next() const;

    /// Takes in what other threads found out, and tells what of a new text or model cannot be read
    /// or shown; once a turn of the loop.
    void collect();
    /// Whether anything of this workspace is to be captured while a model trains.
    bool wanted_while_training() const { return session_.view().text_shown; }
    /// Computes for about `budget` and publishes what is new; true while margins are missing.
    /// `everything`: of the whole text, not only of what is in view.
    bool capture(std::chrono::milliseconds budget, bool everything);

    void handle(const SetPrompt& wish);
    void handle(const StepDecode& wish);
    void handle(const JumpDecode& wish);
    void handle(const GoToNode& wish);
    void handle(const ChooseToken& wish);
    void handle(const PlayDecode& wish);
    void handle(const SetSampling& wish);
    void handle(const SetDecodeNoise& wish);
    void handle(const SetView& wish);
    void handle(const DragToken& wish);
    void handle(const ResetDrags& wish);

private:
    bool others_idle() const { return geometry_.idle() && holes_.idle() && ensemble_.idle(); }
    /// Hands on what is asked of models that predict together, and takes in what they said.
    void ask_ensemble();
    /// Goes on explaining the selected character while somebody looks; true while it is not done.
    bool explain(std::chrono::milliseconds budget);

    using Clock = std::chrono::steady_clock;

    SessionContext& context_;
    DecodeSession session_;
    Clock::time_point next_token_;
    std::atomic<bool> geometric_news_ = false;
    bool note_due_ = false;
    WhyMaker why_;
    HoleLaws holes_;
    EnsembleTrace ensemble_;
    GeometryThread geometry_;  // last: its thread ends before the rest goes
};

}  // namespace marginscope
