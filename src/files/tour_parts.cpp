// The pieces that every part of a tour is made of.
#include "files/tour_parts.h"

#include <algorithm>
#include <cmath>

#include "core/shown.h"

namespace marginscope {

using nlohmann::json;

namespace {

std::string with_article(const json& value) {
    if (value.is_object()) return "an object";
    if (value.is_array()) return "a list";
    if (value.is_string()) return "a text";
    if (value.is_boolean()) return "true or false";
    return value.is_null() ? "nothing" : "a number";
}

std::string no_quantity(const std::string& name) {
    return "There is no quantity " + shown(name) + "; docs/tours.md lists those there are.";
}

}  // namespace

bool TourPart::has(const char* name) const {
    return value.is_object() && value.contains(name) && !value.at(name).is_null();
}

void TourParts::fault(const std::string& path, const std::string& sentence) {
    faults_.push_back({lines_.line_of(path), sentence});
}

bool TourParts::allow(const TourPart& part, std::initializer_list<std::string_view> known) {
    if (!part.value.is_object()) {
        fault(part.path, "An object is expected here; this is " + with_article(part.value) + ".");
        return false;
    }
    for (const auto& [name, ignored] : part.value.items()) {
        if (std::ranges::find(known, name) != known.end()) continue;
        std::string all;
        for (const std::string_view one : known)
            all += (all.empty() ? "" : ", ") + std::string(one);
        fault(part.path + "/" + name, shown(name) + " is not known here; there are: " + all + ".");
    }
    return true;
}

std::string TourParts::text(const TourPart& part, const char* name, bool needed) {
    if (!part.has(name)) {
        if (needed) fault(part.path, std::string("\"") + name + "\" is missing.");
        return {};
    }
    const TourPart one = part.at(name);
    std::string words;
    if (one.value.is_string()) {
        words = one.value.get<std::string>();
    } else if (one.value.is_array()) {
        for (std::size_t k = 0; k < one.value.size(); ++k) {
            if (!one.value[k].is_string())
                fault(one.at(k).path, "A text is expected here.");
            else
                words += (words.empty() ? "" : " ") + one.value[k].get<std::string>();
        }
    } else {
        fault(one.path, "A text is expected here, or a list of texts; this is " +
                            with_article(one.value) + ".");
        return {};
    }
    if (needed && words.find_first_not_of(" \n\t") == std::string::npos)
        fault(one.path, std::string("\"") + name + "\" is empty.");
    std::vector<std::string> unknown;
    quantities_in(words, &unknown);
    for (const std::string& name_in : unknown) fault(one.path, no_quantity(name_in));
    return words;
}

std::optional<TourQuantity> TourParts::quantity(const TourPart& part) {
    const auto& names = kEnumNames<TourQuantity>;
    const auto at = part.value.is_string() ? std::ranges::find(names, part.value.get<std::string>())
                                           : names.end();
    if (at != names.end()) return static_cast<TourQuantity>(at - names.begin());
    fault(part.path, part.value.is_string() ? no_quantity(part.value.get<std::string>())
                                            : "The name of a quantity is expected here; this is " +
                                                  with_article(part.value) + ".");
    return std::nullopt;
}

std::optional<double> TourParts::number(const TourPart& part, const char* name) {
    if (!part.has(name)) return std::nullopt;
    const json& value = part.value[name];
    if (value.is_number() && std::isfinite(value.get<double>())) return value.get<double>();
    fault(part.path + "/" + name, "A number is expected here.");
    return std::nullopt;
}

}  // namespace marginscope
