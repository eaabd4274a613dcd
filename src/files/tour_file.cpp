// What a tour may name, and where tours lie.
#include "files/tour_file.h"

#include <algorithm>
#include <system_error>

#include "core/error.h"
#include "files/fd.h"
#include "files/paths.h"

namespace marginscope {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMostBytes = 1 << 20;
constexpr const char* kFolder = "tours";

template <typename... Wish>
bool is_one_of(const Command& command) {
    return (std::holds_alternative<Wish>(command) || ...);
}

std::optional<TourQuantity> quantity_named(std::string_view name) {
    const auto& names = kEnumNames<TourQuantity>;
    const auto at = std::ranges::find(names, name);
    if (at == names.end()) return std::nullopt;
    return static_cast<TourQuantity>(at - names.begin());
}

}  // namespace

std::string tour_text(const fs::path& file) { return read_file(file, "a tour", kMostBytes); }

std::vector<TourQuantity> quantities_in(std::string_view text, std::vector<std::string>* unknown) {
    std::vector<TourQuantity> found;
    for (auto open = text.find('{'); open != std::string_view::npos;
         open = text.find('{', open + 1)) {
        const auto close = text.find('}', open);
        const std::string_view name =
            close == std::string_view::npos ? "" : text.substr(open + 1, close - open - 1);
        if (const auto quantity = quantity_named(name))
            found.push_back(*quantity);
        else if (unknown != nullptr)
            unknown->emplace_back(name);
    }
    return found;
}

std::string_view tour_refusal(const Command& command) {
    if (is_one_of<LoadModel, SetPrompt, StepDecode, JumpDecode, GoToNode, ChooseToken, PlayDecode,
                  SetSampling, SetDecodeNoise, SetView, ResetDrags, EditText, RestartDecode,
                  RenameBranch, FoldBranch, PruneBranch, CompareBranch, SetHole, ClearHoles,
                  SetParticles, TakeParticle, OpenPath, SetCleanLossRule, LoadPathCell,
                  MovePlaygroundToken, AddPlaygroundToken, RemovePlaygroundToken,
                  AskPlaygroundToken, SetPlaygroundMap, SetPlaygroundAxes, SetPlaygroundAttention,
                  SetPlaygroundPull, SetPlaygroundNoise, PlayPlayground, StepPlayground,
                  MoveSvmPoint, AddSvmPoint, RemoveSvmPoint, SetSvmCost, OpenPlayground>(command))
        return {};
    if (is_one_of<DragToken>(command))
        return "a drag is measured in the plane that is shown, which the tour cannot know; ask for "
               "it in words";
    if (is_one_of<StartTour, GoToTourStep, AnswerPrediction, EndTour>(command))
        return "a step cannot lead the tour itself";
    return "it writes files, or changes trainings, paths or jobs, of which there is no copy to "
           "give back; ask for it in words";
}

std::vector<fs::path> shipped_tours() {
    std::vector<fs::path> files;
    if (!has_asset(kFolder)) return files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(asset_path(kFolder), error))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

fs::path tour_path(const std::string& given) {
    std::error_code error;
    if (fs::is_regular_file(given, error)) return given;
    std::string names;
    for (const fs::path& file : shipped_tours()) {
        // "02-support-tokens.json" is known as support-tokens, too.
        const std::string stem = file.stem().string();
        const auto dash = stem.find('-');
        const std::string name = dash == std::string::npos ? stem : stem.substr(dash + 1);
        if (given == stem || given == name) return file;
        names += (names.empty() ? "" : ", ") + name;
    }
    throw UserError("There is no file and no tour " + shown(given) +
                        (names.empty() ? "." : "; those that ship: " + names + "."),
                    2);
}

}  // namespace marginscope
