// Every branch of a session, measured.
#include "engine/decode/session_report.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "engine/decode/branch_frames.h"
#include "engine/decode/branch_survey.h"
#include "engine/decode/decode_computation.h"
#include "engine/decode/session_file.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"
#include "nn/posterior/ensemble_paths.h"

namespace marginscope {
namespace {

constexpr std::chrono::milliseconds kSlice{200};
constexpr std::uint64_t kEpoch = 1;  // of the weights: they do not change

std::optional<double> number(float value) {
    return std::isnan(value) ? std::nullopt : std::optional(static_cast<double>(value));
}

std::size_t complete_count(const DecodeDocument& document, DecodeComputation& computation) {
    const std::vector<const KnownPosition*> known = computation.known_nodes(document);
    std::size_t count = 0;
    for (int node = 0; node < document.tree.size(); ++node)
        count += is_complete(known[static_cast<std::size_t>(node)],
                             computation.has_margin_at(document.tree.node(node).depth));
    return count;
}

void choose_support(const SessionReport& report, DecodeComputation& computation,
                    std::vector<SessionNode>& nodes, const std::stop_token& stop) {
    std::vector<PositionMargins> line;
    for (std::size_t index = 0; index < report.chosen.size(); ++index) {
        const auto& found = nodes[static_cast<std::size_t>(report.chosen[index])].margins;
        if (!found) continue;
        line.push_back(*found);
        line.back().position = static_cast<int>(index);
    }
    const SetView& view = report.document.view;
    // The geometric margins are those of the tokens that the determinant finds near.
    const MarginKind kind =
        view.kind == MarginKind::geometric ? MarginKind::determinant : view.kind;
    for (const int index : support_tokens(line, kind, view.support)) {
        if (stop.stop_requested()) return;
        SessionNode& node =
            nodes[static_cast<std::size_t>(report.chosen[static_cast<std::size_t>(index)])];
        node.support = true;
        const ReadWindow window = computation.window_of(index, false);
        if (window.stage)
            node.margins->geometric =
                window.stage->geometric_margin(index - static_cast<int>(window.begin), 0, stop);
    }
}

SessionReport measured(DecodeDocument document, const std::filesystem::path& model_path,
                       const std::function<void(std::size_t, std::size_t)>& progress,
                       const std::stop_token& stop) {
    const at::NoGradGuard no_grad;
    const auto model = std::make_shared<const Model>(load_requested_model(model_path));
    const auto width = static_cast<std::size_t>(model->config.model.width);
    std::erase_if(document.drags, [&](const auto& drag) { return drag.second.size() != width; });
    SessionReport report;
    DecodeComputation computation(model, kEpoch);
    computation.follow(document);
    BranchSurvey survey;
    const auto total = static_cast<std::size_t>(document.tree.size());
    const auto measure = [&] {
        return computation.work(kSlice, -1, DecodeComputation::Scope::everything) ||
               survey.work(document, computation, kSlice);
    };
    while (!stop.stop_requested() && measure())
        if (progress) progress(complete_count(document, computation), total);
    report.stopped = stop.stop_requested();
    report.chosen = document.tree.line_to_cursor();
    const std::vector<const KnownPosition*> known = computation.known_nodes(document);
    for (int id = 0; id < document.tree.size(); ++id) {
        const DecodeNode& node = document.tree.node(id);
        SessionNode& made = report.nodes.emplace_back();
        made.id = id;
        made.parent = node.parent;
        made.token = node.text;
        made.name = node.name;
        made.pruned = node.pruned;
        const KnownPosition* at = known[static_cast<std::size_t>(id)];
        if (at == nullptr) continue;
        made.logprob = number(at->logprob);
        made.entropy = number(at->entropy);
        made.margins = at->margins;
    }
    report.document = std::move(document);
    choose_support(report, computation, report.nodes, stop);
    return report;
}

}  // namespace

SessionReport report_session(const std::filesystem::path& session,
                             const std::filesystem::path& model, int threads,
                             const std::function<void(std::size_t, std::size_t)>& progress,
                             std::stop_token stop) {
    DecodeDocument document = read_session(session);
    std::string trouble = model.empty() ? model_trouble(document.model) : std::string();
    if (model.empty() && document.model.path.empty())
        throw UserError("The session's model was only in memory; name one with --model.", 2);
    const std::filesystem::path path = model.empty() ? shown_member(document.model.path) : model;
    SessionReport report;
    with_torch_errors([&] {
        set_compute_threads(threads);
        report = measured(std::move(document), path, progress, stop);
    });
    report.trouble = std::move(trouble);
    return report;
}

}  // namespace marginscope
