// So little work is not worth a second thread's attention: these tests wait for it on a busy
// machine ten times as long as they compute.
#include <gtest/gtest.h>

#include "nn/model/device.h"

namespace marginscope {
namespace {

class OneThread : public testing::Environment {
    void SetUp() override { set_compute_threads(1); }
};

const testing::Environment* const kOneThread = testing::AddGlobalTestEnvironment(new OneThread);

}  // namespace
}  // namespace marginscope
