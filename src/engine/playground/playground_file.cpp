// Field by field, with the range of each.
#include "engine/playground/playground_file.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/playground/linear_svm.h"
#include "core/shown.h"
#include "files/atomic_file.h"
#include "files/folder_listing.h"
#include "files/json_numbers.h"
#include "files/paths.h"

namespace marginscope {
namespace {

using nlohmann::json;

constexpr const char* kFolder = "playground";

std::string number(double value) { return dump_json(json(value)); }

class Reader {
public:
    Reader(const json& object, std::string source) : object_(object), source_(std::move(source)) {}

    [[noreturn]] void refuse(const std::string& field, const std::string& expected,
                             const json* found) const {
        throw UserError(
            "The field " + shown(field) + " of " + source_ + " must be " + expected +
            (found == nullptr ? "; it is missing." : "; it is " + shown(dump_json(*found)) + "."));
    }

    const json* find(const std::string& field) const {
        const auto at = object_.find(field);
        return at == object_.end() ? nullptr : &*at;
    }

    double number_in(const json& value, const std::string& field, double least, double most) const {
        const double given = value.is_number() ? value.get<double>() : std::nan("");
        if (!(given >= least && given <= most))
            refuse(field, "a number from " + number(least) + " to " + number(most), &value);
        return given;
    }
    void number_field(const std::string& field, double least, double most, double& value) const {
        if (const json* found = find(field)) value = number_in(*found, field, least, most);
    }

    PlanarPoint point(const json& value, const std::string& field) const {
        if (!value.is_array() || value.size() != 2) refuse(field, "a place [x, y]", &value);
        return {number_in(value[0], field, -kPlaneHalf, kPlaneHalf),
                number_in(value[1], field, -kPlaneHalf, kPlaneHalf)};
    }
    std::vector<PlanarPoint> points(const std::string& field, int least, int most) const {
        const json* found = find(field);
        const bool right = found != nullptr && found->is_array() &&
                           static_cast<int>(found->size()) >= least &&
                           static_cast<int>(found->size()) <= most;
        if (!right)
            refuse(field,
                   "a list of " + std::to_string(least) + " to " + std::to_string(most) +
                       " places, as in [[0, 1], [1, 0.5]]",
                   found);
        std::vector<PlanarPoint> all;
        for (std::size_t k = 0; k < found->size(); ++k)
            all.push_back(point((*found)[k], field + "[" + std::to_string(k) + "]"));
        return all;
    }

    void no_others(const std::set<std::string>& known) const {
        for (const auto& [name, ignored] : object_.items())
            if (!known.contains(name))
                throw UserError("There is a field " + shown(name) + " in " + source_ +
                                ", which a playground does not have.");
    }

