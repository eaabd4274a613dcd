// Many tokens read side by side against the same tokens read one by one: any number of texts, any
// number of tokens of each, biases, deltas, attention; whatever else is in the block.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "nn/model/char_gpt.h"
#include "nn/scattered_model.h"

namespace marginscope {
namespace {

struct Shape {
    int layers, heads, width, context, vocabulary;
    bool bias;
};

CharGpt random_model(const Shape& s) {
    ModelConfig shape;
    shape.layers = s.layers;
    shape.heads = s.heads;
    shape.width = s.width;
    shape.context = s.context;
    shape.bias = s.bias;
    shape.tied = false;
    return testing_support::scattered_model(shape, s.vocabulary);
}

// A text with its cache, and what each of its tokens gave.
struct Text {
    std::vector<int> ids;
    std::vector<float> deltas, keys, values, logits, attention;

    Text(const Shape& s, std::size_t length, std::mt19937& rng) {
        std::normal_distribution<float> normal;
        const auto width = static_cast<std::size_t>(s.width),
                   context = static_cast<std::size_t>(s.context);
        for (std::size_t t = 0; t < length; ++t)
            ids.push_back(static_cast<int>(rng() % static_cast<unsigned>(s.vocabulary)));
        deltas.resize(length * width);
        for (float& one : deltas) one = 0.3f * normal(rng);
        keys.resize(static_cast<std::size_t>(s.layers) * width * context);
        values.resize(keys.size());
        logits.resize(length * static_cast<std::size_t>(s.vocabulary));
        attention.resize(static_cast<std::size_t>(s.layers * s.heads) * context * context);
    }

    TokenStepInput input(const Shape& s, std::size_t t, bool moved, bool watched) {
        TokenStepInput token;
        token.id = ids[t];
        token.delta = moved ? deltas.data() + t * static_cast<std::size_t>(s.width) : nullptr;
        token.position = static_cast<std::int64_t>(t);
        token.buffers.keys = keys.data();
        token.buffers.values = values.data();
        token.buffers.logits = logits.data() + t * static_cast<std::size_t>(s.vocabulary);
        if (watched) {
            token.buffers.attention = attention.data() + t * static_cast<std::size_t>(s.context);
            token.buffers.attention_head_stride = std::int64_t{s.context} * s.context;
        }
        return token;
    }
};

double difference(const std::vector<float>& a, const std::vector<float>& b) {
    double most = 0.0, size = 1.0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        most = std::max(most, std::abs(static_cast<double>(a[k]) - b[k]));
        size = std::max(size, std::abs(static_cast<double>(b[k])));
    }
    return most / size;
}

class TokenColumns : public testing::TestWithParam<Shape> {};

TEST_P(TokenColumns, AreTheTokensOneByOne) {
    const Shape s = GetParam();
    const CharGpt model = random_model(s);
    const auto step = model.token_step();
    std::mt19937 rng(33);
    for (int trial = 0; trial < 12; ++trial) {
        const bool moved = trial % 2 == 1, watched = trial % 3 == 1;
        std::vector<Text> texts;
        const std::size_t count = trial == 0 ? 1 : 1 + rng() % 40;
        for (std::size_t k = 0; k < count; ++k)
            texts.emplace_back(s, 1 + rng() % static_cast<unsigned>(s.context), rng);
        std::vector<Text> alone = texts;
        for (Text& text : alone) {
            for (std::size_t t = 0; t < text.ids.size(); ++t) {
                const TokenStepInput one = text.input(s, t, moved, watched);
                step->run(one.id, one.delta, one.position, one.buffers);
            }
        }
        // In pieces of any size, the texts' tokens mixed as it comes.
        std::vector<TokenStepInput> waiting;
        std::vector<std::size_t> read(count, 0);
        const auto run = [&] {
            step->run_many(waiting);
            waiting.clear();
        };
        for (bool any = true; any;) {
            any = false;
            for (std::size_t k = 0; k < count; ++k) {
                for (std::size_t t = rng() % 9; t > 0 && read[k] < texts[k].ids.size(); --t)
                    waiting.push_back(texts[k].input(s, read[k]++, moved, watched));
                if (rng() % 5 == 0) run();
                any = any || read[k] < texts[k].ids.size();
            }
        }
        run();
        for (std::size_t k = 0; k < count; ++k) {
            ASSERT_LE(difference(texts[k].logits, alone[k].logits), 1e-5) << trial << ", " << k;
            ASSERT_LE(difference(texts[k].keys, alone[k].keys), 1e-5);
            ASSERT_LE(difference(texts[k].values, alone[k].values), 1e-5);
            ASSERT_LE(difference(texts[k].attention, alone[k].attention), 1e-5);
        }
    }
}

TEST_P(TokenColumns, DoNotDependOnTheirNeighbours) {
    const Shape s = GetParam();
    const CharGpt model = random_model(s);
    const auto step = model.token_step();
    std::mt19937 rng(34);
    Text text(s, static_cast<std::size_t>(s.context), rng);
    Text again = text, other(s, static_cast<std::size_t>(s.context), rng);
    std::vector<TokenStepInput> all, mixed;
    for (std::size_t t = 0; t < text.ids.size(); ++t) {
        all.push_back(text.input(s, t, false, false));
        mixed.push_back(other.input(s, t, false, false));
        mixed.push_back(again.input(s, t, false, false));
    }
    step->run_many(all);
    step->run_many(mixed);
    EXPECT_EQ(text.logits, again.logits);
    EXPECT_EQ(text.keys, again.keys);
}

INSTANTIATE_TEST_SUITE_P(Shapes, TokenColumns,
                         testing::Values(Shape{1, 1, 4, 3, 2, true}, Shape{2, 2, 12, 9, 7, true},
                                         Shape{3, 4, 40, 40, 67, false}),
                         [](const auto& shape) {
                             return "Width" + std::to_string(shape.param.width);
                         });

}  // namespace
}  // namespace marginscope
