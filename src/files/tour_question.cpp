// The question of a step: what is asked, and from which quantities its answer comes.
#include "core/shown.h"
#include "files/json_numbers.h"
#include "files/tour_parts.h"

namespace marginscope {

using nlohmann::json;

// "quantity" of an object, with "since" and "minus".
TourValue TourParts::value(const TourPart& part, int step) {
    TourValue made;
    if (!part.has("quantity"))
        fault(part.path, "\"quantity\" is missing: what the answer is read from.");
    else if (const auto of = quantity(part.at("quantity")))
        made.quantity = *of;
    if (part.has("minus")) made.minus = quantity(part.at("minus"));
    if (!part.has("since")) return made;
    const json& since = part.value["since"];
    if (const auto number = whole_number(since, 1, step))
        made.since = static_cast<int>(*number) - 1;
    else
        fault(part.path + "/since", "\"since\" is the number of a step before this one.");
    return made;
}

TourOption TourParts::option(const TourPart& part, int step) {
    TourOption made;
    if (!allow(part, {"text", "quantity", "since", "minus", "from", "below"})) return made;
    made.words = text(part, "text", true);
    made.value = value(part, step);
    made.from = number(part, "from");
    made.below = number(part, "below");
    if (!made.from && !made.below)
        fault(part.path, "An option says when it is true: \"from\", \"below\" or both.");
    if (made.from && made.below && !(*made.from < *made.below))
        fault(part.path + "/below", "\"below\" must be above \"from\".");
    return made;
}

std::vector<TourOption> TourParts::choice(const TourPart& list, int step) {
    std::vector<TourOption> options;
    if (!list.value.is_array() || list.value.size() < 2 || list.value.size() > 6) {
        fault(list.path, "\"choice\" is a list of two to six options.");
        return options;
    }
    for (std::size_t k = 0; k < list.value.size(); ++k) options.push_back(option(list.at(k), step));
    return options;
}

TourAsk TourParts::ask(const TourPart& part, int step) {
    TourAsk made;
    if (!allow(part, {"question", "choice", "number", "point", "after"})) return made;
    made.question = text(part, "question", true);
    made.after = text(part, "after", false);
    const int kinds = part.has("choice") + part.has("number") + part.has("point");
    if (kinds != 1) {
        fault(part.path, "A question has one of \"choice\", \"number\" and \"point\".");
        return made;
    }
    if (part.has("choice")) {
        made.kind = TourQuestion::choice;
        made.options = choice(part.at("choice"), step);
        return made;
    }
    made.kind = part.has("number") ? TourQuestion::number : TourQuestion::point;
    const TourPart what = part.at(made.kind == TourQuestion::number ? "number" : "point");
    if (!allow(what, {"quantity", "since", "minus", "tolerance"})) return made;
    made.value = value(what, step);
    made.tolerance = number(what, "tolerance").value_or(0);
    if (made.tolerance < 0) fault(what.path + "/tolerance", "\"tolerance\" is 0 or more.");
    if (made.kind == TourQuestion::number && !what.has("tolerance"))
        fault(what.path, "\"tolerance\" is missing: how near is right.");
    if (made.kind == TourQuestion::point && !words_of(made.value.quantity).character)
        fault(what.path, "A point is a character of the text, as support_token is.");
    return made;
}

}  // namespace marginscope
