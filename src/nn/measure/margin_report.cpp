// Margins over a text: one forward pass a window for the probabilities, core on several threads for
// the margins.
#include "nn/measure/margin_report.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"
#include "nn/measure/margin_summary.h"
#include "nn/measure/noise.h"
#include "nn/measure/parallel_jobs.h"
#include "nn/measure/probes.h"
#include "nn/measure/token_windows.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

constexpr std::size_t kFirstMargin = 2;  // of a window: before it J does not depend on the token

struct Loaded {
    Model model;
    CharGpt exact;  // float64
    std::vector<int> ids;
    std::vector<TokenWindow> windows;
};

void check(const MarginRequest& request) {
    if (request.view == MarginView::stage) return;
    if (request.kind == MarginKind::geometric)
        throw UserError(
            "The geometric margin exists in the stage view only: take --kind determinant or "
            "singular.",
            2);
}

Loaded load(const MarginRequest& request) {
    Model model = load_requested_model(request.model);
    if (request.view == MarginView::stage)
        stage_weights(model, model_name(request.model));  // refuses before any work
    CharGpt exact = model.gpt.clone(at::kCPU, at::kDouble);
    std::vector<int> ids = model.vocabulary.encode(request.text);
    std::vector<TokenWindow> windows =
        cover_text(ids.size(), static_cast<std::size_t>(exact.shape().context),
                   request.max_positions, kFirstMargin + 1);
    if (windows.empty())
        throw UserError("Margins begin with the third character, but there are only " +
                            std::to_string(std::min(ids.size(), request.max_positions)) +
                            ": give a longer text, or more positions with --max-positions.",
                        2);
    return {std::move(model), std::move(exact), std::move(ids), std::move(windows)};
}

at::Tensor embedded(const Loaded& loaded, const TokenWindow& window) {
    return loaded.exact.embed(window_ids(loaded.ids, {&window, 1}, window.length));  // (1, n, C)
}

// Fills logprob and entropy of one window's records.
void fill_probabilities(const Loaded& loaded, const TokenWindow& window,
                        std::span<PositionReport> records) {
    const at::Tensor logprob =
        at::log_softmax(loaded.exact.logits_from_embeddings(embedded(loaded, window))[0], -1)
            .contiguous();  // (n, V)
    const at::Tensor entropy = (logprob.exp() * logprob).sum(-1).neg().contiguous();
    const std::int64_t vocabulary = logprob.size(1);
    for (std::size_t t = 1; t < window.length; ++t) {
        const auto row = static_cast<std::int64_t>(t - 1);
        const int id = loaded.ids[window.begin + t];
        records[t].logprob = logprob.data_ptr<double>()[row * vocabulary + id];
        records[t].entropy = entropy.data_ptr<double>()[row];
    }
}

class Report {
public:
    Report(const MarginRequest& request, const Loaded& loaded)
        : request_(request), loaded_(loaded) {
        for (const TokenWindow& window : loaded.windows) {
            starts_.push_back(records_.size());
            for (std::size_t t = 0; t < window.length; ++t) {
                PositionReport& record = records_.emplace_back();
                record.i = window.begin + t;
                record.token = loaded.model.vocabulary.symbol(loaded.ids[window.begin + t]);
            }
        }
        if (request.view == MarginView::stage) weights_ = stage_weights(loaded.model);
    }

    // One window, called from any thread; windows share nothing.
    void compute(std::size_t window, const std::stop_token& stop) {
        const at::NoGradGuard no_grad;
        const TokenWindow& at = loaded_.windows[window];
        const std::span<PositionReport> records(records_.data() + starts_[window], at.length);
        fill_probabilities(loaded_, at, records);
        if (request_.view == MarginView::stage)
            compute_stage(at, records, stop);
        else
            compute_layers(at, records);
        finished_[window] = 1;
    }

    void prepare() { finished_.assign(loaded_.windows.size(), 0); }

    // Drops the windows that a stop left undone.
    void drop_unfinished() {
        std::vector<PositionReport> kept;
        std::vector<std::size_t> starts;
        for (std::size_t w = 0; w < loaded_.windows.size(); ++w) {
            if (!finished_[w]) continue;
            starts.push_back(kept.size());
            windows_kept_.push_back(loaded_.windows[w]);
            const auto from = records_.begin() + static_cast<std::ptrdiff_t>(starts_[w]);
            std::move(from, from + static_cast<std::ptrdiff_t>(loaded_.windows[w].length),
                      std::back_inserter(kept));
        }
        records_ = std::move(kept);
        starts_ = std::move(starts);
    }

    // Indices of the support tokens' records.
    std::vector<std::size_t> choose_support() {
        std::vector<PositionMargins> all;
        for (std::size_t r = 0; r < records_.size(); ++r) {
            std::optional<PositionMargins> margins = nearest(records_[r]);
            if (!margins) continue;
            margins->position =
                static_cast<int>(r) + static_cast<int>(kFirstMargin);  // never refused as too early
            all.push_back(*margins);
        }
        std::vector<std::size_t> chosen;
        for (const int position : support_tokens(all, request_.kind, request_.support)) {
            chosen.push_back(static_cast<std::size_t>(position) - kFirstMargin);
            records_[chosen.back()].support = true;
        }
        return chosen;
    }

