// From the report's positions to the page's characters, traces and table.
#include "cli/margins_page.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/common_options.h"
#include "cli/output.h"
#include "core/statistics.h"
#include "core/words.h"
#include "figures/text_report.h"
#include "text/utf8.h"

namespace marginscope {
namespace {

const ViewMargin* lowest_of(const PositionReport& position) {
    const ViewMargin* lowest = nullptr;
    const auto take = [&](const ViewMargin& one) {
        if (lowest == nullptr || one.logdet.value < lowest->logdet.value) lowest = &one;
    };
    for (const auto& layer : position.heads)
        for (const ViewMargin& head : layer) take(head);
    for (const ViewMargin& layer : position.layers) take(layer);
    return lowest;
}

// The number of the report's kind; empty where there is none.
std::optional<double> margin_of(const PositionReport& position, MarginKind kind) {
    if (const ViewMargin* view = lowest_of(position))
        return kind == MarginKind::singular ? view->sigma_min : view->logdet.value;
    if (!position.stage) return std::nullopt;
    switch (kind) {
        case MarginKind::singular:
            return position.stage->sigma_min;
        case MarginKind::geometric:
            return position.stage->geometric ? position.stage->geometric->value : std::nullopt;
        case MarginKind::determinant:
            break;
    }
    return position.stage->logdet.value;
}

int crossings_of(const PositionReport& position) {
    if (const ViewMargin* view = lowest_of(position)) return view->crossings;
    return position.stage ? position.stage->crossings : 0;
}

std::string margin_name(const MarginReport& report) {
    const std::string whose = report.view == MarginView::heads   ? ", lowest head"
                              : report.view == MarginView::layer ? ", lowest layer"
                                                                 : "";
    switch (report.kind) {
        case MarginKind::singular:
            return "Singular margin" + whose;
        case MarginKind::geometric:
            return "Geometric margin" + whose;
        case MarginKind::determinant:
            break;
    }
    return "Determinant margin" + whose + ", nats";
}

std::string words_of(const std::optional<double>& value) {
    return value ? format_number(*value) : kNoNumber;
}

std::string geometric_words(const PositionReport& position) {
    if (!position.stage || !position.stage->geometric) return "not asked";
    const auto& found = *position.stage->geometric;
    return found.value ? format_number(*found.value)
                       : "none within " + format_number(found.searched_radius, 3);
}

std::string numbers_of(const PositionReport& position, const std::string& character,
                       const MarginReport& report) {
    std::string words = visible_token(character) + " at " + std::to_string(position.i);
    const auto margin = margin_of(position, report.kind);
    const bool measured = position.stage || lowest_of(position) != nullptr;
    words += measured ? " · " + margin_name(report) + " " + words_of(margin) + " · " +
                            side_words(crossings_of(position))
                      : " · no margin: fewer than two characters before it";
    if (position.stage) {
        words += " · log|det J| " + format_number(position.stage->logdet.value) + " · sigma_min " +
                 format_number(position.stage->sigma_min);
        if (position.stage->geometric) words += " · geometric " + geometric_words(position);
    }
    if (position.logprob) words += " · log p " + format_number(*position.logprob);
    if (position.entropy) words += " · entropy " + format_number(*position.entropy);
    return words + " · window from " + std::to_string(position.window.begin);
}

// The text's own characters at the given positions, which rise.
std::vector<std::string> exact_characters(const MarginReport& report, const std::string& text) {
    std::vector<std::string> characters;
    std::size_t at = 0, place = 0;
    for (const PositionReport& position : report.positions) {
        std::optional<Utf8Character> next;
        for (; at < text.size(); ++place, at += next->length) {
            next = read_utf8(text, at);
            if (!next || place == position.i) break;
        }
        const bool found = next && at < text.size() && place == position.i;
        characters.push_back(found ? text.substr(at, next->length) : position.token);
    }
    return characters;
}

std::vector<ReportCharacter> characters_of(const MarginReport& report, const std::string& text) {
    const std::vector<std::string> exact = exact_characters(report, text);
    std::vector<double> values;
    for (const PositionReport& position : report.positions)
        if (const auto value = margin_of(position, report.kind); value && std::isfinite(*value))
            values.push_back(*value);
    // A far value does not flatten all others.
    const double low = quantile(values, 0.02), high = quantile(values, 0.6);
    std::vector<ReportCharacter> characters;
    for (std::size_t k = 0; k < report.positions.size(); ++k) {
        const PositionReport& position = report.positions[k];
        ReportCharacter c;
        // A model whose tokens are words has its own way to say them.
        const bool unknown = position.token == "\uFFFD" && exact[k] != position.token;
        c.text = unknown ? exact[k] : position.token;
        c.numbers =
            numbers_of(position, c.text, report) + (unknown ? " · unknown to the model" : "");
        c.beyond = crossings_of(position) > 0;
        c.support = position.support;
        c.after_gap = k > 0 && report.positions[k - 1].i + 1 != position.i;
        if (const auto value = margin_of(position, report.kind); value && !std::isnan(*value))
            c.nearness = high > low ? std::clamp((high - *value) / (high - low), 0.0, 1.0) : 0.5;
        characters.push_back(std::move(c));
    }
    return characters;
}

Plot trace_of(const MarginReport& report, const std::string& name, double share,
              const std::function<std::optional<double>(const PositionReport&)>& value) {
    Plot plot;
    plot.y.label = name;
    plot.share = share;
    PlotSeries line;
    line.markers = false;
    line.width = 1.2;
    line.color = "#333333";
    for (std::size_t k = 0; k < report.positions.size(); ++k) {
        const PositionReport& position = report.positions[k];
        if (k > 0 && report.positions[k - 1].i + 1 != position.i) {
            line.x.push_back(static_cast<double>(position.i));
            line.y.push_back(NAN);  // what lies between was not measured
        }
        line.x.push_back(static_cast<double>(position.i));
        line.y.push_back(value(position).value_or(NAN));
    }
    plot.series.push_back(std::move(line));
    return plot;
}

void add_beyond(Plot& plot, const MarginReport& report) {
    PlotSeries beyond;
    beyond.name = "beyond the boundary";
    beyond.color = hex_color(accent_color(false));
    for (const PositionReport& position : report.positions) {
        const auto value = margin_of(position, report.kind);
        if (!value || !std::isfinite(*value) || crossings_of(position) == 0) continue;
        beyond.x.push_back(static_cast<double>(position.i));
        beyond.y.push_back(*value);
        beyond.radius.push_back(2);
    }
    if (!beyond.x.empty()) plot.series.push_back(std::move(beyond));
}

Figure traces_of(const MarginReport& report) {
    Figure figure;
    Plot margin = trace_of(report, margin_name(report), 0.85,
                           [&](const PositionReport& p) { return margin_of(p, report.kind); });
    add_beyond(margin, report);
    Plot entropy =
        trace_of(report, "entropy, nats", 0.45, [](const PositionReport& p) { return p.entropy; });
    Plot logprob =
        trace_of(report, "log p, nats", 0.45, [](const PositionReport& p) { return p.logprob; });
    logprob.x.label = "character of the text, from 0";
    for (Plot* plot : {&margin, &entropy, &logprob}) figure.parts.emplace_back(std::move(*plot));
    return figure;
}

TextTable support_of(const MarginReport& report) {
    TextTable table{{"place", "character", margin_name(report), "side", "log|det J|, nats",
                     "sigma_min", "geometric", "log p, nats", "entropy, nats", "window from"},
                    {true, false, true, false, true, true, true, true, true, true},
                    {}};
    for (const std::size_t i : report.support) {
        const auto at = std::lower_bound(
            report.positions.begin(), report.positions.end(), i,
            [](const PositionReport& p, std::size_t index) { return p.i < index; });
        if (at == report.positions.end() || at->i != i) continue;
        const auto& stage = at->stage;
        table.rows.push_back(
            {{std::to_string(i), visible_token(at->token), words_of(margin_of(*at, report.kind)),
              side_words(crossings_of(*at)), stage ? format_number(stage->logdet.value) : kNoNumber,
              stage ? format_number(stage->sigma_min) : kNoNumber,
              stage ? geometric_words(*at) : kNoNumber, words_of(at->logprob),
              words_of(at->entropy), std::to_string(at->window.begin)}});
    }
    return table;
}

std::vector<std::pair<std::string, std::string>> facts_of(const MarginReport& report,
                                                          const std::string& text_name) {
    std::vector<std::pair<std::string, std::string>> facts = {
        {"Text", text_name},
        {"Model", report.model},
        {"Measured by", report.view == MarginView::stage   ? "the model's fitted stage"
                        : report.view == MarginView::heads ? "the attention heads, each by itself"
                                                           : "whole layers"},
        {"Margin", margin_name(report)},
        {"Positions", std::to_string(report.positions.size()) + " in " +
                          std::to_string(report.windows) + " windows, rule " +
                          std::string(name_of(report.rule))}};
    if (report.share_beyond)
        facts.emplace_back("Beyond the boundary", format_percent(*report.share_beyond));
    if (report.logdet_mean)
        facts.emplace_back("Mean log|det J|", format_amount(*report.logdet_mean, "nats"));
    if (report.sigma_min_median)
        facts.emplace_back("sigma_min", "median " + words_of(report.sigma_min_median) + ", 5 % " +
                                            words_of(report.sigma_min_p5) + ", least " +
                                            words_of(report.sigma_min_min));
    if (report.unknown > 0)
        facts.emplace_back("Unknown characters", std::to_string(report.unknown));
    if (report.not_finite > 0)
        facts.emplace_back("Not finite", std::to_string(report.not_finite) + " positions");
    if (report.stopped) facts.emplace_back("Stopped early", "only the windows done so far");
    return facts;
}

}  // namespace

std::string margins_page(const MarginReport& report, const std::string& text,
                         const std::string& text_name, const std::string& command) {
    TextReport page;
    page.title = "How near each character of " + text_name + " is to the boundary";
    page.facts = facts_of(report, text_name);
    page.text = characters_of(report, text);
    page.traces = traces_of(report);
    page.support = support_of(report);
    page.command = command;
    page.notes = {
        "J = I − Sigma A is the Jacobian of the map from a token's embedding to its noise in the "
        "latent reading of attention; where det J = 0, the degeneracy boundary, attention is "
        "ill-conditioned.",
        "The determinant margin is log|det J| in nats, of any sign. The singular margin is the "
        "smallest singular value of J, the geometric margin how far the token itself must move to "
        "reach the boundary: both are distances, never negative.",
        "Beyond: at least one real eigenvalue of Sigma A is above 1. Which side a token is on is "
        "said apart from how far it is, because behind the boundary log|det J| grows again.",
        "Support tokens are the positions with the smallest margins, as support vectors are in a "
        "support vector machine. Margins are sensitivities, not probabilities."};
    return text_report_page(page);
}

}  // namespace marginscope
