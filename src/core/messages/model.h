// Commands about models, and about the texts and files that are opened.
#pragma once

#include <string>
#include <string_view>

namespace marginscope {

// checkpoint file, run folder or folder of samples; "" loads the small trained model
struct LoadModel {
    static constexpr std::string_view kName = "load_model";
    std::string path;
    static void fields(auto& self, auto&& visit) { visit("path", self.path); }
};
// corpus for training; "" is the built-in story corpus
struct LoadText {
    static constexpr std::string_view kName = "load_text";
    std::string path;
    static void fields(auto& self, auto&& visit) { visit("path", self.path); }
};
// whatever the user gave: a text is trained on and shown, a checkpoint or run folder is loaded, a
// path folder is opened
struct OpenFile {
    static constexpr std::string_view kName = "open_file";
    std::string path;
    static void fields(auto& self, auto&& visit) { visit("path", self.path); }
};
// the trained model as it is now
struct SaveModel {
    static constexpr std::string_view kName = "save_model";
    std::string path;
    static void fields(auto& self, auto&& visit) { visit("path", self.path); }
};
// gives the loaded model a fitted stage, as a job beside everything else
struct FitStage {
    static constexpr std::string_view kName = "fit_stage";
    int steps = 2000;
    static void fields(auto& self, auto&& visit) { visit("steps", self.steps); }
};
// fits `count` stages of other seeds to the loaded model and counts how often each support token of
// the shown text is one of theirs; a job beside everything else
struct FitStageSeeds {
    static constexpr std::string_view kName = "fit_stage_seeds";
    int count = 5;
    int steps = 2000;
    static void fields(auto& self, auto&& visit) {
        visit("count", self.count);
        visit("steps", self.steps);
    }
};
// by StatusFrame::jobs; 0: every job that can be stopped
struct CancelJob {
    static constexpr std::string_view kName = "cancel_job";
    int job = 0;
    static void fields(auto& self, auto&& visit) { visit("job", self.job); }
};

}  // namespace marginscope
