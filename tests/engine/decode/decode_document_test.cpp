// The document: equality, its JSON and back, refusals of what is none.
#include "engine/decode/decode_document.h"

#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <random>
#include <string>

#include "core/error.h"

namespace marginscope {
namespace {

class Random {
public:
    explicit Random(unsigned seed) : bits_(seed) {}
    int below(int bound) { return static_cast<int>(bits_() % static_cast<unsigned>(bound)); }
    bool coin() { return below(2) == 1; }
    double number() { return std::ldexp(static_cast<double>(bits_()) - 2e9, below(60) - 60); }
    std::uint64_t word() { return (static_cast<std::uint64_t>(bits_()) << 32) | bits_(); }
    std::string character() {
        static const std::vector<std::string> kAll = {
            "a", " ", "\n", "\"", "\\", "\t", "\u00e9", "\u201c", "\U0001F600", "\x01"};
        return kAll[static_cast<std::size_t>(below(static_cast<int>(kAll.size())))];
    }
    std::string text(int longest) {
        std::string all;
        for (int k = below(longest + 1); k > 0; --k) all += character();
        return all;
    }

private:
    std::mt19937 bits_;
};

DecodeTree random_tree(Random& random) {
    std::vector<DecodeNode> nodes(static_cast<std::size_t>(1 + random.below(40)));
    for (std::size_t id = 0; id < nodes.size(); ++id) {
        nodes[id].parent = id == 0 ? -1 : random.below(static_cast<int>(id));
        nodes[id].text = random.character();
        if (random.below(4) == 0) nodes[id].name = random.text(8);
        nodes[id].folded = random.below(5) == 0;
        nodes[id].pruned = random.below(5) == 0;
        if (id > 0 && random.coin())
            nodes[static_cast<std::size_t>(nodes[id].parent)].preferred_child =
                static_cast<int>(id);
    }
    const int cursor = random.below(static_cast<int>(nodes.size()));
    return DecodeTree::of_nodes(std::move(nodes), cursor);
}

DecodeDocument random_document(unsigned seed) {
    Random random(seed);
    DecodeDocument made;
    made.prompt = random.text(60);
    if (random.below(10) > 0) made.tree = random_tree(random);
    made.sampling = {.temperature = std::abs(random.number()),
                     .top_k = random.below(50),
                     .top_p = (1 + random.below(100)) / 100.0,
                     .min_margin = random.coin() ? std::optional(random.number()) : std::nullopt,
                     .min_margin_kind = static_cast<MarginKind>(random.below(3)),
                     .allow_beyond = random.coin(),
                     .seed = random.word()};
    if (random.coin())
        made.sampling.chooser = {.margin_weight = random.number(),
                                 .noise_draws = random.below(kMostNoiseDraws),
                                 .noise_sigma = std::abs(random.number()),
                                 .noise_relative = random.coin(),
                                 .abstain_entropy = random.number(),
                                 .abstain_probability = random.below(100) / 100.0,
                                 .best_of = 1 + random.below(9),
                                 .best_by = static_cast<BestBy>(random.below(3))};
    made.noise = {std::abs(random.number()), random.coin(), random.word()};
    made.noise.where = static_cast<NoisePlace>(random.below(3));
    for (int k = random.below(4), at = 0; k > 0; --k)
        made.noise.positions.push_back(at += 1 + random.below(9));
    made.noise.draws = 1 + random.below(kMostTwinDraws);
    made.noise.frozen = random.coin();
    for (int k = random.below(4); k > 0 && !made.tree.empty(); --k) {
        std::vector<double>& delta = made.drags[random.below(made.tree.size())];
        delta.assign(static_cast<std::size_t>(1 + random.below(8)), 0.0);
        for (double& value : delta) value = random.number();
    }
    made.view.index = random.below(30) - 1;
    made.view.plane = static_cast<PlaneKind>(random.below(4));
    made.view.plane_token_a = random.below(9) - 1;
    made.view.kind = static_cast<MarginKind>(random.below(3));
    made.view.support = random.below(9);
    made.view.windows = static_cast<WindowRule>(random.below(3));
    made.view.zoom = static_cast<float>(1 + random.below(100)) / 7.0F;
    made.model = {random.text(12), random.text(12), random.text(12)};
    for (int id = 0; id < made.tree.size() && random.coin(); ++id)
        if (random.coin()) made.holes.push_back(id);
    if (!made.tree.empty() && random.coin()) {
        made.particles.emplace();
        made.particles->node = random.below(made.tree.size());
        made.particles->settings = {random.below(kMostParticles), 1 + random.below(90),
                                    random.below(100) / 8.0};
        made.particles->sampling = made.sampling;
    }
    if (!made.tree.empty()) made.compared = random.below(made.tree.size() + 1) - 1;
    return made;
}

TEST(DecodeDocument, ComesBackFromJsonAsItWas) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        const DecodeDocument document = random_document(seed);
        const std::string json = document_to_json(document);
        const DecodeDocument back = document_from_json(json, "a document");
        ASSERT_EQ(back, document) << json;
        ASSERT_EQ(document_to_json(back), json);
    }
}

TEST(DecodeDocument, AChooserThatIsNotSetLeavesNoTrace) {
    DecodeDocument document = random_document(5);
    document.sampling.chooser = {};
    EXPECT_EQ(document_to_json(document).find("chooser"), std::string::npos);
    document.sampling.chooser.margin_weight = 1;
    EXPECT_NE(document_to_json(document).find("chooser"), std::string::npos);
}

