// What flows down to the engine: wishes of panels and of the command line, taken between two steps.
//
// A command has a name (`kName`) and shows its fields by name (`fields`): event log, palette,
// sessions and tours write it so (files/command_json.h). std only; any thread.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/messages/boundary.h"
#include "core/messages/branches.h"
#include "core/messages/decode.h"
#include "core/messages/document.h"
#include "core/messages/holes.h"
#include "core/messages/model.h"
#include "core/messages/particles.h"
#include "core/messages/path.h"
#include "core/messages/playground.h"
#include "core/messages/robustness.h"
#include "core/messages/tour_commands.h"
#include "core/messages/train.h"
#include "core/messages/twin.h"
#include "core/messages/view.h"

namespace marginscope {

using Command = std::variant<
    LoadModel, LoadText, OpenFile, SaveModel, FitStage, FitStageSeeds, CancelJob, SetPrompt,
    StepDecode, JumpDecode, GoToNode, ChooseToken, PlayDecode, SetSampling, SetDecodeNoise, SetView,
    DragToken, ResetDrags, Undo, Redo, GoToStep, EditText, RestartDecode, RenameBranch, FoldBranch,
    PruneBranch, CompareBranch, SetHole, ClearHoles, SetParticles, TakeParticle, SaveSession,
    OpenLast, DiscardLeftBehind, StartTraining, PauseTraining, ResumeTraining, StepTraining,
    TrainUntil, StopTraining, SaveTraining, SetLive, ForkTraining, CloseFork, ShowTraining,
    ResumeRun, StartPath, StopPath, OpenPath, SetCleanLossRule, LoadPathCell, StartRobustness,
    StopRobustness, MovePlaygroundToken, AddPlaygroundToken, RemovePlaygroundToken,
    AskPlaygroundToken, SetPlaygroundMap, SetPlaygroundAxes, SetPlaygroundAttention,
    SetPlaygroundPull, SetPlaygroundNoise, PointPlayground, PlayPlayground, StepPlayground,
    MoveSvmPoint, AddSvmPoint, RemoveSvmPoint, SetSvmCost, OpenPlayground, SavePlayground,
    UndoPlayground, RedoPlayground, StartTour, GoToTourStep, AnswerPrediction, EndTour>;
using CommandList = std::vector<Command>;

namespace command_details {

struct Nothing {
    void operator()(const auto&...) const {}
};

template <typename T>
concept Named = requires(T command) {
    { T::kName } -> std::convertible_to<std::string_view>;
    T::fields(command, Nothing{});
};

template <typename List>
struct Each;
template <typename... Alternatives>
struct Each<std::variant<Alternatives...>> {
    static_assert((Named<Alternatives> && ...), "every command has a name and shows its fields");
    static constexpr std::array<std::string_view, sizeof...(Alternatives)> kNames = {
        Alternatives::kName...};

    static std::optional<Command> named(std::string_view name) {
        std::optional<Command> found;
        ((name == Alternatives::kName ? void(found = Alternatives{}) : void()), ...);
        return found;
    }
};

}  // namespace command_details

/// Every command's name, in the order of the variant.
inline constexpr const auto& kCommandNames = command_details::Each<Command>::kNames;

inline std::string_view command_name(const Command& command) {
    return kCommandNames[command.index()];
}

/// The command of that name with its defaults; nothing for an unknown name.
inline std::optional<Command> command_named(std::string_view name) {
    return command_details::Each<Command>::named(name);
}

}  // namespace marginscope
