// The one place where LibTorch's exceptions become sentences.
#include "nn/model/torch_errors.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <c10/util/Exception.h>
#include <torch/version.h>

#include "core/error.h"
#include "nn/model/device.h"

namespace marginscope {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

void with_torch_errors(const std::function<void()>& body) {
    try {
        body();
    } catch (const c10::OutOfMemoryError& error) {
        throw UserError(
            "There is not enough memory for this: take a smaller batch, context or width. (" +
            first_line(error.what_without_backtrace()) + ")");
    } catch (const c10::Error& error) {
        const std::string what = first_line(error.what_without_backtrace());
        if (what.find("alloc") != std::string::npos || what.find("memory") != std::string::npos)
            throw UserError(
                "There is not enough memory for this: take a smaller batch, context or width. (" +
                what + ")");
        throw UserError("LibTorch stopped: " + what);
    } catch (const std::bad_alloc&) {
        throw UserError(
            "There is not enough memory for this: take a smaller batch, context or width.");
    }
}

std::string torch_description() {
    const bool usable = load_cuda();
    return std::string("LibTorch ") + TORCH_VERSION + ", " +
           (usable          ? "CUDA device usable"
            : at::hasCUDA() ? "CUDA library present but no usable device"
                            : "CPU; no usable CUDA device");
}

}  // namespace marginscope
