// Growing a path by the seeds that it needs.
#include "ui/path/add_seeds.h"

#include <algorithm>

#include "core/messages/more_seeds.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

std::string counted(int count, const char* one) {
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

/// A second seed of everything: without it nothing can be told at all.
SeedsToAdd second_seed(const PathFrame& path) {
    SeedsToAdd add{path.plan, 1, 0, {}};
    add.plan.seeds = 2;
    const std::size_t recipes =
        (path.plan.both_heads ? 2 : 1) * std::max<std::size_t>(1, path.plan.stage_sigmas.size());
    add.models =
        static_cast<int>(recipes * path.plan.lambdas.size() * path.plan.train_noises.size());
    return add;
}

}  // namespace

std::optional<SeedsToAdd> seeds_to_add(const PathFrame& path) {
    if (!path.proposal || path.proposal->settled) return std::nullopt;
    const PathProposal& proposal = *path.proposal;
    if (!proposal.seeds_needed)
        return proposal.pairs == 1 && path.plan.seeds == 1 ? std::optional(second_seed(path))
                                                           : std::nullopt;
    const bool several = path.plan.both_heads || path.plan.stage_sigmas.size() > 1;
    const auto recipe = several ? std::optional(proposal.recipe) : std::nullopt;
    const int total = proposal.pairs + *proposal.seeds_needed;
    SeedsToAdd add{path.plan, 0, 0, {0, proposal.open_lambda}};
    for (const double lambda : add.lambdas) {
        const int more = std::max(0, total - planned_seeds(path.plan, lambda, proposal.recipe));
        add.seeds = std::max(add.seeds, more);
        add.models += more;
    }
    if (add.models == 0) return std::nullopt;
    add.plan = with_more_seeds(path.plan, add.lambdas, recipe, total);
    return add;
}

void draw_add_seeds(const PathFrame& path, PanelContext& context) {
    const auto add = seeds_to_add(path);
    if (!add) return;
    const std::string words =
        "Add " + counted(add->seeds, "seed") + ": " + counted(add->models, "model");
    ImGui::BeginDisabled(path.running);
    if (ImGui::Button(words.c_str())) context.out.push_back(StartPath{add->plan});
    ImGui::EndDisabled();
    if (!ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) return;
    std::string where = "every lambda_m";
    if (!add->lambdas.empty()) where = "lambda_m 0 and " + format_number(add->lambdas.back());
    ImGui::SetTooltip("%s", path.running ? "The path runs; stop it or wait before it grows"
                                         : ("Trains and measures what is missing at " + where +
                                            ", in the same folder with the same settings")
                                               .c_str());
}

}  // namespace marginscope
