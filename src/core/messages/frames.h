// All that flows up from the engine: plain structs of numbers that never change once published.
//
// A frame is published as shared_ptr<const Frame>, latest wins.
#pragma once

#include <memory>

#include "core/messages/attention.h"
#include "core/messages/boundary.h"
#include "core/messages/branches.h"
#include "core/messages/decode.h"
#include "core/messages/document.h"
#include "core/messages/holes.h"
#include "core/messages/margins.h"
#include "core/messages/particles.h"
#include "core/messages/path.h"
#include "core/messages/playground_frame.h"
#include "core/messages/robustness.h"
#include "core/messages/status.h"
#include "core/messages/train.h"
#include "core/messages/train_news.h"
#include "core/messages/twin.h"
#include "core/messages/why.h"

namespace marginscope {

struct TourFrame;  // core/messages/tour.h

/// All frames of one moment; any may be null before its first publication.
struct Frames {
    std::shared_ptr<const DecodeFrame> decode;
    std::shared_ptr<const MarginFrame> margins;
    std::shared_ptr<const AttentionFrame> attention;
    std::shared_ptr<const BoundaryFrame> boundary;
    std::shared_ptr<const HistoryFrame> history;
    std::shared_ptr<const BranchFrame> branches;
    std::shared_ptr<const TwinFrame> twin;
    std::shared_ptr<const WhyFrame> why;
    std::shared_ptr<const HolesFrame> holes;         // null: none
    std::shared_ptr<const ParticleFrame> particles;  // null: none
    std::shared_ptr<const TrainingFrame> training;
    std::shared_ptr<const TrainingFrame> fork;  // the second run; null: none
    std::shared_ptr<const PathFrame> path;
    std::shared_ptr<const RobustnessFrame> robustness;
    std::shared_ptr<const PlaygroundFrame> playground;
    std::shared_ptr<const TourFrame> tour;
    std::shared_ptr<const StatusFrame> status;
    bool operator==(const Frames&) const = default;
};

}  // namespace marginscope
