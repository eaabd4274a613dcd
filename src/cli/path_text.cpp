// The lines of a path: its cells, their paired differences, the proposal.
#include "cli/path_text.h"

#include <cstdio>
#include <set>

#include "cli/output.h"
#include "core/messages/recipe_words.h"
#include "core/messages/split_words.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

/// "own head, sigma learned" above its lines, where a path has several.
std::string recipe_line(const PathFrame& frame, const PathRecipe& recipe,
                        const PathRecipe* before) {
    std::set<PathRecipe> all;
    for (const PathCell& cell : frame.cells) all.insert(cell.recipe);
    if (all.size() < 2 || (before != nullptr && *before == recipe)) return "";
    return recipe_words(recipe) + "\n";
}

std::string paired_text(const PathFrame& frame) {
    if (frame.paired.empty()) return "";
    std::string out = "against lambda 0, same seeds: mean and 95 % interval; * tells it from 0\n";
    char text[256];
    const PathRecipe* before = nullptr;
    for (const PairedDifference& one : frame.paired) {
        out += recipe_line(frame, one.recipe, before);
        before = &one.recipe;
        std::snprintf(text, sizeof text, "%10.4g  noise %-7.4g %-16s %+6.2f %%  ", one.lambda,
                      one.train_noise, one.quantity.c_str(), 100 * one.mean);
        out += text;
        if (one.seeds < 2)
            std::snprintf(text, sizeof text, "(one seed)\n");
        else
            std::snprintf(text, sizeof text, "(%+.2f … %+.2f, %d seeds)%s\n", 100 * one.low,
                          100 * one.high, one.seeds, one.told() ? " *" : "");
        out += text;
    }
    return out;
}

std::string proposal_text(const PathFrame& frame) {
    if (!frame.proposal) return "";
    const PathProposal& proposal = *frame.proposal;
    if (!proposal.settled) return "no proposal: " + proposal.reason + "\n";
    return "proposal: lambda " + number_text(proposal.lambda) + ", " + proposal.rule + ": " +
           proposal.reason + "\n";
}

}  // namespace

std::string path_text(const PathFrame& frame) {
    std::string out =
        "    lambda       seed   noise  clean   noisy …  median sigma_min  share beyond\n";
    char text[256];
    const PathRecipe* before = nullptr;
    for (const PathCell& cell : frame.cells) {
        out += recipe_line(frame, cell.recipe, before);
        before = &cell.recipe;
        std::snprintf(text, sizeof text, "%10.4g %10lld %7.4g  ", cell.lambda,
                      static_cast<long long>(cell.seed), cell.train_noise);
        out += text;
        if (!cell.clean_ce) {
            out += cell.status == CellStatus::failed ? "failed: " + cell.sentence + "\n"
                                                     : "not done\n";
            continue;
        }
        std::snprintf(text, sizeof text, "%.4f  ", *cell.clean_ce);
        out += text;
        for (const auto& [sigma, ce] : cell.noisy_ce) {
            std::snprintf(text, sizeof text, "%g: %.4f  ", sigma, ce);
            out += text;
        }
        for (const auto& [sigma, ce] : cell.noisy_ce_relative) {
            std::snprintf(text, sizeof text, "%g RMS: %.4f  ", sigma, ce);
            out += text;
        }
        std::snprintf(text, sizeof text, "%8.3f  %6.1f %%  done\n", cell.sigma_min_median,
                      cell.share_beyond * 100);
        out += text;
    }
    out += paired_text(frame);
    for (const SeedSplit& split : frame.splits) out += split_sentence(split) + "\n";
    return out + proposal_text(frame);
}

}  // namespace marginscope
