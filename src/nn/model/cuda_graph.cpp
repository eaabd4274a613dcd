// The module, found beside the program.
#include "nn/model/cuda_graph.h"

#include <dlfcn.h>

#include "core/error.h"
#include "nn/model/device.h"

namespace marginscope {
namespace {

using RecordFunction = RecordedWork* (*)(const std::function<void()>&);

RecordFunction module_function() {
    static const RecordFunction found = []() -> RecordFunction {
        if (!load_cuda()) return nullptr;  // the module's own libraries
        void* const module = ::dlopen("libmarginscope_cuda_graph.so", RTLD_NOW | RTLD_LOCAL);
        if (module == nullptr) return nullptr;
        return reinterpret_cast<RecordFunction>(::dlsym(module, "marginscope_record_on_gpu"));
    }();
    return found;
}

}  // namespace

bool can_record_on_gpu() { return module_function() != nullptr; }

std::unique_ptr<RecordedWork> record_on_gpu(const std::function<void()>& work) {
    if (!can_record_on_gpu())
        throw UserError("Recording GPU work needs a GPU and a build that found CUDA's headers.");
    return std::unique_ptr<RecordedWork>(module_function()(work));
}

}  // namespace marginscope
