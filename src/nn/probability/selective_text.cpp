// Window by window, each a job of its own on one thread.
#include "nn/probability/selective_text.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/text_windows.h"
#include "nn/measure/parallel_jobs.h"
#include "nn/measure/probes.h"
#include "nn/measure/token_windows.h"
#include "nn/measure/window_text.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

constexpr std::size_t kFirstMargin = 2;  // of a window: before it J does not depend on the token
constexpr std::size_t kFewestWindows = 6;

class TextPredictions {
public:
    explicit TextPredictions(const TextItemsRequest& request)
        : request_(request),
          model_(load_requested_model(request.model)),
          text_(request.whole_text ? request.text : last_tenth(request.text)),
          ids_(model_.tokenizer().encode_narrow(text_)),
          blocks_(text_blocks(ids_.size(), static_cast<std::size_t>(model_.gpt.shape().context),
                              WindowRule::half, request.max_positions)) {
        std::erase_if(blocks_, [&](const TextBlock& at) { return first_of(at) >= end_of(at); });
        if (blocks_.size() < kFewestWindows)
            throw UserError(
                "Scores are tuned, calibrated and judged on thirds of a text's windows, "
                "six at least, but there are only " +
                    std::to_string(blocks_.size()) + " to measure (" + std::to_string(ids_.size()) +
                    " characters): give a longer text, or take the whole of it with "
                    "--whole.",
                2);
        if (model_.stage) weights_ = stage_weights(model_);
        found_.resize(blocks_.size());
    }

    std::size_t windows() const { return blocks_.size(); }

    void measure(std::size_t w) {
        const at::NoGradGuard no_grad;
        const TextBlock& block = blocks_[w];
        const TokenWindow window{block.begin, end_of(block) - block.begin, block.begin};
        SelectiveItems& out = found_[w];
        out.scores = empty_scores();
        add_predictions(block, window, out);
        if (!weights_) return;
        std::vector<int> read;
        for (std::size_t i = block.begin; i < end_of(block); ++i) read.push_back(ids_[i]);
        const Stage stage(stage_embeddings(model_.gpt, read), *weights_);
        for (std::size_t i = first_of(block); i < end_of(block); ++i) {
            const PositionMargins at = stage.margins(static_cast<int>(i - block.begin));
            out.scores[2].values.push_back(at.logdet.value);
            out.scores[3].values.push_back(at.sigma_min);
            out.scores[4].values.push_back(at.beyond() ? 1.0 : 0.0);
        }
    }

    TextItems result(bool done) {
        TextItems out;
        out.model = model_name(request_.model);
        out.has_stage = model_.stage.has_value();
        out.windows = blocks_.size();
        out.unknown = model_.tokenizer().count_unknown(text_);
        out.stopped = !done;
        if (!done) return out;
        const std::size_t third = blocks_.size() / 3;
        out.parts.tuning = joined(0, third);
        out.parts.calibration = joined(third, 2 * third);
        out.parts.fresh = joined(2 * third, blocks_.size());
        return out;
    }

private:
    static std::size_t first_of(const TextBlock& block) {
        return std::max(block.first, block.begin + kFirstMargin);
    }
    // Past the last character that another one follows.
    std::size_t end_of(const TextBlock& block) const {
        return std::min(block.end, ids_.size() - 1);
    }

    std::vector<SelectiveScore> empty_scores() const {
        using enum ScoreFamily;
        std::vector<SelectiveScore> scores = {{"log p of the likeliest", probability, true, {}},
                                              {"entropy", entropy, false, {}}};
        if (weights_) {
            scores.push_back({"determinant margin", margin, true, {}});
            scores.push_back({"singular margin", margin, true, {}});
            scores.push_back({"beyond", margin, false, {}});
        }
        return scores;
    }

    void add_predictions(const TextBlock& block, const TokenWindow& window,
                         SelectiveItems& out) const {
        const at::Tensor u =
            model_.gpt.embed(window_ids(ids_, {&window, 1}, window.length).to(model_.gpt.device()));
        const at::Tensor logits = model_.gpt.logits_from_embeddings(u)[0].to(at::kCPU);
        const at::Tensor logprob = at::log_softmax(logits.to(at::kDouble), -1);
        const at::Tensor top = logprob.amax(-1).contiguous();
        const at::Tensor entropy = (logprob.exp() * logprob).sum(-1).neg().contiguous();
        const at::TensorAccessor<double, 2> table = logprob.accessor<double, 2>();
        for (std::size_t i = first_of(block); i < end_of(block); ++i) {
            const auto row = static_cast<std::int64_t>(i - block.begin);
            out.scores[0].values.push_back(top.const_data_ptr<double>()[row]);
            out.scores[1].values.push_back(entropy.const_data_ptr<double>()[row]);
            out.wrong.push_back(-table[row][ids_[i + 1]] > request_.surprise ? 1 : 0);
            out.groups.push_back(block.begin);
        }
    }

    SelectiveItems joined(std::size_t begin, std::size_t end) const {
        SelectiveItems out;
        out.scores = empty_scores();
        for (std::size_t w = begin; w < end; ++w) {
            const SelectiveItems& one = found_[w];
            for (std::size_t s = 0; s < out.scores.size(); ++s)
                out.scores[s].values.insert(out.scores[s].values.end(),
                                            one.scores[s].values.begin(),
                                            one.scores[s].values.end());
            out.wrong.insert(out.wrong.end(), one.wrong.begin(), one.wrong.end());
            out.groups.insert(out.groups.end(), one.groups.begin(), one.groups.end());
        }
        return out;
    }

    const TextItemsRequest& request_;
    Model model_;
    std::string text_;
    TokenIds ids_;
    std::vector<TextBlock> blocks_;
    std::optional<StageWeights> weights_;
    std::vector<SelectiveItems> found_;  // of each window
};

}  // namespace

TextItems measure_text_items(const TextItemsRequest& request,
                             const std::function<void(std::size_t, std::size_t)>& progress,
                             std::stop_token stop) {
    TextItems out;
    with_torch_errors([&] {
        set_compute_threads(1);  // each job uses one core
        TextPredictions predictions(request);
        const bool done = run_jobs(
            predictions.windows(), request.threads, [&](std::size_t w) { predictions.measure(w); },
            progress, stop);
        out = predictions.result(done);
    });
    return out;
}

}  // namespace marginscope
