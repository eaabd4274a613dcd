// Keeping and thinning.
#include "engine/train/moments.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "files/run_folder.h"
#include "nn/model/checkpoint.h"

namespace marginscope {
namespace {

std::size_t bytes_of(const Model& model) {
    return static_cast<std::size_t>(model.gpt.parameter_count()) * sizeof(float);
}

std::vector<CheckpointFile> checkpoints_in(const std::filesystem::path& folder) {
    if (folder.empty() || RunFolder::inspect(folder) != RunFolderState::kRun) return {};
    return RunFolder::open(folder).list_checkpoints();
}

}  // namespace

Moments::Moments(std::filesystem::path folder) : folder_(std::move(folder)) {}

void Moments::keep(const Model& model) {
    if (!kept_.empty() && model.step < kept_.back().step + apart_) return;
    kept_.push_back({model.step, std::make_shared<const Model>(model.clone())});
    const std::size_t most =
        std::clamp<std::size_t>(kMostBytes / std::max<std::size_t>(1, bytes_of(model)), 2, kMost);
    if (kept_.size() <= most) return;
    apart_ *= 2;
    // Every other one goes; the first and the new last stay as far apart as they should be.
    std::vector<Moment> thinned;
    for (Moment& one : kept_)
        if (thinned.empty() || one.step >= thinned.back().step + apart_)
            thinned.push_back(std::move(one));
    kept_ = std::move(thinned);
}

std::vector<std::int64_t> Moments::steps() const {
    std::set<std::int64_t> all;
    for (const Moment& one : kept_) all.insert(one.step);
    for (const CheckpointFile& file : checkpoints_in(folder_)) all.insert(file.step);
    return {all.begin(), all.end()};
}

std::shared_ptr<const Model> Moments::at(std::int64_t step) const {
    for (const Moment& one : kept_)
        if (one.step == step) return one.model;
    for (const CheckpointFile& file : checkpoints_in(folder_))
        if (file.step == step) return std::make_shared<const Model>(load_model(file.path));
    throw UserError("No model of step " + std::to_string(step) + " was kept.");
}

Moments Moments::fork(std::filesystem::path folder) const {
    Moments own = *this;
    own.folder_ = std::move(folder);
    return own;
}

}  // namespace marginscope
