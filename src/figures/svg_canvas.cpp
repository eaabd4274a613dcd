// Text of an SVG file, piece by piece.
#include "figures/svg_canvas.h"

#include <cstdio>

#include "core/shown.h"
#include "files/image.h"

namespace marginscope {
namespace {

// Up to here each cell is a rectangle of its own, which any program can recolour; more are a
// picture.
constexpr std::size_t kMostRectangles = 4096;

// Pixels with two decimals: enough for print, and small files.
std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    std::string words = text;
    while (words.back() == '0') words.pop_back();
    if (words.back() == '.') words.pop_back();
    return words == "-0" ? "0" : words;
}

std::string points_of(std::span<const CanvasPoint> points) {
    std::string words;
    for (const CanvasPoint& p : points) {
        if (!words.empty()) words += ' ';
        words += number(p.x) + ',' + number(p.y);
    }
    return words;
}

std::string fill_of(const CanvasFill& fill) {
    return " fill=\"" + fill.color + "\"" +
           (fill.opacity < 1 ? " fill-opacity=\"" + number(fill.opacity) + "\"" : "");
}

std::string stroke_of(const CanvasStroke& stroke) {
    return " stroke=\"" + stroke.color + "\" stroke-width=\"" + number(stroke.width) + "\"" +
           (stroke.opacity < 1 ? " stroke-opacity=\"" + number(stroke.opacity) + "\"" : "") +
           (stroke.dash > 0
                ? " stroke-dasharray=\"" + number(stroke.dash) + " " + number(stroke.gap) + "\""
                : "");
}

std::string box_of(CanvasRect r) {
    return " x=\"" + number(r.x) + "\" y=\"" + number(r.y) + "\" width=\"" + number(r.width) +
           "\" height=\"" + number(r.height) + "\"";
}

}  // namespace

std::string xml_escaped(std::string_view text) {
    std::string out;
    for (const char c : shown_text(text)) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string base64(std::span<const std::uint8_t> bytes) {
    constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = bytes.size() - i;
        const auto at = [&](std::size_t k) -> std::uint32_t { return k < left ? bytes[i + k] : 0; };
        const std::uint32_t three = at(0) << 16 | at(1) << 8 | at(2);
        for (std::size_t k = 0; k < 4; ++k)
            out += k <= left ? kDigits[three >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

SvgCanvas::SvgCanvas(double width, double height, const std::string& title,
                     const std::vector<std::pair<std::string, std::string>>& metadata) {
    const std::string w = number(width), h = number(height);
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + w + "\" height=\"" + h +
           "\" viewBox=\"0 0 " + w + " " + h +
           "\" font-family=\"Inter,Helvetica,Arial,sans-serif\" xml:space=\"preserve\">\n<title>" +
           xml_escaped(title) + "</title>\n";
    if (!metadata.empty()) {
        out_ += "<metadata>\n";
        for (const auto& [key, value] : metadata)
            out_ += xml_escaped(key) + ": " + xml_escaped(value) + "\n";
        out_ += "</metadata>\n";
    }
    out_ += "<rect width=\"" + w + "\" height=\"" + h + "\" fill=\"#ffffff\"/>\n";
}

void SvgCanvas::text(CanvasPoint at, const std::string& words, const CanvasText& style) {
    if (words.empty()) return;
    out_ += "<text x=\"" + number(at.x) + "\" y=\"" + number(at.y) + "\" font-size=\"" +
            number(style.size) + "\" fill=\"" + style.color + "\"";
    if (style.face != TypeFace::regular)
        out_ += style.face == TypeFace::bold
                    ? " font-weight=\"600\""
                    : " font-family=\"'JetBrains Mono',Menlo,Consolas,monospace\"";
    if (style.anchor != TextAnchor::start)
        out_ +=
            style.anchor == TextAnchor::middle ? " text-anchor=\"middle\"" : " text-anchor=\"end\"";
    if (style.upwards)
        out_ += " transform=\"rotate(-90 " + number(at.x) + " " + number(at.y) + ")\"";
    out_ += '>';
    out_ += xml_escaped(words) + "</text>\n";
}

void SvgCanvas::polyline(std::span<const CanvasPoint> points, const CanvasStroke& stroke) {
    if (points.size() == 2) {
        out_ += "<line x1=\"" + number(points[0].x) + "\" y1=\"" + number(points[0].y) +
                "\" x2=\"" + number(points[1].x) + "\" y2=\"" + number(points[1].y) + "\"" +
                stroke_of(stroke) + "/>\n";
        return;
    }
    out_ += "<polyline points=\"" + points_of(points) +
            "\" fill=\"none\" stroke-linejoin=\"round\"" + stroke_of(stroke) + "/>\n";
}

void SvgCanvas::polygon(std::span<const CanvasPoint> points, const CanvasFill& fill) {
    out_ += "<polygon points=\"" + points_of(points) + "\"" + fill_of(fill) + "/>\n";
}

void SvgCanvas::circle(CanvasPoint center, double radius, const std::optional<CanvasFill>& fill,
                       const std::optional<CanvasStroke>& stroke) {
    out_ += "<circle cx=\"" + number(center.x) + "\" cy=\"" + number(center.y) + "\" r=\"" +
            number(radius) + "\"" + (fill ? fill_of(*fill) : " fill=\"none\"") +
            (stroke ? stroke_of(*stroke) : "") + "/>\n";
}

void SvgCanvas::cells(CanvasRect area, int rows, int cols, std::span<const Rgb> colors,
                      bool smooth) {
    if (rows < 1 || cols < 1) return;
    if (smooth || colors.size() > kMostRectangles) {
        std::vector<std::uint8_t> bytes;
        bytes.reserve(3 * colors.size());
        for (const Rgb& c : colors) bytes.insert(bytes.end(), {c.r, c.g, c.b});
        const std::string png = png_of(cols, rows, PixelFormat::kRgb, bytes);
        out_ += "<image" + box_of(area) + " preserveAspectRatio=\"none\"" +
                (smooth ? "" : " style=\"image-rendering:pixelated\"") +
                " href=\"data:image/png;base64," +
                base64({reinterpret_cast<const std::uint8_t*>(png.data()), png.size()}) + "\"/>\n";
        return;
    }
    out_ += "<g shape-rendering=\"crispEdges\">\n";
    const double width = area.width / cols, height = area.height / rows;
    for (int row = 0; row < rows; ++row)
        for (int col = 0; col < cols; ++col) {
            const Rgb c = colors[static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) +
                                 static_cast<std::size_t>(col)];
            char color[8];
            std::snprintf(color, sizeof color, "#%02x%02x%02x", c.r, c.g, c.b);
            out_ += "<rect" + box_of({area.x + col * width, area.y + row * height, width, height}) +
                    " fill=\"" + color + "\"/>\n";
        }
    out_ += "</g>\n";
}

void SvgCanvas::clip(CanvasRect area) {
    const std::string name = std::to_string(++clips_);
    out_ += "<clipPath id=\"c" + name + "\"><rect" + box_of(area) +
            "/></clipPath>\n<g clip-path=\"url(#c" + name + ")\">\n";
}

void SvgCanvas::unclip() { out_ += "</g>\n"; }

}  // namespace marginscope
