// The worker that owns the model: commands in, frames out. This header knows nothing of torch.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "engine/exchange/unsaved_work.h"

namespace marginscope {

struct EngineOptions {
    std::string model;    // checkpoint or run folder; "" is the small trained model
    std::string text;     // corpus; "" is the built-in story corpus
    std::string prompt;   // "" begins a story
    std::string program;  // the executable that path cells run; "" is this one
    // Where a training without a run folder is kept when the program ends; "": nowhere.
    std::string rescue_folder;
    // Where copies of the document against a crash and the last document go; "": nowhere.
    std::string state_folder;
    TourPlaces tour_places;  // what a tour may point at; empty: anything
    int threads = 2;
    bool autoplay = false;           // decode at once
    std::function<void()> on_frame;  // called on the worker after each publication; must not block
};

/// One thread that owns every tensor. Training, decoding and captures take turns on it; path cells
/// are child processes.
class Engine {
public:
    /// Starts the thread and returns at once; loading is reported by frames. Never throws for bad
    /// files: they are messages.
    explicit Engine(EngineOptions options);
    ~Engine();  // stop()
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Queues a wish; any thread, never blocks for work in progress.
    void send(Command command);
    void send(CommandList commands);

    /// Stops at the next step boundary, saves what trains (into its run folder, or the rescue
    /// folder), ends jobs and path children, joins. Any thread but the worker's, more than once;
    /// what is sent afterwards is not done.
    void stop();

    /// The latest frames; any thread, costs a few pointer copies.
    Frames frames() const;

    /// Moves out what has come since the last call, in order; one consumer.
    std::vector<TrainingEvent> take_training_events();
    std::vector<LogLine> take_log();

    /// What would be lost or cut short by quitting now, in words.
    UnsavedWork unsaved_work() const;
    bool has_unsaved_work() const { return unsaved_work().any(); }

    /// Waits until all commands sent so far are done and nothing plays or trains, or the time is
    /// over. For commands and tests.
    bool wait_until_idle(double timeout_secs);

private:
    class Worker;
    std::unique_ptr<Worker> worker_;
};

}  // namespace marginscope
