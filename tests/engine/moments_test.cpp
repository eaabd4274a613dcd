// Kept models: how many, how far apart, and that they stay as they were.
#include "engine/train/moments.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "engine/engine_fixture.h"

namespace marginscope {
namespace {

std::vector<std::byte> weights_of(const Model& model) {
    std::vector<std::byte> all;
    for (const TensorData& tensor : model_to_file(model).tensors)
        all.insert(all.end(), tensor.bytes.begin(), tensor.bytes.end());
    return all;
}

TEST(Moments, AreEvenlyApartAndNeverTooMany) {
    TrainRun run = TrainRun::start(tiny_config(), small_corpus(), {});
    Model& model = *run.trainer().model();
    Moments moments;
    for (model.step = 0; model.step <= 1000; ++model.step) {
        moments.keep(model);
        const std::vector<std::int64_t> steps = moments.steps();
        ASSERT_LE(steps.size(), Moments::kMost);
        ASSERT_EQ(steps.front(), 0);
        const std::int64_t apart = steps.size() > 1 ? steps[1] - steps[0] : 1;
        ASSERT_LT(model.step - steps.back(), 2 * apart) << "the newest is not far behind";
        for (std::size_t k = 1; k < steps.size(); ++k)
            ASSERT_EQ(steps[k] - steps[k - 1], apart) << "at step " << model.step;
    }
    EXPECT_GE(moments.steps().size(), Moments::kMost / 2);
}

TEST(Moments, StayAsTheyWereWhileTheModelTrains) {
    TrainRun run = TrainRun::start(tiny_config(), small_corpus(), {});
    Moments moments;
    moments.keep(*run.trainer().model());
    const auto before = weights_of(*run.trainer().model());
    for (int k = 0; k < 3; ++k) run.step();
    EXPECT_EQ(weights_of(*moments.at(0)), before);
    EXPECT_NE(weights_of(*run.trainer().model()), before);
    EXPECT_THROW((void)moments.at(1), UserError);
    EXPECT_EQ(moments.fork("").at(0), moments.at(0)) << "shared, not copied";
}

}  // namespace
}  // namespace marginscope
