// Commands that panels of Decode copy: a shell that runs them gets the numbers that are shown.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/process.h"
#include "engine/decode/document_bench.h"
#include "figures/decode/law_commands.h"
#include "figures/decode/law_words.h"
#include "figures/decode/sampling_words.h"

namespace marginscope {
namespace {

using nlohmann::json;

// Quotes, a line break and a blank at the end: what a shell would take for its own.
constexpr const char* kText = "It's \"Tom\"\nand Mia ";

class CopiedCommands : public testing::Test {
protected:
    void begin(const std::string& text = kText) {
        const std::filesystem::path model = folder_.path() / "the model.safetensors";
        save_model(*small_model(), model);
        bench.begin(text, model.string());
    }
    const DecodeFrame& decode() { return *(shown_ = bench.context.frames()).decode; }

    /// The JSON of `command`, which begins with the program's name.
    json run(const std::string& command) {
        EXPECT_TRUE(command.starts_with("marginscope ")) << command;
        const std::filesystem::path out = folder_.path() / "out.json";
        const std::filesystem::path script = folder_.path() / "script";
        std::ofstream(script) << "marginscope() { \"" << MARGINSCOPE_PROGRAM << "\" \"$@\"; }\n"
                              << command << " --threads 1 --json " << out << "\n";
        EXPECT_EQ(std::system(("bash " + script.string() + " > /dev/null 2>&1").c_str()), 0)
            << command;
        return json::parse(testing_support::read_text(out));
    }

    void expect_laws(const HolesFrame& holes, const json& found) {
        for (const HoleLaw& hole : holes.holes) {
            const json& law = found.at("marginals").at(std::to_string(hole.index));
            ASSERT_EQ(law.size(), hole.both.size());
            for (std::size_t token = 0; token < law.size(); ++token) {
                const float error =
                    hole.error.empty() ? kNoValue : law[token].at("error").get<float>();
                EXPECT_EQ(share_words(law[token].at("prob"), error),
                          share_words(hole.both[token],
                                      hole.error.empty() ? kNoValue : hole.error[token]))
                    << hole.index << " " << law[token];
            }
        }
        ASSERT_FALSE(holes.fillings.empty());
        for (std::size_t k = 0; k < holes.fillings.size(); ++k)
            EXPECT_NEAR(std::exp(found.at("law")[k].at("logprob").get<double>()),
                        holes.fillings[k].probability, 1e-5)
                << k;
    }

    testing_support::TemporaryFolder folder_;
    DocumentBench bench;
    Frames shown_;
};

TEST_F(CopiedCommands, OfHolesFindTheirLaws) {
    begin();
    for (const int index : {6, 12}) bench.send(SetHole{index, true});
    bench.settle_holes();
    const DecodeFrame& text = decode();
    const json found = run(subset_command(text, *shown_.holes));
    EXPECT_EQ(found.at("exact"), true);
    EXPECT_EQ(found.at("asked"), json({6, 12}));
    expect_laws(*shown_.holes, found);
}

// The usual mark stands in the text; beside a model that does not know it the command would refuse.
TEST_F(CopiedCommands, OfHolesTakeAnotherMarkWhereTheTextHasTheUsualOne) {
    begin("So _ it was");
    bench.send(SetHole{5, true});
    bench.settle_holes();
    DecodeFrame text = decode();
    EXPECT_EQ(subset_command(text, *shown_.holes), "");
    text.vocabulary = 1000;  // as if it knew
    const std::string command = subset_command(text, *shown_.holes);
    EXPECT_NE(command.find(" --pattern 'So _ ?t was' --mark '?'"), std::string::npos) << command;
}

TEST_F(CopiedCommands, OfSampledHolesDrawTheSameParticles) {
    begin("The cat sat on the mat");
    for (const int index : {5, 6, 9, 10}) bench.send(SetHole{index, true});
    bench.settle_holes();
    const DecodeFrame& text = decode();
    ASSERT_FALSE(shown_.holes->exact) << "too much to enumerate";
    EXPECT_EQ(shown_.holes->draws, 4096);
    for (const HoleLaw& hole : shown_.holes->holes) EXPECT_EQ(hole.error.size(), hole.both.size());
    EXPECT_TRUE(shown_.holes->holes[0].past_error.empty()) << "of one hole it is exact";
    const HoleLaw& last = shown_.holes->holes[3];  // sampled too where the machine is slow
    EXPECT_TRUE(last.past_error.empty() || last.past_error.size() == last.past.size());
    const json found = run(subset_command(text, *shown_.holes));
    EXPECT_EQ(found.at("method"), "sampled");
    expect_laws(*shown_.holes, found);
}

TEST_F(CopiedCommands, OfParticlesWriteTheSame) {
    begin();
    SamplingSettings sampling = bench.value().sampling;
    sampling.temperature = 1.1;
    sampling.top_k = 20;
    sampling.min_margin = -50.0;
    sampling.seed = 5;
    sampling.chooser.best_of = 3;  // of no particle
    bench.send(SetSampling{sampling});
    bench.send(SetParticles{32, 9, 0.25});
    bench.send(StepDecode{-4});  // they go on from where they were asked for
    const DecodeFrame& text = decode();
    const ParticleFrame& particles = *shown_.particles;
    const json found = run(particles_command(text, particles));
    std::map<std::string, double> weights;
    for (const json& one : found.at("particles"))
        if (one.at("weight") > 0.0) weights[one.at("text")] += one.at("weight").get<double>();
    ASSERT_EQ(weights.size(), particles.rows.size());
    for (const ParticleRow& row : particles.rows)
        EXPECT_NEAR(weights.at(row.text), row.weight, 1e-5) << row.text;
    EXPECT_NEAR(found.at("log_z").get<double>(), particles.log_z, 1e-4);
    EXPECT_EQ(found.at("resampled"), json(particles.resampled));
}

TEST_F(CopiedCommands, OfADecodingWriteWhatIsWritten) {
    const ChooserSettings choosers[] = {
        {.best_of = 3, .best_by = BestBy::both},
        {.margin_weight = 0.5, .noise_draws = 2, .noise_sigma = 0.25, .noise_relative = true}};
    for (const ChooserSettings& chooser : choosers) {
        begin();
        SamplingSettings sampling = bench.value().sampling;
        sampling.chooser = chooser;
        bench.send(SetSampling{sampling});
        const std::string command = decode_command(decode(), 8);
        bench.send(StepDecode{8});
        EXPECT_EQ(kText + run(command).at("text").get<std::string>(), decode().text) << command;
    }
    // And stop where they stop, with the same sentence.
    begin();
    SamplingSettings sampling = bench.value().sampling;
    sampling.chooser.abstain_probability = 1.0;
    bench.send(SetSampling{sampling});
    const json found = run(decode_command(decode(), 8));
    bench.context.told.clear();
    bench.send(StepDecode{8});
    EXPECT_NE(bench.context.told.find(found.at("abstained").at("sentence").get<std::string>()),
              std::string::npos)
        << bench.context.told << found.at("abstained");
}

}  // namespace
}  // namespace marginscope
