"""report.html: what held and what did not, with the figures behind it; one page that needs nothing else."""
import html

from .analysis import CHOOSING_MEASURE, interval
from .words import interval_text, measure_name, number

STYLE = """
:root { color-scheme: light dark; --ink: #1d2228; --soft: #5b6570; --line: #d5dae0; --page: #fff; --accent: #b3261e; --blue: #1f5fa8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7ea; --soft: #9aa4ae; --line: #3a424b; --page: #15181b; --accent: #ff8a80; --blue: #7fb5f0; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 1080px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.2em; margin-top: 2em; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; display: block; overflow-x: auto; }
th, td { text-align: right; padding: 3px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th { color: var(--soft); font-weight: 600; }
tr.chosen td:first-child { font-weight: 700; }
.soft { color: var(--soft); } .held { font-size: 1.1em; }
code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
"""


def table(head, rows):
    """Rows are (class, cells); everything is escaped here."""
    out = ["<table><thead><tr>", *(f"<th>{html.escape(cell)}</th>" for cell in head), "</tr></thead><tbody>"]
    for css, cells in rows:
        out.append(f'<tr class="{css}">' + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells) + "</tr>")
    return "".join([*out, "</tbody></table>"])


def changes_table(results, against=None, chosen=None):
    head = ["setting", "seeds", *(measure_name(measure) for measure in results.measures())]
    rows = []
    for name in results.names():
        if name == against or (against is None and results.group(name) == "plain"):
            continue
        changes = [interval(results.change(name, measure, against)) for measure in results.measures()]
        if changes and changes[0].n:
            rows.append(("chosen" if name == chosen else "", [results.title(name), changes[0].n, *map(interval_text, changes)]))
    return table(head, rows)


def nats_table(results, chosen=None):
    measures = results.measures()
    head = ["setting", "seeds", *(measure_name(measure) for measure in measures), "RMS_tok"]
    rows = []
    for name in results.names():
        values = [interval(results.nats(name, measure)) for measure in measures]
        rms = interval(results.values(name, lambda figures: figures["rms_tok"]))
        rows.append(("chosen" if name == chosen else "",
                     [results.title(name), rms.n, *(number(value.mean) for value in values), number(rms.mean)]))
    return table(head, rows)


def write_report(path, story):
    """`story`: title, lines (the statement), about (rows of words), and results by heading."""
    body = [f"<h1>{html.escape(story['title'])}</h1>"]
    body += [f'<p class="held">{html.escape(line)}</p>' for line in story["statement"]]
    for heading, results, chosen in story["results"]:
        if not results.by:
            continue
        body += [f"<h2>{html.escape(heading)}</h2>", "<p>Cross-entropy in nats, mean over the seeds.</p>", nats_table(results, chosen),
                 "<p>Change in percent against the plain model with the same head and seed: mean, 95 % interval (Student's t over "
                 "the seeds).</p>", changes_table(results, None, chosen)]
    body += ["<h2>How it was made</h2>", table(["", ""], [("", row) for row in story["about"]])]
    page = ("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
            f"<title>{html.escape(story['title'])}</title><style>{STYLE}</style></head><body>{''.join(body)}</body></html>\n")
    temporary = path.with_suffix(".new")
    temporary.write_text(page, encoding="utf-8")
    temporary.replace(path)


def statement(results, setting):
    if not setting or not results.has(setting):
        return ["There are not yet figures to compare."]
    clean, gain = interval(results.change(setting, "clean")), interval(results.change(setting, CHOOSING_MEASURE))
    if not clean.n:
        return ["The paired plain models are still to come."]
    return [f"{results.title(setting)}, {clean.n} paired seeds: clean cost {interval_text(clean)}; at "
            f"{measure_name(CHOOSING_MEASURE)} {interval_text(gain)}."]
