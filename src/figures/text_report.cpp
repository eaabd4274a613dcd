// The page's parts, all of them well-formed XML as well.
#include "figures/text_report.h"

#include <algorithm>
#include <cmath>

#include "figures/figure_files.h"
#include "figures/svg_canvas.h"

namespace marginscope {
namespace {

constexpr int kShades = 8;  // of nearness

// Light first, then what differs in the dark and on paper.
constexpr const char* kStyle = R"css(
:root{--page:#ffffff;--ink:#1d222b;--dim:#5c6675;--line:#d9dde4;--card:#f6f7f9;--near:#d61462;--calm:#c3c9d2;--ring:#1d222b}
@media (prefers-color-scheme:dark){:root{--page:#14161b;--ink:#e7e9ee;--dim:#9aa3b2;--line:#333945;--card:#1d2027;--near:#ff4d8d;--calm:#4a5261;--ring:#e7e9ee}}
@media print{:root{--page:#ffffff;--ink:#000000;--dim:#444444;--line:#bbbbbb;--card:#ffffff;--near:#b0004f;--calm:#bbbbbb;--ring:#000000}}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 Inter,system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
main{max-width:62rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}
h2{font-size:1.05rem;margin:2.2rem 0 .6rem}
p{margin:.5rem 0}
.dim{color:var(--dim)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.2rem;margin:0}
dt{color:var(--dim)}
dd{margin:0;overflow-wrap:anywhere}
.text{font:1rem/2.05 "JetBrains Mono",ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem 1.2rem}
.text i{font-style:normal;padding-bottom:.12em;border-bottom:.18em solid transparent}
.text .r{outline:.09em solid var(--ring);outline-offset:.02em;border-radius:.35em}
.text .b{color:var(--near);font-weight:600}
.text .g{color:var(--dim)}
figure{margin:0;background:#ffffff;border:1px solid var(--line);border-radius:.5rem;padding:.5rem;overflow-x:auto}
figure svg{display:block;max-width:100%;height:auto;margin:0 auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.93rem}
th{text-align:left;color:var(--dim);font-weight:600}
th,td{padding:.28rem .7rem .28rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.n{text-align:right}
.scroll{overflow-x:auto}
code{font:.88rem/1.5 "JetBrains Mono",ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
@media print{main{max-width:none;padding:0}.text{border:0;padding:0}figure{border:0;break-inside:avoid}h2{break-after:avoid}tr{break-inside:avoid}}
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

std::string table_html(const TextTable& table) {
    std::string out = "<div class=\"scroll\"><table>\n<thead><tr>";
    const auto open = [&](const char* tag, std::size_t column) {
        const bool number = column < table.numbers.size() && table.numbers[column];
        return std::string("<") + tag + (number ? " class=\"n\">" : ">");
    };
    for (std::size_t c = 0; c < table.columns.size(); ++c)
        out += open("th", c) + xml_escaped(table.columns[c]) + "</th>";
    out += "</tr></thead>\n<tbody>\n";
    for (const TableRow& row : table.rows) {
        out += "<tr>";
        for (std::size_t c = 0; c < row.cells.size(); ++c)
            out += open("td", c) + xml_escaped(row.cells[c]) + "</td>";
        out += "</tr>\n";
    }
    return out + "</tbody></table></div>\n";
}

}  // namespace

std::string text_report_page(const TextReport& report) {
    std::string out =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
        "<meta name=\"generator\" content=\"marginscope\"/>\n<title>" +
        xml_escaped(report.title) + "</title>\n<style>" + kStyle + shade_styles() +
        "</style></head>\n<body><main>\n<h1>" + xml_escaped(report.title) + "</h1>\n<dl>\n";
    for (const auto& [name, value] : report.facts)
        out += "<dt>" + xml_escaped(name) + "</dt><dd>" + xml_escaped(value) + "</dd>\n";
    if (!report.command.empty())
        out += "<dt>Command</dt><dd><code>" + xml_escaped(report.command) + "</code></dd>\n";
    out +=
        "</dl>\n<h2>The text</h2>\n"
        "<p class=\"dim\">The line under a character is the pinker the nearer it is to the "
        "boundary; pink letters lie beyond it; a ring marks a support token. Rest the mouse on a "
        "character for its numbers.</p>\n<div class=\"text\">";
    for (const ReportCharacter& c : report.text) append_character(out, c);
    out += "</div>\n";
    if (!report.support.rows.empty())
        out += "<h2>Support tokens, nearest the boundary first</h2>\n" + table_html(report.support);
    if (!report.traces.empty())
        out += "<h2>Along the text</h2>\n<figure>" + figure_svg(report.traces) + "</figure>\n";
    if (!report.notes.empty()) out += "<h2>How to read it</h2>\n";
    for (const std::string& note : report.notes) out += "<p>" + xml_escaped(note) + "</p>\n";
    return out + "</main></body></html>\n";
}

}  // namespace marginscope
