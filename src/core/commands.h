// What flows down to the engine: wishes of panels and of the command line, taken between two steps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/frames.h"
#include "core/run_config.h"
#include "core/sampling.h"
#include "core/margins.h"

namespace marginscope {

// Models and texts
struct LoadModel { std::string path; };   // checkpoint file or run folder; "" loads the small trained model
struct LoadText { std::string path; };    // corpus for training; "" is the built-in story corpus
struct SaveModel { std::string path; };   // the trained model as it is now
struct FitStage { int steps = 2000; };    // gives the loaded model a fitted stage

// Decode
struct SetPrompt { std::string text; };
struct StepDecode { int count = 1; };     // negative: back; forwards along the future already walked, then new tokens
struct JumpDecode { int index = 0; };     // the cursor goes behind this character of the line
struct GoToNode { int node = 0; };        // another branch of the tree
struct ChooseToken { int token = 0; };    // continue with this candidate: a new branch, or the existing one
struct PlayDecode { bool on = true; double tokens_per_s = 8.0; };
struct SetSampling { SamplingSettings settings; };
struct SetDecodeNoise { double sigma = 0; bool relative = true; std::uint64_t seed = 0; };

// View: what the panels show, so that nothing is computed that nobody looks at
enum class Workspace { decode, train, path };
struct SetView {
    Workspace workspace = Workspace::decode;
    int index = -1;                        // selected character; -1 follows the cursor
    PlaneKind plane = PlaneKind::nearest;
    int plane_token_a = -1, plane_token_b = -1;  // for two_tokens
    MarginKind kind = MarginKind::determinant;
    int support = 5;
    int grid = 256;                        // points a side of the boundary slice, once there was time for them
    float zoom = 1.0f;                     // 1: the slice shows the token, its boundary and its past
    bool operator==(const SetView&) const = default;
};

// Drags: (x, y) in the selected token's plane, added to its embedding; everything after it is recomputed
struct DragToken { int index = 0; PlanePoint to; };
struct ResetDrags {};

// Training
struct StartTraining { RunConfig config; bool from_loaded = false; std::string run_folder; };  // "" writes nothing
struct PauseTraining {};
struct ResumeTraining {};
struct StepTraining { int count = 1; };
struct TrainUntil { std::int64_t step = 0; };
struct StopTraining {};                    // ends the run; the trained model stays loaded
struct SetLive { std::string field; double value = 0; };  // field of the table, by name
struct ResumeRun { std::string folder; };

// Path
struct PathPlan {
    std::string folder;                    // "" chooses one
    std::string text;                      // "" is the built-in corpus
    std::vector<double> lambdas = {0, 0.005, 0.01, 0.02, 0.05, 0.1};
    std::vector<double> train_noises = {0};
    int seeds = 2;
    std::vector<double> sigmas = {0.02, 0.05, 0.1};    // absolute
    std::vector<double> relative_sigmas = {0.25, 0.5};  // in units of each model's embedding RMS
    bool relative = false;                              // which of the two the proposal looks at
    double max_clean_loss = 0.02;
    int jobs = 0;                          // 0: number of cores
    int positions = 4096;                  // for the margins of a finished cell
    int draws = 4;
    RunConfig config;
};
struct StartPath { PathPlan plan; };
struct StopPath {};
struct OpenPath { std::string folder; };
struct SetCleanLossRule { double max_clean_loss = 0.02; };
struct LoadPathCell { std::string run; };  // that model everywhere

using Command =
    std::variant<LoadModel, LoadText, SaveModel, FitStage, SetPrompt, StepDecode, JumpDecode, GoToNode, ChooseToken,
                 PlayDecode, SetSampling, SetDecodeNoise, SetView, DragToken, ResetDrags, StartTraining, PauseTraining,
                 ResumeTraining, StepTraining, TrainUntil, StopTraining, SetLive, ResumeRun, StartPath, StopPath,
                 OpenPath, SetCleanLossRule, LoadPathCell>;
using CommandList = std::vector<Command>;

}  // namespace marginscope
