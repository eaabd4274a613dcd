// Commands about models and the text a training reads.
#pragma once

#include <string>

namespace marginscope {

// checkpoint file or run folder; "" loads the small trained model
struct LoadModel {
    std::string path;
};
// corpus for training; "" is the built-in story corpus
struct LoadText {
    std::string path;
};
// the trained model as it is now
struct SaveModel {
    std::string path;
};
// gives the loaded model a fitted stage
struct FitStage {
    int steps = 2000;
};

}  // namespace marginscope
