// What the user does to the shown text.
#include "engine/decode/decode_session.h"

#include <algorithm>

#include "engine/decode/decode_state.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

DecodeSession::DecodeSession() : state_(std::make_unique<State>()) {}
DecodeSession::~DecodeSession() = default;

void DecodeSession::set_model(std::shared_ptr<const Model> model, std::string label,
                              std::string stage_label) {
    State& s = *state_;
    const std::string text = s.model ? s.model->vocabulary.decode(s.tree.text()) : s.prompt;
    s.model = std::move(model);
    s.model_label = std::move(label);
    s.stage_label = std::move(stage_label);
    auto symbols = std::make_shared<std::vector<std::string>>();
    for (int id = 0; id < s.model->vocabulary.size(); ++id)
        symbols->push_back(s.model->vocabulary.visible(id));
    s.symbols = std::move(symbols);
    s.decoder.emplace(s.model->gpt);
    s.decoder->capture_attention(true);
    s.forget_stage();
    s.clean.reset();
    ++s.weights_epoch;
    s.drags.clear();
    set_prompt(text);
}

void DecodeSession::weights_changed() {
    State& s = *state_;
    if (!s.model) return;
    s.decoder->clear();
    s.forget_stage();
    s.clean.reset();
    s.delta_keys.clear();
    ++s.weights_epoch;
    s.sync();
}

void DecodeSession::set_prompt(const std::string& text) {
    State& s = *state_;
    s.prompt = text;
    if (!s.model) return;
    std::vector<int> ids = s.model->vocabulary.encode(text);
    if (ids.empty()) ids = s.model->vocabulary.encode("\n");
    s.tree.reset(ids);
    s.node_cells.clear();
    s.node_epochs.clear();
    s.drags.clear();
    s.decoder->clear();
    s.forget_stage();
    s.delta_keys.clear();
    s.measure_noise_rms();
    s.sync();
}

bool DecodeSession::step_forward() {
    State& s = *state_;
    if (!s.model) return false;
    // What leaves the window keeps the margins it had there, so they must be known before it goes.
    const auto length = static_cast<std::size_t>(s.tree.cursor_length());
    if (decode_window_begin(length + 1, static_cast<std::size_t>(s.model->config.model.context)) !=
        s.window_begin()) {
        while (work(std::chrono::milliseconds(1000))) {
        }
        s.keep_cells();
    }
    if (!s.tree.forward()) {
        std::vector<Candidate> from = candidates(floats_of(s.decoder->logits()), s.sampling);
        if (s.sampling.min_margin && s.stage) {
            std::vector<int> ids;
            for (const Candidate& one : from) ids.push_back(one.token);
            const std::vector<PositionMargins> margins = s.next_margins(ids);
            if (!margins.empty())
                from = with_least_margin(from, s.sampling, [&](int token) {
                    const auto at = std::find(ids.begin(), ids.end(), token) - ids.begin();
                    return margin_value(margins[static_cast<std::size_t>(at)],
                                        s.view.kind == MarginKind::geometric
                                            ? MarginKind::determinant
                                            : s.view.kind);
                });
        }
        if (from.empty()) return false;
        s.tree.advance(draw(from, s.sampling, static_cast<std::uint64_t>(s.tree.cursor_length())));
    }
    s.sync();
    return true;
}

bool DecodeSession::step_back() {
    if (!state_->model || !state_->tree.back()) return false;
    state_->sync();
    return true;
}

void DecodeSession::jump(int index) {
    if (!state_->model) return;
    state_->tree.jump(index);
    state_->sync();
}

void DecodeSession::go_to(int node) {
    if (!state_->model) return;
    state_->tree.go_to(node);
    state_->sync();
}

void DecodeSession::choose(int token) {
    State& s = *state_;
    if (!s.model || token < 0 || token >= s.model->gpt.vocabulary()) return;
    s.tree.advance(token);
    s.sync();
}

void DecodeSession::set_sampling(const SamplingSettings& settings) {
    state_->sampling = settings;
    ++state_->revision;
}

void DecodeSession::set_noise(double sigma, bool relative, std::uint64_t seed) {
    State& s = *state_;
    s.noise_sigma = std::max(0.0, sigma);
    s.noise_relative = relative;
    s.noise_seed = seed;
    if (!s.model) return;
    s.measure_noise_rms();
    s.sync();
}

void DecodeSession::set_playing(bool playing, double tokens_per_s) {
    state_->playing = playing;
    state_->tokens_per_s = tokens_per_s;
    ++state_->revision;
}

void DecodeSession::drag(int index, const Vector& delta) {
    State& s = *state_;
    if (!s.model || index < 0 || index >= s.tree.cursor_length()) return;
    if (delta.isZero(0.0))
        s.drags.erase(index);
    else
        s.drags[index] = delta;
    s.sync();
}

void DecodeSession::reset_drags() {
    state_->drags.clear();
    state_->sync();
}

void DecodeSession::set_view(const SetView& view) {
    State& s = *state_;
    if (view == s.view) return;
    s.view = view;
    s.seen_boundary = s.seen_geometric = 0;
    ++s.margins_revision;
}

bool DecodeSession::playing() const { return state_->playing; }
double DecodeSession::tokens_per_s() const { return state_->tokens_per_s; }
const SetView& DecodeSession::view() const { return state_->view; }

int DecodeSession::selected_index() const {
    const State& s = *state_;
    if (!s.model || s.tree.empty()) return -1;
    const int last = s.tree.cursor_length() - 1;
    if (s.view.index < 0 || s.view.index > last) return last;
    return std::max(s.view.index, static_cast<int>(s.window_begin()));
}

std::string DecodeSession::text() const {
    return state_->model ? state_->model->vocabulary.decode(state_->tree.text()) : state_->prompt;
}

bool DecodeSession::work(std::chrono::milliseconds budget) {
    State& s = *state_;
    if (!s.model || !s.stage) return false;
    const auto end = Clock::now() + budget;
    std::vector<int> fresh;
    bool left = false;
    const auto compute = [&](int i) {
        if (!s.missing(i)) return;
        if (Clock::now() >= end && !fresh.empty()) {
            left = true;
            return;
        }
        s.known[s.cell_keys[static_cast<std::size_t>(i)]].margins = s.stage->margins(i);
        fresh.push_back(i);
    };
    // What the user looks at first, then from the newest back.
    const int selected = selected_index() - static_cast<int>(s.window_begin());
    if (selected >= 0 && selected < s.window_length()) compute(selected);
    for (int i = s.window_length() - 1; i >= 0 && !left; --i) compute(i);
    if (!fresh.empty()) {
        s.fill_heads(fresh);
        ++s.margins_revision;
    }
    return left;
}

}  // namespace marginscope
