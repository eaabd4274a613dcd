// A document as JSON and back.
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>

#include "core/error.h"
#include "engine/decode/decode_document.h"
#include "files/command_json.h"
#include "files/json_numbers.h"
#include "text/utf8.h"

namespace marginscope {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;
constexpr std::size_t kWidest = 65536;  // of a drag

/// Reads the fields of one object; every refusal names the document and the field.
class Fields {
public:
    Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {
        if (!object.is_object()) refuse("", "an object", object);
    }

    void text(const char* name, std::string& out) const {
        const json* found = find(name);
        if (found == nullptr) return;
        if (!found->is_string()) refuse(name, "a text", *found);
        out = found->get<std::string>();
    }
    void flag(const char* name, bool& out) const {
        const json* found = find(name);
        if (found == nullptr) return;
        if (!found->is_boolean()) refuse(name, "true or false", *found);
        out = found->get<bool>();
    }
    template <typename Integer>
    void integer(const char* name, Integer& out) const {
        const json* found = find(name);
        if (found == nullptr) return;
        const bool fits =
            found->is_number_integer() &&
            (found->is_number_unsigned() ? std::in_range<Integer>(found->get<std::uint64_t>())
                                         : std::in_range<Integer>(found->get<std::int64_t>()));
        if (!fits) refuse(name, "a whole number in range", *found);
        out = found->get<Integer>();
    }
    const json* find(const char* name) const {
        const auto at = object_.find(name);
        return at == object_.end() || at->is_null() ? nullptr : &*at;
    }
    [[noreturn]] void refuse(const std::string& name, const std::string& expected,
                             const json& found) const {
        std::string shown = found.dump(-1, ' ', true, json::error_handler_t::replace);
        if (shown.size() > 40) shown = shown.substr(0, 40) + "...";
        throw UserError(where_ + (name.empty() ? "" : ": \"" + name + "\"") + " should be " +
                        expected + "; found " + shown + ".");
    }
    const std::string& where() const { return where_; }

private:
    const json& object_;
    std::string where_;
};

json nodes_json(const DecodeTree& tree) {
    json nodes = json::array();
    for (int id = 0; id < tree.size(); ++id) {
        const DecodeNode& node = tree.node(id);
        json one = {{"text", node.text}, {"parent", node.parent}};
        if (node.preferred_child >= 0) one["next"] = node.preferred_child;
        if (!node.name.empty()) one["name"] = node.name;
        if (node.folded) one["folded"] = true;
        if (node.pruned) one["pruned"] = true;
        nodes.push_back(std::move(one));
    }
    return nodes;
}

DecodeTree tree_of(const Fields& fields) {
    const json* listed = fields.find("nodes");
    if (listed == nullptr) return {};
    if (!listed->is_array()) fields.refuse("nodes", "a list", *listed);
    std::vector<DecodeNode> nodes;
    for (const json& one : *listed) {
        DecodeNode& node = nodes.emplace_back();
        const Fields of_node(one, fields.where() + ", node " + std::to_string(nodes.size() - 1));
        of_node.text("text", node.text);
        of_node.integer("parent", node.parent);
        of_node.integer("next", node.preferred_child);
        of_node.text("name", node.name);
        of_node.flag("folded", node.folded);
        of_node.flag("pruned", node.pruned);
    }
    int cursor = -1;
    fields.integer("cursor", cursor);
    try {
        return DecodeTree::of_nodes(std::move(nodes), cursor);
    } catch (const UserError& error) {
        throw UserError(fields.where() + ": " + error.what());
    }
}

/// Settings are written as the commands that make them, without the command's name.
json settings_json(const Command& command) {
    json object = command_to_json(command);
    object.erase("command");
    return object;
}

template <typename Wish>
void read_settings(const Fields& fields, const char* name, Wish& wish) {
    const json* found = fields.find(name);
    if (found == nullptr) return;
    if (!found->is_object()) fields.refuse(name, "an object", *found);
    json object = *found;
    object["command"] = Wish::kName;
    wish = std::get<Wish>(command_from_json(object, fields.where() + ", " + name));
}

SamplingSettings sampling_of(const json& settings, const std::string& source) {
    const json object = {{"command", SetSampling::kName}, {"settings", settings}};
    const auto sampling =
        std::get<SetSampling>(command_from_json(object, source + ", sampling")).settings;
    if (sampling.temperature < 0 || sampling.top_k < 0 || !(sampling.top_p > 0) ||
        sampling.top_p > 1)
        throw UserError(source +
                        ", sampling: temperature and top_k should be 0 or more, top_p above 0 and "
                        "at most 1.");
    if (const std::string wrong = wrong_setting(sampling.chooser); !wrong.empty())
        throw UserError(source + ", sampling: " + wrong + ".");
    return sampling;
}

void check_noise(const SetDecodeNoise& noise, const std::string& source) {
    if (noise.sigma < 0) throw UserError(source + ", noise: \"sigma\" should be 0 or more.");
    if (noise.draws < 1 || noise.draws > kMostTwinDraws)
        throw UserError(source + ", noise: \"draws\" should be from 1 to " +
                        std::to_string(kMostTwinDraws) + ".");
    for (std::size_t k = 0; k < noise.positions.size(); ++k)
        if (noise.positions[k] < (k == 0 ? 0 : noise.positions[k - 1] + 1))
            throw UserError(source +
                            ", noise: \"positions\" should be indices of characters from 0 on, "
                            "each larger than the one before.");
}

json drags_json(const std::map<int, std::vector<double>>& drags) {
    json all = json::array();
    for (const auto& [node, delta] : drags) all.push_back({{"node", node}, {"delta", delta}});
    return all;
}

std::map<int, std::vector<double>> drags_of(const Fields& fields, const DecodeTree& tree) {
    std::map<int, std::vector<double>> drags;
    const json* listed = fields.find("drags");
    if (listed == nullptr) return drags;
    if (!listed->is_array()) fields.refuse("drags", "a list", *listed);
    for (const json& one : *listed) {
        const Fields of_drag(one, fields.where() + ", drag " + std::to_string(drags.size()));
        int node = -1;
        of_drag.integer("node", node);
        const json* delta = of_drag.find("delta");
        if (node < 0 || node >= tree.size()) of_drag.refuse("node", "a node of the tree", node);
        if (delta == nullptr || !delta->is_array() || delta->empty() || delta->size() > kWidest)
            of_drag.refuse("delta", "a list of numbers", delta ? *delta : json());
        std::vector<double>& values = drags[node];
        values.clear();
        for (const json& value : *delta) {
            if (!value.is_number()) of_drag.refuse("delta", "a list of numbers", value);
            values.push_back(value.get<double>());
        }
    }
    return drags;
}

std::vector<int> holes_of(const Fields& fields, const DecodeTree& tree) {
    std::vector<int> holes;
    const json* listed = fields.find("holes");
    if (listed == nullptr) return holes;
    if (!listed->is_array() || listed->size() > kMostHoles)
        fields.refuse("holes", "a list of at most " + std::to_string(kMostHoles) + " nodes",
                      *listed);
    for (const json& one : *listed) {
        const int least = holes.empty() ? 0 : holes.back() + 1;
        if (!one.is_number_integer() || one < least || one >= tree.size())
            fields.refuse("holes", "nodes of the tree, each larger than the one before", one);
        holes.push_back(one.get<int>());
    }
    return holes;
}

json particles_json(const ParticleWish& wish) {
    json all = settings_json(wish.settings);
    all["node"] = wish.node;
    all["sampling"] = settings_json(SetSampling{wish.sampling})["settings"];
    return all;
}

std::optional<ParticleWish> particles_of(const Fields& fields, const DecodeTree& tree,
                                         const std::string& source) {
    const json* found = fields.find("particles");
    if (found == nullptr) return std::nullopt;
    ParticleWish wish;
    const std::string where = source + ", particles";
    const Fields of_wish(*found, where);
    of_wish.integer("node", wish.node);
    if (!tree.holds(wish.node)) of_wish.refuse("node", "a node of the tree", wish.node);
    if (const json* sampling = of_wish.find("sampling"))
        wish.sampling = sampling_of(*sampling, where);
    json settings = *found;
    settings.erase("node");
    settings.erase("sampling");
    settings["command"] = SetParticles::kName;
    wish.settings = std::get<SetParticles>(command_from_json(settings, where));
    if (const std::string wrong = wrong_setting(wish.settings); !wrong.empty())
        throw UserError(where + ": " + wrong + ".");
    return wish;
}

}  // namespace

