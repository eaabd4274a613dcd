// The flags of `render` that say what a picture or figure shows: which text, which character, which
// margin, under which noise.
//
// One thread, while the arguments are read.
#pragma once

#include <string>

#include "cli/common_options.h"
#include "cli/law_flags.h"
#include "cli/render_request.h"

namespace marginscope {

class FigureFlags {
public:
    void add_to(CLI::App& command);
    /// Fills in commands, panel, view and file options. UserError with exit code 2.
    void fill(RenderRequest& request) const;
    bool of_figure() const { return !panel_.empty(); }

private:
    void add_look(CLI::App& command);
    void add_noise(CLI::App& command);
    void add_path_look(CLI::App& command);
    void add_robustness(CLI::App& command);

    std::string panel_, prompt_, text_, path_, plane_tokens_, places_, measure_;
    CLI::Option* prompt_option_ = nullptr;
    FigureView view_;
    SetDecodeNoise noise_;
    SamplingSettings sampling_;
    LawFlags laws_;
    double dpi_ = 192;
};

}  // namespace marginscope
