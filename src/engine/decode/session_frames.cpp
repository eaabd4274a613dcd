// Which frames are new, and what only the session knows of them.
#include <utility>

#include "engine/decode/branch_frames.h"
#include "engine/decode/session_ensemble.h"
#include "engine/decode/session_state.h"
#include "engine/decode/why_request.h"

namespace marginscope {

std::shared_ptr<const DecodeFrame> DecodeSession::take_decode_frame() {
    State& s = *state_;
    if (!s.computation) return nullptr;
    const Revisions now = s.computation->revisions();
    auto& taken = s.taken;
    if (taken.text == now.text && taken.settings == s.settings &&
        taken.probabilities == now.probabilities &&
        taken.averaged == s.noisy.averaged->revision() && taken.ensemble == s.shown.revision)
        return nullptr;
    if (taken.candidates_text != now.text || taken.candidates_settings != s.settings) {
        taken.candidates = {};
        fill_candidates(s.document, *s.computation, taken.candidates);
        taken.candidates_text = now.text;
        taken.candidates_settings = s.settings;
    }
    auto frame = std::make_shared<DecodeFrame>(make_decode_frame(s.document, *s.computation));
    s.noisy.averaged->fill(*frame);
    frame->candidates = taken.candidates.candidates;
    fill_ensemble(s.document, *s.computation, s.shown, *frame);
    frame->next_entropy = taken.candidates.next_entropy;
    frame->version = ++s.version;
    frame->model_label = s.document.model.label;
    frame->model_path = s.shown.file;
    frame->playing = s.play.on;
    frame->tokens_per_s = s.play.tokens_per_s;
    frame->left_out = s.left_out();
    frame->view_given = s.view_given;
    taken.text = now.text;
    taken.settings = s.settings;
    taken.probabilities = now.probabilities;
    taken.averaged = s.noisy.averaged->revision();
    taken.ensemble = s.shown.revision;
    return frame;
}

std::shared_ptr<const MarginFrame> DecodeSession::take_margin_frame(
    const GeometryThread& geometry) {
    State& s = *state_;
    if (!s.computation) return nullptr;
    const Revisions now = s.computation->revisions();
    if (s.taken.margins == now.margins && s.taken.counting == s.counting) return nullptr;
    auto frame =
        std::make_shared<MarginFrame>(make_margin_frame(s.document, *s.computation, geometry));
    frame->version = ++s.version;
    frame->stage_label = s.shown.stage_label;
    if (s.seeds) fill_recurrence(s.document, *s.computation, *s.seeds, *frame);
    s.taken.geometric_known.clear();
    for (const MarginCell& cell : frame->cells)
        s.taken.geometric_known.push_back(cell.geometric_known);
    s.taken.margins = now.margins;
    s.taken.counting = s.counting;
    return frame;
}

std::shared_ptr<const AttentionFrame> DecodeSession::take_attention_frame() {
    State& s = *state_;
    if (!s.computation) return nullptr;
    const std::uint64_t key =
        s.computation->cell_keys()[s.computation->block(selected_index()).end - 1];
    if (s.taken.attention_key == key) return nullptr;
    s.taken.attention_key = key;
    auto frame = std::make_shared<AttentionFrame>(make_attention_frame(s.document, *s.computation));
    frame->version = ++s.version;
    return frame;
}

std::shared_ptr<const BranchFrame> DecodeSession::take_branch_frame() {
    State& s = *state_;
    if (!s.computation) return nullptr;
    const DecodeRevisions now = revisions();
    const std::uint64_t read = s.computation->revisions().probabilities;
    if (s.taken.branches == now && s.taken.branches_found == s.survey.found() &&
        s.taken.branches_read == read)
        return nullptr;
    s.taken.branches = now;
    s.taken.branches_found = s.survey.found();
    s.taken.branches_read = read;
    auto frame = std::make_shared<BranchFrame>(
        make_branch_frame(s.document, *s.computation, s.computation->known_nodes(s.document)));
    frame->version = ++s.version;
    return frame;
}

std::shared_ptr<const TwinFrame> DecodeSession::take_twin_frame() {
    State& s = *state_;
    if (!s.noisy.twin) return nullptr;
    const int selected = s.document.noise.sigma > 0 ? selected_index() : -1;
    if (s.taken.twin == s.noisy.twin->revision() && s.taken.twin_selected == selected)
        return nullptr;
    s.taken.twin = s.noisy.twin->revision();
    s.taken.twin_selected = selected;
    auto frame = std::make_shared<TwinFrame>(s.noisy.twin->frame(selected));
    frame->version = ++s.version;
    return frame;
}

std::optional<BoundaryRequest> DecodeSession::take_boundary_request() {
    State& s = *state_;
    if (!s.computation) return std::nullopt;
    // What is drawn depends on the character, its past and the view, not on what was typed after it
    // nor on which margin orders the text.
    SetView view = s.document.view;
    view.index = selected_index();
    view.kind = {};
    view.view = {};
    view.why = false;
    view.support = 0;
    view.workspace.clear();
    view.text_shown = true;
    const std::uint64_t key = s.computation->cell_keys()[static_cast<std::size_t>(view.index)];
    if (s.taken.boundary_key == key && s.taken.boundary_view == view) return std::nullopt;
    s.taken.boundary_key = key;
    s.taken.boundary_view = view;
    return make_boundary_request(s.document, *s.computation);
}

std::optional<GeometricRequest> DecodeSession::take_geometric_request() {
    State& s = *state_;
    if (!s.computation || s.document.view.kind != MarginKind::geometric ||
        s.document.view.view != MarginView::stage)
        return std::nullopt;
    auto request = make_geometric_request(s.document, *s.computation, s.taken.geometric_known);
    if (!request || s.taken.geometric_key == request->keys.back()) return std::nullopt;
    s.taken.geometric_key = request->keys.back();
    return request;
}

std::optional<WhyRequest> DecodeSession::take_why_request() {
    State& s = *state_;
    if (!s.computation || !s.document.view.why) return std::nullopt;
    const std::uint64_t key = why_key(s.document, *s.computation);
    if (s.taken.why_key == key) return std::nullopt;
    s.taken.why_key = key;
    return make_why_request(s.document, *s.computation);
}

SeedText DecodeSession::seed_text() const {
    return state_->computation ? state_->computation->seed_text() : SeedText{};
}

void DecodeSession::set_seeds(SeedRecurrence seeds) {
    state_->seeds = std::move(seeds);
    ++state_->counting;
}

void DecodeSession::geometric_margin_arrived() { ++state_->counting; }

}  // namespace marginscope
