// Texts under noise as the command reports them, and what a model writes under noise.
#include "nn/decode/twin_run.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "nn/decode/decoder.h"
#include "nn/decode/twin_text.h"
#include "nn/measure/noise.h"
#include "nn/measure/twin.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using testing_support::random_text;
using testing_support::TemporaryFolder;
using testing_support::tiny_model;

class TwinRuns : public testing::Test {
protected:
    void SetUp() override { save_model(model_, file()); }
    std::filesystem::path file() const { return folder_.path() / "tiny.safetensors"; }
    TwinRequest request(std::size_t length) const {
        TwinRequest request;
        request.model = file();
        request.text = random_text(length, 3);
        request.sigma = 0.3;
        request.draws = 4;
        request.seed = 17;
        return request;
    }

    TemporaryFolder folder_;
    Model model_ = tiny_model();
    CharGpt exact_ = model_.gpt.clone(at::kCPU, at::kDouble);
};

TEST_F(TwinRuns, PutsTheBlocksTogether) {
    TwinRequest wanted = request(50);
    const TwinReport report = run_twin(wanted);
    ASSERT_EQ(report.tokens.size(), 50u);
    ASSERT_EQ(report.draws.size(), 4u);
    EXPECT_FALSE(report.draws[0].kl[0]);
    EXPECT_FALSE(report.mean_kl[0]);
    EXPECT_FALSE(report.draws[0].margin_gap[1]);
    EXPECT_TRUE(report.draws[0].margin_gap[2]);
    for (std::size_t i = 1; i < 50; ++i) {
        double kl = 0, flips = 0;
        for (const TwinDraw& draw : report.draws) {
            ASSERT_TRUE(draw.kl[i]) << i;
            kl += *draw.kl[i] / 4;
            flips += std::ranges::count(draw.flips, i) / 4.0;
        }
        EXPECT_NEAR(*report.mean_kl[i], kl, 1e-14);
        EXPECT_DOUBLE_EQ(*report.share_flipped[i], flips);
    }
    for (const TwinDraw& draw : report.draws) {
        ASSERT_FALSE(draw.flips.empty()) << "a noise that changes something";
        EXPECT_EQ(draw.first_divergence, draw.flips.front());
        EXPECT_TRUE(std::ranges::is_sorted(draw.flips));
    }
    wanted.threads = 1;
    const TwinReport again = run_twin(wanted);
    for (std::size_t d = 0; d < 4; ++d) EXPECT_EQ(again.draws[d].kl, report.draws[d].kl);
    wanted.max_positions = 20;
    const TwinReport part = run_twin(wanted);
    EXPECT_EQ(part.left_out, 30u);
    for (std::size_t i = 1; i < 20; ++i)
        EXPECT_NEAR(*part.draws[2].kl[i], *report.draws[2].kl[i], 1e-12) << i;
}

TEST_F(TwinRuns, RelativeNoiseIsInUnitsOfTheGivenText) {
    TwinRequest wanted = request(30);
    wanted.relative = true;
    const TwinReport relative = run_twin(wanted);
    const std::vector<int> ids = model_.vocabulary.encode(wanted.text);
    ASSERT_EQ(relative.rms.size(), 1u);
    EXPECT_NEAR(relative.rms[0], token_embedding_rms(exact_, ids), 1e-12);
    TwinRequest same = wanted;
    same.relative = false;
    same.sigma = wanted.sigma * relative.rms[0];
    const TwinReport absolute = run_twin(same);
    for (std::size_t i = 1; i < 30; ++i)
        EXPECT_NEAR(*absolute.draws[1].kl[i], *relative.draws[1].kl[i], 1e-12);
    wanted.where = NoisePlace::attention;
    EXPECT_EQ(run_twin(wanted).rms.size(), 2u);
}

/// One string a code point: an untrained model also writes the unknown character.
std::vector<std::string> characters_of(const std::string& text) {
    std::vector<std::string> all;
    for (const char byte : text) {
        if ((static_cast<unsigned char>(byte) & 0xC0) != 0x80) all.emplace_back();
        all.back() += byte;
    }
    return all;
}

