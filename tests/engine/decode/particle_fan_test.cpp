// Particles of a document: the command's numbers, undone and kept like every other change, and
// never those of a text, a model or settings that were before.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "core/error.h"
#include "engine/decode/document_bench.h"
#include "nn/probability/particles.h"

namespace marginscope {
namespace {

std::string text_of(const ParticleRow& row) {
    std::string text;
    for (const std::string& symbol : row.symbols) text += symbol;
    return text;
}

void expect_same(const ParticleFrame& a, const ParticleFrame& b) {
    ASSERT_EQ(a.rows.size(), b.rows.size());
    for (std::size_t k = 0; k < a.rows.size(); ++k) {
        EXPECT_EQ(a.rows[k].symbols, b.rows[k].symbols);
        EXPECT_EQ(a.rows[k].weight, b.rows[k].weight);
    }
    EXPECT_EQ(a.log_z, b.log_z);
    EXPECT_EQ(a.ess, b.ess);
}

TEST(ParticleFan, IsTheLawOfTheCommand) {
    DocumentBench bench;
    bench.begin("Once upon a");
    SamplingSettings sampling = bench.value().sampling;
    sampling.temperature = 1.0;
    bench.send(SetSampling{sampling});
    bench.send(SetParticles{40, 12, 0.3});
    const auto frame = bench.context.frames().particles;
    ASSERT_TRUE(frame);
    EXPECT_FALSE(frame->running);
    EXPECT_EQ(frame->done, 12);
    EXPECT_EQ(frame->begin, 11);
    EXPECT_EQ(frame->text, "Once upon a");

    ParticleSettings settings;
    settings.particles = 40;
    settings.tokens = 12;
    settings.barrier_weight = 0.3;
    settings.sampling = sampling;
    const auto prompt = small_model()->tokenizer().encode("Once upon a");
    const ParticleCloud cloud = write_particles(*small_model(), prompt, settings);
    EXPECT_FLOAT_EQ(frame->log_z, static_cast<float>(cloud.log_z));
    const Frames frames = bench.context.frames();
    const auto& symbols = *frames.decode->symbols;
    std::map<std::string, double> weights;
    for (const Particle& one : cloud.particles) {
        std::string text;
        for (const int id : one.tokens) text += symbols[static_cast<std::size_t>(id)];
        weights[text] += one.weight;
    }
    ASSERT_EQ(frame->rows.size(), weights.size());
    double sum = 0.0;
    for (const ParticleRow& row : frame->rows) {
        EXPECT_NEAR(row.weight, weights[text_of(row)], 1e-6);
        sum += row.weight;
    }
    EXPECT_NEAR(sum, 1.0, 1e-5);
}

TEST(ParticleFan, RowsLieAsATreeIsRead) {
    DocumentBench bench;
    bench.begin("Once upon a");
    bench.send(SetParticles{200, 4, 0.0});
    const auto frame = bench.context.frames().particles;
    ASSERT_GT(frame->rows.size(), 3u);
    std::set<std::vector<std::string>> closed;  // beginnings that ended: they never come again
    for (std::size_t k = 1; k < frame->rows.size(); ++k) {
        const auto& before = frame->rows[k - 1].symbols;
        const auto& row = frame->rows[k].symbols;
        const auto shared = static_cast<std::size_t>(frame->rows[k].shared);
        ASSERT_LT(shared, row.size());
        EXPECT_TRUE(std::equal(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(shared),
                               before.begin()));
        EXPECT_NE(row[shared], before[shared]);
        for (std::size_t length = shared + 1; length <= before.size(); ++length)
            closed.insert({before.begin(), before.begin() + static_cast<std::ptrdiff_t>(length)});
        for (std::size_t length = 1; length <= row.size(); ++length)
            EXPECT_FALSE(
                closed.contains({row.begin(), row.begin() + static_cast<std::ptrdiff_t>(length)}));
    }
}

TEST(ParticleFan, IsUndoneKeptAndOpenedAgain) {
    DocumentBench bench;
    bench.begin("Once upon a");
    bench.send(SetParticles{16, 6, 0.2});
    const auto before = bench.context.frames().particles;
    bench.send(Undo{});
    EXPECT_FALSE(bench.context.frames().particles);
    bench.send(Redo{});
    ASSERT_TRUE(bench.context.frames().particles);
    expect_same(*bench.context.frames().particles, *before);
    const DecodeDocument kept = document_from_json(document_to_json(bench.value()), "a document");
    DocumentBench again;
    again.begin("x");
    again.open_document(kept);
    ASSERT_TRUE(again.context.frames().particles);
    expect_same(*again.context.frames().particles, *before);
    bench.send(SetParticles{0, 6, 0.2});
    EXPECT_FALSE(bench.context.frames().particles);
}

TEST(ParticleFan, StaysWhereItWasAskedFor) {
    DocumentBench bench;
    bench.begin("Once upon a");
    bench.send(SetParticles{16, 6, 0.2});
    const auto before = bench.context.frames().particles;
    bench.send(StepDecode{3});
    SamplingSettings sampling = bench.value().sampling;
    sampling.temperature = 0.1;
    bench.send(SetSampling{sampling});
    EXPECT_EQ(bench.context.frames().particles, before) << "its own settings are kept";
}

TEST(ParticleFan, AParticleBecomesABranch) {
    DocumentBench bench;
    bench.begin("Once upon a");
    bench.send(SetParticles{16, 6, 0.2});
    const auto frame = bench.context.frames().particles;
    const int row = static_cast<int>(frame->rows.size()) - 1;
    bench.send(StepDecode{2});
    bench.send(TakeParticle{row});
    EXPECT_EQ(bench.value().tree.cursor_length(), 11 + 6);
    std::string text;
    const Frames frames = bench.context.frames();
    for (int k = 11; k < 17; ++k)
        text += (*frames.decode->symbols)[static_cast<std::size_t>(
            frames.decode->line[static_cast<std::size_t>(k)].token)];
    EXPECT_EQ(text, text_of(frame->rows.back()));
    EXPECT_THROW(bench.send(TakeParticle{1000}), UserError);
    EXPECT_THROW(bench.send(TakeParticle{-1}), UserError);
    bench.send(Undo{});
    EXPECT_EQ(bench.value().tree.cursor_length(), 13);
}

TEST(ParticleFan, SaysThatDragsAreNotRead) {
    DocumentBench bench;
    bench.begin("Once upon a");
    bench.send(SetParticles{16, 6, 0.2});
    const auto before = bench.context.frames().particles;
    EXPECT_EQ(before->sentence, "");
    DecodeDocument document = bench.value();
    document.drags[4] = std::vector<double>(16, 0.5);
    bench.open_document(document);
    const auto dragged = bench.context.frames().particles;
    EXPECT_TRUE(dragged->sentence.starts_with("Dragged characters are read here"))
        << dragged->sentence;
    expect_same(*dragged, *before);
    EXPECT_EQ(dragged->rows[0].text.size(), 6u);
}

TEST(ParticleFan, RefusesWhatIsOutOfRange) {
    DocumentBench bench;
    bench.begin("Once upon a");
    for (const SetParticles& wrong :
         {SetParticles{-1, 5, 0}, SetParticles{kMostParticles + 1, 5, 0}, SetParticles{5, 0, 0},
          SetParticles{5, kMostParticleTokens + 1, 0}, SetParticles{5, 5, std::nan("")},
          SetParticles{5, 5, 1e9}})
        EXPECT_THROW(bench.send(wrong), UserError);
    EXPECT_FALSE(bench.value().particles);
}

TEST(ParticleFan, SaysThatNoneIsLeft) {
    DocumentBench bench;
    bench.begin("Once upon a");
    SamplingSettings sampling = bench.value().sampling;
    sampling.min_margin = 1e6;
    bench.send(SetSampling{sampling});
    bench.send(SetParticles{16, 6, 0.0});
    const auto frame = bench.context.frames().particles;
    ASSERT_TRUE(frame);
    EXPECT_FALSE(frame->running);
    EXPECT_TRUE(frame->rows.empty());
    EXPECT_NE(frame->sentence.find("No particle keeps the least margin"), std::string::npos)
        << frame->sentence;
    sampling.min_margin_kind = MarginKind::singular;
    bench.send(SetSampling{sampling});
    bench.send(SetParticles{16, 5, 0.0});
    EXPECT_NE(bench.context.frames().particles->sentence.find("another kind"), std::string::npos);
}

TEST(Holes, AreNodesOfTheTextUndoneAndCleared) {
    DocumentBench bench;
    bench.begin("Once upon a");
    bench.send(SetHole{5, true});
    bench.send(SetHole{3, true});
    bench.send(SetHole{3, true});
    EXPECT_EQ(bench.value().holes, (std::vector<int>{3, 5}));
    bench.send(SetHole{5, false});
    EXPECT_EQ(bench.value().holes, (std::vector<int>{3}));
    bench.send(Undo{});
    EXPECT_EQ(bench.value().holes, (std::vector<int>{3, 5}));
    bench.send(ClearHoles{});
    EXPECT_TRUE(bench.value().holes.empty());
    EXPECT_THROW(bench.send(SetHole{0, true}), UserError);
    EXPECT_THROW(bench.send(SetHole{11, true}), UserError);
    EXPECT_THROW(bench.send(SetHole{-1, true}), UserError);
}

}  // namespace
}  // namespace marginscope