    /// The object of that name; nothing where it is missing or null.
    const json* object(const std::string& field) const {
        const json* found = find(field);
        if (found == nullptr || found->is_null()) return nullptr;
        if (!found->is_object()) refuse(field, "an object", found);
        return found;
    }
    const std::string& source() const { return source_; }

private:
    const json& object_;
    std::string source_;
};

void read_map(const Reader& reader, PlanarMatrix& a) {
    const json* found = reader.find("A");
    const auto row = [](const json& one) { return one.is_array() && one.size() == 2; };
    if (found == nullptr || !found->is_array() || found->size() != 2 || !row((*found)[0]) ||
        !row((*found)[1]))
        reader.refuse("A", "two rows of two numbers, as in [[1, 0], [0, 1]]", found);
    for (std::size_t k = 0; k < 4; ++k)
        a[k] = reader.number_in((*found)[k / 2][k % 2], "A", -kLargestEntry, kLargestEntry);
}

void read_pull(const Reader& all, BarrierPull& pull) {
    const json* object = all.object("pull");
    if (object == nullptr) return;
    const Reader reader(*object, "\"pull\" in " + all.source());
    reader.no_others({"target", "lambda", "sigma"});
    if (const json* target = reader.find("target")) pull.target = reader.point(*target, "target");
    reader.number_field("lambda", 0, kLargestLambda, pull.lambda);
    reader.number_field("sigma", kLeastPullSigma, kMostPullSigma, pull.sigma);
}

void read_svm(const Reader& all, SvmSet& svm) {
    const json* object = all.object("svm");
    if (object == nullptr) return;
    const Reader reader(*object, "\"svm\" in " + all.source());
    reader.no_others({"points", "labels", "C"});
    svm.points = reader.points("points", 0, kMostSvmPoints);
    const json* labels = reader.find("labels");
    if (labels == nullptr || !labels->is_array() || labels->size() != svm.points.size())
        reader.refuse("labels", "a list of as many labels as there are points", labels);
    for (const json& label : *labels) {
        if (label != 1 && label != -1) reader.refuse("labels", "a list of 1 and -1", &label);
        svm.labels.push_back(label.get<int>());
    }
    reader.number_field("C", kLeastC, kMostC, svm.c);
}

json places(const std::vector<PlanarPoint>& points) {
    json all = json::array();
    for (const PlanarPoint& p : points) all.push_back({p.x, p.y});
    return all;
}

}  // namespace

std::string playground_text(const PlaygroundDocument& document) {
    json object = {{"tokens", places(document.tokens)},
                   {"A", {{document.a[0], document.a[1]}, {document.a[2], document.a[3]}}},
                   {"scale", document.scale},
                   {"strict", document.strict},
                   {"asked", document.asked},
                   {"noise", document.noise},
                   {"pull",
                    {{"target", {document.pull.target.x, document.pull.target.y}},
                     {"lambda", document.pull.lambda},
                     {"sigma", document.pull.sigma}}}};
    if (!document.title.empty()) object["title"] = document.title;
    if (document.svm != SvmSet{})
        object["svm"] = {{"points", places(document.svm.points)},
                         {"labels", document.svm.labels},
                         {"C", document.svm.c}};
    return dump_json(object, 2) + "\n";
}

PlaygroundDocument playground_from_text(std::string_view text, const std::string& source) {
    const json object = parse_json(text, source);
    if (!object.is_object())
        throw UserError(source + " must hold a JSON object with \"tokens\" and \"A\".");
    const Reader reader(object, source);
    reader.no_others({"title", "tokens", "A", "scale", "strict", "asked", "noise", "pull", "svm"});
    PlaygroundDocument document;
    if (const json* title = reader.find("title")) {
        if (!title->is_string()) reader.refuse("title", "a text", title);
        document.title = shortened(title->get<std::string>());
    }
    document.tokens = reader.points("tokens", kLeastTokens, kMostTokens);
    read_map(reader, document.a);
    reader.number_field("scale", 0, kLargestScale, document.scale);
    if (const json* strict = reader.find("strict")) {
        if (!strict->is_boolean()) reader.refuse("strict", "true or false", strict);
        document.strict = strict->get<bool>();
    }
    document.asked = document.size() - 1;
    if (const json* asked = reader.find("asked")) {
        const auto whole = whole_number(*asked, 0, document.size() - 1);
        if (!whole)
            reader.refuse("asked",
                          "the number of a token, 0 to " + std::to_string(document.size() - 1),
                          asked);
        document.asked = static_cast<int>(*whole);
    }
    reader.number_field("noise", 0, kMostNoise, document.noise);
    read_pull(reader, document.pull);
    read_svm(reader, document.svm);
    return document;
}

PlaygroundDocument read_playground(const std::filesystem::path& file) {
    if (file == "-")
        return playground_from_text(std::string{std::istreambuf_iterator<char>(std::cin), {}},
                                    "the standard input");
    return playground_from_text(dump_json(read_json_file(file, "playground")), shown_path(file));
}

PlaygroundDocument open_playground(const std::string& name) {
    if (!is_preset(name)) return read_playground(name);
    return read_playground(asset_path(std::string(kFolder) + "/" + name + ".json"));
}

void write_playground(const std::filesystem::path& file, const PlaygroundDocument& document) {
    write_file_atomically(file, playground_text(document));
}

std::vector<std::string> playground_presets() {
    std::vector<std::string> names;
    if (!has_asset(kFolder)) return names;
    for (const ListedFile& file : list_folder(asset_path(kFolder)).files) {
        const std::filesystem::path path = file.name;
        if (!file.folder && path.extension() == ".json") names.push_back(path.stem().string());
    }
    return names;
}

bool is_preset(const std::string& name) {
    const std::vector<std::string> names = playground_presets();
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace marginscope