TEST_F(TwinRuns, WritesOnUnderEqualDrawsOfTheSampler) {
    TwinRequest wanted = request(10);
    wanted.tokens = 25;
    wanted.sigma = 0;
    for (const TwinDraw& draw : run_twin(wanted).draws) {
        EXPECT_EQ(characters_of(draw.written).size(), 25u);
        EXPECT_FALSE(draw.first_divergence) << "without noise it is the same text";
    }
    wanted.sigma = 0.5;
    const TwinReport report = run_twin(wanted);
    ASSERT_EQ(report.tokens.size(), 35u);
    EXPECT_EQ(report.given, 10u);
    const std::vector<std::string> clean(report.tokens.begin() + 10, report.tokens.end());
    int different = 0;
    for (const TwinDraw& draw : report.draws) {
        const std::vector<std::string> written = characters_of(draw.written);
        if (!draw.first_divergence) {
            EXPECT_EQ(written, clean);
            continue;
        }
        ++different;
        const auto at = static_cast<std::ptrdiff_t>(*draw.first_divergence - 10);
        EXPECT_TRUE(std::equal(written.begin(), written.begin() + at, clean.begin()));
        EXPECT_NE(written[static_cast<std::size_t>(at)], clean[static_cast<std::size_t>(at)]);
    }
    EXPECT_GT(different, 0);
}

TEST_F(TwinRuns, StopsWithWhatIsDone) {
    TwinRequest wanted = request(200);
    wanted.threads = 1;
    std::stop_source stop;
    const TwinReport report = run_twin(
        wanted,
        [&](std::size_t done, std::size_t) {
            if (done >= 2) stop.request_stop();
        },
        stop.get_token());
    EXPECT_TRUE(report.stopped);
    EXPECT_GE(report.windows, 2u);
    EXPECT_LT(report.windows, 30u);
    EXPECT_TRUE(report.mean_kl[5]);
    EXPECT_FALSE(report.mean_kl[199]);
}

TEST_F(TwinRuns, RefusesWhatHasNoTwin) {
    TwinRequest wanted = request(1);
    EXPECT_THROW(run_twin(wanted), UserError);
    wanted = request(20);
    wanted.positions = {4, 20};
    EXPECT_THROW(run_twin(wanted), UserError);
    wanted.positions = {4, 19};
    EXPECT_NO_THROW(run_twin(wanted));
    wanted.sigma = std::nan("");
    EXPECT_THROW(run_twin(wanted), UserError);
}

// Token by token over several moves of the window, and back.
TEST_F(TwinRuns, DecodingUnderNoiseEqualsAPassOfTheWindow) {
    const std::vector<int> ids = model_.vocabulary.encode(random_text(40, 8));
    for (const NoisePlace where :
         {NoisePlace::embeddings, NoisePlace::attention, NoisePlace::residual}) {
        const TwinNoise noise{where, {0.4}, 5, 3, {}};
        Decoder decoder(exact_);
        decoder.perturb([&](const at::Tensor& u, std::size_t first, ForwardOptions& options) {
            return noise.added(u, 2, static_cast<std::int64_t>(first), options);
        });
        const auto expect_window = [&] {
            const std::size_t begin = decoder.window_begin(), end = decoder.length();
            at::Tensor window = at::empty({1, static_cast<std::int64_t>(end - begin)}, at::kLong);
            for (std::size_t k = begin; k < end; ++k)
                window.data_ptr<std::int64_t>()[k - begin] = ids[k];
            ForwardOptions options;
            const at::Tensor u =
                noise.added(exact_.embed(window), 2, static_cast<std::int64_t>(begin), options);
            const at::Tensor logits = exact_.logits_from_embeddings(u, options)[0];
            EXPECT_TRUE(at::allclose(decoder.window_logits(), logits, 1e-9, 1e-9)) << end;
        };
        for (const int id : ids) {
            decoder.append(std::span(&id, 1));
            expect_window();
        }
        decoder.truncate(17);
        expect_window();
    }
}

}  // namespace
}  // namespace marginscope
