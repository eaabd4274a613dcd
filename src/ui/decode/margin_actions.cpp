// Which margin the window shows, by key, menu and palette.
#include <algorithm>

#include "ui/decode/decode_actions.h"
#include "ui/decode/decode_view.h"

namespace marginscope {
namespace {

SetView& asked(const ActionContext& c) { return c.state.view<DecodeView>().boundary.request; }

bool has_margins(const ActionContext& c) {
    return c.frames.margins != nullptr && c.frames.margins->measurable();
}

Action margin_kind(std::string id, std::string name, MarginKind kind) {
    return {.id = std::move(id),
            .menu = "Model",
            .name = std::move(name),
            .checked = [kind](const ActionContext& c) { return asked(c).kind == kind; },
            .run = [kind](ActionContext& c) { asked(c).kind = kind; }};
}

Action margin_view(std::string id, std::string name, MarginView view) {
    return {.id = std::move(id),
            .menu = "Model",
            .name = std::move(name),
            .checked = [view](const ActionContext& c) { return asked(c).view == view; },
            .run = [view](ActionContext& c) { asked(c).view = view; }};
}

Action support_count(std::string id, std::string name, int by) {
    return {.id = std::move(id),
            .menu = "Model",
            .name = std::move(name),
            .enabled = has_margins,
            .run = [by](ActionContext& c) {
                asked(c).support = std::clamp(asked(c).support + by, 1, kMostSupport);
            }};
}

}  // namespace

std::vector<Action> margin_actions() {
    return {
        margin_kind("model.determinant", "Margin: determinant, log|det J|",
                    MarginKind::determinant),
        margin_kind("model.singular", "Margin: singular, σ_min", MarginKind::singular),
        margin_kind("model.geometric", "Margin: geometric, a distance", MarginKind::geometric),
        margin_view("model.stage_view", "Margins of the fitted stage", MarginView::stage),
        margin_view("model.heads_view", "Margins of the nearest head", MarginView::heads),
        margin_view("model.layer_view", "Margins of the nearest layer", MarginView::layer),
        support_count("model.more_support", "One support token more", 1),
        support_count("model.less_support", "One support token less", -1),
        {.id = "model.fit_seeds",
         .menu = "Model",
         .name = "Fit five stages of other seeds",
         .enabled = has_margins,
         .run = [](ActionContext& c) { c.out.push_back(FitStageSeeds{}); }},
    };
}

}  // namespace marginscope
