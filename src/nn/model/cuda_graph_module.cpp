// The one file that needs CUDA's headers, a module of its own: built where they are, loaded where a
// GPU is.
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "nn/model/cuda_graph.h"

namespace marginscope {
namespace {

// Libraries choose their algorithms and take their workspaces in the first runs.
constexpr int kWarmUps = 3;

class RecordedGraph final : public RecordedWork {
public:
    explicit RecordedGraph(const std::function<void()>& work) {
        c10::cuda::getCurrentCUDAStream().synchronize();  // what made the inputs
        const c10::cuda::CUDAStream stream = c10::cuda::getStreamFromPool();
        const c10::cuda::CUDAStreamGuard guard(stream);  // the default stream cannot be recorded
        for (int k = 0; k < kWarmUps; ++k) work();
        stream.synchronize();
        // Other threads may use the GPU meanwhile: only this one's calls are restricted.
        graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
        try {
            work();
        } catch (...) {
            abandon();
            throw;
        }
        graph_.capture_end();
    }

    void replay() override { graph_.replay(); }

private:
    /// A recording that is broken off reports that once more when it ends.
    void abandon() noexcept {
        try {
            graph_.capture_end();
        } catch (...) {  // the first error says what happened
        }
    }

    at::cuda::CUDAGraph graph_;
};

}  // namespace
}  // namespace marginscope

extern "C" marginscope::RecordedWork* marginscope_record_on_gpu(const std::function<void()>& work) {
    return new marginscope::RecordedGraph(work);
}
