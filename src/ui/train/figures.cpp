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

/// A row whose name alone would not tell what it is.
void hinted_row(const Theme& theme, const char* name, const std::string& value, const char* hint,
                ImU32 color = 0) {
    ImGui::BeginGroup();
    value_row(theme, name, value, color);
    ImGui::EndGroup();
    if (!ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort)) return;
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(theme.px(340));
    ImGui::TextUnformatted(hint);
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

/// A measured number, or words where it was not measured.
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

void draw_last_step(const std::vector<TrainingSample>& samples, const Theme& theme) {
    const TrainingSample& last = samples.back();
    value_row(theme, Quantity::cross_entropy,
              std::isfinite(last.ce) ? format_number(last.ce) + " nats" : "not finite",
              std::isfinite(last.ce) ? 0 : theme.error);
    const TrainingSample& carried = last_with_barrier(samples);
    value_row(theme, Quantity::barrier, number_or(carried.barrier, "none yet"));
    value_row(theme, Quantity::logdet, number_or(carried.logdet_mean, "none yet"));
    value_row(theme, Quantity::share_beyond,
              std::isfinite(carried.share_beyond) ? format_percent(carried.share_beyond)
              : std::isfinite(carried.barrier)    ? "unknown to probes"
                                                  : "none yet",
              carried.share_beyond > 0 ? theme.accent : 0);
    value_row(theme, Quantity::embedding_rms, number_or(last.embedding_rms, "not told"));
    hinted_row(theme, "Stage sigma", number_or(last.stage_sigma, "not told"),
               "The noise scale of the stage that trains along, in units of the embeddings u it "
               "reads. Small: attention copies one token; large: volume rules");
    hinted_row(theme, "Stage sigma / RMS of u",
               number_or(last.stage_sigma / last.u_rms, "not told"),
               "The same over the RMS of u. A floor (--stage-sigma-floor) is a number of these");
    hinted_row(theme, "Gradient norm", number_or(last.grad_norm, "not told"),
               "2-norm of the summed gradient of the last step, before it is clipped");
    value_row(theme, "Learning rate", format_number(last.lr));
    hinted_row(theme, "Barrier gradients cut", std::to_string(last.capped),
               "Positions of the last step so near to the boundary that the barrier's gradient "
               "was cut to its cap (--barrier-cap)");
    hinted_row(theme, "On the boundary itself", std::to_string(last.singular),
               "Positions of the last step where det J is 0: the barrier has no finite value "
               "there and they are left out of it",
               last.singular > 0 ? theme.accent : 0);
}

void draw_last_evaluation(const EvalSample& last, const Theme& theme) {
    value_row(theme, "Validation loss",
              std::isfinite(last.val_ce) ? format_number(last.val_ce) + " nats" : "not finite");
    hinted_row(theme, "Smallest σ_min", number_or(last.sigma_min_min, "not measured"),
               "The smallest singular value of J over the positions of the last evaluation: the "
               "distance of the most endangered one");
    draw_estimate(last, theme);
}

}  // namespace

void draw_run_figures(const TrainingFrame* training, const TrainSeries& series,
                      const LoopFigures& loop, PanelContext& context) {
    const Theme& theme = context.theme;
    if (training == nullptr || training->state == TrainingState::idle) {
        empty_state(theme, "No run",
                    "Speed, gradient norm and the health of the barrier appear here once training "
                    "has started.");
        return;
    }
    value_row(theme, "Steps per second", format_number(training->steps_per_s, 3));
    value_row(theme, "Tokens per second", format_number(training->tokens_per_s, 4));
    value_row(theme, "Parameters", std::to_string(training->parameters));
    if (!series.samples.empty()) draw_last_step(series.samples, theme);
    if (!series.evals.empty()) draw_last_evaluation(series.evals.back(), theme);
    hinted_row(theme, "Time training", format_percent(training->share_training),
               "Share of the time since the start that went into training steps");
    hinted_row(theme, "Time measuring", format_percent(training->share_capturing),
               "Share that went into what the other panels show of the model while it trains: "
               "attention, margins, noise");
    hinted_row(theme, "Time drawing", format_percent(loop.draw_share),
               "What drawing this window takes of one core");
    value_row(theme, "Text", training->corpus_label);
    value_row(theme, "Run folder",
              training->run_folder.empty() ? "none: nothing is written" : training->run_folder);
}

void draw_sample(const TrainingFrame* training, PanelContext& context) {
    const Theme& theme = context.theme;
    if (training == nullptr || training->sample_text.empty()) {
        empty_state(
            theme, "No sample yet",
            "A few lines that the model writes are shown here and refreshed while it learns.");
        return;
    }
    const std::string when = "written at step " + std::to_string(training->sample_step) +
                             ", temperature 0.8, always the same seed";
    small_paragraph(theme, theme.dim, when.c_str());
    ImGui::PushFont(theme.fonts.mono, type::kBody);
    ImGui::PushTextWrapPos(0.0F);
    ImGui::TextUnformatted(training->sample_text.c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopFont();
}

}  // namespace marginscope
