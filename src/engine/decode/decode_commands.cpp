// Wishes about the shown text, and what goes up of it.
#include "engine/decode/decode_commands.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "files/sha256.h"
#include "nn/model/model_request.h"

namespace marginscope {

namespace fs = std::filesystem;

using std::chrono::milliseconds;

namespace {

// Tokens that playing writes at once where the best of several is wanted: as many as Shift and the
// right arrow.
constexpr int kPlayedAhead = 10;

}  // namespace

DecodeCommands::DecodeCommands(SessionContext& context)
    : context_(context),
      holes_([this] { context_.wake(); }),
      ensemble_([this] { context_.wake(); }),
      geometry_(
          [this](std::shared_ptr<const BoundaryFrame> frame) {
              context_.publish([&](Frames& all) { all.boundary = std::move(frame); });
          },
          [this] {
              geometric_news_ = true;
              context_.wake();
          }) {}

void DecodeCommands::show_model(const std::shared_ptr<const Model>& model, const std::string& label,
                                const std::string& stage, const std::string& path) {
    auto members = path.empty() ? nullptr : members_in(path);
    const std::string file =
        path.empty() ? path : model_name(members ? members->files.front() : fs::path(path));
    const std::string opened =
        members ? fs::absolute(path).lexically_normal().string() : file;  // what a session keeps
    session_.set_model(model, label, stage, opened, file.empty() ? file : sha256_of_file(file));
    session_.set_ensemble(file, std::move(members));
    ensemble_.ask({});  // until the new ones are asked, nobody is
    note_due_ = true;
}

bool DecodeCommands::play_once() {
    if (!playing() || Clock::now() < next_token_) return false;
    const auto pause = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(1.0 / session_.tokens_per_s()));
    next_token_ = std::max(next_token_ + pause, Clock::now());
    bool stepped = false;
    try {
        stepped = session_.writes_best() ? session_.write_best_ahead(kPlayedAhead)
                                         : session_.step_forward();
    } catch (...) {
        handle(PlayDecode{false, session_.tokens_per_s()});
        throw;
    }
    if (!stepped) {
        handle(PlayDecode{false, session_.tokens_per_s()});
        context_.tell("Decoding stopped. " + session_.why_stopped());
    }
    return true;
}

milliseconds DecodeCommands::time_to_next() const {
    if (playing())
        return std::clamp(std::chrono::ceil<milliseconds>(next_token_ - Clock::now()),
                          milliseconds(0), milliseconds(100));
    return others_idle() ? milliseconds(500) : milliseconds(50);
}

void DecodeCommands::collect() {
    if (geometric_news_.exchange(false)) session_.geometric_margin_arrived();
    // After whatever else was told of the same wish: this is what the user must not miss.
    if (!std::exchange(note_due_, false)) return;
    if (const std::string note = session_.text_note(); !note.empty()) context_.tell(note);
}

bool DecodeCommands::capture(milliseconds budget, bool everything) {
    // The dragged token's picture goes to its own thread before the long work starts here.
    if (auto request = session_.take_boundary_request())
        geometry_.request_boundary(std::move(*request));
    if (auto request = session_.take_geometric_request())
        geometry_.request_margins(std::move(*request));
    if (auto request = session_.take_hole_request()) holes_.ask(std::move(*request));
    holes_.work();
    ask_ensemble();
    const bool margins_left = session_.work(budget, everything);
    const bool left = explain(budget) || margins_left;
    auto decode = session_.take_decode_frame();
    auto margins = session_.take_margin_frame(geometry_);
    auto attention = session_.take_attention_frame();
    auto twin = session_.take_twin_frame();
    auto branches = session_.take_branch_frame();
    auto why = why_.take();
    auto particles = session_.take_particle_frame();
    auto holes = holes_.take();
    if (!decode && !margins && !attention && !twin && !branches && !why && !particles && !holes)
        return left;
    context_.publish([&](Frames& all) {
        if (decode) all.decode = std::move(decode);
        if (margins) all.margins = std::move(margins);
        if (attention) all.attention = std::move(attention);
        if (branches) all.branches = std::move(branches);
        if (twin) all.twin = std::move(twin);
        if (why) all.why = std::move(why);
        if (particles) all.particles = std::move(*particles);
        if (holes) all.holes = std::move(*holes);
    });
    return left;
}

void DecodeCommands::ask_ensemble() {
    if (auto request = session_.take_ensemble_request()) ensemble_.ask(std::move(*request));
    ensemble_.work();
    if (auto laws = ensemble_.take()) session_.set_ensemble_laws(std::move(*laws));
    const std::string trouble = ensemble_.take_trouble();
    if (!trouble.empty())
        context_.tell_error("The samples do not predict together, one is shown alone: " + trouble);
}

bool DecodeCommands::explain(milliseconds budget) {
    if (!session_.view().why) return false;
    if (auto request = session_.take_why_request()) why_.explain(std::move(*request));
    const auto margin = geometry_.known_margin(why_.revision());
    why_.set_geometric(margin ? margin->value : std::nullopt);
    return why_.work(budget);
}

void DecodeCommands::handle(const SetPrompt& wish) {
    session_.set_prompt(wish.text);
    note_due_ = true;
}

void DecodeCommands::handle(const StepDecode& wish) {
    if (wish.count > 1 && session_.writes_best()) {
        if (!session_.write_best(wish.count)) context_.tell(session_.why_stopped());
        return;
    }
    for (int k = 0; k < wish.count; ++k)
        if (!session_.step_forward()) {
            context_.tell(session_.why_stopped());
            break;
        }
    for (int k = 0; k < -wish.count && session_.step_back(); ++k) {
    }
}

void DecodeCommands::handle(const JumpDecode& wish) { session_.jump(wish.index); }
void DecodeCommands::handle(const GoToNode& wish) { session_.go_to(wish.node); }
void DecodeCommands::handle(const ChooseToken& wish) { session_.choose(wish.token); }

void DecodeCommands::handle(const PlayDecode& wish) {
    session_.set_playing(wish.on, std::clamp(wish.tokens_per_s, 0.1, 1000.0));
    next_token_ = Clock::now();
}

void DecodeCommands::handle(const SetSampling& wish) { session_.set_sampling(wish.settings); }
void DecodeCommands::handle(const SetDecodeNoise& wish) { session_.set_noise(wish); }
void DecodeCommands::handle(const SetView& wish) { session_.set_view(wish); }

void DecodeCommands::handle(const DragToken& wish) {
    if (const auto plane = geometry_.plane()) session_.drag(wish.index, plane->delta(wish.to));
}

void DecodeCommands::handle(const ResetDrags&) { session_.reset_drags(); }

}  // namespace marginscope
