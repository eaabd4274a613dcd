"""Tables of the report. Each figure's cell says what it is (data-key) and its unrounded value, so that a page can be checked."""
import html
import re
from dataclasses import dataclass

from .analysis import interval
from .words import interval_text, measure_name, number

MARGINS = (("share_beyond", "share beyond"), ("sigma_min_p1", "sigma_min, 1\u00a0%"), ("sigma_min_p5", "sigma_min, 5\u00a0%"),
           ("sigma_min_median", "sigma_min, median"), ("sigma_min_least", "sigma_min, least"), ("logdet_mean", "log|det J|, mean"),
           ("logdet_median", "log|det J|, median"), ("attention_entropy", "attention entropy (nats)"), ("embedding_rank", "rank of embeddings"),
           ("nats_per_position", "stage fit (nats a position)"))


def escape(text):
    return html.escape(str(text))


def keyed(key, of, text):
    """A figure: `of` is an Interval; nothing is keyed where there is no figure."""
    if of.mean is None:
        return f"<span>{escape(text)}</span>"
    values = " ".join("-" if value is None else repr(float(value)) for value in (of.mean, of.low, of.high))
    return f'<span data-key="{escape(key)}" data-values="{values}">{escape(text)}</span>'


@dataclass
class Grid:
    """A table of the page, or of Markdown. Rows are (class, name, cells); cells are HTML already."""
    head: list
    rows: list
    css: str = ""

    def html(self):
        out = [f'<table class="{self.css}"><thead><tr>', *(f"<th>{escape(cell)}</th>" for cell in self.head), "</tr></thead><tbody>"]
        for css, name, cells in self.rows:
            out.append(f'<tr class="{css}"><td>{escape(name)}</td>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        return "".join([*out, "</tbody></table>"])

    def markdown(self):
        lines = [self.head, ["---", *("---:" for _ in self.head[1:])]]
        for css, name, cells in self.rows:
            words = [name, *(html.unescape(re.sub(r"<[^>]*>", "", cell)) for cell in cells)]
            lines.append([f"**{word}**" if css == "chosen" and word else word for word in words])
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


class Tables:
    """Those of one section: a part of the text and the seeds it was measured with."""

    def __init__(self, section, results, chosen, numbers):
        self.section, self.results, self.chosen, self.numbers = section, results, chosen, numbers
        self.measures = results.measures()
        self.noises = [measure for measure in self.measures if measure != "clean"]

    def row(self, name, cells):
        mark = f"{self.numbers[name]}  " if name in self.numbers else ""
        return "chosen" if name == self.chosen else "", mark + self.results.title(name), cells

    def seeds(self, name):
        return str(len(self.results.nats(name, "clean")))

    def of(self, kind, read, names, head, digits=3):
        rows = []
        for name in names:
            cells = []
            for measure in head:
                value = read(name, measure)
                cells.append(keyed(f"{kind}/{self.section}/{name}/{measure}", value, number(value.mean, digits)))
            rows.append(self.row(name, [self.seeds(name), *cells]))
        return rows

    def nats(self):
        results = self.results
        rows = self.of("nats", lambda name, measure: interval(results.nats(name, measure)), results.names(), self.measures)
        for (_, _, cells), name in zip(rows, results.names()):
            cells.append(self.rms(name))
        return Grid(["setting", "seeds", *map(measure_name, self.measures), "RMS_tok (plain)"], rows)

    def penalties(self):
        results = self.results
        rows = self.of("penalty", lambda name, measure: interval(results.penalty(name, measure)), results.names(), self.noises)
        for (_, _, cells), name in zip(rows, results.names()):
            for measure in self.noises:
                change = interval(results.change_of_penalty(name, measure))
                text = "" if results.group(name) == "plain" else interval_text(change, 0)
                cells.append(keyed(f"penalty-change/{self.section}/{name}/{measure}", change, text) if text else "")
        return Grid(["setting", "seeds", *(f"{measure_name(at)}, nats" for at in self.noises),
                      *(f"{measure_name(at)}, change" for at in self.noises)], rows, "changes")

    def changes(self, against):
        """`against`: "paired" (same head, same seed) or "best" (of the two heads, measure by measure)."""
        results, rows = self.results, []
        for name in results.names():
            if against == "paired" and results.group(name) == "plain":
                continue
            cells = []
            for measure in self.measures:
                base = results.best_plain(measure) if against == "best" else None
                change = interval(results.change(name, measure, base))
                text = "the best" if name == base else interval_text(change)
                cells.append(text if name == base else keyed(f"change-{against}/{self.section}/{name}/{measure}", change, text))
            rows.append(self.row(name, [self.seeds(name), *cells, self.rms(name)]))
        return Grid(["setting", "seeds", *map(measure_name, self.measures), "RMS_tok (plain)"], rows, "changes")

    def rms(self, name):
        """That of the setting and, unless it is one itself, of its paired plain model: absolute noise is to be read beside it."""
        shown = []
        for entry in dict.fromkeys((name, self.results.plain_of(name))):
            of = interval(self.results.values(entry, lambda figures: figures["rms_tok"]))
            shown.append(keyed(f"rms/{self.section}/{entry}", of, number(of.mean)))
        return shown[0] + "".join(f" ({plain})" for plain in shown[1:] if self.results.group(name) != "plain")

    def margins(self):
        results = self.results
        there = [(name, title) for name, title in MARGINS
                 if any(results.margins(entry, name) for entry in results.names())]
        rows = self.of("margins", lambda entry, name: interval(results.margins(entry, name)), results.names(),
                       [name for name, _ in there], 4)
        return Grid(["setting", "seeds", *(title for _, title in there)], rows)


def correlation_table(section, rows, measures):
    out = []
    for moved, row in rows:
        cells = []
        for measure in measures:
            rho, n = row[measure]
            if rho is None:
                cells.append(f"\u2013 (n {n})")
            else:
                text = f"{rho:+.2f} (n {n})".replace("-", "\u2212")
                cells.append(f'<span data-key="{escape(f"correlation/{section}/{moved}/{measure}")}" '
                             f'data-values="{rho!r} - -">{escape(text)}</span>')
        out.append(("", moved, cells))
    return Grid(["what moved", *map(measure_name, measures)], out)
