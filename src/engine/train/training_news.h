// What a trainer reports, as the window is told. Internal to engine/train; any thread.
#pragma once

#include "core/messages/train_news.h"
#include "nn/train/trainer.h"

namespace marginscope {

TrainingSample news_of(const StepReport& report);
EvalSample news_of(const EvalReport& report);
/// `heads` of a layer.
MarginSample news_of(Glance glance, int heads);

}  // namespace marginscope
