// What flows down to the engine: wishes of panels and of the command line, taken between two steps.
#pragma once

#include <variant>
#include <vector>

#include "core/messages/boundary.h"
#include "core/messages/decode.h"
#include "core/messages/model.h"
#include "core/messages/path.h"
#include "core/messages/train.h"
#include "core/messages/view.h"

namespace marginscope {

using Command =
    std::variant<LoadModel, LoadText, SaveModel, FitStage, SetPrompt, StepDecode, JumpDecode,
                 GoToNode, ChooseToken, PlayDecode, SetSampling, SetDecodeNoise, SetView, DragToken,
                 ResetDrags, StartTraining, PauseTraining, ResumeTraining, StepTraining, TrainUntil,
                 StopTraining, SetLive, ResumeRun, StartPath, StopPath, OpenPath, SetCleanLossRule,
                 LoadPathCell>;
using CommandList = std::vector<Command>;

}  // namespace marginscope
