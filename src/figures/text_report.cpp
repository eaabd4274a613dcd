// The page's parts, all of them well-formed XML as well.
#include "figures/text_report.h"

#include <algorithm>
#include <cmath>

#include "figures/figure_files.h"
#include "figures/page_parts.h"
#include "figures/svg_canvas.h"

namespace marginscope {
namespace {

constexpr int kShades = 8;  // of nearness

constexpr const char* kTextStyle = R"css(
.text{font:1rem/2.05 "JetBrains Mono",ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem 1.2rem}
.text i{font-style:normal;padding-bottom:.12em;border-bottom:.18em solid transparent}
.text .r{outline:.09em solid var(--ring);outline-offset:.02em;border-radius:.35em}
.text .b{color:var(--near);font-weight:600}
.text .g{color:var(--dim)}
@media print{.text{border:0;padding:0}}
)css";

std::string shade_styles() {
    std::string css;
    for (int k = 0; k < kShades; ++k)
        css += ".text .n" + std::to_string(k) +
               "{border-bottom-color:color-mix(in srgb,var(--near) " +
               std::to_string(100 * k / (kShades - 1)) + "%,var(--calm))}\n";
    return css;
}

// White space that a page would swallow or that nobody would see.
std::string shown_words(const std::string& text) {
    if (text == "\n") return "↵\n";
    if (text == "\t") return "⇥";
    if (text == "\r") return "←";
    if (text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x20) {
        const int point = 0x2400 + text[0];
        return {static_cast<char>(0xE2), static_cast<char>(0x80 | (point >> 6 & 0x3F)),
                static_cast<char>(0x80 | (point & 0x3F))};
    }
    return text;
}

void append_character(std::string& out, const ReportCharacter& c) {
    if (c.after_gap) out += "<span class=\"g\"> … </span>";
    std::string classes;
    const auto add = [&classes](const std::string& name) {
        if (!classes.empty()) classes += ' ';
        classes += name;
    };
    if (c.nearness >= 0)
        add("n" + std::to_string(std::clamp(
                      static_cast<int>(std::lround(c.nearness * (kShades - 1))), 0, kShades - 1)));
    if (c.beyond) add("b");
    if (c.support) add("r");
    out += "<i";
    if (!classes.empty()) out.append(" class=\"").append(classes).append("\"");
    if (!c.numbers.empty()) out += " title=\"" + xml_escaped(c.numbers) + "\"";
    out += '>';
    // The line break stands outside of what is cleaned: a page needs it.
    const std::string words = shown_words(c.text);
    const bool breaks = words.ends_with("\n");
    out += xml_escaped(breaks ? std::string_view(words).substr(0, words.size() - 1) : words);
    if (breaks) out += '\n';
    out += "</i>";
}

}  // namespace

std::string text_report_page(const TextReport& report) {
    std::string out = page_head(report.title, kTextStyle + shade_styles()) +
                      facts_html(report.facts, report.command);
    out +=
        "<h2>The text</h2>\n"
        "<p class=\"dim\">The line under a character is the pinker the nearer it is to the "
        "boundary; pink letters lie beyond it; a ring marks a support token. Rest the mouse on a "
        "character for its numbers.</p>\n<div class=\"text\">";
    for (const ReportCharacter& c : report.text) append_character(out, c);
    out += "</div>\n";
    if (!report.support.rows.empty())
        out += "<h2>Support tokens, nearest the boundary first</h2>\n" + table_html(report.support);
    if (!report.traces.empty())
        out += "<h2>Along the text</h2>\n<figure>" + figure_svg(report.traces) + "</figure>\n";
    return out + notes_html(report.notes) + page_end();
}

}  // namespace marginscope
