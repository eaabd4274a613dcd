// The worker's loop: wishes first, then a training step, a token, and what the panels show.
#include "engine/worker.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

#include "engine/decode/decode_commands.h"
#include "engine/decode/document_commands.h"
#include "engine/decode/probability_commands.h"
#include "engine/file_opener.h"
#include "engine/jobs/job_board.h"
#include "engine/model/model_shelf.h"
#include "engine/path/path_session.h"
#include "engine/playground/playground_session.h"
#include "engine/robustness/robustness_session.h"
#include "engine/stage_seeds.h"
#include "engine/tour/tour_session.h"
#include "engine/train/train_session.h"
#include "files/paths.h"
#include "nn/model/device.h"
#include "nn/model/torch_errors.h"
#include "text/corpus.h"
#include "text/stories/story_grammar.h"

namespace marginscope {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kEventCapacity = 200000;
constexpr std::size_t kLogCapacity = 2000;
constexpr std::size_t kPromptLength = 48;
constexpr auto kCaptureEvery = milliseconds(80);  // 12 Hz while training
constexpr auto kLiveModelEvery =
    milliseconds(1000);  // how often the shown text follows weights that train
constexpr auto kMarginBudget = milliseconds(12);  // margins between two training steps
constexpr auto kMarginBudgetIdle = milliseconds(25);
constexpr auto kStatusEvery = milliseconds(250);
constexpr auto kJobsEvery = milliseconds(50);

std::string first_characters(const std::string& text, std::size_t bytes) {
    std::size_t end = std::min(bytes, text.size());
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return text.substr(0, end);
}

template <typename Session, typename Wish>
concept Handles = requires(Session& session, const Wish& wish) {
    session.handle(wish);
};

/// Hands a wish to the one session that knows it.
template <typename Wish, typename... Session>
void hand_over(const Wish& wish, Session&... session) {
    static_assert((int{Handles<Session, Wish>} + ...) == 1,
                  "every command belongs to exactly one session");
    const auto offer = [&](auto& one) {
        if constexpr (Handles<decltype(one), Wish>) one.handle(wish);
    };
    (offer(session), ...);
}

}  // namespace

struct Engine::Worker::Sessions {
    explicit Sessions(Worker& worker)
        : jobs(worker),
          decode(worker),
          document(worker, decode.session(), worker.options_.state_folder),
          probability(decode.session()),
          shelf(worker, jobs, worker.options_.threads,
                {[this](const auto& model, const auto& label, const auto& stage, const auto& path) {
                     decode.show_model(model, label, stage, path);
                 },
                 [this] { train.publish(); }}),
          train(worker, shelf, worker.options_.rescue_folder, [this] { decode.weights_changed(); }),
          path(worker, shelf, worker.options_.program),
          playground(worker),
          tour(worker, {shelf, decode, document, path, playground}, worker.options_.tour_places,
               [this](const Command& command) { handle(command); }),
          opener(worker, shelf, decode, document, path, playground, tour),
          seeds(worker, jobs, shelf, decode, worker.options_.threads),
          robustness(worker, jobs, shelf, worker.options_.threads) {}

    void handle(const Command& command) {
        std::visit(
            [this](const auto& wish) {
                hand_over(wish, jobs, decode, document, probability, shelf, train, path, playground,
                          opener, seeds, robustness, tour);
            },
            command);
    }

    UnsavedWork unsaved_work() const {
        UnsavedWork work = train.unsaved_work();
        const UnsavedWork cells = path.unsaved_work();
        if (cells.any()) work.sentence += (work.any() ? "\n" : "") + cells.sentence;
        const UnsavedWork plane = playground.unsaved_work();
        if (plane.any()) work.sentence += (work.any() ? "\n" : "") + plane.sentence;
        const UnsavedWork text = document.unsaved_work();
        if (text.any()) work.sentence += (work.any() ? "\n" : "") + text.sentence;
        work.session = text.session;
        return work;
    }

    void describe(StatusFrame& frame) const {
        frame.jobs = jobs.statuses();
        if (train.running()) return train.describe(frame);
        if (path.running()) return path.describe(frame);
        frame.activity = decode.playing() ? "decoding" : "idle";
        if (frame.jobs.empty()) return;
        frame.activity = frame.jobs.back().what;
        frame.progress = frame.jobs.back().progress;
        frame.eta_secs = frame.jobs.back().eta_secs;
    }

    bool idle() const {
        return !train.running() && decode.idle() && !path.running() && !playground.busy() &&
               jobs.idle();
    }

    JobBoard jobs;
    DecodeCommands decode;
    DocumentCommands document;
    ProbabilityCommands probability;
    ModelShelf shelf;
    TrainSession train;
    PathSession path;
    PlaygroundSession playground;
    TourSession tour;
    FileOpener opener;
    StageSeeds seeds;
    RobustnessSession robustness;
};

