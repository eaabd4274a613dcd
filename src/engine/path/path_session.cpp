// Wishes about the path, and what it shows.
#include "engine/path/path_session.h"

#include <ctime>
#include <filesystem>
#include <utility>

#include "core/error.h"
#include "engine/path/path_cells.h"
#include "engine/path/path_init.h"
#include "files/paths.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

std::string new_path_folder() {
    char stamp[32];
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    std::strftime(stamp, sizeof stamp, "path-%Y%m%d-%H%M%S", &local);
    return (user_state_dir() / stamp).string();
}

std::string this_program() {
    const fs::path self = executable_path();
    return self.empty() ? "marginscope" : self.string();
}

/// The finished path that comes with the program: of its cells the results are kept.
bool is_example(const std::string& folder) {
    std::error_code none;
    return !folder.empty() && has_asset(kPathAsset) &&
           fs::equivalent(folder, asset_path(kPathAsset), none);
}

/// Of some finished cells only the results are kept: UserError says how to have the model again.
void refuse_without_weights(const PathFrame* path, const std::string& run) {
    if (path == nullptr || fs::exists(fs::path(run) / "fitted.safetensors") ||
        fs::exists(fs::path(run) / "final.safetensors"))
        return;
    for (const PathCell& cell : path->cells)
        if (cell.run == run && cell.status == CellStatus::done) {
            PathCell anew = cell;
            anew.run = fs::path(run).filename().string();  // where the user stands
            throw UserError("Of this cell the results are kept, not the weights. Train it again: " +
                            train_line(path->plan, anew, "marginscope"));
        }
}

}  // namespace

PathSession::PathSession(SessionContext& context, ModelShelf& shelf, std::string program)
    : context_(context),
      shelf_(shelf),
      program_(program.empty() ? this_program() : std::move(program)) {}

void PathSession::publish() {
    if (!path_) return;
    auto frame = path_->frame();
    const auto shown = context_.frames().path;
    if (shown && shown->folder == frame->folder && shown->version >= frame->version) return;
    context_.publish([&](Frames& all) { all.path = std::move(frame); });
}

void PathSession::describe(StatusFrame& frame) const {
    const auto path = path_->frame();
    frame.activity = "running the path";
    frame.progress = path->progress;
    frame.eta_secs = path->eta_secs;
}

UnsavedWork PathSession::unsaved_work() const {
    if (!running()) return {};
    return {"A path runs in " + path_->frame()->folder +
                ". Quitting stops it; what its cells have done is kept and it can be started again "
                "there.",
            ""};
}

void PathSession::handle(const StartPath& wish) {
    if (running()) throw UserError("A path is running; stop it before another begins.");
    PathPlan plan = wish.plan;
    if (plan.folder.empty()) plan.folder = new_path_folder();
    if (is_example(plan.folder))
        throw UserError("The example path cannot be extended; plan another with its settings.");
    // A path that goes on keeps its text, whatever the window reads by now.
    const bool goes_on = fs::exists(fs::path(plan.folder) / "plan.json");
    if (plan.text.empty() && !goes_on) plan.text = shelf_.corpus_path();
    if (!plan.text.empty()) plan.text = readable_text(plan.text, plan.folder);
    take_init(plan);
    path_.reset();
    path_ = std::make_unique<PathRun>(plan, program_, [this] { context_.wake(); });
    context_.tell("The path runs in " + plan.folder + ".");
    // Whatever was shown of the same folder before, and however often it was judged anew.
    context_.publish([&](Frames& all) { all.path = path_->frame(); });
}

void PathSession::handle(const StopPath&) {
    if (path_) path_->request_stop();
}

void PathSession::handle(const OpenPath& wish) {
    if (running()) throw UserError("A path is running; stop it before another is opened.");
    auto opened = open_path(wish.folder.empty() ? asset_path(kPathAsset).string() : wish.folder);
    path_.reset();
    context_.publish([&](Frames& all) { all.path = std::move(opened); });
}

void PathSession::handle(const SetCleanLossRule& wish) {
    if (path_) path_->set_max_clean_loss(wish.max_clean_loss);
    const auto shown = context_.frames().path;
    if (!shown) return;
    auto changed = std::make_shared<PathFrame>(*shown);
    changed->max_clean_loss = wish.max_clean_loss;
    conclude(*changed);
    changed->version = shown->version + 1;
    context_.publish([&](Frames& all) { all.path = std::move(changed); });
}

void PathSession::handle(const LoadPathCell& wish) {
    // The fitted copy of a cell is the one that can be compared.
    const fs::path fitted = fs::path(wish.run) / "fitted.safetensors";
    refuse_without_weights(context_.frames().path.get(), wish.run);
    shelf_.load(fs::exists(fitted) ? fitted.string() : wish.run);
}

}  // namespace marginscope
