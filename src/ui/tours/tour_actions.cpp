// Page keys: those of a presenter's remote control.
#include "ui/tours/tour_actions.h"

#include "ui/tours/tour_view.h"

namespace marginscope {
namespace {

bool runs(const ActionContext& c) { return running_tour(c.frames) != nullptr; }
bool has_next(const ActionContext& c) {
    return runs(c) && c.frames.tour->step + 1 < static_cast<int>(c.frames.tour->steps.size());
}
bool has_previous(const ActionContext& c) { return runs(c) && c.frames.tour->step > 0; }

bool is_asked(const ActionContext& c, TourQuestion kind) {
    return runs(c) && c.frames.tour->prediction.kind == kind && !c.frames.tour->prediction.given;
}
bool has_answer(const ActionContext& c) {
    return is_asked(c, TourQuestion::number) ||
           (is_asked(c, TourQuestion::point) &&
            selected_index(c.state.selection, c.frames.decode.get()) >= 0);
}

// The selected character, or the field for a number.
void answer(ActionContext& c) {
    if (is_asked(c, TourQuestion::number))
        c.state.view<TourView>().to_number = true;
    else
        c.out.push_back(AnswerPrediction{
            static_cast<double>(selected_index(c.state.selection, c.frames.decode.get()))});
}

template <int Option>
bool has_option(const ActionContext& c) {
    return is_asked(c, TourQuestion::choice) &&
           Option < static_cast<int>(c.frames.tour->prediction.options.size());
}

template <int Option>
Action option_action() {
    constexpr char kDigit = '1' + Option;
    return {.id = std::string("tours.option_") + kDigit,
            .menu = "Tours",
            .name = std::string("Answer ") + kDigit,
            .keys = {static_cast<ImGuiKey>(ImGuiKey_1 + Option)},
            .enabled = has_option<Option>,
            .run = [](ActionContext& c) { c.out.push_back(AnswerPrediction{Option}); }};
}

void go(ActionContext& c, int by, bool anew = false) {
    c.out.push_back(GoToTourStep{c.frames.tour->step + by, anew});
}

}  // namespace

const std::vector<Action>& tour_actions() {
    static const std::vector<Action> table = {
        {.id = "tours.next",
         .menu = "Tours",
         .name = "Next step",
         .keys = {ImGuiKey_PageDown},
         .in_text = true,
         .enabled = has_next,
         .run = [](ActionContext& c) { go(c, 1); }},
        {.id = "tours.previous",
         .menu = "Tours",
         .name = "Step before",
         .keys = {ImGuiKey_PageUp},
         .in_text = true,
         .enabled = has_previous,
         .run = [](ActionContext& c) { go(c, -1); }},
        {.id = "tours.anew",
         .menu = "Tours",
         .name = "This step anew",
         .keys = {ImGuiMod_Shift | ImGuiKey_PageUp},
         .in_text = true,
         .enabled = runs,
         .run = [](ActionContext& c) { go(c, 0, true); }},
        {.id = "tours.answer",
         .menu = "Tours",
         .name = "Answer with the selected character, or type the number",
         .keys = {ImGuiKey_Enter},
         .enabled = has_answer,
         .run = answer},
        option_action<0>(),
        option_action<1>(),
        option_action<2>(),
        option_action<3>(),
        option_action<4>(),
        option_action<5>(),
        {.id = "tours.end",
         .menu = "Tours",
         .name = "End the tour",
         .keys = {ImGuiMod_Ctrl | ImGuiKey_End},
         .enabled = runs,
         .run = [](ActionContext& c) { c.out.push_back(EndTour{}); }},
    };
    return table;
}

}  // namespace marginscope
