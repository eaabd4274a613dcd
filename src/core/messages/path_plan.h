// Path: what a path trains and by what it judges, in its form, in commands and in its frames.
#pragma once

#include <string>
#include <vector>

#include "core/run/run_config.h"

namespace marginscope {

struct PathPlan {
    std::string folder;     // "" chooses one
    std::string text;       // "" is the built-in corpus
    std::string text_mark;  // of the text's content, text_mark_of(); "" when there is no file
    std::string init;       // the model that every cell begins from; "" is new weights
    std::string init_mark;  // the SHA-256 of its file
    std::vector<double> lambdas = {0, 0.005, 0.01, 0.02, 0.05, 0.1};
    std::vector<double> train_noises = {0};
    std::vector<std::string> stage_sigmas;  // values of stage.sigma; empty: the config's own
    bool both_heads = false;  // cells with the head tied and with one of its own; else as in config
    int seeds = 2;
    /// "0.02:8": eight seeds in all at that lambda without training noise, where `seeds` is less;
    /// "0.02:8:own:learned:0.2" only with that head (tied, own) and sigma.
    std::vector<std::string> more_seeds;
    std::vector<double> sigmas = {0.02, 0.05, 0.1};     // absolute
    std::vector<double> relative_sigmas = {0.25, 0.5};  // in units of each model's embedding RMS
    bool relative = false;                              // which of the two the proposal looks at
    double max_clean_loss = 0.02;
    int jobs = 0;          // 0: number of cores
    int positions = 4096;  // for the margins of a finished cell
    int draws = 4;
    int noise_windows = 512;  // evenly spaced over what is evaluated; 0: all
    RunConfig config;
    static void fields(auto& self, auto&& visit) {
        visit("folder", self.folder);
        visit("text", self.text);
        visit("text_mark", self.text_mark);
        visit("init", self.init);
        visit("init_mark", self.init_mark);
        visit("lambdas", self.lambdas);
        visit("train_noises", self.train_noises);
        visit("stage_sigmas", self.stage_sigmas);
        visit("both_heads", self.both_heads);
        visit("seeds", self.seeds);
        visit("more_seeds", self.more_seeds);
        visit("sigmas", self.sigmas);
        visit("relative_sigmas", self.relative_sigmas);
        visit("relative", self.relative);
        visit("max_clean_loss", self.max_clean_loss);
        visit("jobs", self.jobs);
        visit("positions", self.positions);
        visit("draws", self.draws);
        visit("noise_windows", self.noise_windows);
        visit("config", self.config);
    }
};

}  // namespace marginscope
