// The page's parts, all of them well-formed XML as well.
#include "figures/tour_page.h"

#include <span>

#include "figures/svg_canvas.h"

namespace marginscope {
namespace {

constexpr const char* kStyle = R"css(
:root{--page:#ffffff;--ink:#1d222b;--dim:#5c6675;--line:#d9dde4;--card:#f6f7f9;--mark:#2760d8}
@media (prefers-color-scheme:dark){:root{--page:#14161b;--ink:#e7e9ee;--dim:#9aa3b2;--line:#333945;--card:#1d2027;--mark:#74a5ff}}
@media print{:root{--page:#ffffff;--ink:#000000;--dim:#444444;--line:#bbbbbb;--card:#ffffff;--mark:#000000}}
body{margin:0;background:var(--page);color:var(--ink);font:17px/1.55 Inter,system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}
h1{font-size:1.8rem;line-height:1.25;margin:0 0 .4rem}
h2{font-size:1.2rem;margin:2.6rem 0 .5rem}
p{margin:.5rem 0;max-width:44rem}
.dim{color:var(--dim)}
img{display:block;width:100%;height:auto;margin:1rem 0;border:1px solid var(--line);border-radius:.4rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.2rem;margin:.6rem 0}
dt{color:var(--dim)}
dd{margin:0;font-variant-numeric:tabular-nums;font-weight:600}
.ask{background:var(--card);border-left:.25rem solid var(--mark);padding:.7rem 1.1rem;margin:1rem 0}
.ask p:first-child{font-weight:600}
ol{margin:.3rem 0 .6rem;padding-left:1.4rem}
summary{cursor:pointer;color:var(--mark)}
code{font:.88rem/1.5 "JetBrains Mono",ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
@media print{main{max-width:none;padding:0}section{break-inside:avoid}}
)css";

std::string paragraph(const std::string& words, const char* kind = "") {
    return words.empty() ? "" : "<p" + std::string(kind) + ">" + xml_escaped(words) + "</p>\n";
}

std::string numbers_html(const TourPageStep& step) {
    if (step.numbers.empty()) return {};
    std::string out = "<dl>";
    for (const auto& [name, value] : step.numbers)
        out += "<dt>" + xml_escaped(name) + "</dt><dd>" + xml_escaped(value) + "</dd>";
    return out + "</dl>\n";
}

// The numbers are folded away with the answer: they might tell it.
std::string question_html(const TourPageStep& step) {
    if (step.question.empty()) return {};
    std::string out = "<div class=\"ask\">\n" + paragraph(step.question);
    if (!step.options.empty()) {
        out += "<ol>";
        for (const std::string& option : step.options)
            out += "<li>" + xml_escaped(option) + "</li>";
        out += "</ol>\n";
    }
    return out + "<details><summary>The answer</summary>\n" + paragraph(step.answer) +
           paragraph(step.after) + numbers_html(step) + "</details>\n</div>\n";
}

std::string step_html(const TourPageStep& step, std::size_t number) {
    const std::string title = std::to_string(number) + ". " + step.title;
    std::string out = "<section>\n<h2>" + xml_escaped(title) + "</h2>\n" + paragraph(step.text);
    if (!step.png.empty())
        out += "<img alt=\"" + xml_escaped("The window at this step: " + step.title) +
               "\" src=\"data:image/png;base64," +
               base64({reinterpret_cast<const std::uint8_t*>(step.png.data()), step.png.size()}) +
               "\"/>\n";
    if (step.question.empty()) out += numbers_html(step);
    return out + question_html(step) + "</section>\n";
}

}  // namespace

std::string tour_page(const TourPage& page) {
    std::string out =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
        "<meta name=\"generator\" content=\"marginscope\"/>\n<title>" +
        xml_escaped(page.title) + "</title>\n<style>" + kStyle +
        "</style></head>\n<body><main>\n<h1>" + xml_escaped(page.title) + "</h1>\n" +
        paragraph(page.teaches, " class=\"dim\"");
    for (std::size_t k = 0; k < page.steps.size(); ++k) out += step_html(page.steps[k], k + 1);
    if (!page.command.empty())
        out += "<p class=\"dim\">Pictures and numbers were made by <code>" +
               xml_escaped(page.command) + "</code></p>\n";
    return out + "</main></body></html>\n";
}

}  // namespace marginscope
