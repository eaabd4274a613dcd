// The frame of the margins, and what the geometry thread is asked.
#include <algorithm>
#include <cmath>

#include "core/stage/numeric_health.h"
#include "engine/decode/decode_frames.h"

namespace marginscope {
namespace {

constexpr const char* kStageOnly =
    "The geometric margin exists in the stage view only: take the determinant or the singular "
    "margin.";

// What a number needs besides a token's own: what is asked for, and the stage's sigma.
struct Counted {
    const DecodeComputation& computation;
    MarginKind kind;
    MarginView view;
    double sigma;
};

// What the stage's numbers are worth here, as far as it is known.
void judge(const KnownPosition& known, MarginCell& cell) {
    cell.condition = known.condition;
    if (!known.single) return;
    const LogDet& exact = known.margins->logdet;
    cell.single_difference = static_cast<float>(single_difference(*known.single, exact));
    cell.single_flips = known.single->sign != exact.sign;
    const float condition = std::isnan(cell.condition) ? 1.0F : cell.condition;
    cell.health = health_level(cell.single_difference, condition, cell.single_flips);
}

// The worst of all cells.
TextHealth health_of(const std::vector<MarginCell>& cells) {
    TextHealth all;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const MarginCell& cell = cells[i];
        if (cell.health == HealthLevel::unknown) continue;
        ++all.checked;
        all.flips += cell.single_flips;
        all.level = std::max(all.level, cell.health);
        if (all.worst >= 0 && !(std::abs(cell.single_difference) > std::abs(all.difference)))
            continue;
        all.worst = static_cast<int>(i);
        all.difference = cell.single_difference;
    }
    return all;
}

MarginCell cell_of(const Counted& counted, int index, const std::optional<NearestView>& nearest) {
    const DecodeComputation& computation = counted.computation;
    MarginCell cell;
    cell.window_begin = static_cast<int>(computation.block(index).begin);
    const bool stage = counted.view == MarginView::stage;
    // With one character before it the stage's J is the identity: a number, and no boundary.
    if (stage && computation.model().stage && index == cell.window_begin + 1) {
        cell.logdet = 0;
        cell.sign = 1;
        cell.sigma_min = 1;
    }
    if (const KnownPosition* known = computation.known(index)) {
        cell.lowest_head = known->lowest_head;
        cell.lowest_head_layer = known->lowest_layer;
        cell.lowest_head_index = known->lowest_index;
    }
    cell.valid = nearest.has_value();
    cell.pending = !cell.valid && computation.has_margin(index) && !computation.complete(index);
    if (!cell.valid) return cell;
    const PositionMargins& margins = nearest->margins;
    cell.logdet = static_cast<float>(margins.logdet.value);
    cell.sign = margins.logdet.sign;
    cell.crossings = margins.crossings;
    cell.sigma_min = static_cast<float>(margins.sigma_min);
    const int which = static_cast<int>(nearest->which);
    const int heads = computation.model().config.model.heads;
    if (stage) {
        cell.energy = static_cast<float>(margins.energy_sq / (2.0 * counted.sigma * counted.sigma));
        judge(*computation.known(index), cell);
    } else if (counted.view == MarginView::heads) {
        cell.of_layer = which / heads;
        cell.of_head = which % heads;
    } else {
        cell.of_layer = which;
    }
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

// Geometric margins as far as they are known, in the cells and in `measured`.
void fill_geometric(const DecodeComputation& computation, const GeometryThread& geometry,
                    MarginFrame& frame, std::vector<PositionMargins>& measured) {
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
}

}  // namespace

MarginFrame make_margin_frame(const DecodeDocument& document, const DecodeComputation& computation,
                              const GeometryThread& geometry) {
    const SetView& view = document.view;
    MarginFrame frame;
    frame.kind = view.kind;
    frame.view = view.view;
    frame.windows = view.windows;
    frame.has_stage = computation.model().stage.has_value();
    const bool stage = view.view == MarginView::stage;
    if (!stage && view.kind == MarginKind::geometric) frame.sentence = kStageOnly;
    const Counted counted{computation, view.kind, view.view, computation.stage_sigma()};
    std::vector<PositionMargins> measured;
    int beyond = 0;
    for (int index = 0; index < computation.length(); ++index) {
        const auto nearest =
            frame.sentence.empty() ? computation.margins_of(index, view.kind) : std::nullopt;
        MarginCell& cell = frame.cells.emplace_back(cell_of(counted, index, nearest));
        if (!frame.sentence.empty()) cell.pending = false;
        frame.pending += cell.pending;
        if (!nearest) continue;
        measured.push_back(nearest->margins);
        measured.back().position = index;
        beyond += measured.back().beyond();
    }
    if (stage) {
        fill_geometric(computation, geometry, frame, measured);
        frame.health = health_of(frame.cells);
    }
    for (const int index : support_tokens(measured, view.kind, view.support)) {
        frame.support.push_back(index);
        frame.cells[static_cast<std::size_t>(index)].support = true;
    }
    if (!measured.empty())
        frame.share_beyond = static_cast<double>(beyond) / static_cast<double>(measured.size());
    if (stage && !measured.empty())
        frame.nats_per_position =
            log_likelihood(measured, computation.model().config.model.width, counted.sigma)
                .nats_per_position;
    fill_heads(document, computation, frame);
    return frame;
}

void fill_recurrence(const DecodeDocument& document, const DecodeComputation& computation,
                     SeedRecurrence& seeds, MarginFrame& frame) {
    frame.stage_seeds = seeds.stages();
    if (frame.view != MarginView::stage || frame.kind == MarginKind::geometric)
        frame.recurrence_sentence =
            "How often they recur is counted for the stage's determinant and singular margins.";
    else if (seeds.text_key() != computation.text_key())
        frame.recurrence_sentence =
            "The text or the model has changed since the other stages were asked: ask again.";
    else
        frame.recurrence = seeds.count(frame.support, frame.kind, document.view.support);
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
