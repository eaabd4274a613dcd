// GPU work recorded once and repeated by one call: a CUDA graph, which spares a small model the
// launch of every kernel. The recording itself needs CUDA's headers and lives in a module of its
// own (cuda_graph_module.cpp), which is loaded when it was built and a GPU is there.
#pragma once

#include <functional>
#include <memory>

namespace marginscope {

/// Repeats on the same memory: inputs are copied into the tensors that the work read, results lie
/// in those it made.
class RecordedWork {
public:
    virtual ~RecordedWork() = default;
    virtual void replay() = 0;  // on the current stream; does not wait
};

/// Runs `work` a few times, then records it. It may neither wait for the GPU nor copy from or to
/// the CPU.
using Recorder = std::function<std::unique_ptr<RecordedWork>(const std::function<void()>& work)>;

/// Whether the module is there and a CUDA device can be used.
bool can_record_on_gpu();

/// UserError where can_record_on_gpu() is false.
std::unique_ptr<RecordedWork> record_on_gpu(const std::function<void()>& work);

}  // namespace marginscope
