// Models of a training as they were at earlier steps, to look back at.
//
// Kept in memory, the further apart the longer the run: at most kMost, in at most kMostBytes; and
// beside them whatever checkpoints its run folder has. No torch in this header; the worker's thread
// only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace marginscope {

struct Model;

class Moments {
public:
    static constexpr std::size_t kMost = 64;
    static constexpr std::size_t kMostBytes = std::size_t{128} << 20;

    /// "": no folder.
    explicit Moments(std::filesystem::path folder = {});

    /// Copies the model where a moment is due: from the first step on, each time the distance that
    /// the bounds leave has passed.
    void keep(const Model& model);
    /// In order.
    std::vector<std::int64_t> steps() const;
    /// UserError where there is none of that step, or its file cannot be read.
    std::shared_ptr<const Model> at(std::int64_t step) const;
    /// What a fork shares with its parent; nothing is copied.
    Moments fork(std::filesystem::path folder) const;

private:
    struct Moment {
        std::int64_t step = 0;
        std::shared_ptr<const Model> model;
    };
    std::filesystem::path folder_;
    std::vector<Moment> kept_;
    std::int64_t apart_ = 1;  // steps from one to the next
};

}  // namespace marginscope
