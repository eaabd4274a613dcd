// What the user does to the shown text.
#include "engine/decode/decode_session.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "engine/decode/session_state.h"
#include "text/utf8.h"

namespace marginscope {

namespace {

// What is said of nodes means nothing beside another tree.
void forget_nodes(DecodeDocument& document) {
    document.drags.clear();
    document.holes.clear();
    document.particles.reset();
    document.compared = -1;
}

}  // namespace

DecodeSession::DecodeSession() : state_(std::make_unique<State>()) {}
DecodeSession::~DecodeSession() = default;

void DecodeSession::set_model(std::shared_ptr<const Model> model, std::string label,
                              std::string stage_label, std::string path, std::string hash) {
    State& s = *state_;
    auto computation = std::make_unique<DecodeComputation>(std::move(model), s.next_epoch);
    DecodeDocument next = s.own_document();
    next.sampling = s.document.sampling;  // what was set while another text stood in
    next.noise = s.document.noise;
    next.view = s.document.view;
    next.drags.clear();
    next.model = {std::move(path), std::move(label), std::move(hash)};
    std::optional<DecodeDocument> aside = s.stand_in_for(next, *computation);
    computation->follow(next);
    UnderNoise noisy{std::make_unique<TwinComputation>(*computation),
                     std::make_unique<AveragedTrace>(*computation)};
    noisy.follow(next);
    // Nothing below throws.
    ++s.next_epoch;
    s.document = std::move(next);
    s.set_aside = std::move(aside);
    s.noisy = std::move(noisy);  // those before refer to the computation before
    s.computation = std::move(computation);
    s.shown = {std::move(stage_label), s.document.model.path, nullptr, nullptr,
               s.shown.revision + 1};
    s.everything_changed();
    s.seeds.reset();
}

void DecodeSession::set_ensemble(std::string shown_file,
                                 std::shared_ptr<const EnsembleMembers> members) {
    ShownModel& shown = state_->shown;
    shown.file = std::move(shown_file);
    shown.members = std::move(members);
    ++shown.revision;
}

void DecodeSession::weights_changed() {
    State& s = *state_;
    if (!s.computation) return;
    s.computation->weights_changed(s.next_epoch++);
    s.noisy.weights_changed();
    s.follow();
}

void DecodeSession::set_prompt(const std::string& text) {
    State& s = *state_;
    std::vector<std::string> tokens = characters_of(text);  // throws before anything changes
    tokens.resize(std::min(tokens.size(), kShownCharacters));
    DecodeDocument next = s.document;
    next.prompt = text;
    next.tree = {};
    if (!tokens.empty()) next.tree.reset(tokens);
    forget_nodes(next);
    s.show(std::move(next));
}

void DecodeSession::set_document(DecodeDocument document) {
    if (document.tree.empty()) throw UserError("The document has no text.");
    ++state_->view_given;
    state_->show(std::move(document));
}

void DecodeSession::edit_text(const std::string& text) {
    State& s = *state_;
    std::vector<std::string> tokens = characters_of(text);
    if (tokens.empty()) throw UserError("A text needs at least one character.");
    if (s.set_aside) return set_prompt(text);  // what stands in is not the user's to edit
    tokens.resize(std::min(tokens.size(), kShownCharacters));
    DecodeDocument next = s.document;
    next.tree.retell(tokens);
    next.prompt = text;
    if (s.document.tree.empty() || s.document.tree.node(0).text != tokens[0])
        forget_nodes(next);  // the tree began anew
    s.show(std::move(next));
}

void DecodeSession::rename(int node, const std::string& name) {
    if (const auto at = find_invalid_utf8(name)) refuse_utf8(name, *at);
    state_->document.tree.rename(node, name);
    ++state_->settings;
}

void DecodeSession::fold(int node, bool folded) {
    state_->document.tree.fold(node, folded);
    ++state_->settings;
}

void DecodeSession::compare(int node) {
    const DecodeTree& tree = state_->document.tree;
    state_->document.compared = tree.holds(node) && !tree.in_pruned(node) ? node : -1;
    ++state_->settings;
}

void DecodeSession::prune(int node, bool pruned) {
    if (!state_->computation) return;
    state_->document.tree.prune(node, pruned);
    ++state_->settings;
    state_->follow();
}

const DecodeDocument& DecodeSession::document() const { return state_->own_document(); }

bool DecodeSession::step_forward() {
    State& s = *state_;
    if (!s.computation) return false;
    if (!s.document.tree.forward()) {
        const auto chosen = s.computation->chooser().choose(s.document.sampling);
        if (!chosen) {
            s.play.why_stopped = refusal_sentence(chosen);
            return false;
        }
        s.document.tree.advance(s.computation->table().text(chosen->token));
    }
    s.follow();
    return true;
}

const std::string& DecodeSession::why_stopped() const { return state_->play.why_stopped; }

bool DecodeSession::step_back() {
    if (!state_->computation || !state_->document.tree.back()) return false;
    state_->follow();
    return true;
}

void DecodeSession::jump(int index) {
    if (!state_->computation) return;
    state_->document.tree.jump(index);
    state_->follow();
}

void DecodeSession::go_to(int node) {
    if (!state_->computation) return;
    state_->document.tree.go_to(node);
    state_->follow();
}

void DecodeSession::choose(int token) {
    State& s = *state_;
    if (!s.computation || token < 0 || token >= s.computation->table().vocabulary()) return;
    s.document.tree.advance(s.computation->table().text(token));
    s.follow();
}

void DecodeSession::set_sampling(const SamplingSettings& settings) {
    state_->document.sampling = settings;
    ++state_->settings;
    if (state_->computation) state_->noisy.averaged->follow(state_->document);
}

void DecodeSession::set_noise(SetDecodeNoise noise) {
    noise.sigma = std::max(0.0, noise.sigma);
    noise.draws = std::clamp(noise.draws, 1, kMostTwinDraws);
    std::erase_if(noise.positions, [](int index) { return index < 0; });
    std::ranges::sort(noise.positions);
    const auto repeated = std::ranges::unique(noise.positions);
    noise.positions.erase(repeated.begin(), repeated.end());
    state_->document.noise = std::move(noise);
    ++state_->settings;
    state_->follow();
}

void DecodeSession::set_playing(bool playing, double tokens_per_s) {
    state_->play.on = playing;
    state_->play.tokens_per_s = tokens_per_s;
    ++state_->settings;
}

void DecodeSession::drag(int index, const Vector& delta) {
    State& s = *state_;
    if (!s.computation || index < 0 || index >= s.computation->length()) return;
    const int node = s.computation->line()[static_cast<std::size_t>(index)];
    if (delta.isZero(0.0))
        s.document.drags.erase(node);
    else
        s.document.drags[node] = {delta.begin(), delta.end()};
    s.follow();
}

void DecodeSession::reset_drags() {
    state_->document.drags.clear();
    state_->follow();
}

void DecodeSession::set_view(const SetView& view) {
    State& s = *state_;
    if (view == s.document.view) return;
    const SetView before = std::exchange(s.document.view, view);
    if (view.index != before.index) ++s.settings;
    if (view.index != before.index || view.kind != before.kind || view.support != before.support ||
        view.view != before.view)
        ++s.counting;
    if (view.windows != before.windows || view.kind != before.kind || view.view != before.view)
        s.follow();
}

bool DecodeSession::playing() const { return state_->play.on; }
double DecodeSession::tokens_per_s() const { return state_->play.tokens_per_s; }
const SetView& DecodeSession::view() const { return state_->document.view; }

int DecodeSession::selected_index() const {
    return state_->computation ? marginscope::selected_index(state_->document) : -1;
}

std::string DecodeSession::text() const { return state_->document.tree.text(); }

bool DecodeSession::work(std::chrono::milliseconds budget, bool everything) {
    State& s = *state_;
    if (!s.computation) return false;
    const auto end = std::chrono::steady_clock::now() + budget;
    const auto scope =
        everything ? DecodeComputation::Scope::everything : DecodeComputation::Scope::in_view;
    if (s.computation->work(budget, selected_index(), scope)) return true;
    if (s.fan.work(s.document, s.computation.get(), budget)) return true;
    if (everything && s.noisy.work(end, selected_index())) return true;
    if (everything && s.survey.work(s.document, *s.computation, budget)) return true;
    // What a margin is worth comes last.
    return s.computation->check(budget, selected_index(), scope);
}

DecodeRevisions DecodeSession::revisions() const {
    const State& s = *state_;
    const Revisions computed = s.computation ? s.computation->revisions() : Revisions{};
    return {computed.text, computed.margins + s.counting,
            s.noisy.twin ? s.noisy.twin->revision() : 0, s.settings};
}

}  // namespace marginscope
