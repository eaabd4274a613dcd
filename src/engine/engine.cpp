// The engine's face: everything is passed to the worker.
#include "engine/engine.h"

#include "engine/worker.h"

namespace marginscope {

Engine::Engine(EngineOptions options) : worker_(std::make_unique<Worker>(std::move(options))) {}
Engine::~Engine() = default;

void Engine::send(Command command) { worker_->send(std::move(command)); }

void Engine::send(CommandList commands) {
    for (Command& command : commands) worker_->send(std::move(command));
}

Frames Engine::frames() const { return worker_->frames(); }
std::vector<TrainingEvent> Engine::take_training_events() {
    return worker_->take_training_events();
}
std::vector<LogLine> Engine::take_log() { return worker_->take_log(); }
UnsavedWork Engine::unsaved_work() const { return worker_->unsaved_work(); }
void Engine::stop() { worker_->stop(); }
bool Engine::wait_until_idle(double timeout_secs) { return worker_->wait_until_idle(timeout_secs); }

}  // namespace marginscope
