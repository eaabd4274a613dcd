// Load, fit, save.
#include "nn/train/fit_run.h"

#include "core/error.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"

namespace marginscope {

StageFitReport run_fit(const FitRequest& request, const Corpus& corpus,
                       const std::function<void(std::size_t done, std::size_t total)>& progress,
                       std::stop_token stop) {
    if (request.steps < 1)
        throw UserError("--steps must be at least 1; it is " + std::to_string(request.steps) + ".",
                        2);
    const std::filesystem::path folder =
        request.out.has_parent_path() ? request.out.parent_path() : ".";
    if (request.out.empty() || std::filesystem::is_directory(request.out) ||
        !std::filesystem::is_directory(folder))
        throw UserError(
            "--out must name a file in an existing folder, as in RUN/fitted.safetensors; it is \"" +
                request.out.string() + "\".",
            2);
    StageFitReport report;
    with_torch_errors([&] {
        set_compute_threads(request.threads);
        Model model = load_requested_model(request.model);
        report = fit_stage(model, corpus, request.steps, request.stage_seed, progress, stop);
        if (!report.stopped) save_model(model, request.out);
    });
    return report;
}

}  // namespace marginscope
