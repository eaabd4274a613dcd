// One style for all pages of numbers.
#include "figures/page_parts.h"

#include "figures/svg_canvas.h"

namespace marginscope {
namespace {

// Light first, then what differs in the dark and on paper.
const char* const kPageStyle = R"css(
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
figure{margin:0;background:#ffffff;border:1px solid var(--line);border-radius:.5rem;padding:.5rem;overflow-x:auto}
figure svg{display:block;max-width:100%;height:auto;margin:0 auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.93rem}
th{text-align:left;color:var(--dim);font-weight:600}
th,td{padding:.28rem .7rem .28rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.n{text-align:right}
.scroll{overflow-x:auto}
code{font:.88rem/1.5 "JetBrains Mono",ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
@media print{main{max-width:none;padding:0}figure{border:0;break-inside:avoid}h2{break-after:avoid}tr{break-inside:avoid}}
)css";

}  // namespace

std::string page_head(const std::string& title, const std::string& style) {
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
           "<meta name=\"generator\" content=\"marginscope\"/>\n<title>" +
           xml_escaped(title) + "</title>\n<style>" + kPageStyle + style +
           "</style></head>\n<body><main>\n<h1>" + xml_escaped(title) + "</h1>\n";
}

std::string page_end() { return "</main></body></html>\n"; }

std::string facts_html(const std::vector<std::pair<std::string, std::string>>& facts,
                       const std::string& command) {
    std::string out = "<dl>\n";
    for (const auto& [name, value] : facts)
        out += "<dt>" + xml_escaped(name) + "</dt><dd>" + xml_escaped(value) + "</dd>\n";
    if (!command.empty())
        out += "<dt>Command</dt><dd><code>" + xml_escaped(command) + "</code></dd>\n";
    return out + "</dl>\n";
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

std::string notes_html(const std::vector<std::string>& notes) {
    std::string out;
    if (!notes.empty()) out += "<h2>How to read it</h2>\n";
    for (const std::string& note : notes) out += "<p>" + xml_escaped(note) + "</p>\n";
    return out;
}

}  // namespace marginscope
