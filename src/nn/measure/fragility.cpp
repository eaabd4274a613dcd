// Flips window by window, margins by the report that all margins come from, ranks over both.
#include "nn/measure/fragility.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

#include "core/error.h"
#include "nn/measure/flip_oracle.h"
#include "nn/measure/margin_report.h"
#include "nn/measure/noise.h"
#include "nn/measure/parallel_jobs.h"
#include "nn/measure/probes.h"
#include "nn/measure/token_windows.h"
#include "nn/measure/window_text.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFewestWindows = 8;  // with fewer a bootstrap over them says too little
constexpr std::size_t kFlipsWork = 6;      // windows of margins that take as long as one of flips
constexpr std::size_t kFirstMargin = 2;    // of a window: before it J does not depend on the token

/// What the flips of a window leave behind, by place.
struct WindowResult {
    std::vector<double> sigma, entropy, top, lead;
    std::vector<int> flipped, predicted;
};

class FragilityRun {
public:
    FragilityRun(const FragilityRequest& request,
                 std::function<void(std::size_t, std::size_t)> told, std::stop_token stop)
        : request_(request),
          told_(std::move(told)),
          stop_(std::move(stop)),
          model_(load_requested_model(request.model)),
          text_(request.whole_text ? request.text : last_tenth(request.text)),
          ids_(model_.tokenizer().encode_narrow(text_)) {
        blocks_ = text_blocks(ids_.size(), static_cast<std::size_t>(model_.gpt.shape().context),
                              WindowRule::half, request.max_positions);
        std::erase_if(blocks_,
                      [](const TextBlock& at) { return at.end - at.begin <= kFirstMargin; });
        if (blocks_.empty())
            throw UserError("Margins begin with the third character, but there are only " +
                                std::to_string(ids_.size()) +
                                " to measure: give a longer text, or take the whole of it "
                                "(--whole; in the window, The whole text).",
                            2);
        views_ = {MarginView::heads, MarginView::layer};
        if (model_.stage) views_.insert(views_.begin(), MarginView::stage);
        total_ = blocks_.size() * (kFlipsWork + views_.size());
    }

    FragilityReport report() {
        report_.model = model_name(request_.model);
        report_.has_stage = model_.stage.has_value();
        report_.unknown = model_.tokenizer().count_unknown(text_);
        find_unit();
        std::vector<std::optional<WindowResult>> flips(blocks_.size());
        const bool done = run_jobs(
            blocks_.size(), request_.threads,
            [&](std::size_t w) { flips[w] = flips_of(blocks_[w]); },
            [&](std::size_t count, std::size_t) { tell(count * kFlipsWork); }, stop_);
        report_.stopped = !done;
        for (std::size_t w = 0; w < blocks_.size(); ++w)
            if (flips[w]) add_window(blocks_[w], *flips[w]);
        for (std::size_t k = 0; k < views_.size() && !report_.stopped; ++k) add_view(k);
        if (!report_.stopped) correlate();
        report_.read = window_texts(text_, blocks_);
        return std::move(report_);
    }

private:
    void tell(std::size_t done) const {
        if (told_) told_(done, total_);
    }

    void find_unit() {
        std::vector<int> read;
        for (const TextBlock& block : blocks_)
            for (std::size_t i = block.first; i < block.end; ++i) read.push_back(ids_[i]);
        report_.rms = token_embedding_rms(model_.gpt, read);
    }

    static std::size_t first_place(const TextBlock& block) {
        return std::max(block.first, block.begin + kFirstMargin);
    }

    WindowResult flips_of(const TextBlock& block) const {
        const at::NoGradGuard no_grad;
        const TokenWindow window{block.begin, block.end - block.begin, block.begin};
        std::vector<int> places(block.end - first_place(block));
        std::iota(places.begin(), places.end(), static_cast<int>(first_place(block) - block.begin));
        FlipNoise noise;
        noise.ladder.most = request_.max_sigma * report_.rms;
        noise.seed = request_.seed;
        noise.directions = request_.directions;
        noise.own_token = request_.own_token;
        WindowFlips flips(model_.gpt,
                          model_.gpt.embed(window_ids(ids_, {&window, 1}, window.length)),
                          window.number, places, noise);
        WindowResult result;
        for (const std::vector<int>& rungs : first_flips(
                 places.size(), request_.directions, [&](std::span<const FlipQuestion> questions) {
                     return flips.flipped(questions);
                 })) {
            result.sigma.push_back(median_strength(noise.ladder, rungs) / report_.rms);
            result.flipped.push_back(static_cast<int>(std::count_if(
                rungs.begin(), rungs.end(), [](int rung) { return rung < FlipLadder::kRungs; })));
        }
        add_clean(result, flips.clean());
        return result;
    }

    static void add_clean(WindowResult& result, const at::Tensor& logprob) {
        const at::Tensor entropy = (logprob.exp() * logprob).sum(-1).neg();
        const auto [top, ids] = logprob.topk(2, -1);
        for (std::int64_t k = 0; k < logprob.size(0); ++k) {
            result.entropy.push_back(entropy[k].item<double>());
            result.top.push_back(std::exp(top[k][0].item<double>()));
            result.lead.push_back(top[k][0].item<double>() - top[k][1].item<double>());
            result.predicted.push_back(static_cast<int>(ids[k][0].item<std::int64_t>()));
        }
    }

