// Reading a tour's JSON piece by piece, with a fault and its line for each piece that does not
// serve. Internal to the reader of tours; one thread.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "files/json_line_numbers.h"
#include "files/tour_file.h"

namespace marginscope {

/// One value of the file and where it stands.
struct TourPart {
    const nlohmann::json& value;
    std::string path;

    TourPart at(const std::string& name) const { return {value.at(name), path + "/" + name}; }
    TourPart at(std::size_t k) const { return {value.at(k), path + "/" + std::to_string(k)}; }
    /// A member that is there and not null.
    bool has(const char* name) const;
};

class TourParts {
public:
    TourParts(const JsonLineNumbers& lines, std::vector<TourFault>& faults)
        : lines_(lines), faults_(faults) {}

    void fault(const std::string& path, const std::string& sentence);
    /// False, and a fault, when it is no object; each member that is not known is one.
    bool allow(const TourPart& part, std::initializer_list<std::string_view> known);
    /// A text, or a list of texts that follow each other; the quantities in it are checked.
    std::string text(const TourPart& part, const char* name, bool needed);
    std::optional<TourQuantity> quantity(const TourPart& part);
    std::optional<double> number(const TourPart& part, const char* name);
    /// The question of step number `step`, from 0.
    TourAsk ask(const TourPart& part, int step);

    const JsonLineNumbers& lines() const { return lines_; }

private:
    TourValue value(const TourPart& part, int step);
    TourOption option(const TourPart& part, int step);
    std::vector<TourOption> choice(const TourPart& list, int step);

    const JsonLineNumbers& lines_;
    std::vector<TourFault>& faults_;
};

}  // namespace marginscope
