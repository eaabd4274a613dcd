// The predictions of a text against the report of margins, and against each window by itself.
#include "nn/probability/selective_text.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "nn/measure/margin_report.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

class SelectiveText : public testing::Test {
protected:
    void SetUp() override {
        request_.model = folder_.path() / "model.safetensors";
        request_.text = testing_support::random_text(240, 3);
        request_.whole_text = true;
        save_model(testing_support::tiny_model(), request_.model);
    }
    testing_support::TemporaryFolder folder_;
    TextItemsRequest request_;
};

// `margins` tells log p and entropy of a character given the past, and the margins of each: those
// of the character read stand one earlier.
TEST_F(SelectiveText, AreTheNumbersOfTheMarginsReport) {
    request_.surprise = 1.5;
    const TextItems found = measure_text_items(request_);
    MarginRequest asked;
    asked.model = request_.model;
    asked.text = request_.text;
    asked.geometric = GeometricScope::none;
    const MarginReport report = report_margins(asked);
    std::size_t items = 0, wrong = 0;
    for (const SelectiveItems* part :
         {&found.parts.tuning, &found.parts.calibration, &found.parts.fresh}) {
        ASSERT_EQ(part->scores.size(), 5u);
        for (std::size_t k = 0; k < part->size(); ++k, ++items) {
            const std::size_t i = items + 2;  // every character from the third on, but the last
            const auto& at = report.positions.at(i);
            EXPECT_EQ(part->groups[k], at.window.begin);
            EXPECT_NEAR(part->scores[2].values[k], at.stage->logdet.value, 1e-9);
            EXPECT_NEAR(part->scores[3].values[k], at.stage->sigma_min, 1e-9);
            EXPECT_EQ(part->scores[4].values[k], at.stage->beyond() ? 1.0 : 0.0);
            wrong += part->wrong[k];
            const auto& next = report.positions.at(i + 1);
            if (next.window.begin != at.window.begin) continue;  // seen with another past
            EXPECT_NEAR(part->scores[1].values[k], *next.entropy, 2e-5);
            EXPECT_EQ(part->wrong[k], *next.logprob < -1.5 ? 1 : 0);
            EXPECT_GE(part->scores[0].values[k], *next.logprob - 2e-5);
        }
    }
    EXPECT_EQ(items, report.positions.size() - 3);
    EXPECT_GT(wrong, 20u);
    EXPECT_LT(wrong, items - 5);
}

TEST_F(SelectiveText, NoWindowIsInTwoParts) {
    const SelectiveParts parts = measure_text_items(request_).parts;
    EXPECT_LT(parts.tuning.groups.back(), parts.calibration.groups.front());
    EXPECT_LT(parts.calibration.groups.back(), parts.fresh.groups.front());
}

TEST_F(SelectiveText, AShortTextIsRefused) {
    request_.text = testing_support::random_text(20, 3);
    EXPECT_THROW(measure_text_items(request_), UserError);
    request_.text.clear();
    EXPECT_THROW(measure_text_items(request_), UserError);
}

}  // namespace
}  // namespace marginscope
