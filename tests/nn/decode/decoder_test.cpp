// The cache against full forward passes: every length, going back, several windows, changed
// embeddings.
#include "nn/decode/decoder.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "nn/model/char_gpt.h"
#include "nn/scattered_model.h"

namespace marginscope {
namespace {

constexpr int kVocabulary = 11;

ModelConfig tiny_shape(int context) {
    ModelConfig shape;
    shape.layers = 2;
    shape.heads = 2;
    shape.width = 8;
    shape.context = context;
    return shape;
}

// Untrained weights are nearly linear; larger ones make attention sharp, so that errors show.
CharGpt sharp_model(int context, at::ScalarType dtype) {
    CharGpt model(tiny_shape(context), kVocabulary, 5, at::kCPU, dtype);
    const at::NoGradGuard no_grad;
    for (NamedTensor& parameter : model.parameters())
        if (parameter.value.dim() == 2) parameter.value.mul_(12.0);
    return model;
}

std::vector<int> random_ids(std::size_t count, unsigned seed, unsigned vocabulary = kVocabulary) {
    std::mt19937 rng(seed);
    std::vector<int> ids(count);
    for (int& id : ids) id = static_cast<int>(rng() % vocabulary);
    return ids;
}

at::Tensor full_pass(const CharGpt& model, std::span<const int> ids, Tap* tap = nullptr,
                     const at::Tensor& delta = {}) {
    const at::NoGradGuard no_grad;
    at::Tensor row = at::empty({1, static_cast<std::int64_t>(ids.size())}, at::kLong);
    std::copy(ids.begin(), ids.end(), row.data_ptr<std::int64_t>());
    ForwardOptions options;
    options.tap = tap;
    at::Tensor u = model.embed(row);
    if (delta.defined()) u = u + delta;
    return model.logits_from_embeddings(u, options)[0];
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
    return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

std::span<const int> window_of(const Decoder& decoder) {
    return std::span<const int>(decoder.ids()).subspan(decoder.window_begin());
}

class DecoderTest : public testing::TestWithParam<std::pair<at::ScalarType, double>> {};

TEST_P(DecoderTest, EqualsTheFullPassAtEveryLengthOverSeveralWindows) {
    const auto [dtype, tolerance] = GetParam();
    for (const int context : {4, 7, 12}) {
        const CharGpt model = sharp_model(context, dtype);
        Decoder decoder(model);
        for (const int id : random_ids(5 * static_cast<std::size_t>(context), 3)) {
            const at::Tensor last = decoder.append(std::span(&id, 1));
            ASSERT_LE(decoder.window_length(), static_cast<std::size_t>(context));
            const at::Tensor expected = full_pass(model, window_of(decoder));
            ASSERT_LE(largest_difference(last, expected[-1]), tolerance) << decoder.length();
            ASSERT_LE(largest_difference(decoder.window_logits(), expected), tolerance)
                << decoder.length();
        }
        EXPECT_GT(decoder.window_begin(), static_cast<std::size_t>(context));
    }
}

TEST_P(DecoderTest, ALongPromptEqualsTokensOneByOne) {
    const auto [dtype, tolerance] = GetParam();
    const CharGpt model = sharp_model(8, dtype);
    const auto ids = random_ids(29, 4);
    Decoder at_once(model);
    Decoder one_by_one(model);
    const at::Tensor left = at_once.append(ids);
    at::Tensor right;
    for (const int id : ids) right = one_by_one.append(std::span(&id, 1));
    EXPECT_EQ(at_once.window_begin(), one_by_one.window_begin());
    EXPECT_LE(largest_difference(left, right), tolerance);
}

TEST_P(DecoderTest, GoesBackExactlyAndTakesAnotherBranch) {
    const auto [dtype, tolerance] = GetParam();
    const CharGpt model = sharp_model(8, dtype);
    const auto ids = random_ids(40, 6);
    Decoder decoder(model);
    std::vector<at::Tensor> seen;
    for (const int id : ids) seen.push_back(decoder.append(std::span(&id, 1)));
    std::mt19937 rng(8);
    for (int trial = 0; trial < 60; ++trial) {
        const std::size_t length = 1 + rng() % ids.size();
        if (length < decoder.length()) decoder.truncate(length);
        for (std::size_t k = decoder.length(); k < length; ++k)
            decoder.append(std::span(&ids[k], 1));
        // Bit for bit, not only close: the same window was kept.
        ASSERT_TRUE(at::equal(decoder.logits(), seen[length - 1])) << length;
        const int other = (ids[length % ids.size()] + 1) % kVocabulary;
        const at::Tensor branch = decoder.append(std::span(&other, 1));
        ASSERT_LE(largest_difference(branch, full_pass(model, window_of(decoder))[-1]), tolerance);
        decoder.truncate(length);
        ASSERT_TRUE(at::equal(decoder.logits(), seen[length - 1])) << length;
    }
}

TEST_P(DecoderTest, GoesBackFurtherThanItKeepsWindows) {
    const auto [dtype, tolerance] = GetParam();
    const CharGpt model = sharp_model(4, dtype);
    const auto ids = random_ids(200, 7);
    Decoder decoder(model);
    for (const int id : ids) decoder.append(std::span(&id, 1));
    for (const std::size_t length : {150u, 60u, 9u, 5u, 4u, 1u}) {
        decoder.truncate(length);
        EXPECT_EQ(decoder.length(), length);
        EXPECT_LE(largest_difference(decoder.window_logits(), full_pass(model, window_of(decoder))),
                  tolerance);
    }
    decoder.truncate(0);
    EXPECT_FALSE(decoder.logits().defined());
    const at::Tensor again = decoder.append(ids);
    EXPECT_LE(largest_difference(again, full_pass(model, window_of(decoder))[-1]), tolerance);
}

TEST_P(DecoderTest, ChangedEmbeddingsStayWithTheirTokens) {
    const auto [dtype, tolerance] = GetParam();
    const CharGpt model = sharp_model(8, dtype);
    const auto ids = random_ids(14, 9);
    at::Tensor delta = at::zeros({14, 8}, at::TensorOptions().dtype(dtype));
    delta[9].fill_(0.7);
    delta[2].fill_(-0.4);
    Decoder decoder(model);
    for (std::int64_t k = 0; k < 14; ++k) {
        decoder.append(std::span(&ids[static_cast<std::size_t>(k)], 1), delta.narrow(0, k, 1));
        const auto begin = static_cast<std::int64_t>(decoder.window_begin());
        const at::Tensor expected =
            full_pass(model, window_of(decoder), nullptr, delta.narrow(0, begin, k + 1 - begin));
        ASSERT_LE(largest_difference(decoder.window_logits(), expected), tolerance);
    }
}

TEST_P(DecoderTest, CapturedAttentionIsThatOfTheFullPass) {
    const auto [dtype, tolerance] = GetParam();
    const CharGpt model = sharp_model(8, dtype);
    const auto ids = random_ids(30, 10);
    Decoder decoder(model);
    decoder.append(std::span(ids).first(3));
    decoder.capture_attention(true);
    for (std::size_t k = 3; k < ids.size(); ++k) {
        decoder.append(std::span(&ids[k], 1));
        if (k % 5 == 0)
            decoder.truncate(decoder.length() - 1), decoder.append(std::span(&ids[k], 1));
        Tap tap;
        tap.attention = true;
        full_pass(model, window_of(decoder), &tap);
        const at::Tensor rows = decoder.attention();
        for (int layer = 0; layer < 2; ++layer) {
            const at::Tensor expected = tap.layers[static_cast<std::size_t>(layer)].attention[0];
            const at::Tensor seen = rows[layer];
            ASSERT_LE(largest_difference(at::nan_to_num(seen), expected), 1e-5);
            // What lies in the future is marked as not there, and nothing else is.
            const at::Tensor future = at::ones_like(seen, at::kBool).triu(1);
            ASSERT_TRUE(at::equal(seen.isnan(), future));
        }
    }
}

TEST_P(DecoderTest, EmbeddingsOfTheNextPositionAreWhatAppendingGives) {
    const auto [dtype, tolerance] = GetParam();
    const CharGpt model = sharp_model(6, dtype);
    Decoder decoder(model);
    for (const int id : random_ids(25, 12)) {
        const Matrix before = decoder.next_window_embeddings();
        const Matrix next = decoder.next_embeddings(std::span(&id, 1));
        decoder.append(std::span(&id, 1));
        const Matrix window = decoder.window_embeddings();
        ASSERT_EQ(window.rows(), before.rows() + 1);
        EXPECT_EQ(window.topRows(before.rows()), before);
        EXPECT_EQ(window.bottomRows(1), next);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Types, DecoderTest, testing::Values(std::pair(at::kFloat, 1e-5), std::pair(at::kDouble, 1e-12)),
    [](const auto& type) { return type.param.first == at::kFloat ? "float32" : "float64"; });

// Tokens one by one in float32 on the CPU are computed by code of the decoder's own; here it is
// held against the model in float64.
struct StepShape {
    int layers, heads, width, context, vocabulary;
    bool bias;
    bool tied = true;
};

class TokenStepTest : public testing::TestWithParam<StepShape> {
protected:
    static CharGpt random_model(const StepShape& s) {
        ModelConfig shape;
        shape.layers = s.layers;
        shape.heads = s.heads;
        shape.width = s.width;
        shape.context = s.context;
        shape.bias = s.bias;
        shape.tied = s.tied;
        return testing_support::scattered_model(shape, s.vocabulary);
    }
    // float32 rounds each of the sums; its error grows with what is summed.
    static double tolerance(const at::Tensor& expected) {
        return 3e-6 * std::max(1.0, expected.abs().max().item<double>());
    }
    static std::vector<int> ids_for(const StepShape& s, std::size_t count, unsigned seed) {
        return random_ids(count, seed, static_cast<unsigned>(s.vocabulary));
    }
};

TEST_P(TokenStepTest, EveryPositionEqualsTheFloat64Pass) {
    const StepShape s = GetParam();
    const CharGpt model = random_model(s);
    const CharGpt exact = model.clone(at::kCPU, at::kDouble);
    Decoder decoder(model);
    decoder.capture_attention(true);
    for (const int id : ids_for(s, 2 * static_cast<std::size_t>(s.context) + 3, 23)) {
        const at::Tensor last = decoder.append(std::span(&id, 1));
        if (s.context > 30 && decoder.length() % 7 != 1)
            continue;  // the rows stay until they are seen
        Tap tap;
        tap.attention = true;
        const at::Tensor expected = full_pass(exact, window_of(decoder), &tap);
        ASSERT_LE(largest_difference(last, expected[-1]), tolerance(expected)) << decoder.length();
        ASSERT_LE(largest_difference(decoder.window_logits(), expected), tolerance(expected));
        const at::Tensor rows = at::nan_to_num(decoder.attention());
        for (int layer = 0; layer < s.layers; ++layer)
            ASSERT_LE(largest_difference(rows[layer],
                                         tap.layers[static_cast<std::size_t>(layer)].attention[0]),
                      1e-5);
    }
}

TEST_P(TokenStepTest, StepsAndPassesMixInOneWindow) {
    const StepShape s = GetParam();
    const CharGpt model = random_model(s);
    const CharGpt exact = model.clone(at::kCPU, at::kDouble);
    const auto context = static_cast<std::size_t>(s.context);
    const auto ids = ids_for(s, 3 * context, 24);
    at::manual_seed(25);
    const at::Tensor delta =
        at::randn({static_cast<std::int64_t>(ids.size()), s.width}, at::kFloat);
    Decoder decoder(model);
    std::mt19937 rng(26);
    for (int trial = 0; trial < 40; ++trial) {
        if (decoder.length() > 0 && rng() % 3 == 0) decoder.truncate(rng() % decoder.length());
        const std::size_t begin = decoder.length();
        const std::size_t count = std::min(rng() % 2 == 0 ? 1 : 1 + rng() % 5, ids.size() - begin);
        if (count == 0) continue;
        decoder.append(
            std::span(ids).subspan(begin, count),
            delta.narrow(0, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(count)));
        const at::Tensor expected =
            full_pass(exact, window_of(decoder), nullptr,
                      delta.narrow(0, static_cast<std::int64_t>(decoder.window_begin()),
                                   static_cast<std::int64_t>(decoder.window_length())));
        ASSERT_LE(largest_difference(decoder.window_logits(), expected), tolerance(expected))
            << begin << " + " << count;
    }
}

TEST_P(TokenStepTest, ReadsTheWeightsOfTheMoment) {
    const StepShape s = GetParam();
    CharGpt model = random_model(s);
    Decoder decoder(model);
    for (int round = 0; round < 2; ++round) {
        for (const int id : ids_for(s, 4, 27)) decoder.append(std::span(&id, 1));
        const at::Tensor expected =
            full_pass(model.clone(at::kCPU, at::kDouble), window_of(decoder));
        ASSERT_LE(largest_difference(decoder.window_logits(), expected), tolerance(expected));
        const at::NoGradGuard no_grad;
        for (NamedTensor& parameter : model.parameters()) parameter.value.mul_(-0.8);
        decoder.clear();
    }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, TokenStepTest,
    testing::Values(StepShape{2, 1, 20, 7, 5, false}, StepShape{1, 4, 20, 19, 100, true},
                    StepShape{3, 4, 64, 24, 33, true}, StepShape{2, 1, 33, 18, 6, true},
                    StepShape{4, 4, 128, 64, 65, false}, StepShape{1, 1, 1, 5, 7, true},
                    StepShape{2, 2, 24, 11, 37, true, false}));

TEST(TokenStep, WeightsThatRanAwayGiveNoNumbers) {
    CharGpt model = sharp_model(8, at::kFloat);
    {
        const at::NoGradGuard no_grad;
        model.block(1).fc_w[3].fill_(std::numeric_limits<float>::quiet_NaN());
    }
    Decoder decoder(model);
    const int id = 1;
    EXPECT_TRUE(decoder.append(std::span(&id, 1)).isnan().all().item<bool>());
}

TEST(DecodeWindow, KeepsTheLastHalf) {
    EXPECT_EQ(decode_window_begin(0, 64), 0u);
    EXPECT_EQ(decode_window_begin(64, 64), 0u);
    EXPECT_EQ(decode_window_begin(65, 64), 32u);
    EXPECT_EQ(decode_window_begin(96, 64), 32u);
    EXPECT_EQ(decode_window_begin(97, 64), 64u);
}

// Every logit to the last bit, however the text was cut into pieces, walked back and on.
TEST(Decoder, ReadInStepsTheWayToATextLeavesNoTrace) {
    const CharGpt model = sharp_model(16, at::kFloat);
    std::mt19937 random(8);
    const std::vector<int> text = random_ids(70, 5);
    Decoder once(model, Decoder::Reading::steps);
    const at::Tensor expected = once.append(text);
    for (int round = 0; round < 10; ++round) {
        Decoder pieces(model, Decoder::Reading::steps);
        pieces.append(std::span(text).first(1));
        while (pieces.length() < text.size()) {
            if (random() % 3 == 0) pieces.truncate(1 + random() % pieces.length());
            const std::size_t more =
                std::min<std::size_t>(1 + random() % 9, text.size() - pieces.length());
            pieces.append(std::span(text).subspan(pieces.length(), more));
        }
        EXPECT_TRUE(pieces.logits().equal(expected));
        EXPECT_TRUE(pieces.window_logits().equal(once.window_logits()));
    }
}

}  // namespace
}  // namespace marginscope
