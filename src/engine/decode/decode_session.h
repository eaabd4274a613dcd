// The shown text as the worker's commands see it: a document, what is computed of it beside one
// model, and the frames made from both. No torch in this header; the worker's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "engine/decode/boundary_plane.h"
#include "engine/decode/decode_document.h"
#include "engine/decode/ensemble_trace.h"
#include "engine/decode/geometry_thread.h"
#include "engine/decode/hole_laws.h"
#include "engine/decode/seed_recurrence.h"
#include "engine/decode/why_frame.h"

namespace marginscope {

struct Model;

/// How often each kind of change happened; a frame is made again when one it shows did.
struct DecodeRevisions {
    std::uint64_t text = 0;     // characters, cursor, weights: and with them all below but settings
    std::uint64_t margins = 0;  // what is known of them, and how it is counted
    std::uint64_t twin = 0;     // what is known of it, and its settings
    std::uint64_t settings = 0;  // sampling, play, selection
    bool operator==(const DecodeRevisions&) const = default;
};

class DecodeSession {
public:
    DecodeSession();
    ~DecodeSession();

    /// Shows another model beside the document, which stays as it is but for its drags (they are
    /// vectors of the model before). When the model can read no character of the text, a text of
    /// its own is shown until a model comes that can. After an exception everything is as before.
    void set_model(std::shared_ptr<const Model> model, std::string label, std::string stage_label,
                   std::string path = {}, std::string hash = {});
    /// Of the model just set: the file that it was read from, where the document keeps a folder of
    /// samples, and all of them; null: one model.
    void set_ensemble(std::string shown_file, std::shared_ptr<const EnsembleMembers> members);
    /// The weights behind the model changed (training went on).
    void weights_changed();

    /// A text of any length, kept as given; its first 20,000 characters are shown. Utf8Error when
    /// it is not UTF-8.
    void set_prompt(const std::string& text);
    /// Another document; its model is not loaded here, and drags of another width are left out.
    /// UserError when it has no text.
    void set_document(DecodeDocument document);
    /// The text up to the cursor becomes this one; what was walked stays as branches. Utf8Error;
    /// UserError when it is empty.
    void edit_text(const std::string& text);
    void rename(int node, const std::string& name);
    void fold(int node, bool folded);
    void prune(int node, bool pruned);
    /// The branch that begins at the node beside the text; -1 ends it.
    void compare(int node);
    /// The user's, even while a text of the model's own stands in for it.
    const DecodeDocument& document() const;

    /// One token forwards along what was walked, or a new one drawn. False when the least margin
    /// leaves no candidate or a threshold says to abstain: why_stopped() says which, in a sentence.
    /// UserError when there is nothing to draw from.
    bool step_forward();
    const std::string& why_stopped() const;
    /// Whether several tokens asked for at once are the best of several continuations: the sampling
    /// says so, and the cursor stands at the end of what was walked.
    bool writes_best() const;
    /// Writes `tokens` new ones as often as the sampling's `best_of` says, as `marginscope decode`
    /// would, and goes on with the best; the others stay as branches. False, with why_stopped(),
    /// when even the best stopped early. UserError as step_forward().
    bool write_best(int tokens);
    bool write_best_ahead(int tokens);  // the same, then one step into it: the rest lies ahead
    bool step_back();
    void jump(int index);
    void go_to(int node);
    void choose(int token);
    void set_sampling(const SamplingSettings& settings);
    void set_noise(SetDecodeNoise noise);
    void set_playing(bool playing, double tokens_per_s);
    /// `delta` (width values) is added to the embedding of the character at `index`; a zero vector
    /// takes a drag back.
    void drag(int index, const Vector& delta);
    void reset_drags();
    void set_view(const SetView& view);

    /// The character of the line is taken as not given, or as given again. UserError: no such
    /// character, or too many.
    void set_hole(int index, bool on);
    void clear_holes();
    /// From the cursor on, by the sampling settings of now; none with 0 particles. UserError.
    void set_particles(const SetParticles& settings);
    /// Walks the text of a row of the particles' frame. UserError: no such row.
    void take_particle(int row);

    /// Computes missing numbers for at most about `budget`; true while some are missing. Without
    /// `everything` only those of the window at the cursor and of the selected character's, and
    /// none of the twin's, which come last.
    bool work(std::chrono::milliseconds budget, bool everything = true);

    /// New frames since the last call of each; null when nothing changed.
    std::shared_ptr<const DecodeFrame> take_decode_frame();
    std::shared_ptr<const MarginFrame> take_margin_frame(const GeometryThread& geometry);
    std::shared_ptr<const AttentionFrame> take_attention_frame();
    std::shared_ptr<const BranchFrame> take_branch_frame();
    std::shared_ptr<const TwinFrame> take_twin_frame();
    /// The shown text and its holes, when either changed; without holes where there are none any
    /// more.
    std::optional<HoleRequest> take_hole_request();
    /// Null inside: there are none any more.
    std::optional<std::shared_ptr<const ParticleFrame>> take_particle_frame();
    /// The shown text for models that predict together, when it or they changed; without members
    /// where there are none any more.
    std::optional<EnsembleRequest> take_ensemble_request();
    /// What they say; null: nothing.
    void set_ensemble_laws(std::shared_ptr<const EnsembleLaws> laws);
    std::optional<BoundaryRequest> take_boundary_request();
    std::optional<GeometricRequest> take_geometric_request();
    /// Of the selected character, while its explanation is in sight.
    std::optional<WhyRequest> take_why_request();
    void geometric_margin_arrived();
    /// The text as stages of other seeds may read it; no blocks without a model.
    SeedText seed_text() const;
    /// What they say of it; kept until another model is shown.
    void set_seeds(SeedRecurrence seeds);

    bool playing() const;
    double tokens_per_s() const;
    const SetView& view() const;
    int selected_index() const;
    /// Up to the cursor.
    std::string text() const;
    /// What of the given text is not shown, or not known to the model, in sentences that name some
    /// of it; empty when there is nothing to say.
    std::string text_note() const;
    DecodeRevisions revisions() const;

    struct State;  // of the engine's own

private:
    std::unique_ptr<State> state_;
};

}  // namespace marginscope
