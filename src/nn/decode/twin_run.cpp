// Twins over a text: units, what is written under noise, one pass a block.
#include "nn/decode/twin_run.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "nn/decode/twin_text.h"
#include "nn/measure/parallel_jobs.h"
#include "nn/measure/probes.h"
#include "nn/measure/twin.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

using Progress = std::function<void(std::size_t, std::size_t)>;

void check(const TwinRequest& request) {
    if (!(request.sigma >= 0.0) || !std::isfinite(request.sigma))
        throw UserError("--sigma must be 0 or more.", 2);
    if (request.draws < 1) throw UserError("--draws must be at least 1.", 2);
    if (request.tokens < 0) throw UserError("--tokens must be 0 or more.", 2);
    if (!(request.sampling.temperature >= 0.0) || !std::isfinite(request.sampling.temperature))
        throw UserError("--temperature must be 0 or more.", 2);
}

std::optional<double> number_or_none(double value) {
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

class TwinRun {
public:
    TwinRun(const TwinRequest& request, const Progress& progress, std::stop_token stop)
        : request_(request),
          progress_(progress),
          stop_(std::move(stop)),
          model_(load_requested_model(request.model)),
          exact_(model_.gpt.clone(at::kCPU, at::kDouble)),
          ids_(model_.tokenizer().encode(request.text)) {
        report_.model = model_name(request.model);
        report_.left_out = ids_.size() - std::min(ids_.size(), request.max_positions);
        ids_.resize(std::min(ids_.size(), request.max_positions));
        report_.given = ids_.size();
        report_.has_stage = model_.stage.has_value();
        if (ids_.size() + static_cast<std::size_t>(request.tokens) < 2 || ids_.empty())
            throw UserError(
                "A twin needs a text of at least two characters: the first has no prediction. "
                "Give a longer text, or let the model write with --tokens.",
                2);
        const std::size_t last = ids_.size() + static_cast<std::size_t>(request.tokens);
        if (!request.positions.empty() &&
            static_cast<std::size_t>(request.positions.back()) >= last)
            throw UserError("--at counts characters from 0 to " + std::to_string(last - 1) +
                                " here; one is " + std::to_string(request.positions.back()) + ".",
                            2);
        for (const int id : ids_) report_.unknown += id == model_.tokenizer().unknown_id();
    }

    TwinReport report() {
        const at::NoGradGuard no_grad;
        find_noise();
        report_.draws.resize(static_cast<std::size_t>(request_.draws));
        if (request_.tokens > 0) write();
        for (const int id : ids_) report_.tokens.push_back(model_.tokenizer().symbol(id));
        read();
        return std::move(report_);
    }

private:
    std::vector<TextBlock> blocks(std::size_t total) const {
        return text_blocks(total, static_cast<std::size_t>(exact_.shape().context),
                           request_.windows, total);
    }
    void find_noise() {
        noise_.where = request_.where;
        noise_.seed = request_.seed;
        noise_.draws = request_.draws;
        noise_.positions = request_.positions;
        NoiseUnit unit(exact_, request_.where, request_.relative, ids_, request_.windows);
        while (unit.step()) {
        }
        report_.rms = unit.rms();
        noise_.scales = unit.scales(request_.sigma);
    }

    void write() {
        const std::vector<int> prompt = ids_;
        const auto total = static_cast<std::size_t>(request_.tokens * (request_.draws + 1));
        std::size_t done = 0;
        const auto on_token = [&] {
            if (progress_) progress_(++done, total);
            return !stop_.stop_requested();
        };
        const auto written = [&](const TwinNoise* noise, int draw) {
            return write_twin(model_, exact_, prompt, request_.tokens, request_.sampling, noise,
                              draw, on_token)
                .tokens;
        };
        const std::vector<int> clean = written(nullptr, 0);
        ids_.insert(ids_.end(), clean.begin(), clean.end());
        for (int draw = 0; draw < request_.draws && !stop_.stop_requested(); ++draw) {
            const std::vector<int> noisy = written(&noise_, draw);
            TwinDraw& of_draw = report_.draws[static_cast<std::size_t>(draw)];
            for (const int id : noisy) of_draw.written += model_.tokenizer().symbol(id);
            if (const auto at = first_difference(clean, noisy))
                of_draw.first_divergence = prompt.size() + *at;
        }
    }

    void read() {
        const std::vector<TextBlock> all = blocks(ids_.size());
        std::optional<TwinMargins> margins;
        if (model_.stage) margins = {stage_weights(model_), request_.kind};
        std::vector<std::optional<TwinOfBlock>> twins(all.size());
        const auto job = [&](std::size_t k) {
            const at::NoGradGuard no_grad;
            TwinPass pass(exact_, block_embeddings(exact_, ids_, all[k]), all[k], noise_,
                          margins ? &*margins : nullptr);
            while (pass.step(stop_))
                if (stop_.stop_requested()) return;
            twins[k] = pass.take();
        };
        report_.stopped = !run_jobs(all.size(), request_.threads, job, progress_, stop_) ||
                          stop_.stop_requested();
        const std::size_t n = ids_.size();
        for (auto* list : {&report_.share_flipped, &report_.mean_kl, &report_.entropy,
                           &report_.mutual_information})
            list->resize(n);
        for (TwinDraw& draw : report_.draws) {
            draw.kl.resize(n);
            draw.margin_gap.resize(n);
        }
        for (const auto& twin : twins) {  // up to the first that a stop left undone
            if (!twin) break;
            take(*twin);
            ++report_.windows;
        }
        if (request_.tokens > 0) return;
        for (TwinDraw& draw : report_.draws)
            if (!draw.flips.empty()) draw.first_divergence = draw.flips.front();
    }

    void take(const TwinOfBlock& twin) {
        for (std::size_t i = twin.block.first; i < twin.block.end; ++i) {
            const std::size_t k = i - twin.block.first;
            double kl = 0.0;
            std::size_t flipped = 0;
            for (std::size_t d = 0; d < twin.draws.size(); ++d) {
                const TwinNumbers& numbers = twin.draws[d][k];
                TwinDraw& draw = report_.draws[d];
                draw.margin_gap[i] = number_or_none(numbers.margin_gap);
                if (twin.clean[k] < 0) continue;
                draw.kl[i] = numbers.kl;
                kl += numbers.kl;
                if (numbers.likeliest == twin.clean[k]) continue;
                draw.flips.push_back(i);
                ++flipped;
            }
            if (twin.clean[k] < 0) continue;
            const auto draws = static_cast<double>(twin.draws.size());
            report_.mean_kl[i] = kl / draws;
            report_.share_flipped[i] = static_cast<double>(flipped) / draws;
            report_.entropy[i] = twin.average[k].entropy;
            report_.mutual_information[i] = twin.average[k].mutual_information();
        }
    }

    const TwinRequest& request_;
    const Progress& progress_;
    std::stop_token stop_;
    Model model_;
    CharGpt exact_;  // float64
    std::vector<int> ids_;
    TwinNoise noise_;
    TwinReport report_;
};

}  // namespace

TwinReport run_twin(const TwinRequest& request, const Progress& progress, std::stop_token stop) {
    check(request);
    TwinReport report;
    with_torch_errors([&] {
        // Each job uses one core: LibTorch's own threads inside them would only get in their way.
        set_compute_threads(1);
        report = TwinRun(request, progress, stop).report();
    });
    return report;
}

}  // namespace marginscope