    void add_window(const TextBlock& block, const WindowResult& result) {
        ++report_.windows;
        for (std::size_t k = 0; k < result.sigma.size(); ++k) {
            FragilePosition position;
            position.i = first_place(block) + k;
            position.token = model_.tokenizer().symbol(ids_[position.i]);
            position.predicted = model_.tokenizer().symbol(result.predicted[k]);
            position.window = block;
            position.sigma = result.sigma[k];
            position.flipped = result.flipped[k];
            report_.censored += std::isinf(position.sigma) ? 1 : 0;
            report_.positions.push_back(std::move(position));
            entropy_.push_back(result.entropy[k]);
            top_.push_back(result.top[k]);
            lead_.push_back(result.lead[k]);
        }
    }

    void add_view(std::size_t k) {
        MarginRequest request;
        request.model = request_.model;
        request.text = text_;
        request.view = views_[k];
        request.geometric = request_.geometric ? GeometricScope::all : GeometricScope::none;
        request.max_positions = request_.max_positions;
        request.seed = request_.seed;
        request.threads = request_.threads;
        const std::size_t before = blocks_.size() * (kFlipsWork + k);
        const MarginReport margins = report_margins(
            request, [&](std::size_t done, std::size_t) { tell(before + done); }, stop_);
        report_.stopped = margins.stopped;
        if (!report_.stopped) add_margins(margins);
    }

    void add_margins(const MarginReport& margins) {
        std::vector<const PositionReport*> of;  // in the order of our positions
        for (const PositionReport& record : margins.positions)
            if (record.i >= record.window.begin + kFirstMargin) of.push_back(&record);
        assert(of.size() == report_.positions.size());
        for (const MarginKind kind :
             {MarginKind::determinant, MarginKind::singular, MarginKind::geometric}) {
            const bool in_view = kind != MarginKind::geometric ||
                                 (request_.geometric && margins.view == MarginView::stage);
            if (in_view) add_kind(margins.view, kind, of);
        }
    }

    void add_kind(MarginView view, MarginKind kind, const std::vector<const PositionReport*>& of) {
        static constexpr const char* kNames[] = {" determinant", " singular", " geometric"};
        const std::string suffix = kNames[static_cast<std::size_t>(kind)];
        if (view == MarginView::stage) {
            add("stage" + suffix, of, [kind](const PositionReport& at) {
                return at.stage ? margin_value(*at.stage, kind) : kNan;
            });
        } else if (view == MarginView::heads) {
            add("lowest head" + suffix, of, [kind](const PositionReport& at) {
                std::vector<ViewMargin> all;
                for (const auto& layer : at.heads)
                    all.insert(all.end(), layer.begin(), layer.end());
                const auto nearest = nearest_view(all, kind);
                return nearest ? margin_value(nearest->margins, kind) : kNan;
            });
        } else {
            for (std::size_t layer = 0; layer < of.front()->layers.size(); ++layer)
                add("layer " + std::to_string(layer) + suffix, of,
                    [kind, layer](const PositionReport& at) {
                        return margin_value(nearest_view({&at.layers[layer], 1}, kind)->margins,
                                            kind);
                    });
        }
    }

    void add(const std::string& name, const std::vector<const PositionReport*>& of,
             const std::function<double(const PositionReport&)>& value) {
        Predictor predictor;
        predictor.name = name;
        for (const PositionReport* record : of) predictor.values.push_back(value(*record));
        report_.predictors.push_back(std::move(predictor));
    }

    void correlate() {
        report_.predictors.push_back({"entropy", true, entropy_, {}});
        report_.predictors.push_back({"top probability", true, top_, {}});
        report_.predictors.push_back({"lead over the second", true, lead_, {}});
        std::vector<double> sigma;
        std::vector<std::size_t> windows;
        for (const FragilePosition& position : report_.positions) {
            sigma.push_back(position.sigma);
            windows.push_back(position.window.begin);
        }
        for (Predictor& predictor : report_.predictors) {
            predictor.rho = bootstrap_spearman(predictor.values, sigma, windows, request_.seed);
            if (report_.windows < kFewestWindows) predictor.rho.low = predictor.rho.high = kNan;
        }
    }

    const FragilityRequest& request_;
    std::function<void(std::size_t, std::size_t)> told_;
    std::stop_token stop_;
    Model model_;
    std::string text_;
    TokenIds ids_;
    std::vector<TextBlock> blocks_;
    std::vector<MarginView> views_;
    std::size_t total_ = 0;
    std::vector<double> entropy_, top_, lead_;
    FragilityReport report_;
};

void check(const FragilityRequest& request) {
    if (request.directions < 1) throw UserError("--directions must be at least 1.", 2);
    if (!(request.max_sigma > 0.0) || !std::isfinite(request.max_sigma))
        throw UserError("--max-sigma must be more than 0.", 2);
}

}  // namespace

std::optional<std::size_t> FragilityReport::best(bool rival) const {
    std::optional<std::size_t> found;
    for (std::size_t k = 0; k < predictors.size(); ++k) {
        const double rho = std::abs(predictors[k].rho.value);
        if (predictors[k].rival != rival || std::isnan(rho)) continue;
        if (!found || rho > std::abs(predictors[*found].rho.value)) found = k;
    }
    return found;
}

FragilityReport measure_fragility(
    const FragilityRequest& request,
    const std::function<void(std::size_t done, std::size_t total)>& progress,
    std::stop_token stop) {
    check(request);
    FragilityReport report;
    with_torch_errors([&] {
        // Each job uses one core: LibTorch's own threads inside them would only get in their way.
        set_compute_threads(1);
        report = FragilityRun(request, progress, stop).report();
    });
    return report;
}

}  // namespace marginscope
