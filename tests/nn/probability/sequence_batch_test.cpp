// Many texts at once against the decoder, one by one: over the edge of the window, selected,
// doubled, branched.
#include "nn/probability/sequence_batch.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <random>

#include "nn/decode/decoder.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

double difference(const at::Tensor& a, const at::Tensor& b) {
    return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

void expect_as_decoded(const SequenceBatch& batch, const LanguageModel& model) {
    for (std::size_t text = 0; text < batch.size(); ++text) {
        Decoder decoder(model);
        const std::vector<int> ids = batch.ids(text);
        ASSERT_EQ(ids.size(), batch.length());
        const at::Tensor logits = decoder.append(ids);
        EXPECT_LE(difference(batch.logits()[static_cast<std::int64_t>(text)], logits), 2e-5)
            << "text " << text << " of " << ids.size() << " tokens";
        EXPECT_EQ(batch.next_window_embeddings(text), decoder.next_window_embeddings());
    }
}

TEST(SequenceBatch, IsTheDecoderManyTimes) {
    const Model model = testing_support::tiny_model();
    std::mt19937 rng(3);
    SequenceBatch batch(model.gpt);
    batch.start(std::vector<int>{1, 2, 3}, 3);
    while (batch.length() < 40) {
        const auto count = static_cast<std::int64_t>(1 + rng() % 9);
        const auto texts = static_cast<std::int64_t>(batch.size());
        at::Tensor ids = at::empty({texts, count}, at::kLong);
        for (std::int64_t k = 0; k < ids.numel(); ++k)
            ids.data_ptr<std::int64_t>()[k] =
                static_cast<std::int64_t>(rng() % static_cast<unsigned>(model.gpt.vocabulary()));
        const at::Tensor logits = batch.extend(ids);
        EXPECT_EQ(logits.sizes(), (at::IntArrayRef{texts, count, model.gpt.vocabulary()}));
        expect_as_decoded(batch, model.gpt);
        std::vector<std::int64_t> from(1 + rng() % 4);
        for (std::int64_t& one : from) one = static_cast<std::int64_t>(rng()) % texts;
        batch.select(from);
        ASSERT_EQ(batch.size(), from.size());
        expect_as_decoded(batch, model.gpt);
    }
}

TEST(SequenceBatch, EveryLogitOfALongPieceIsOfItsOwnWindow) {
    const Model model = testing_support::tiny_model();
    std::vector<int> ids;
    for (int k = 0; k < 31; ++k) ids.push_back(k * 5 % model.gpt.vocabulary());
    SequenceBatch batch(model.gpt);
    batch.start(std::span(ids).first(2));
    at::Tensor rest = at::empty({1, 29}, at::kLong);
    std::copy(ids.begin() + 2, ids.end(), rest.data_ptr<std::int64_t>());
    const at::Tensor logits = batch.extend(rest)[0];
    Decoder decoder(model.gpt);
    decoder.append(std::span(ids).first(2));
    for (std::size_t k = 2; k < ids.size(); ++k)
        EXPECT_LE(difference(logits[static_cast<std::int64_t>(k - 2)],
                             decoder.append(std::span(&ids[k], 1))),
                  2e-5)
            << k;
}

TEST(SequenceBatch, AppendsOneTokenToAllOrOneToEach) {
    const Model model = testing_support::tiny_model();
    SequenceBatch batch(model.gpt);
    batch.start(std::vector<int>{4}, 2);
    batch.append(std::vector<int>{2});
    batch.append(std::vector<int>{5, 6});
    EXPECT_EQ(batch.ids(0), (std::vector<int>{4, 2, 5}));
    EXPECT_EQ(batch.ids(1), (std::vector<int>{4, 2, 6}));
    EXPECT_NEAR(at::exp(batch.log_probabilities()).sum(-1).sub(1.0).abs().max().item<double>(), 0.0,
                1e-12);
    expect_as_decoded(batch, model.gpt);
}

TEST(SequenceBatch, ReadsWhatAPerturbationReturns) {
    const Model model = testing_support::tiny_model();
    std::vector<std::size_t> firsts;
    SequenceBatch batch(model.gpt, [&](const at::Tensor& u, std::size_t first) {
        firsts.push_back(first);
        at::Tensor moved = u.clone();
        moved[1].add_(0.5);
        return moved;
    });
    batch.start(std::vector<int>{1, 2, 3}, 2);
    batch.append(std::vector<int>{4});
    EXPECT_EQ(firsts, (std::vector<std::size_t>{0, 3}));
    Decoder plain(model.gpt), moved(model.gpt);
    const std::vector<int> ids = {1, 2, 3, 4};
    EXPECT_LE(difference(batch.logits()[0], plain.append(ids)), 2e-5);
    const at::Tensor delta = at::full({4, model.gpt.shape().width}, 0.5);
    EXPECT_LE(difference(batch.logits()[1], moved.append(ids, delta)), 2e-5);
}

}  // namespace
}  // namespace marginscope
