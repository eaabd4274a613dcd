// Words of a usual length, and each kind of question.
#include "support/synthetic_tour.h"

namespace marginscope::synthetic {
namespace {

constexpr const char* kText =
    "Every character has a bar under it: how far it stands from the boundary where attention "
    "degenerates. Pink ones are beyond it. Of these 135 characters 31.2 % are.";

TourPrediction prediction(TourMoment moment) {
    TourPrediction asked;
    switch (moment) {
        case TourMoment::shelf:
        case TourMoment::words:
            return asked;
        case TourMoment::choice:
        case TourMoment::choice_answered:
            asked.kind = TourQuestion::choice;
            asked.question = "Under the other model, how many will be beyond the boundary?";
            asked.options = {"about as many", "none, or nearly none, of them",
                             "more, because the barrier pushes them across"};
            asked.quantity = TourQuantity::share_beyond;
            break;
        case TourMoment::number:
        case TourMoment::number_answered:
            asked.kind = TourQuestion::number;
            asked.question = "What share of the characters is beyond the boundary?";
            asked.quantity = TourQuantity::share_beyond;
            asked.tolerance = 5;
            break;
        case TourMoment::point:
            asked.kind = TourQuestion::point;
            asked.question = "Which character has the smallest margin?";
            asked.quantity = TourQuantity::support_token;
            break;
    }
    if (moment != TourMoment::choice_answered && moment != TourMoment::number_answered)
        return asked;
    asked.given = moment == TourMoment::choice_answered ? 0 : 55;
    asked.known = true;
    asked.answer = moment == TourMoment::choice_answered ? 1 : 31.25;
    asked.measured = 31.25;
    asked.after = "The barrier does not carry a character back across; it keeps it from going.";
    return asked;
}

}  // namespace

Frames with_tour(Frames frames, TourMoment moment, const char* workspace) {
    auto tour = std::make_shared<TourFrame>();
    tour->version = 1;
    for (const char* title : {"Support tokens", "Turning lambda_m", "What this does not show"})
        tour->shelf.push_back({std::string("tours/") + title + ".json",
                               title,
                               "That a few characters decide how near a whole text stands to the "
                               "boundary, and which they are.",
                               4,
                               {}});
    tour->shelf.back().faults = {{12, "There is no panel 'decode.txt' in 'decode'."}};
    if (moment != TourMoment::shelf) {
        tour->on = true;
        tour->entered = 1;
        tour->file = tour->shelf.front().file;
        tour->title = "Support tokens";
        tour->steps = {"A text and its margins", "Which one is the weakest?", "Drag it",
                       "Another takes over"};
        tour->step = 1;
        tour->text = kText;
        tour->workspace = workspace;
        if (std::string(workspace) == "decode") tour->panels = {"decode.text", "decode.boundary"};
        tour->prediction = prediction(moment);
        if (moment == TourMoment::words || tour->prediction.given)
            tour->numbers = {{TourQuantity::share_beyond, 31.25, 40.5},
                             {TourQuantity::support_logdet, {}, {}},
                             {TourQuantity::support_token, 17, 17}};
    }
    frames.tour = tour;
    return frames;
}

}  // namespace marginscope::synthetic
