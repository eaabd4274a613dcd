// Fits, curves and the list of traces.
#include "ui/decode/trace_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "figures/decode/trace_series.h"
#include "ui/margin_style.h"

namespace marginscope {
namespace {

Quantity quantity_of(TraceKind kind) {
    switch (kind) {
        case TraceKind::lowest_head:
            return Quantity::lowest_head;
        case TraceKind::entropy:
            return Quantity::entropy;
        case TraceKind::logprob:
        case TraceKind::mean_logprob:
            return Quantity::logprob;
        case TraceKind::divergence:
            return Quantity::kl;
        case TraceKind::expected_entropy:
            return Quantity::entropy;
        case TraceKind::mutual_information:
            return Quantity::mutual_information;
        case TraceKind::margin:
            break;
    }
    return Quantity::logdet;
}

}  // namespace

int TraceAxis::index(float pixel) const {
    return static_cast<int>(std::floor((pixel - at.x) / width * static_cast<float>(count)));
}

float TraceRow::y(float value) const {
    return top + height - std::clamp((value - low) / (high - low), 0.0F, 1.0F) * height;
}

bool TraceRow::fit(const Trace& trace, int count) {
    float least = std::numeric_limits<float>::infinity(), most = -least;
    for (int i = 0; i < count; ++i) {
        const float v = trace.value(i);
        if (!std::isfinite(v)) continue;
        least = std::min(least, v);
        most = std::max(most, v);
    }
    if (least > most) return false;
    if (most - least < 1e-6F) most = least + 1;
    const float room = 0.06F * (most - least);
    low = least - room;
    high = most + room;
    return true;
}

void draw_curve(const Trace& trace, const TraceAxis& axis, const TraceRow& row, ImU32 color,
                float thick) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const int columns = std::max(1, static_cast<int>(axis.width));
    if (axis.count <= 2 * columns) {
        for (int i = 0; i < axis.count; ++i) {
            const float v = trace.value(i);
            if (std::isnan(v)) {
                draw->PathStroke(color, 0, thick);
                continue;
            }
            draw->PathLineTo(ImVec2(axis.x(i), row.y(v)));
        }
        draw->PathStroke(color, 0, thick);
        return;
    }
    for (int c = 0; c < columns;
         ++c) {  // smallest and largest of each pixel column: no extreme is lost
        const int begin = static_cast<int>(static_cast<long>(c) * axis.count / columns);
        const int end = static_cast<int>(static_cast<long>(c + 1) * axis.count / columns);
        float low = std::numeric_limits<float>::infinity(), high = -low;
        for (int i = begin; i < end; ++i) {
            const float v = trace.value(i);
            if (std::isnan(v)) continue;
            low = std::min(low, v);
            high = std::max(high, v);
        }
        if (low > high) continue;
        const float x = axis.at.x + static_cast<float>(c) + 0.5F;
        draw->AddLine(ImVec2(x, row.y(high)), ImVec2(x, row.y(low) + 1), color);
    }
}

namespace {

// Of the curve that carries threshold and rings.
const char* margin_name(const MarginFrame& margins) {
    const bool singular = margins.kind == MarginKind::singular;
    switch (margins.view) {
        case MarginView::heads:
            return singular ? "Singular margin, nearest head" : "Determinant margin, nearest head";
        case MarginView::layer:
            return singular ? "Singular margin, nearest layer"
                            : "Determinant margin, nearest layer";
        case MarginView::stage:
            break;
    }
    return text_of(quantity_of(margins.kind)).name;
}

/// Of models that were opened together, as short as the place beside a curve; "": of something
/// else.
std::string name_of_ensemble(const TraceSeries& series, const DecodeFrame& decode) {
    if (decode.ensemble.empty() || !series.name.ends_with(decode.ensemble)) return {};
    if (series.kind == TraceKind::mean_logprob) return decode.ensemble + ", log p";
    return decode.ensemble +
           (series.kind == TraceKind::expected_entropy ? ", entropy" : ", mutual");
}

}  // namespace

std::vector<Trace> traces_of(const Frames& frames) {
    std::vector<Trace> traces;
    for (TraceSeries& series : trace_series(frames)) {
        const bool margin = series.kind == TraceKind::margin;
        const Quantity quantity =
            margin ? quantity_of(frames.margins->kind) : quantity_of(series.kind);
        std::string name = margin ? margin_name(*frames.margins) : text_of(quantity).name;
        if (series.kind == TraceKind::divergence) name = "Divergence, noise";
        if (series.kind == TraceKind::expected_entropy) name = "Expected entropy, noise";
        if (const std::string own = name_of_ensemble(series, *frames.decode); !own.empty())
            name = own;
        traces.push_back({quantity, std::move(name), std::move(series.value), margin});
    }
    return traces;
}

}  // namespace marginscope