std::string document_to_json(const DecodeDocument& document) {
    json all = {{"format", kFormat},
                {"prompt", document.prompt.get()},
                {"nodes", nodes_json(document.tree)},
                {"cursor", document.tree.cursor()},
                {"sampling", settings_json(SetSampling{document.sampling})["settings"]},
                {"noise", settings_json(document.noise)},
                {"drags", drags_json(document.drags)},
                {"view", settings_json(document.view)},
                {"compared", document.compared},
                {"model",
                 {{"path", document.model.path},
                  {"label", document.model.label},
                  {"hash", document.model.hash}}}};
    // Written where something is asked for: what has neither is the file that it was.
    if (!document.holes.empty()) all["holes"] = document.holes;
    if (document.particles) all["particles"] = particles_json(*document.particles);
    return dump_json(all);
}

DecodeDocument document_from_json(const std::string& text, const std::string& source) {
    const json all = parse_json(text, source);
    const Fields fields(all, source);
    int format = 0;
    fields.integer("format", format);
    if (format != kFormat)
        throw UserError(source + " is a document of format " + std::to_string(format) +
                        "; this version reads format " + std::to_string(kFormat) + ".");
    DecodeDocument document;
    std::string prompt;
    fields.text("prompt", prompt);
    document.prompt = std::move(prompt);
    document.tree = tree_of(fields);
    if (const json* found = fields.find("sampling"))
        document.sampling = sampling_of(*found, source);
    read_settings(fields, "noise", document.noise);
    check_noise(document.noise, source);
    document.drags = drags_of(fields, document.tree);
    read_settings(fields, "view", document.view);
    document.holes = holes_of(fields, document.tree);
    document.particles = particles_of(fields, document.tree, source);
    fields.integer("compared", document.compared);
    if (document.compared < -1 || document.compared >= document.tree.size())
        fields.refuse("compared", "a node of the tree, or -1", document.compared);
    if (const json* found = fields.find("model")) {
        const Fields of_model(*found, source + ", model");
        of_model.text("path", document.model.path);
        of_model.text("label", document.model.label);
        of_model.text("hash", document.model.hash);
    }
    return document;
}

}  // namespace marginscope
