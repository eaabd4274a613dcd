// Margins over a text: one forward pass a window for the probabilities, core on several threads for
// the margins.
#include "nn/measure/margin_report.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "nn/measure/margin_summary.h"
#include "nn/measure/noise.h"
#include "nn/measure/parallel_jobs.h"
#include "nn/measure/probes.h"
#include "nn/measure/token_windows.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

constexpr std::size_t kFirstMargin = 2;  // of a window: before it J does not depend on the token

struct Loaded {
    Model model;
    CharGpt exact;  // float64
    TokenIds ids;
    std::vector<TextBlock> blocks;
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
    TokenIds ids = model.tokenizer().encode_narrow(request.text);
    const auto context = static_cast<std::size_t>(exact.shape().context);
    std::vector<TextBlock> blocks =
        text_blocks(ids.size(), context, request.windows, request.max_positions);
    std::erase_if(blocks, [](const TextBlock& at) { return at.end - at.begin <= kFirstMargin; });
    if (blocks.empty())
        throw UserError("Margins begin with the third character, but there are only " +
                            std::to_string(std::min(ids.size(), request.max_positions)) +
                            ": give a longer text, or more positions with --max-positions.",
                        2);
    if (request.on_plan) {
        MarginPlan plan{0, blocks.size(), 0};
        for (const TextBlock& at : blocks) plan.positions += at.end - at.first;
        plan.windows_half =
            text_blocks(ids.size(), context, WindowRule::half, request.max_positions).size();
        request.on_plan(plan);
    }
    return {std::move(model), std::move(exact), std::move(ids), std::move(blocks)};
}

at::Tensor embedded(const Loaded& loaded, const TextBlock& block) {
    const TokenWindow window{block.begin, block.end - block.begin, 0};
    return loaded.exact.embed(window_ids(loaded.ids, {&window, 1}, window.length));  // (1, n, C)
}

// Fills logprob and entropy of one block's records.
void fill_probabilities(const Loaded& loaded, const TextBlock& block,
                        std::span<PositionReport> records) {
    const at::Tensor logprob =
        at::log_softmax(loaded.exact.logits_from_embeddings(embedded(loaded, block))[0], -1)
            .contiguous();  // (n, V)
    const at::Tensor entropy = (logprob.exp() * logprob).sum(-1).neg().contiguous();
    const std::int64_t vocabulary = logprob.size(1);
    for (std::size_t i = std::max(block.first, block.begin + 1); i < block.end; ++i) {
        const auto row = static_cast<std::int64_t>(i - 1 - block.begin);
        PositionReport& record = records[i - block.first];
        record.logprob = logprob.data_ptr<double>()[row * vocabulary + loaded.ids[i]];
        record.entropy = entropy.data_ptr<double>()[row];
    }
}

class Report {
public:
    Report(const MarginRequest& request, const Loaded& loaded)
        : request_(request), loaded_(loaded) {
        for (const TextBlock& block : loaded.blocks) {
            starts_.push_back(records_.size());
            for (std::size_t i = block.first; i < block.end; ++i) {
                PositionReport& record = records_.emplace_back();
                record.i = i;
                record.window = block;
                record.token = loaded.model.tokenizer().symbol(loaded.ids[i]);
            }
        }
        if (request.view == MarginView::stage) weights_ = stage_weights(loaded.model);
    }

    // One block, called from any thread; blocks share nothing.
    void compute(std::size_t window, const std::stop_token& stop) {
        const at::NoGradGuard no_grad;
        const TextBlock& at = loaded_.blocks[window];
        const std::span<PositionReport> records(records_.data() + starts_[window],
                                                at.end - at.first);
        fill_probabilities(loaded_, at, records);
        if (request_.view == MarginView::stage)
            compute_stage(at, records, stop);
        else
            compute_layers(at, records);
        finished_[window] = 1;
    }

    void prepare() { finished_.assign(loaded_.blocks.size(), 0); }

    // Drops the windows that a stop left undone.
    void drop_unfinished() {
        std::vector<PositionReport> kept;
        for (std::size_t w = 0; w < loaded_.blocks.size(); ++w) {
            if (!finished_[w]) continue;
            ++windows_kept_;
            const auto from = records_.begin() + static_cast<std::ptrdiff_t>(starts_[w]);
            const TextBlock& at = loaded_.blocks[w];
            std::move(from, from + static_cast<std::ptrdiff_t>(at.end - at.first),
                      std::back_inserter(kept));
        }
        records_ = std::move(kept);
    }

