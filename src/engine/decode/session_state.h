// What a DecodeSession holds. Internal to engine; the worker's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/decode/averaged_trace.h"
#include "engine/decode/branch_survey.h"
#include "engine/decode/decode_computation.h"
#include "engine/decode/decode_document.h"
#include "engine/decode/decode_frames.h"
#include "engine/decode/decode_session.h"
#include "engine/decode/particle_fan.h"
#include "engine/decode/twin_computation.h"

namespace marginscope {

/// Longer texts are kept whole and shown so far: a tree and frames of a whole book would be in
/// everybody's way.
constexpr std::size_t kShownCharacters = 20000;

/// What the frames taken last were made of.
struct TakenFrames {
    std::uint64_t text = 0, settings = 0, probabilities = 0, averaged = 0, ensemble = 0;  // decode
    std::uint64_t margins = 0, counting = 0;                                              // margins
    DecodeRevisions branches;
    std::uint64_t branches_found = 0, branches_read = 0;
    std::uint64_t twin = 0;
    int twin_selected = -1;
    std::uint64_t attention_key = 0;
    std::uint64_t geometric_key = 0;
    std::vector<bool> geometric_known;  // by index, as of the last margin frame
    std::uint64_t why_key = 0;
    std::uint64_t hole_key = 0;      // 0: no holes
    std::uint64_t ensemble_key = 0;  // 0: no models that predict together
    std::uint64_t boundary_key = 0;
    SetView boundary_view;
    std::uint64_t candidates_text = 0, candidates_settings = 0;
    DecodeFrame candidates;  // only what fill_candidates() made
};

struct PlayState {
    bool on = false;
    double tokens_per_s = 0;
    std::string why_stopped;  // the last time that no token was drawn
};

/// What the document's model is besides itself.
struct ShownModel {
    std::string stage_label;
    std::string file;                                // "": only in memory
    std::shared_ptr<const EnsembleMembers> members;  // null: one model
    std::shared_ptr<const EnsembleLaws> laws;        // of them; null: not yet
    std::uint64_t revision = 0;                      // of what is known of members and laws
};

/// The text under noise: the user's, and that of the choosers. Both there, or neither.
struct UnderNoise {
    std::unique_ptr<TwinComputation> twin;
    std::unique_ptr<AveragedTrace> averaged;

    void follow(const DecodeDocument& document) {
        twin->follow(document);
        averaged->follow(document);
    }
    void weights_changed() {
        twin->weights_changed();
        averaged->weights_changed();
    }
    bool work(std::chrono::steady_clock::time_point end, int selected) {
        return averaged->work(end, selected) || twin->work(end, selected);
    }
};

struct DecodeSession::State {
    DecodeDocument document;
    std::optional<DecodeDocument> set_aside;  // the user's, while another stands in
    std::unique_ptr<DecodeComputation> computation;
    UnderNoise noisy;  // of it: there where it is
    BranchSurvey survey;
    ParticleFan fan;
    ShownModel shown;
    PlayState play;
    std::uint64_t next_epoch = 1;
    std::uint64_t settings = 1;
    std::uint64_t view_given = 0;  // how often set_document() gave one
    std::uint64_t counting = 1;    // how margins are counted and selected, geometric news
    std::uint64_t version = 0;
    std::optional<SeedRecurrence> seeds;  // of stages fitted with other seeds, when that was asked
    TakenFrames taken;

    const DecodeDocument& own_document() const { return set_aside ? *set_aside : document; }

    /// Puts a text of the model's own into `next` when the model can read nothing of it; returns
    /// what `next` was then. Also begins an empty text.
    std::optional<DecodeDocument> stand_in_for(DecodeDocument& next,
                                               DecodeComputation& computation) const;
    /// Another document beside the same model.
    void show(DecodeDocument next);
    /// Characters of the given text behind those that are shown.
    std::int64_t left_out() const;
    void follow() {
        if (!computation) return;
        computation->follow(document);
        noisy.follow(document);
    }
    /// All frames are made again: another model.
    void everything_changed() { taken = {}; }
};

}  // namespace marginscope
