// The frame of the margins, and what the geometry thread is asked.
#include <algorithm>
#include <cmath>

#include "engine/decode/decode_frames.h"

namespace marginscope {
namespace {

MarginCell cell_of(const DecodeComputation& computation, int index, double sigma) {
    MarginCell cell;
    cell.window_begin = static_cast<int>(computation.block(index).begin);
    if (!computation.has_margin(index)) {
        // With one character before it J is the identity: there is a number, and no boundary.
        if (computation.model().stage && index == cell.window_begin + 1) {
            cell.logdet = 0;
            cell.sign = 1;
            cell.sigma_min = 1;
        }
        return cell;
    }
    const KnownPosition* known = computation.known(index);
    cell.valid = known != nullptr && known->margins;
    cell.pending = !cell.valid;
    if (!cell.valid) return cell;
    const PositionMargins& margins = *known->margins;
    cell.logdet = static_cast<float>(margins.logdet.value);
    cell.sign = margins.logdet.sign;
    cell.crossings = margins.crossings;
    cell.sigma_min = static_cast<float>(margins.sigma_min);
    cell.energy = static_cast<float>(margins.energy_sq / (2.0 * sigma * sigma));
    cell.lowest_head = known->lowest_head;
    cell.lowest_head_layer = known->lowest_layer;
    cell.lowest_head_index = known->lowest_index;
    return cell;
}

void fill_heads(const DecodeDocument& document, const DecodeComputation& computation,
                MarginFrame& frame) {
    const TextBlock block = computation.block(selected_index(document));
    const auto heads = static_cast<std::size_t>(computation.model().config.model.layers *
                                                computation.model().config.model.heads);
    const std::size_t n = block.end - block.begin;
    frame.head_logdet.assign(heads * n, kNoValue);
    for (std::size_t i = 0; i < n; ++i) {
        const KnownPosition* known = computation.known(static_cast<int>(block.begin + i));
        if (known == nullptr || known->head_logdet.size() != heads) continue;
        for (std::size_t h = 0; h < heads; ++h)
            frame.head_logdet[h * n + i] = known->head_logdet[h];
    }
}

}  // namespace

MarginFrame make_margin_frame(const DecodeDocument& document, const DecodeComputation& computation,
                              const GeometryThread& geometry) {
    MarginFrame frame;
    frame.kind = document.view.kind;
    frame.windows = document.view.windows;
    frame.has_stage = computation.model().stage.has_value();
    const double sigma = computation.stage_sigma();
    std::vector<PositionMargins> measured;
    int beyond = 0;
    for (int index = 0; index < computation.length(); ++index) {
        frame.cells.push_back(cell_of(computation, index, sigma));
        frame.pending += frame.cells.back().pending;
        if (!frame.cells.back().valid) continue;
        measured.push_back(*computation.known(index)->margins);
        measured.back().position = index;
        beyond += measured.back().beyond();
    }
    std::vector<std::size_t> place(frame.cells.size(), measured.size());
    for (std::size_t k = 0; k < measured.size(); ++k)
        place[static_cast<std::size_t>(measured[k].position)] = k;
    geometry.for_known(computation.cell_keys(), [&](std::size_t i, const GeometricMargin& found) {
        MarginCell& cell = frame.cells[i];
        if (!cell.valid) return;
        cell.geometric_known = true;
        if (found.value) {
            cell.geometric = static_cast<float>(*found.value);
            // The search goes as far as 2 |u| (E10).
            cell.geometric_share = static_cast<float>(2.0 * *found.value / found.searched_radius);
        }
        measured[place[i]].geometric = found;
    });
    for (const int index : support_tokens(measured, document.view.kind, document.view.support)) {
        frame.support.push_back(index);
        frame.cells[static_cast<std::size_t>(index)].support = true;
    }
    if (!measured.empty()) {
        frame.share_beyond = static_cast<double>(beyond) / static_cast<double>(measured.size());
        frame.nats_per_position =
            log_likelihood(measured, computation.model().config.model.width, sigma)
                .nats_per_position;
    }
    fill_heads(document, computation, frame);
    return frame;
}

BoundaryRequest make_boundary_request(const DecodeDocument& document,
                                      DecodeComputation& computation) {
    const int index = selected_index(document);
    const TextBlock block = computation.block(index);
    const ReadWindow window = computation.window_of(index, true);
    BoundaryRequest request;
    request.stage = window.stage;
    request.view = document.view;
    request.window_begin = static_cast<int>(block.begin);
    request.position = index - request.window_begin;
    request.past_key = computation.past_key(index);
    request.cell_key = computation.cell_keys()[static_cast<std::size_t>(index)];
    if (!window.stage) return request;
    request.tokens.assign(computation.ids().begin() + static_cast<std::ptrdiff_t>(block.begin),
                          computation.ids().begin() + static_cast<std::ptrdiff_t>(block.end));
    request.dragged = computation.deltas().dragged(index);
    request.undragged = window.stage->embeddings().row(request.position).transpose() -
                        computation.deltas().drag(index);
    return request;
}

std::optional<GeometricRequest> make_geometric_request(const DecodeDocument& document,
                                                       DecodeComputation& computation,
                                                       const std::vector<bool>& known) {
    const auto missing = [&](const TextBlock& block) {
        std::vector<int> positions;
        for (std::size_t i = block.end; i-- > block.first;)
            if (computation.has_margin(static_cast<int>(i)) && (i >= known.size() || !known[i]))
                positions.push_back(static_cast<int>(i - block.begin));
        return positions;
    };
    const auto request_of = [&](int index) -> std::optional<GeometricRequest> {
        const TextBlock block = computation.block(index);
        GeometricRequest request;
        request.positions = missing(block);
        if (request.positions.empty()) return std::nullopt;
        request.stage = computation.window_of(index, false).stage;
        const auto keys = computation.cell_keys().begin();
        request.keys.assign(keys + static_cast<std::ptrdiff_t>(block.begin),
                            keys + static_cast<std::ptrdiff_t>(block.end));
        return request;
    };
    if (!computation.model().stage) return std::nullopt;
    if (auto request = request_of(selected_index(document))) return request;
    for (int i = computation.length() - 1; i >= 0;
         i = static_cast<int>(computation.block(i).first) - 1)
        if (auto request = request_of(i)) return request;
    return std::nullopt;
}

}  // namespace marginscope
