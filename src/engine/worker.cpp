// The worker's loop, the models it shows, decoding.
#include "engine/worker.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "files/paths.h"
#include "nn/model/checkpoint.h"
#include "nn/model/device.h"
#include "nn/model/torch_errors.h"
#include "nn/train/stage_fit.h"
#include "text/stories/story_grammar.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::size_t kEventCapacity = 200000;
constexpr std::size_t kLogCapacity = 2000;
constexpr std::size_t kPromptLength = 48;

std::string this_program() {
    std::error_code problem;
    const fs::path self = fs::read_symlink("/proc/self/exe", problem);
    return problem ? "marginscope" : self.string();
}

std::string first_characters(const std::string& text, std::size_t bytes) {
    std::size_t end = std::min(bytes, text.size());
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return text.substr(0, end);
}

/// What a user recognises: the run's name too where the file's own says nothing.
std::string label_of(const std::string& path) {
    const fs::path p =
        fs::path(path).has_filename() ? fs::path(path) : fs::path(path).parent_path();
    const std::string name = p.filename().string();
    const bool plain =
        name == "final.safetensors" || name == "fitted.safetensors" || name.starts_with("step-");
    return plain ? (p.parent_path().filename() / name).string() : name;
}

}  // namespace

Engine::Worker::Worker(EngineOptions options)
    : options_(std::move(options)), events_(kEventCapacity), log_(kLogCapacity) {
    if (options_.program.empty()) options_.program = this_program();
    thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

Engine::Worker::~Worker() {
    thread_.request_stop();
    commands_.close();
}

void Engine::Worker::send(Command command) {
    ++sent_;
    commands_.push(std::move(command));
}

bool Engine::Worker::wait_until_idle(double timeout_secs) {
    std::unique_lock lock(idle_mutex_);
    return idle_changed_.wait_for(lock, std::chrono::duration<double>(timeout_secs),
                                  [this] { return idle_ && done_ == sent_; });
}

void Engine::Worker::run(std::stop_token stop) {
    set_compute_threads(options_.threads);
    geometry_ = std::make_unique<GeometryThread>(
        [this](std::shared_ptr<const BoundaryFrame> frame) {
            frames_.update([&](Frames& all) { all.boundary = std::move(frame); });
            notify();
        },
        [this] {
            geometric_news_ = true;
            commands_.push(std::nullopt);
        });
    guarded("starting", [this] { load_first(); });
    while (!stop.stop_requested()) {
        take_commands();
        const bool trained = train_once();
        const bool decoded = play_once();
        const bool margins_left = capture(trained);
        publish_status(false);
        const bool busy =
            trained || decoded || margins_left || playing_ || path_running() || !geometry_->idle();
        set_idle(!busy && commands_.empty());
        if (!trained && !margins_left) commands_.wait_for(time_to_next());
    }
    path_.reset();
    geometry_.reset();
    if (training_) guarded("saving the run", [this] { training_->save(); });
    training_.reset();
}

milliseconds Engine::Worker::time_to_next() const {
    if (playing_)
        return std::clamp(std::chrono::ceil<milliseconds>(next_token_ - Clock::now()),
                          milliseconds(0), milliseconds(100));
    return path_running() || !geometry_->idle() ? milliseconds(50) : milliseconds(500);
}

void Engine::Worker::take_commands() {
    while (const auto queued = commands_.try_pop()) {
        if (!*queued) continue;
        set_idle(false);  // before the wish counts as done: its frames come at the end of this turn
        std::visit([this](const auto& wish) { guarded("", [&] { handle(wish); }); }, **queued);
        ++done_;
    }
    if (geometric_news_.exchange(false)) decode_.geometric_margin_arrived();
}

/// Runs a piece of work; whatever it throws becomes a message, once.
bool Engine::Worker::guarded(const std::string& doing, const std::function<void()>& work) {
    try {
        with_torch_errors(work);
        return true;
    } catch (const std::exception& error) {
        tell(doing.empty() ? error.what() : "While " + doing + ": " + error.what(), true);
        return false;
    }
}

// ---- models and texts
// -----------------------------------------------------------------------------------------------

void Engine::Worker::load_first() {
    guarded("reading the text", [this] { handle(LoadText{options_.text}); });
    if (!corpus_) corpus_ = built_in_corpus();
    const bool own_text = !corpus_path_.empty() && !corpus_->text.empty();
    const std::string opening =
        own_text ? corpus_->text : generate_story(kBuiltInCorpusSeed + 1, 0);
    decode_.set_prompt(options_.prompt.empty() ? first_characters(opening, kPromptLength)
                                               : options_.prompt);
    if (!guarded("loading the model", [this] { load(options_.model); }) &&
        !options_.model.empty()) {
        const std::string problem = last_message_;
        load("");
        tell(problem + " The small trained model is shown instead.", true);
    }
    if (options_.autoplay) handle(PlayDecode{});
    // Something to look at in Path until the user runs one.
    if (has_asset(kPathAsset))
        guarded("opening the finished path", [this] { handle(OpenPath{""}); });
}

void Engine::Worker::load(const std::string& path) {
    const std::string file = path.empty() ? asset_path(kSmallModelAsset).string() : path;
    show_model(std::make_shared<const Model>(load_model(file)), label_of(file));
    tell("Loaded " + model_label_ + ".", false);
}

void Engine::Worker::show_model(std::shared_ptr<const Model> model, const std::string& label) {
    const bool live = training_ && training_->model() == model;
    model_ = std::move(model);
    model_label_ = label;
    decode_.set_model(model_, label, !model_->stage ? "none" : live ? "live" : "fitted");
}

void Engine::Worker::handle(const LoadModel& wish) { load(wish.path); }

void Engine::Worker::handle(const LoadText& wish) {
    corpus_ = wish.path.empty() ? built_in_corpus() : load_corpus(wish.path);
    corpus_path_ = wish.path;
    if (!wish.path.empty()) tell("The next training reads " + corpus_->name + ".", false);
    publish_training();
}

void Engine::Worker::handle(const SaveModel& wish) {
    if (!model_) throw UserError("There is no model to save yet.");
    save_model(*model_, wish.path);
    tell("Saved " + wish.path + ".", false);
}

void Engine::Worker::handle(const FitStage& wish) {
    if (!model_) throw UserError("There is no model to fit a stage to yet.");
    if (training_ && training_->state() == TrainingState::running)
        throw UserError("Pause the training before a stage is fitted.");
    activity_ = "fitting a stage";
    const auto began = Clock::now();
    const auto progress = [&](std::size_t done, std::size_t total) {
        progress_ = static_cast<double>(done) / static_cast<double>(total);
        const double secs = std::chrono::duration<double>(Clock::now() - began).count();
        eta_secs_ = progress_ > 0 ? secs * (1.0 - progress_) / progress_ : 0.0;
        publish_status(false);
    };
    Model fitted = model_->clone();
    try {
        fit_stage(fitted, *corpus_, wish.steps, 0, progress, thread_.get_stop_token());
    } catch (...) {
        progress_ = -1;
        throw;
    }
    progress_ = -1;
    show_model(std::make_shared<const Model>(std::move(fitted)), model_label_ + " + stage");
    tell("The stage is fitted.", false);
}

// ---- decoding
// -------------------------------------------------------------------------------------------------------

void Engine::Worker::handle(const SetPrompt& wish) { decode_.set_prompt(wish.text); }

void Engine::Worker::handle(const StepDecode& wish) {
    for (int k = 0; k < wish.count; ++k)
        if (!decode_.step_forward()) {
            tell("No candidate is left above the least margin.", false);
            break;
        }
    for (int k = 0; k < -wish.count && decode_.step_back(); ++k) {
    }
}

void Engine::Worker::handle(const JumpDecode& wish) { decode_.jump(wish.index); }
void Engine::Worker::handle(const GoToNode& wish) { decode_.go_to(wish.node); }
void Engine::Worker::handle(const ChooseToken& wish) { decode_.choose(wish.token); }

void Engine::Worker::handle(const PlayDecode& wish) {
    playing_ = wish.on;
    tokens_per_s_ = std::clamp(wish.tokens_per_s, 0.1, 1000.0);
    next_token_ = Clock::now();
    decode_.set_playing(playing_, tokens_per_s_);
}

void Engine::Worker::handle(const SetSampling& wish) { decode_.set_sampling(wish.settings); }
void Engine::Worker::handle(const SetDecodeNoise& wish) {
    decode_.set_noise(wish.sigma, wish.relative, wish.seed);
}

void Engine::Worker::handle(const SetView& wish) {
    view_ = wish;
    decode_.set_view(wish);
}

void Engine::Worker::handle(const DragToken& wish) {
    if (const auto plane = geometry_->plane()) decode_.drag(wish.index, plane->delta(wish.to));
}

void Engine::Worker::handle(const ResetDrags&) { decode_.reset_drags(); }

bool Engine::Worker::play_once() {
    if (!playing_ || Clock::now() < next_token_) return false;
    const auto pause = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(1.0 / tokens_per_s_));
    next_token_ = std::max(next_token_ + pause, Clock::now());
    bool stepped = false;
    guarded("decoding", [&] { stepped = decode_.step_forward(); });
    if (!stepped) {
        handle(PlayDecode{false, tokens_per_s_});
        if (!last_is_error_)
            tell("Decoding stopped: no candidate is left above the least margin.", false);
    }
    return true;
}

}  // namespace marginscope
