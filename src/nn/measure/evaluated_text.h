// The part of a text that a model is judged on, cut into windows: one rule for every measurement
// that asks for predictions under noise.
//
// One thread, the model's.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nn/measure/evaluate.h"
#include "nn/measure/token_windows.h"
#include "nn/model/checkpoint.h"

namespace marginscope {

class EvaluatedText {
public:
    /// UserError where the model cannot be read or the text is shorter than one window.
    explicit EvaluatedText(const NoiseRequest& request);

    const Model& model() const { return model_; }
    const std::string& name() const { return name_; }
    /// The last tenth: what the model learned from is never evaluated; or all of it.
    TokenView ids() const { return {all_, begin_, all_.size() - begin_}; }
    const std::vector<TokenWindow>& windows() const { return windows_; }
    std::size_t context() const { return windows_.front().length - 1; }
    /// Every id that is read in some window.
    std::vector<int> inputs() const;
    std::size_t unknown() const;

private:
    Model model_;
    std::string name_;
    TokenIds all_;
    std::size_t begin_ = 0;
    std::vector<TokenWindow> windows_;
};

}  // namespace marginscope
