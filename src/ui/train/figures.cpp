// The run in numbers, and a sample of what the model writes now.
#include "ui/train/figures.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "ui/widgets.h"

namespace marginscope {
namespace {

/// Where sequences are sampled, steps may carry no barrier: then the last one that did.
const TrainingSample& last_with_barrier(const std::vector<TrainingSample>& samples) {
    const auto found =
        std::find_if(samples.rbegin(), samples.rend(),
                     [](const TrainingSample& sample) { return std::isfinite(sample.barrier); });
    return found == samples.rend() ? samples.back() : *found;
}

std::string number_or(float value, const char* otherwise) {
    return std::isfinite(value) ? format_number(value) : otherwise;
}

/// Where training steps estimate the barrier: the estimate beside the exact value, on the same
/// windows.
void draw_estimate(const EvalSample& last, const Theme& theme) {
    if (!std::isfinite(last.barrier_estimate)) return;
    value_row(theme, "Barrier, exact", format_number(-last.val_logdet_mean));
    const std::string error =
        std::isfinite(last.barrier_estimate_error) && last.barrier_estimate_error > 0
            ? " ± " + format_number(last.barrier_estimate_error, 2)
            : "";
    value_row(theme, "Barrier, estimated", format_number(last.barrier_estimate) + error);
    if (last.barrier_bound > 0)
        value_row(theme, "Bound of its truncation",
                  std::isfinite(last.barrier_bound) ? format_number(last.barrier_bound, 2)
                                                    : "none known");
}

}  // namespace

void draw_run_figures(const Frames& frames, const TrainSeries& series, const LoopFigures& loop,
                      PanelContext& context) {
    const Theme& theme = context.theme;
    const TrainingFrame* training = frames.training.get();
    if (training == nullptr || training->state == TrainingState::idle) {
        empty_state(theme, "No run",
                    "Speed, gradient norm and the health of the barrier appear here once training "
                    "has started.");
        return;
    }
    value_row(theme, "Steps per second", format_number(training->steps_per_s, 3));
    value_row(theme, "Tokens per second", format_number(training->tokens_per_s, 4));
    value_row(theme, "Parameters", std::to_string(training->parameters));
    if (!series.samples.empty()) {
        const TrainingSample& last = series.samples.back();
        value_row(theme, Quantity::cross_entropy, format_number(last.ce) + " nats",
                  std::isfinite(last.ce) ? 0 : theme.error);
        const TrainingSample& carried = last_with_barrier(series.samples);
        value_row(theme, Quantity::barrier, number_or(carried.barrier, "not yet carried"));
        value_row(theme, Quantity::logdet, number_or(carried.logdet_mean, "not yet carried"));
        value_row(theme, Quantity::share_beyond,
                  std::isfinite(carried.share_beyond) ? format_percent(carried.share_beyond)
                  : std::isfinite(carried.barrier)    ? "not told by probes"
                                                      : "not yet carried",
                  carried.share_beyond > 0 ? theme.accent : 0);
        value_row(theme, Quantity::embedding_rms, format_number(last.embedding_rms));
        value_row(theme, "Gradient norm", format_number(last.grad_norm));
        value_row(theme, "Learning rate", format_number(last.lr));
        value_row(theme, "Capped positions", std::to_string(last.capped));
        value_row(theme, "Singular positions", std::to_string(last.singular),
                  last.singular > 0 ? theme.accent : 0);
    }
    if (!series.evals.empty()) {
        const EvalSample& last = series.evals.back();
        value_row(theme, "Validation loss", format_number(last.val_ce) + " nats");
        value_row(theme, Quantity::sigma_min, format_number(last.sigma_min_min));
        draw_estimate(last, theme);
    }
    value_row(theme, "Time in training", format_percent(training->share_training));
    value_row(theme, "Time in captures", format_percent(training->share_capturing));
    value_row(theme, "Time in drawing, of a core", format_percent(loop.draw_share));
    value_row(theme, "Text", training->corpus_label);
    value_row(theme, "Run folder",
              training->run_folder.empty() ? "none: nothing is written" : training->run_folder);
}

void draw_sample(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    const TrainingFrame* training = frames.training.get();
    if (training == nullptr || training->sample_text.empty()) {
        empty_state(
            theme, "No sample yet",
            "A few lines that the model writes are shown here and refreshed while it learns.");
        return;
    }
    const std::string when = "written at step " + std::to_string(training->sample_step) +
                             ", temperature 0.8, always the same seed";
    text_small(theme, theme.dim, when.c_str());
    ImGui::PushFont(theme.fonts.mono, type::kBody);
    ImGui::PushTextWrapPos(0.0F);
    ImGui::TextUnformatted(training->sample_text.c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopFont();
}

}  // namespace marginscope
