// Text of an SVG file, piece by piece.
#include "files/svg_canvas.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "files/fd.h"

namespace marginscope {

namespace {

constexpr double kCharWidth = 6.4;

// Okabe and Ito's colors without the yellow, which is too light on white.
constexpr std::array<const char*, 7> kColors = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                "#e69f00", "#56b4e9", "#000000"};

std::size_t characters(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

std::string escaped(const std::string& text) {
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
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace

double svg_text_width(const std::string& text) {
    return kCharWidth * static_cast<double>(characters(text));
}

std::string svg_series_color(std::size_t index) { return kColors[index % kColors.size()]; }

std::string svg_number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

std::vector<std::string> svg_wrapped(const std::string& text, double width) {
    const auto most = static_cast<std::size_t>(std::max(20.0, width / kCharWidth));
    std::vector<std::string> lines;
    std::string line, word;
    const auto flush_word = [&] {
        if (word.empty()) return;
        if (!line.empty() && characters(line) + 1 + characters(word) > most) {
            lines.push_back(line);
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
        word.clear();
    };
    for (const char c : text) {
        if (c == ' ' || c == '\n') {
            flush_word();
        } else {
            word += c;
        }
    }
    flush_word();
    if (!line.empty()) lines.push_back(line);
    return lines;
}

SvgCanvas::SvgCanvas(double width, double height, const std::string& title) {
    const std::string w = svg_number(width), h = svg_number(height);
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + w + "\" height=\"" + h +
           "\" viewBox=\"0 0 " + w + " " + h + "\">\n<title>" + escaped(title) +
           "</title>\n<style>text{font:12px Inter,Helvetica,Arial,sans-serif;fill:#222}"
           ".title{font-weight:600;font-size:14px}.small{font-size:11px;fill:#555}</style>\n"
           "<rect width=\"" +
           w + "\" height=\"" + h + "\" fill=\"#fff\"/>\n";
}

void SvgCanvas::text(double x, double y, const std::string& words, const std::string& attributes) {
    out_ += "<text x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) + "\" " + attributes + ">" +
            escaped(words) + "</text>\n";
}

void SvgCanvas::segment(double x1, double y1, double x2, double y2, const std::string& style) {
    out_ += "<line x1=\"" + svg_number(x1) + "\" y1=\"" + svg_number(y1) + "\" x2=\"" +
            svg_number(x2) + "\" y2=\"" + svg_number(y2) + "\" " + style + "/>\n";
}

void SvgCanvas::marker(std::size_t index, double x, double y, const std::string& color) {
    const std::string fill = "\" fill=\"" + color + "\"/>\n";
    switch (index % 4) {
        case 0:
            out_ +=
                "<circle cx=\"" + svg_number(x) + "\" cy=\"" + svg_number(y) + "\" r=\"3.2" + fill;
            break;
        case 1:
            out_ += "<rect x=\"" + svg_number(x - 2.9) + "\" y=\"" + svg_number(y - 2.9) +
                    "\" width=\"5.8\" height=\"5.8" + fill;
            break;
        case 2:
            out_ += "<polygon points=\"" + svg_number(x) + "," + svg_number(y - 4) + " " +
                    svg_number(x + 3.8) + "," + svg_number(y + 3) + " " + svg_number(x - 3.8) +
                    "," + svg_number(y + 3) + fill;
            break;
        default:
            out_ += "<polygon points=\"" + svg_number(x) + "," + svg_number(y - 4.3) + " " +
                    svg_number(x + 4.3) + "," + svg_number(y) + " " + svg_number(x) + "," +
                    svg_number(y + 4.3) + " " + svg_number(x - 4.3) + "," + svg_number(y) + fill;
            break;
    }
}

}  // namespace marginscope
