// Formats and fits.
#include "ui/words.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace marginscope {
namespace {

constexpr std::uint32_t kBroken = 0xFFFD;

// The one code point of a symbol; kBroken for what is not UTF-8, 0 where there are several.
std::uint32_t code_point_of(std::string_view s) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(s[i]) & 0xFFU; };
    const std::uint32_t first = byte(0);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first >= 0x80 && (first < 0xC0 || s.size() < length)) return kBroken;
    if (s.size() != length) return 0;
    std::uint32_t point = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) point = point << 6 | (byte(i) & 0x3FU);
    return point;
}

bool is_drawable(std::uint32_t point) {
    if (point < 0x20 || point == 0x7F) return false;
    if (point < 0x7F) return true;
    if (point >= 0x80 && point < 0xA0) return false;
    if (point > IM_UNICODE_CODEPOINT_MAX) return false;
    if (ImGui::GetCurrentContext() == nullptr || ImGui::GetFont() == nullptr) return true;
    return ImGui::GetFont()->IsGlyphInFont(static_cast<ImWchar>(point));
}

bool is_code_point(const std::string& symbol) {
    return symbol.size() >= 6 && symbol.starts_with("U+");
}

}  // namespace

std::string visible_symbol(std::string_view symbol) {
    if (symbol.empty()) return "?";
    if (symbol == " " || symbol == "␣") return "·";
    if (symbol == "\n" || symbol == "⏎") return "↵";
    if (symbol == "\t") return "⇥";
    if (symbol == "\r") return "←";
    const std::uint32_t point = code_point_of(symbol);
    if (point == kBroken) return "\xEF\xBF\xBD";
    if (point == 0 || is_drawable(point)) return std::string(symbol);
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "U+%04X", static_cast<unsigned>(point));
    return buffer;
}

float width_of(ImFont* font, float font_px, const std::string& words) {
    return font->CalcTextSizeA(font_px, 1e9F, 0.0F, words.c_str()).x;
}

std::string shortened(ImFont* font, float font_px, const std::string& words, float width) {
    if (width_of(font, font_px, words) <= width) return words;
    std::string fit = words;
    while (!fit.empty()) {
        while (!fit.empty() && (static_cast<unsigned char>(fit.back()) & 0xC0) == 0x80)
            fit.pop_back();  // the rest of a longer character
        if (!fit.empty()) fit.pop_back();
        if (width_of(font, font_px, fit + "…") <= width) return fit + "…";
    }
    return "…";
}

void draw_symbol(ImDrawList& draw, ImFont* font, float font_px, ImVec2 center, ImU32 color,
                 const std::string& symbol) {
    if (!is_code_point(symbol)) {
        const float most = width_of(font, font_px, "MM") * 0.55F,
                    wide = width_of(font, font_px, symbol);
        const float px = wide > most ? font_px * most / wide : font_px;
        draw.AddText(font, px, ImVec2(center.x - std::min(wide, most) / 2, center.y - px / 2),
                     color, symbol.c_str());
        return;
    }
    std::string digits = symbol.substr(2);
    if (digits.size() % 2 != 0) digits.insert(digits.begin(), '0');
    const auto rows = digits.size() / 2;
    const float small = font_px * (rows > 2 ? 0.5F : 0.56F), step = small * 0.86F;
    float y = center.y - step * static_cast<float>(rows) / 2 - (small - step) / 2;
    for (std::size_t row = 0; row < rows; ++row, y += step) {
        const std::string pair = digits.substr(2 * row, 2);
        draw.AddText(font, small, ImVec2(center.x - width_of(font, small, pair) / 2, y), color,
                     pair.c_str());
    }
}

}  // namespace marginscope
