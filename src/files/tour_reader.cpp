// From JSON to a tour; each mistake with its line.
#include <algorithm>

#include "core/error.h"
#include "core/shown.h"
#include "files/command_json.h"
#include "files/json_numbers.h"
#include "files/tour_parts.h"

namespace marginscope {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;
constexpr std::size_t kMostSteps = 50;

class TourReader {
public:
    TourReader(const JsonLineNumbers& lines, const TourPlaces& places, TourReading& out)
        : parts_(lines, out.faults), places_(places), out_(out) {}

    void read(const TourPart& file) {
        for (const std::string& path : parts_.lines().repeated())
            parts_.fault(path, "This is given twice; only the last counts.");
        if (!parts_.allow(file, {"tour", "title", "teaches", "steps"})) return;
        if (!file.has("tour"))
            parts_.fault(file.path, "The form's number is missing: \"tour\": 1.");
        else if (file.value["tour"] != kFormat)
            parts_.fault(file.path + "/tour",
                         "The form's number is 1; this version reads no other.");
        out_.tour.title = parts_.text(file, "title", true);
        out_.tour.teaches = parts_.text(file, "teaches", true);
        if (!file.has("steps") || !file.value["steps"].is_array() || file.value["steps"].empty())
            return parts_.fault(file.has("steps") ? file.path + "/steps" : file.path,
                                "A tour needs \"steps\", a list of at least one.");
        const TourPart steps = file.at("steps");
        if (steps.value.size() > kMostSteps)
            parts_.fault(steps.path,
                         "A tour has at most " + std::to_string(kMostSteps) + " steps.");
        for (std::size_t k = 0; k < std::min(steps.value.size(), kMostSteps); ++k) {
            out_.tour.steps.push_back(step(steps.at(k), static_cast<int>(k)));
        }
    }

private:
    void command(const TourPart& part, std::vector<Command>& out) {
        try {
            Command made = command_from_json(part.value, "this step");
            if (const std::string_view why = tour_refusal(made); !why.empty())
                return parts_.fault(part.path, "A tour cannot do " + shown(command_name(made)) +
                                                   ": " + std::string(why) + ".");
            out.push_back(std::move(made));
        } catch (const UserError& error) {
            parts_.fault(line_of_trouble(part), error.what());
        }
    }

    /// The field that does not serve, where one alone does not; else the command.
    static std::string line_of_trouble(const TourPart& part) {
        if (!part.has("command")) return part.path;
        for (const auto& [name, field] : part.value.items()) {
            if (name == "command") continue;
            try {
                command_from_json({{"command", part.value["command"]}, {name, field}}, "");
            } catch (const UserError&) {
                return part.path + "/" + name;
            }
        }
        return part.path + "/command";
    }

    void place(const TourPart& part, TourStep& made) {
        made.workspace = parts_.text(part, "workspace", false);
        const auto known = places_.find(made.workspace);
        if (!places_.empty() && !made.workspace.empty() && known == places_.end())
            parts_.fault(part.path + "/workspace",
                         "There is no workspace " + shown(made.workspace) + ".");
        if (!part.has("panels")) return;
        const TourPart panels = part.at("panels");
        if (!panels.value.is_array())
            return parts_.fault(panels.path, "\"panels\" is a list of the panels' ids.");
        if (made.workspace.empty())
            parts_.fault(panels.path, "A step that points at panels names its \"workspace\".");
        for (std::size_t k = 0; k < panels.value.size(); ++k) {
            const TourPart one = panels.at(k);
            const std::string id = one.value.is_string() ? one.value.get<std::string>() : "";
            if (id.empty() || (known != places_.end() &&
                               std::ranges::find(known->second, id) == known->second.end())) {
                parts_.fault(one.path, "There is no panel " + shown(id) + " in " +
                                           shown(made.workspace) + ".");
            } else {
                made.panels.push_back(id);
            }
        }
    }

    void selection(const TourPart& part, TourStep& made) {
        if (!part.has("select")) return;
        const TourPart select = part.at("select");
        if (!select.value.is_string()) {
            if (const auto index = whole_number(select.value, 0, 1 << 20))
                made.select = static_cast<int>(*index);
            else
                parts_.fault(select.path,
                             "\"select\" is the index of a character, from 0, or the name of "
                             "a quantity that is a character.");
            return;
        }
        made.select_what = parts_.quantity(select);
        if (made.select_what && !words_of(*made.select_what).character)
            parts_.fault(select.path, "That quantity is no character of the text.");
    }

    TourStep step(const TourPart& part, int number) {
        TourStep made;
        if (!parts_.allow(
                part, {"title", "text", "workspace", "panels", "set", "select", "numbers", "ask"}))
            return made;
        made.title = parts_.text(part, "title", true);
        made.text = parts_.text(part, "text", true);
        place(part, made);
        selection(part, made);
        if (part.has("set")) {
            const TourPart set = part.at("set");
            if (!set.value.is_array()) parts_.fault(set.path, "\"set\" is a list of commands.");
            for (std::size_t k = 0; set.value.is_array() && k < set.value.size(); ++k)
                command(set.at(k), made.set);
        }
        if (part.has("numbers")) {
            const TourPart list = part.at("numbers");
            if (!list.value.is_array())
                parts_.fault(list.path, "\"numbers\" is a list of quantities.");
            for (std::size_t k = 0; list.value.is_array() && k < list.value.size(); ++k)
                if (const auto one = parts_.quantity(list.at(k))) made.numbers.push_back(*one);
        }
        if (part.has("ask")) made.ask = parts_.ask(part.at("ask"), number);
        return made;
    }

    TourParts parts_;
    const TourPlaces& places_;
    TourReading& out_;
};

}  // namespace

TourReading read_tour(std::string_view text, const TourPlaces& places) {
    TourReading reading;
    json file;
    try {
        file = parse_json(text, "");
    } catch (const UserError&) {
        int line = 1;
        std::string what = "it nests too deeply.";
        try {
            const json ignored = json::parse(text);
        } catch (const json::parse_error& error) {
            line = line_at(text, error.byte > 0 ? error.byte - 1 : 0);
            what = "something is wrong here or just before, perhaps a comma or a quote.";
        } catch (const json::exception&) {
        }
        reading.faults.push_back({line, "This is not valid JSON: " + what});
        return reading;
    }
    const JsonLineNumbers lines(text);
    TourReader(lines, places, reading).read({file, ""});
    std::ranges::stable_sort(reading.faults, {}, &TourFault::line);
    return reading;
}

}  // namespace marginscope
