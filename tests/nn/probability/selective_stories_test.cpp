// Stories of a batch against the same stories written one by one with the decoder, and their scores
// computed again.
#include "nn/probability/selective_stories.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <stop_token>

#include "nn/decode/decoder.h"
#include "nn/decode/next_margins.h"
#include "nn/tiny_model.h"
#include "text/stories/story_checker.h"

namespace marginscope {
namespace {

class SelectiveStories : public testing::Test {
protected:
    void SetUp() override {
        request_.model = folder_.path() / "model.safetensors";
        request_.stories = 150;         // more than a batch
        request_.most_characters = 40;  // several windows of 12
        request_.sampling.seed = 9;
        save(true);
    }

    void save(bool stage) {
        model_ = testing_support::tiny_model(false, stage);
        save_model(*model_, request_.model);
    }

    struct Truth {
        std::string text;
        std::vector<double> values;
        std::size_t characters = 0;
        bool finished = false;
    };

    // By the decoder, token after token, until `sentences` full stops are followed by white space.
    Truth write_alone(std::size_t number) const {
        Decoder decoder(model_->gpt);
        NextMargins margins(*model_, decoder);
        at::Tensor logits = decoder.append(model_->tokenizer().encode("\n\n"));
        Truth out;
        std::vector<double> logprob, entropy, logdet;
        double beyond = 0.0;
        int sentences = 0;
        for (int k = 0; k < request_.most_characters && !out.finished; ++k) {
            const std::span<const float> row(logits.const_data_ptr<float>(),
                                             static_cast<std::size_t>(logits.numel()));
            const TokenDistribution law = distribution(row);
            const int token = draw(candidates(row, request_.sampling), request_.sampling,
                                   decoder.length(), number);
            logprob.push_back(law.logprob[static_cast<std::size_t>(token)]);
            entropy.push_back(law.entropy);
            if (const auto at = margins.of(token, MarginKind::determinant)) {
                logdet.push_back(at->logdet.value);
                beyond += at->beyond() ? 1.0 : 0.0;
            }
            out.text += model_->tokenizer().symbol(token);
            ++out.characters;
            logits = decoder.append(std::span(&token, 1));
            const std::size_t n = out.text.size();
            const bool white = out.text.back() == ' ' || out.text.back() == '\n';
            sentences += n > 1 && white && out.text[n - 2] == '.' ? 1 : 0;
            out.finished = (request_.sentences > 0 && sentences >= request_.sentences) ||
                           (n > 1 && out.text.substr(n - 2) == "\n\n");
        }
        const auto mean = [](const std::vector<double>& all) {
            double sum = 0.0;
            for (const double one : all) sum += one;
            return sum / static_cast<double>(all.size());
        };
        out.values = {mean(logprob), *std::min_element(logprob.begin(), logprob.end()),
                      static_cast<double>(logprob.size()), mean(entropy),
                      *std::max_element(entropy.begin(), entropy.end())};
        if (logdet.empty())
            out.values.insert(out.values.end(), 3, NAN);
        else
            out.values.insert(out.values.end(),
                              {mean(logdet), *std::min_element(logdet.begin(), logdet.end()),
                               beyond / static_cast<double>(logdet.size())});
        return out;
    }

    testing_support::TemporaryFolder folder_;
    StoryItemsRequest request_;
    std::optional<Model> model_;
};

TEST_F(SelectiveStories, AreThoseOfTheDecoderOneByOne) {
    for (const int sentences : {1, 3, 0}) {
        request_.sentences = sentences;
        const StoryItems found = write_story_items(request_);
        ASSERT_FALSE(found.stopped);
        ASSERT_EQ(found.items.size(), 150u);
        ASSERT_EQ(found.items.scores.size(), 8u);
        std::size_t unfinished = 0, characters = 0;
        for (std::size_t k = 0; k < found.items.size(); ++k) {
            const Truth truth = write_alone(k);
            for (std::size_t s = 0; s < 8; ++s) {
                const double value = found.items.scores[s].values[k];
                if (std::isnan(truth.values[s]))
                    EXPECT_TRUE(std::isnan(value));
                else
                    EXPECT_NEAR(value, truth.values[s], 2e-5)
                        << found.items.scores[s].name << " of " << truth.text;
            }
            if (k < found.first.size()) {
                EXPECT_EQ(found.first[k], truth.text);
            }
            unfinished += truth.finished ? 0 : 1;
            characters += truth.characters;
            EXPECT_EQ(found.items.wrong[k], 1) << "no story is made of these letters";
        }
        EXPECT_EQ(found.unfinished, unfinished);
        EXPECT_EQ(found.characters, characters);
        EXPECT_LT(unfinished, 150u);
    }
}

TEST_F(SelectiveStories, AreTheSameOnAnyNumberOfThreads) {
    const StoryItems one = write_story_items(request_);
    request_.threads = 1;
    const StoryItems two = write_story_items(request_);
    for (std::size_t s = 0; s < one.items.scores.size(); ++s)
        EXPECT_EQ(one.items.scores[s].values, two.items.scores[s].values);
    request_.sampling.seed = 10;
    EXPECT_NE(write_story_items(request_).first, one.first);
}

TEST_F(SelectiveStories, AModelWithoutAStageHasNoMargins) {
    save(false);
    const StoryItems found = write_story_items(request_);
    EXPECT_FALSE(found.has_stage);
    EXPECT_EQ(found.items.scores.size(), 5u);
}

TEST_F(SelectiveStories, EndsWhenAsked) {
    std::stop_source stop;
    stop.request_stop();
    const StoryItems found = write_story_items(request_, {}, stop.get_token());
    EXPECT_TRUE(found.stopped);
    EXPECT_EQ(found.items.size(), 0u);
}

// A model that has learnt the stories tells right from wrong as the checker does.
TEST_F(SelectiveStories, RightAndWrongAreTheCheckers) {
    request_.model = MARGINSCOPE_ASSETS "/models/plain.safetensors";
    request_.stories = 64;
    request_.most_characters = 100;
    const StoryItems found = write_story_items(request_);
    std::size_t right = 0;
    for (std::size_t k = 0; k < found.first.size(); ++k) {
        const StorySentenceShare share = check_sentences(found.first[k], true);
        EXPECT_EQ(found.items.wrong[k] == 0, share.sentences == 1 && share.well_formed == 1)
            << found.first[k];
    }
    for (const std::uint8_t wrong : found.items.wrong) right += wrong ? 0 : 1;
    EXPECT_GT(right, 20u);
    EXPECT_LT(right, 60u);
}

}  // namespace
}  // namespace marginscope