TEST(DecodeDocument, EveryPartCountsInEquality) {
    DecodeDocument document = random_document(5);
    document.tree.reset(characters_of("abc"));
    const std::vector<std::function<void(DecodeDocument&)>> changes = {
        [](auto& d) { d.prompt = d.prompt.get() + "x"; },
        [](auto& d) { d.tree.advance("x"); },
        [](auto& d) { d.sampling.temperature += 1; },
        [](auto& d) { d.sampling.allow_beyond = !d.sampling.allow_beyond; },
        [](auto& d) { d.sampling.chooser.best_of += 1; },
        [](auto& d) { d.sampling.chooser.abstain_margin = 0.25; },
        [](auto& d) { d.noise.seed += 1; },
        [](auto& d) { d.noise.positions.push_back(1000); },
        [](auto& d) { d.noise.frozen = !d.noise.frozen; },
        [](auto& d) {
            d.drags[0] = {1, 2};
        },
        [](auto& d) {
            d.view.windows = WindowRule::slide;
            d.view.index += 100;
        },
        [](auto& d) { d.model.path += "x"; },
        [](auto& d) { d.model.hash += "0"; },
        [](auto& d) { d.tree.prune(2, true); },
        [](auto& d) { d.holes.push_back(1000); },
        [](auto& d) {
            d.particles.emplace();
            d.particles->node = 2;
        },
        [](auto& d) { d.compared = d.compared == 1 ? 2 : 1; }};
    for (const auto& change : changes) {
        DecodeDocument other = document;
        EXPECT_EQ(other, document);
        change(other);
        EXPECT_NE(other, document);
        EXPECT_NE(document_to_json(other), document_to_json(document));
    }
}

TEST(DecodeDocument, TextsAreCharactersNotTokenIds) {
    DecodeDocument document;
    document.prompt = "h\u00e9\n";
    document.tree.reset(characters_of(document.prompt.get()));
    const std::string json = document_to_json(document);
    EXPECT_NE(json.find("h\u00e9\\n"), std::string::npos) << json;
    EXPECT_EQ(document_from_json(json, "it").tree.text(), document.prompt.get());
}

TEST(DecodeDocument, WhatIsNoneIsRefusedInASentence) {
    const auto sentence_of = [](const std::string& json) -> std::string {
        try {
            document_from_json(json, "session.mscope");
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    };
    for (
        const std::string json :
        {"",
         "[]",
         "{}",
         R"({"format":2})",
         R"({"format":1,"prompt":3})",
         R"({"format":1,"nodes":[{"text":"a","parent":4}],"cursor":0})",
         R"({"format":1,"nodes":[{"text":"a","parent":-1}],"cursor":7})",
         R"({"format":1,"nodes":[{"text":"a","parent":1e99}],"cursor":0})",
         R"({"format":1,"nodes":{},"cursor":0})",
         R"({"format":1,"nodes":[7],"cursor":0})",
         R"({"format":1,"sampling":{"top_p":2}})",
         R"({"format":1,"sampling":{"temperature":"hot"}})",
         R"({"format":1,"sampling":{"chooser":{"best_of":0}}})",
         R"({"format":1,"sampling":{"chooser":{"noise_draws":-1}}})",
         R"({"format":1,"sampling":{"chooser":{"abstain_probability":2}}})",
         R"({"format":1,"nodes":[{"text":"a","parent":-1}],"cursor":0,"holes":[1]})",
         R"({"format":1,"nodes":[{"text":"a","parent":-1}],"cursor":0,"holes":[0,0]})",
         R"({"format":1,"nodes":[{"text":"a","parent":-1}],"cursor":0,"holes":{}})",
         R"({"format":1,"nodes":[{"text":"a","parent":-1}],"cursor":0,"particles":{"node":3}})",
         R"({"format":1,"nodes":[{"text":"a","parent":-1}],"cursor":0,"particles":{"tokens":-3}})",
         R"({"format":1,"nodes":[{"text":"a","parent":-1}],"cursor":0,"particles":7})",
         R"({"format":1,"view":{"kind":"angular"}})",
         R"({"format":1,"noise":{"sigma":-1}})",
         R"({"format":1,"noise":{"draws":0}})",
         R"({"format":1,"noise":{"positions":[3,3]}})",
         R"({"format":1,"noise":{"where":"head"}})",
         R"({"format":1,"nodes":[{"text":"a","parent":-1}],"cursor":0,"drags":[{"node":4,"delta":[1]}]})",
         R"({"format":1,"nodes":[{"text":"a","parent":-1}],"cursor":0,"drags":[{"node":0,"delta":["x"]}]})"})
        EXPECT_NE(sentence_of(json).find("session.mscope"), std::string::npos)
            << json << " -> " << sentence_of(json);
}

TEST(DecodeDocument, DamagedJsonNeverDoesMoreThanRefuse) {
    std::mt19937 random(9);
    int read = 0;
    for (unsigned round = 0; round < 2000; ++round) {
        std::string json = document_to_json(random_document(round % 40));
        for (unsigned change = 0; change <= round % 3; ++change)
            json[random() % json.size()] = static_cast<char>(random() % 256);
        if (round % 5 == 0) json.resize(random() % json.size());
        try {
            const DecodeDocument document = document_from_json(json, "it");
            EXPECT_EQ(document_from_json(document_to_json(document), "it"), document);
            ++read;
        } catch (const UserError&) {
        }
    }
    EXPECT_GT(read, 20) << "some damage leaves a document";
}

}  // namespace
}  // namespace marginscope