Engine::Worker::Worker(EngineOptions options)
    : options_(std::move(options)), events_(kEventCapacity), log_(kLogCapacity) {
    thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

Engine::Worker::~Worker() { stop(); }

void Engine::Worker::stop() {
    thread_.request_stop();
    commands_.close();
    if (thread_.joinable()) thread_.join();
}

void Engine::Worker::send(Command command) {
    idle_.sent();
    commands_.push(std::move(command));
}

void Engine::Worker::run(std::stop_token stop) {
    set_compute_threads(options_.threads);
    Sessions all(*this);
    open_first(all);
    while (!stop.stop_requested()) {
        take_commands(all);
        const bool goes_on = turn(all);
        publish_status(all);
        idle_.set_idle(!goes_on && all.idle() && commands_.empty());
        if (goes_on) continue;
        const auto pause = all.jobs.idle() && !all.path.running() ? milliseconds(500) : kJobsEvery;
        commands_.wait_for(
            std::min({pause, all.decode.time_to_next(), all.playground.time_to_next()}));
    }
    guarded("saving the training", [&] { all.train.save_at_end(); });
    guarded("keeping the text", [&] { all.document.keep_last(); });
    all.path.stop_and_wait();
}

void Engine::Worker::open_first(Sessions& all) {
    if (!guarded("reading the text", [&] { all.shelf.load_text(options_.text); }))
        guarded("reading the text", [&] { all.shelf.load_text(""); });
    const bool own_text = !all.shelf.corpus_path().empty() && !all.shelf.corpus()->text.empty();
    const std::string opening =
        own_text ? all.shelf.corpus()->text : generate_story(kBuiltInCorpusSeed + 1, 0);
    all.decode.handle(SetPrompt{options_.prompt.empty() ? first_characters(opening, kPromptLength)
                                                        : options_.prompt});
    if (!guarded("loading the model", [&] { all.shelf.load(options_.model); }) &&
        !options_.model.empty()) {
        const std::string problem = message_.get().text;
        guarded("loading the model", [&] { all.shelf.load(""); });
        tell_error(problem + " The small trained model is shown instead.");
    }
    all.document.begin();
    guarded("opening the Playground", [&] { all.playground.begin(); });
    if (options_.autoplay) all.decode.handle(PlayDecode{});
    // Something to look at in Path until the user runs one.
    if (has_asset(kPathAsset))
        guarded("opening the finished path", [&] { all.path.handle(OpenPath{""}); });
}

void Engine::Worker::take_commands(Sessions& all) {
    while (const auto queued = commands_.try_pop()) {
        if (!*queued) continue;
        guarded("", [&] { all.handle(**queued); });
        all.document.note(**queued);
        idle_.done();  // its frames come at the end of this turn
    }
    guarded("", [&] { all.jobs.collect(); });
    all.decode.collect();
    guarded("keeping the text", [&] { all.document.collect(); });
}

bool Engine::Worker::turn(Sessions& all) {
    bool trained = false;
    guarded("training", [&] { trained = all.train.step_once(); });
    guarded("decoding", [&] {
        if (all.decode.play_once()) all.document.note(PlayDecode{});
    });
    guarded("descending in the Playground", [&] { all.playground.play_once(); });
    const bool margins_left = capture(all, trained);
    return trained || margins_left;
}

bool Engine::Worker::capture(Sessions& all, bool trained) {
    all.path.publish();
    all.robustness.publish();
    all.playground.publish();
    const auto began = Clock::now();
    if (trained && began - captured_ < kCaptureEvery) return false;
    bool left = false;
    // While it trains only the shown workspace is captured; at rest all of it costs nothing.
    if (!trained || all.decode.wanted_while_training()) {
        guarded("measuring the text", [&] {
            if (trained && began - refreshed_ > kLiveModelEvery) {
                all.train.refresh_shown_model();
                refreshed_ = began;
            }
            left = all.decode.capture(trained ? kMarginBudget : kMarginBudgetIdle, !trained);
        });
    }
    guarded("following the tour", [&] { all.tour.look(); });
    if (trained) all.train.publish();
    unsaved_.update([&](UnsavedWork& work) { work = all.unsaved_work(); });
    captured_ = Clock::now();
    all.train.add_capture_secs(std::chrono::duration<double>(captured_ - began).count());
    return left;
}

// ---- what goes up

void Engine::Worker::publish(const std::function<void(Frames&)>& change) {
    frames_.update(change);
    if (options_.on_frame) options_.on_frame();
}

void Engine::Worker::publish_status(const Sessions& all) {
    const auto shown = frames_.get().status;
    const LogLine said = message_.get();
    const bool news =
        !shown || shown->message != said.text || shown->message_is_error != said.error;
    if (!news && Clock::now() - status_at_ < kStatusEvery) return;
    status_at_ = Clock::now();
    auto frame = std::make_shared<StatusFrame>();
    frame->version = ++status_version_;
    frame->device = all.shelf.device();
    frame->threads = options_.threads;
    frame->message = said.text;
    frame->message_is_error = said.error;
    all.describe(*frame);
    const bool same = !news && shown->activity == frame->activity && frame->jobs.empty() &&
                      shown->jobs.empty() && shown->progress == frame->progress;
    if (same)
        frames_.update([&](Frames& slots) { slots.status = std::move(frame); });
    else
        publish([&](Frames& slots) { slots.status = std::move(frame); });
}

bool Engine::Worker::guarded(const std::string& doing, const std::function<void()>& work) {
    try {
        with_torch_errors(work);
        return true;
    } catch (const std::exception& error) {
        tell_error(doing.empty() ? error.what() : "While " + doing + ": " + error.what());
        return false;
    }
}

void Engine::Worker::say(LogLine line) {
    message_.update([&](LogLine& last) { last = line; });
    log_.push(std::move(line));
}

}  // namespace marginscope
