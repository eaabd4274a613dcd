// One small function a quantity, in the order of their names.
#include "engine/tour/tour_values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/messages/playground_frame.h"
#include "core/playground/lambda_rests.h"
#include "core/statistics.h"
#include "engine/tour/path_values.h"

namespace marginscope {
namespace {

using Value = std::optional<double>;

Value finite(double value) { return std::isfinite(value) ? Value(value) : std::nullopt; }

// ---- the shown text

const DecodeFrame* text_of(const Frames& f) {
    return f.decode != nullptr && f.decode->cursor > 0 ? f.decode.get() : nullptr;
}

// Margins of the whole text; nullptr while some are missing.
const MarginFrame* all_margins(const Frames& f) {
    const DecodeFrame* text = text_of(f);
    if (text == nullptr || f.margins == nullptr || !f.margins->measurable()) return nullptr;
    if (f.margins->pending > 0 || static_cast<int>(f.margins->cells.size()) != text->cursor)
        return nullptr;
    return f.margins.get();
}

std::vector<double> of_cells(const Frames& f, float MarginCell::*number) {
    std::vector<double> values;
    if (const MarginFrame* margins = all_margins(f))
        for (const MarginCell& cell : margins->cells)
            if (cell.valid) values.push_back(cell.*number);
    return values;
}

const MarginCell* support_cell(const Frames& f) {
    const MarginFrame* margins = all_margins(f);
    if (margins == nullptr || margins->support.empty()) return nullptr;
    return &margins->cells[static_cast<std::size_t>(margins->support.front())];
}

const MarginCell* selected_cell(const Frames& f) {
    const DecodeFrame* text = text_of(f);
    if (text == nullptr || f.margins == nullptr || text->selected < 0) return nullptr;
    const auto index = static_cast<std::size_t>(text->selected);
    if (index >= f.margins->cells.size() || !f.margins->cells[index].valid) return nullptr;
    return &f.margins->cells[index];
}

Value characters(const Frames& f) {
    return text_of(f) != nullptr ? Value(f.decode->cursor) : std::nullopt;
}
Value share_beyond(const Frames& f) {
    return all_margins(f) != nullptr ? finite(100 * f.margins->share_beyond) : std::nullopt;
}
Value support_token(const Frames& f) {
    return support_cell(f) != nullptr ? Value(f.margins->support.front()) : std::nullopt;
}
Value support_logdet(const Frames& f) {
    const MarginCell* cell = support_cell(f);
    return cell != nullptr ? finite(cell->logdet) : std::nullopt;
}
Value support_sigma_min(const Frames& f) {
    const MarginCell* cell = support_cell(f);
    return cell != nullptr ? finite(cell->sigma_min) : std::nullopt;
}
Value median_sigma_min(const Frames& f) {
    return finite(median(of_cells(f, &MarginCell::sigma_min)));
}
Value mean_logdet(const Frames& f) { return finite(mean(of_cells(f, &MarginCell::logdet))); }
Value selected_character(const Frames& f) {
    return text_of(f) != nullptr && f.decode->selected >= 0 ? Value(f.decode->selected)
                                                            : std::nullopt;
}
Value selected_logdet(const Frames& f) {
    const MarginCell* cell = selected_cell(f);
    return cell != nullptr ? finite(cell->logdet) : std::nullopt;
}
Value selected_sigma_min(const Frames& f) {
    const MarginCell* cell = selected_cell(f);
    return cell != nullptr ? finite(cell->sigma_min) : std::nullopt;
}
// Of the cell where the whole text is ordered by it, else of the plane through the character.
Value selected_geometric(const Frames& f) {
    const MarginCell* cell = selected_cell(f);
    if (cell == nullptr) return std::nullopt;
    if (cell->geometric) return finite(*cell->geometric);
    const BoundaryFrame* plane = f.boundary.get();
    const bool of_it = plane != nullptr && plane->index == f.decode->selected &&
                       plane->revision == f.decode->selected_revision && !plane->geometric_pending;
    return of_it && plane->geometric ? finite(*plane->geometric) : std::nullopt;
}
Value selected_crossings(const Frames& f) {
    const MarginCell* cell = selected_cell(f);
    return cell != nullptr ? Value(cell->crossings) : std::nullopt;
}

// Once the character before the last is read: the first has no prediction.
Value text_loss(const Frames& f) {
    if (text_of(f) == nullptr || f.decode->cursor < 2) return std::nullopt;
    std::vector<double> losses;
    for (int i = 1; i < f.decode->cursor; ++i)
        losses.push_back(-f.decode->line[static_cast<std::size_t>(i)].logprob);
    for (const double loss : losses)
        if (!std::isfinite(loss)) return std::nullopt;
    return mean(losses);
}
Value next_entropy(const Frames& f) {
    return text_of(f) != nullptr ? finite(f.decode->next_entropy) : std::nullopt;
}

// ---- the twin under noise

const TwinFrame* whole_twin(const Frames& f) {
    if (text_of(f) == nullptr || f.decode->noise.sigma <= 0 || f.twin == nullptr) return nullptr;
    const bool there = f.twin->noise == f.decode->noise && f.twin->pending == 0 &&
                       static_cast<int>(f.twin->cells.size()) == f.decode->cursor;
    return there ? f.twin.get() : nullptr;
}
Value noise_flipped(const Frames& f) {
    return whole_twin(f) != nullptr ? finite(100 * f.twin->share_flipped) : std::nullopt;
}
Value noise_kl(const Frames& f) {
    return whole_twin(f) != nullptr ? finite(f.twin->mean_kl) : std::nullopt;
}
// Over all draws.
Value noise_first_change(const Frames& f) {
    if (whole_twin(f) == nullptr) return std::nullopt;
    int first = std::numeric_limits<int>::max();
    for (const int at : f.twin->first_divergence)
        if (at >= 0) first = std::min(first, at);
    return first < std::numeric_limits<int>::max() ? Value(first) : std::nullopt;
}
Value dragged(const Frames& f) {
    return text_of(f) != nullptr ? Value(static_cast<double>(f.decode->dragged.size()))
                                 : std::nullopt;
}

// ---- the playground

const PlaygroundToken* asked_token(const Frames& f) {
    if (f.playground == nullptr) return nullptr;
    const auto asked = static_cast<std::size_t>(f.playground->document.asked);
    if (asked >= f.playground->tokens.size() || !f.playground->tokens[asked].has_boundary)
        return nullptr;
    return &f.playground->tokens[asked];
}
Value playground_logdet(const Frames& f) {
    return asked_token(f) != nullptr ? finite(asked_token(f)->logdet) : std::nullopt;
}
Value playground_sigma_min(const Frames& f) {
    return asked_token(f) != nullptr ? finite(asked_token(f)->sigma_min) : std::nullopt;
}
Value playground_geometric(const Frames& f) {
    const PlaygroundToken* token = asked_token(f);
    return token != nullptr && token->geometric ? finite(*token->geometric) : std::nullopt;
}
// A descent that goes on has no answer yet.
Value playground_crossings(const Frames& f) {
    if (asked_token(f) == nullptr || f.playground->descent.playing) return std::nullopt;
    return asked_token(f)->crossings;
}
Value playground_crossed(const Frames& f) {
    if (asked_token(f) == nullptr || f.playground->cloud.before.empty()) return std::nullopt;
    return finite(100 * f.playground->cloud.share_crossed);
}
Value playground_support(const Frames& f) {
    if (f.playground == nullptr || f.playground->support.empty()) return std::nullopt;
    return f.playground->support.front();
}
// Of the curve as it is now; none where no lambda_m is best.
Value playground_best_lambda(const Frames& f) {
    if (f.playground == nullptr || f.playground->rests == nullptr || f.playground->rests_lag)
        return std::nullopt;
    const LambdaRests& rests = *f.playground->rests;
    return rests.best ? Value(rests.rests[*rests.best].lambda) : std::nullopt;
}
Value svm_margin(const Frames& f) {
    if (f.playground == nullptr || !f.playground->svm.has_line) return std::nullopt;
    return finite(f.playground->svm.margin);
}
Value svm_support(const Frames& f) {
    if (f.playground == nullptr || !f.playground->svm.has_line) return std::nullopt;
    return static_cast<double>(f.playground->svm.support.size());
}

struct Reading {
    TourQuantity quantity;
    Value (*read)(const Frames&);
};
constexpr std::array<Reading, kTourQuantities> kRead = {{
    {TourQuantity::characters, characters},
    {TourQuantity::share_beyond, share_beyond},
    {TourQuantity::support_token, support_token},
    {TourQuantity::support_tokens, support_token},
    {TourQuantity::support_logdet, support_logdet},
    {TourQuantity::support_sigma_min, support_sigma_min},
    {TourQuantity::median_sigma_min, median_sigma_min},
    {TourQuantity::mean_logdet, mean_logdet},
    {TourQuantity::selected_character, selected_character},
    {TourQuantity::selected_logdet, selected_logdet},
    {TourQuantity::selected_sigma_min, selected_sigma_min},
    {TourQuantity::selected_geometric, selected_geometric},
    {TourQuantity::selected_crossings, selected_crossings},
    {TourQuantity::text_loss, text_loss},
    {TourQuantity::next_entropy, next_entropy},
    {TourQuantity::noise_flipped, noise_flipped},
    {TourQuantity::noise_kl, noise_kl},
    {TourQuantity::noise_first_change, noise_first_change},
    {TourQuantity::dragged, dragged},
    {TourQuantity::path_seeds, path_seeds},
    {TourQuantity::path_lambda, path_lambda},
    {TourQuantity::path_first_lambda, path_first_lambda},
    {TourQuantity::path_plain_beyond, path_plain_beyond},
    {TourQuantity::path_most_beyond, path_most_beyond},
    {TourQuantity::path_clean_change, path_clean_change},
    {TourQuantity::path_relative_change, path_relative_change},
    {TourQuantity::path_absolute_change, path_absolute_change},
    {TourQuantity::path_plain_rms, path_plain_rms},
    {TourQuantity::path_most_rms, path_most_rms},
    {TourQuantity::playground_logdet, playground_logdet},
    {TourQuantity::playground_sigma_min, playground_sigma_min},
    {TourQuantity::playground_geometric, playground_geometric},
    {TourQuantity::playground_crossings, playground_crossings},
    {TourQuantity::playground_crossed, playground_crossed},
    {TourQuantity::playground_support, playground_support},
    {TourQuantity::playground_best_lambda, playground_best_lambda},
    {TourQuantity::svm_margin, svm_margin},
    {TourQuantity::svm_support, svm_support},
}};
static_assert(is_whole(kRead));

}  // namespace

std::optional<double> tour_value(TourQuantity quantity, const Frames& frames) {
    return kRead[static_cast<std::size_t>(quantity)].read(frames);
}

std::vector<double> tour_values(TourQuantity quantity, const Frames& frames) {
    if (quantity == TourQuantity::support_tokens && all_margins(frames) != nullptr)
        return {frames.margins->support.begin(), frames.margins->support.end()};
    const Value value = tour_value(quantity, frames);
    return value ? std::vector<double>{*value} : std::vector<double>{};
}

}  // namespace marginscope
