// LibTorch's errors as sentences for the user. Torch-free.
#pragma once

#include <functional>
#include <string>

namespace marginscope {

/// Runs `body`; an out-of-memory error or any other error of LibTorch comes out as UserError (exit
/// code 1) without a backtrace. Everything else passes unchanged. Any thread.
void with_torch_errors(const std::function<void()>& body);

/// "LibTorch 2.11.0, CUDA library not present" or which device is usable: for --version and the
/// About box.
std::string torch_description();

}  // namespace marginscope
