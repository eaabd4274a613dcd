// Section after section.
#include "figures/report_page.h"

#include "figures/figure_files.h"
#include "figures/page_parts.h"
#include "figures/svg_canvas.h"

namespace marginscope {

std::string report_page(const ReportPage& page) {
    std::string out = page_head(page.title, ".verdict{font-size:1.15rem;margin:0 0 1.2rem}\n") +
                      "<p class=\"verdict\">" + xml_escaped(page.verdict) + "</p>\n" +
                      facts_html(page.facts, page.command);
    for (const ReportSection& section : page.sections) {
        out += "<h2>" + xml_escaped(section.title) + "</h2>\n";
        if (!section.words.empty())
            out += "<p class=\"dim\">" + xml_escaped(section.words) + "</p>\n";
        if (!section.figure.empty()) out += "<figure>" + figure_svg(section.figure) + "</figure>\n";
        if (!section.table.rows.empty()) out += table_html(section.table);
    }
    return out + notes_html(page.notes) + page_end();
}

}  // namespace marginscope
