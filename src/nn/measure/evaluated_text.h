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
#include "nn/model/ensemble.h"

namespace marginscope {

class EvaluatedText {
public:
    /// UserError where a model cannot be read, models that predict together do not fit, or the text
    /// is shorter than one window.
    explicit EvaluatedText(const NoiseRequest& request);

    /// The first of them, whose vocabulary is everybody's.
    const Model& model() const { return ensemble_.first(); }
    const std::vector<Model>& models() const { return ensemble_.members; }
    const std::vector<std::string>& files() const { return ensemble_.files; }
    /// What was asked for, as reports call it.
    const std::string& name() const { return name_; }
    /// The last tenth: what the model learned from is never evaluated; or all of it.
    TokenView ids() const { return {all_, begin_, all_.size() - begin_}; }
    const std::vector<TokenWindow>& windows() const { return windows_; }
    std::size_t context() const { return windows_.front().length - 1; }
    /// Every id that is read in some window.
    std::vector<int> inputs() const;
    std::size_t unknown() const;

private:
    Ensemble ensemble_;
    std::string name_;
    TokenIds all_;
    std::size_t begin_ = 0;
    std::vector<TokenWindow> windows_;
};

}  // namespace marginscope
