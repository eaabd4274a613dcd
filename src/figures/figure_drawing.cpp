// Title, parts and caption in the figure's place.
#include "figures/figure_drawing.h"

#include <algorithm>

#include "figures/plot_drawing.h"
#include "figures/text_parts.h"

namespace marginscope {
namespace {

constexpr double kSide = 16, kTitle = 36, kGap = 10, kCaptionLine = 15;
constexpr double kUsualPlot = 300;  // height of one

std::string caption_of(const Figure& figure) {
    std::size_t hidden = 0;
    for (const FigurePart& part : figure.parts)
        if (const Plot* plot = std::get_if<Plot>(&part)) hidden += hidden_points(*plot);
    if (hidden == 0) return figure.caption;
    return figure.caption + (figure.caption.empty() ? "" : " ") + std::to_string(hidden) +
           (hidden == 1 ? " point has" : " points have") + " no place on these axes.";
}

// What a part that does not stretch needs; 0 for a plot.
double fixed_height(const FigurePart& part, double width) {
    if (const auto* paragraph = std::get_if<Paragraph>(&part))
        return paragraph_height(*paragraph, width);
    return 0;
}

double share_of(const FigurePart& part) {
    if (const auto* plot = std::get_if<Plot>(&part)) return plot->share;
    if (const auto* strip = std::get_if<TextStrip>(&part)) return strip->share;
    if (const auto* table = std::get_if<TextTable>(&part)) return table->share;
    return 0;
}

double natural_height(const FigurePart& part, double width) {
    if (const auto* strip = std::get_if<TextStrip>(&part)) return strip_height(*strip, width);
    if (const auto* table = std::get_if<TextTable>(&part)) return table_height(*table);
    if (const auto* plot = std::get_if<Plot>(&part)) return kUsualPlot * plot->share;
    return fixed_height(part, width);
}

PlotMargins common_margins(const Figure& figure, double width, double height) {
    PlotMargins widest;
    for (const FigurePart& part : figure.parts)
        if (const Plot* plot = std::get_if<Plot>(&part)) {
            const PlotMargins own = plot_margins(*plot, width, height);
            widest.left = std::max(widest.left, own.left);
            widest.right = std::max(widest.right, own.right);
        }
    return widest;
}

void draw_part(const FigurePart& part, CanvasRect place, const PlotMargins& margins,
               Canvas& canvas) {
    if (const auto* plot = std::get_if<Plot>(&part))
        draw_plot(*plot, place, margins, canvas);
    else if (const auto* strip = std::get_if<TextStrip>(&part))
        draw_strip(*strip, place, canvas);
    else if (const auto* table = std::get_if<TextTable>(&part))
        draw_table(*table, place, canvas);
    else if (const auto* paragraph = std::get_if<Paragraph>(&part))
        draw_paragraph(*paragraph, place, canvas);
}

}  // namespace

FigureSize natural_size(const Figure& figure) {
    constexpr double kTallest = 16000;
    FigureSize size;
    const double width = size.width - 2 * kSide;
    double height = kTitle + 12;
    for (const FigurePart& part : figure.parts) height += natural_height(part, width) + kGap;
    const auto lines = wrapped(caption_of(figure), width, TypeFace::regular, kFigureSmall).size();
    height += kCaptionLine * static_cast<double>(lines) + kGap;
    if (figure.empty()) height = 120;
    size.height = std::min(height, kTallest);
    return size;
}

void draw_figure(const Figure& figure, FigureSize size, Canvas& canvas) {
    const double width = size.width - 2 * kSide;
    canvas.text({kSide, 24}, figure.title, {15, TypeFace::bold, kFigureInk});
    const std::vector<std::string> caption =
        wrapped(caption_of(figure), width, TypeFace::regular, kFigureSmall);
    double y = size.height - 12 - kCaptionLine * static_cast<double>(caption.size() - 1);
    for (const std::string& line : caption) {
        canvas.text({kSide, y}, line, {kFigureSmall, TypeFace::regular, kFigureDim});
        y += kCaptionLine;
    }
    if (figure.empty()) {
        draw_paragraph({figure.sentence}, {kSide, kTitle + 8, width, size.height - kTitle}, canvas);
        return;
    }
    double room = size.height - kTitle - 12 - kCaptionLine * static_cast<double>(caption.size());
    double shares = 0;
    for (const FigurePart& part : figure.parts) {
        room -= fixed_height(part, width) + kGap;
        shares += share_of(part);
    }
    const double unit = shares > 0 ? std::max(40.0, room) / shares : 0;
    const PlotMargins margins = common_margins(figure, width, unit);
    double top = kTitle;
    for (const FigurePart& part : figure.parts) {
        const double height = fixed_height(part, width) + unit * share_of(part);
        draw_part(part, {kSide, top, width, height}, margins, canvas);
        top += height + kGap;
    }
}

}  // namespace marginscope