    void compute_geometric(std::size_t record, const std::stop_token& stop) {
        const std::size_t w =
            static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), record) -
                                     starts_.begin()) -
            1;
        const TokenWindow& window = windows_kept_[w];
        const Stage stage(window_embeddings(window), weights_);
        PositionReport& at = records_[record];
        at.stage->geometric =
            stage.geometric_margin(static_cast<int>(record - starts_[w]), request_.seed, stop);
    }

    std::vector<PositionReport>& records() { return records_; }
    std::size_t windows_kept() const { return windows_kept_.size(); }

private:
    Matrix window_embeddings(const TokenWindow& window) const {
        return stage_embeddings(
            loaded_.exact, std::span<const int>(loaded_.ids).subspan(window.begin, window.length));
    }

    void compute_stage(const TokenWindow& window, std::span<PositionReport> records,
                       const std::stop_token& stop) {
        const Stage stage(window_embeddings(window), weights_);
        const double sigma = stage_sigma(loaded_.model);
        const bool all_geometric =
            request_.geometric == GeometricScope::all || request_.kind == MarginKind::geometric;
        for (std::size_t t = kFirstMargin; t < records.size(); ++t) {
            const int i = static_cast<int>(t);
            records[t].stage = stage.margins(i);
            records[t].energy = records[t].stage->energy_sq / (2.0 * sigma * sigma);
            if (all_geometric)
                records[t].stage->geometric = stage.geometric_margin(i, request_.seed, stop);
        }
    }

    void compute_layers(const TokenWindow& window, std::span<PositionReport> records) {
        const bool heads = request_.view == MarginView::heads;
        for (const AttentionLayer& layer :
             attention_layers(loaded_.exact, embedded(loaded_, window))) {
            const AttentionViews views(layer);
            for (std::size_t t = 0; t < records.size(); ++t) {
                const int i = static_cast<int>(t);
                if (!heads) {
                    records[t].layers.push_back(views.layer(i));
                    continue;
                }
                auto& row = records[t].heads.emplace_back();
                for (int head = 0; head < views.heads(); ++head) row.push_back(views.head(head, i));
            }
        }
    }

    // The margins that rank this position: the stage's, or the nearest of all heads or layers.
    std::optional<PositionMargins> nearest(const PositionReport& record) const {
        if (request_.view == MarginView::stage) return record.stage;
        std::vector<ViewMargin> all = record.layers;
        for (const auto& layer : record.heads) all.insert(all.end(), layer.begin(), layer.end());
        if (all.empty()) return std::nullopt;
        PositionMargins best;
        double least = std::numeric_limits<double>::infinity();
        for (const ViewMargin& view : all) {
            PositionMargins margins;
            margins.logdet = view.logdet;
            margins.det = view.logdet.det();
            margins.sigma_min = view.sigma_min;
            margins.crossings = view.crossings;
            if (const double order = margin_order(margins, request_.kind); order < least) {
                least = order;
                best = margins;
            }
        }
        return best;
    }

    const MarginRequest& request_;
    const Loaded& loaded_;
    StageWeights weights_;
    std::vector<PositionReport> records_;
    std::vector<std::size_t> starts_;  // first record of each window
    std::vector<char> finished_;       // not vector<bool>: threads write neighbours
    std::vector<TokenWindow> windows_kept_;
};

MarginReport make_report(const MarginRequest& request,
                         const std::function<void(std::size_t, std::size_t)>& progress,
                         const std::stop_token& stop) {
    const Loaded loaded = load(request);
    // Each job uses one core: LibTorch's own threads inside them would only get in their way.
    at::set_num_threads(1);
    Report work(request, loaded);
    work.prepare();
    const bool completed = run_jobs(
        loaded.windows.size(), request.threads,
        [&](std::size_t window) { work.compute(window, stop); }, progress, stop);
    work.drop_unfinished();

    MarginReport report;
    report.model = model_name(request.model);
    report.view = request.view;
    report.kind = request.kind;
    report.stopped = !completed;
    report.windows = work.windows_kept();
    const std::vector<std::size_t> support = work.choose_support();
    if (request.view == MarginView::stage && request.geometric == GeometricScope::support &&
        request.kind != MarginKind::geometric && completed) {
        const bool done = run_jobs(
            support.size(), request.threads,
            [&](std::size_t k) { work.compute_geometric(support[k], stop); }, {}, stop);
        report.stopped = !done;
    }
    report.positions = std::move(work.records());
    for (const std::size_t record : support) report.support.push_back(report.positions[record].i);
    std::vector<int> seen;
    for (const PositionReport& record : report.positions) seen.push_back(loaded.ids[record.i]);
    report.embedding_rms = token_embedding_rms(loaded.exact, seen);
    if (request.view == MarginView::stage)
        summarise_stage(report, loaded.exact.shape().width, stage_sigma(loaded.model));
    else
        count_not_finite_views(report);
    return report;
}

}  // namespace

MarginReport report_margins(
    const MarginRequest& request,
    const std::function<void(std::size_t done, std::size_t total)>& progress,
    std::stop_token stop) {
    check(request);
    MarginReport report;
    with_torch_errors([&] { report = make_report(request, progress, stop); });
    return report;
}

}  // namespace marginscope
