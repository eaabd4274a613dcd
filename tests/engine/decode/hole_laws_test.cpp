// Laws of holes against brute force: every filling decoded, one after the other.
#include "engine/decode/hole_laws.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/decode/document_bench.h"
#include "nn/decode/decoder.h"

namespace marginscope {
namespace {

// log p of each token of `ids` given those before it, from index 1 on.
double log_p(const std::vector<int>& ids, std::size_t end) {
    Decoder decoder(small_model()->gpt);
    double sum = 0.0;
    for (std::size_t k = 0; k < end; ++k) {
        if (k > 0) {
            const at::Tensor logits = decoder.logits().contiguous();
            sum += distribution(
                       {logits.const_data_ptr<float>(), static_cast<std::size_t>(logits.numel())})
                       .logprob[static_cast<std::size_t>(ids[k])];
        }
        decoder.append(std::span(&ids[k], 1));
    }
    return sum;
}

// p of each token at `index` given the other characters of ids[0, end).
std::vector<double> brute(std::vector<int> ids, std::size_t index, std::size_t end) {
    std::vector<double> law;
    double all = 0.0;
    for (int token = 0; token < small_model()->gpt.vocabulary(); ++token) {
        ids[index] = token;
        law.push_back(std::exp(log_p(ids, end)));
        all += law.back();
    }
    for (double& one : law) one /= all;
    return law;
}

void expect_law(const std::vector<float>& found, const std::vector<double>& expected,
                const char* which) {
    ASSERT_EQ(found.size(), expected.size()) << which;
    for (std::size_t k = 0; k < found.size(); ++k)
        EXPECT_NEAR(found[k], expected[k], 2e-4) << which << ", token " << k;
}

TEST(HoleLaws, AreThoseOfEveryFilling) {
    DocumentBench bench;
    bench.begin("The cat sat on");
    bench.send(SetHole{5, true});
    bench.settle_holes();
    const auto frame = bench.context.frames().holes;
    ASSERT_TRUE(frame);
    EXPECT_FALSE(frame->running);
    EXPECT_TRUE(frame->exact);
    ASSERT_EQ(frame->holes.size(), 1u);
    const std::vector<int> ids = small_model()->tokenizer().encode("The cat sat on");
    expect_law(frame->holes[0].past, brute(ids, 5, 6), "given the past");
    expect_law(frame->holes[0].both, brute(ids, 5, ids.size()), "given both sides");
    EXPECT_TRUE(frame->holes[0].error.empty());
    ASSERT_FALSE(frame->fillings.empty());
    float largest = 0;
    for (const float one : frame->holes[0].both) largest = std::max(largest, one);
    EXPECT_FLOAT_EQ(frame->fillings[0].probability, largest);
}

// The context of the small model is 16: what stands far behind a hole is read in windows that do
// not reach it.
TEST(HoleLaws, AreThoseOfTheWholeTextWhereWindowsMoveOn) {
    DocumentBench bench;
    const std::string text = "The cat sat on the mat and looked at the moon";
    bench.begin(text);
    bench.send(SetHole{5, true});
    bench.settle_holes();
    const std::vector<int> ids = small_model()->tokenizer().encode(text);
    const auto frame = bench.context.frames().holes;
    ASSERT_TRUE(frame && frame->exact);
    EXPECT_LT(frame->read, static_cast<int>(ids.size()) - 8) << "what says nothing is not read";
    EXPECT_GT(frame->read, 8);
    expect_law(frame->holes[0].both, brute(ids, 5, ids.size()), "given both sides");
}

TEST(HoleLaws, OfTwoHolesTheJointSumsToEach) {
    DocumentBench bench;
    bench.begin("The cat sat");
    bench.send(SetHole{5, true});
    bench.settle_holes();
    bench.send(SetHole{6, true});
    bench.settle_holes();
    const auto frame = bench.context.frames().holes;
    ASSERT_TRUE(frame && frame->exact);
    ASSERT_EQ(frame->holes.size(), 2u);
    for (const HoleLaw& hole : frame->holes)
        for (const auto* law : {&hole.past, &hole.both}) {
            double sum = 0.0;
            for (const float one : *law) sum += one;
            EXPECT_NEAR(sum, 1.0, 1e-4);
        }
    for (const HoleFilling& one : frame->fillings) EXPECT_EQ(one.text.size(), 2u) << one.text;
    EXPECT_NE(frame->sentence.find("Exact"), std::string::npos) << frame->sentence;
}

// A drag moves an embedding of the shown text; a law is of texts, read as the model has them.
TEST(HoleLaws, SayThatDragsAreNotRead) {
    DocumentBench bench;
    bench.begin("The cat sat");
    bench.send(SetHole{5, true});
    bench.settle_holes();
    const auto before = bench.context.frames().holes;
    EXPECT_EQ(before->sentence.find("ragged"), std::string::npos);
    const auto drag = [&](int index, double by) {
        DecodeDocument document = bench.value();
        document.drags[document.tree.line()[static_cast<std::size_t>(index)]] =
            std::vector<double>(16, by);
        bench.open_document(document);
        bench.settle_holes();
        return bench.context.frames().holes;
    };
    const auto in_the_hole = drag(5, 0.5);
    EXPECT_EQ(in_the_hole->sentence, before->sentence) << "what stands in a hole is not read";
    const auto dragged = drag(2, 0.5);
    EXPECT_NE(dragged->sentence.find("Dragged characters are read here as the model has them"),
              std::string::npos)
        << dragged->sentence;
    EXPECT_EQ(dragged->holes[0].both, before->holes[0].both);
    bench.send(ResetDrags{});
    bench.settle_holes();
    EXPECT_EQ(bench.context.frames().holes->sentence, before->sentence);
}

TEST(HoleLaws, FollowTheTextAndGoWithTheHoles) {
    DocumentBench bench;
    bench.begin("The cat sat");
    bench.send(SetHole{5, true});
    bench.settle_holes();
    const auto before = bench.context.frames().holes;
    bench.send(EditText{"The cat ran"});
    bench.settle_holes();
    const auto after = bench.context.frames().holes;
    ASSERT_TRUE(after);
    EXPECT_NE(after->holes[0].both, before->holes[0].both);
    EXPECT_EQ(after->holes[0].past, before->holes[0].past) << "what follows changes no past";
    bench.send(JumpDecode{3});
    bench.settle_holes();
    EXPECT_FALSE(bench.context.frames().holes) << "it lies behind the cursor";
    bench.send(JumpDecode{10});
    bench.settle_holes();
    EXPECT_TRUE(bench.context.frames().holes);
    bench.send(ClearHoles{});
    bench.settle_holes();
    EXPECT_FALSE(bench.context.frames().holes);
    bench.send(Undo{});
    bench.settle_holes();
    ASSERT_TRUE(bench.context.frames().holes);
    EXPECT_EQ(bench.context.frames().holes->holes[0].both, after->holes[0].both);
}

}  // namespace
}  // namespace marginscope