    // Indices of the support tokens' records.
    std::vector<std::size_t> choose_support() {
        std::vector<PositionMargins> all;
        for (std::size_t r = 0; r < records_.size(); ++r) {
            std::optional<PositionMargins> margins = nearest(records_[r]);
            if (!margins) continue;
            margins->position = static_cast<int>(r);
            all.push_back(*margins);
        }
        std::vector<std::size_t> chosen;
        for (const int position : support_tokens(all, request_.kind, request_.support)) {
            chosen.push_back(static_cast<std::size_t>(position));
            records_[chosen.back()].support = true;
        }
        return chosen;
    }

    void compute_geometric(std::size_t record, const std::stop_token& stop) {
        PositionReport& at = records_[record];
        const Stage stage(window_embeddings(at.window), weights_);
        at.stage->geometric =
            stage.geometric_margin(static_cast<int>(at.i - at.window.begin), request_.seed, stop);
    }

    std::vector<PositionReport>& records() { return records_; }
    std::size_t windows_kept() const { return windows_kept_; }

private:
    Matrix window_embeddings(const TextBlock& window) const {
        return stage_embeddings(
            loaded_.exact,
            TokenView(loaded_.ids, window.begin, window.end - window.begin).to_vector());
    }

    void compute_stage(const TextBlock& block, std::span<PositionReport> records,
                       const std::stop_token& stop) {
        const Stage stage(window_embeddings(block), weights_);
        const double sigma = stage_sigma(loaded_.model);
        const bool all_geometric =
            request_.geometric == GeometricScope::all || request_.kind == MarginKind::geometric;
        for (PositionReport& record : records) {
            const auto t = static_cast<int>(record.i - block.begin);
            if (t == 0) continue;
            record.stage = stage.margins(t);
            if (!record.stage->has_boundary) continue;  // J = I: numbers, and nothing to search
            record.energy = record.stage->energy_sq / (2.0 * sigma * sigma);
            if (all_geometric)
                record.stage->geometric = stage.geometric_margin(t, request_.seed, stop);
        }
    }

    void compute_layers(const TextBlock& block, std::span<PositionReport> records) {
        const bool heads = request_.view == MarginView::heads;
        for (const AttentionLayer& layer :
             attention_layers(loaded_.exact, embedded(loaded_, block))) {
            const AttentionViews views(layer);
            for (PositionReport& record : records) {
                const auto t = static_cast<int>(record.i - block.begin);
                if (!heads) {
                    record.layers.push_back(views.layer(t));
                    continue;
                }
                auto& row = record.heads.emplace_back();
                for (int head = 0; head < views.heads(); ++head) row.push_back(views.head(head, t));
            }
        }
    }

    // The margins that rank this position: the stage's, or the nearest of all heads or layers.
    std::optional<PositionMargins> nearest(const PositionReport& record) const {
        if (request_.view == MarginView::stage) return record.stage;
        std::vector<ViewMargin> all = record.layers;
        for (const auto& layer : record.heads) all.insert(all.end(), layer.begin(), layer.end());
        const std::optional<NearestView> nearest = nearest_view(all, request_.kind);
        if (!nearest) return std::nullopt;
        PositionMargins margins = nearest->margins;
        margins.has_boundary = record.i > record.window.begin;  // the first attends to itself alone
        return margins;
    }

    const MarginRequest& request_;
    const Loaded& loaded_;
    StageWeights weights_;
    std::vector<PositionReport> records_;
    std::vector<std::size_t> starts_;  // first record of each block
    std::vector<char> finished_;       // not vector<bool>: threads write neighbours
    std::size_t windows_kept_ = 0;
};

MarginReport make_report(const MarginRequest& request,
                         const std::function<void(std::size_t, std::size_t)>& progress,
                         const std::stop_token& stop) {
    const Loaded loaded = load(request);
    // Each job uses one core: LibTorch's own threads inside them would only get in their way.
    set_compute_threads(1);
    Report work(request, loaded);
    work.prepare();
    const bool completed = run_jobs(
        loaded.blocks.size(), request.threads,
        [&](std::size_t window) { work.compute(window, stop); }, progress, stop);
    work.drop_unfinished();

    MarginReport report;
    report.model = model_name(request.model);
    report.view = request.view;
    report.kind = request.kind;
    report.rule = request.windows;
    report.unknown = loaded.model.vocabulary.count_unknown(request.text);
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
