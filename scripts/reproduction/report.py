"""report.html: what held and what did not, with the figures behind it; one page that needs nothing else."""
import json
from dataclasses import dataclass

from . import analysis, figures
from .plots import legend, side_by_side
from .statement import Statement, control_lines
from .tables import Grid, Tables, correlation_table, escape

STYLE = """
:root { color-scheme: light dark; --ink: #1d2228; --soft: #5b6570; --line: #d5dae0; --page: #ffffff; --tint: #f3f5f7;
  --red: #b3261e; --blue: #1f5fa8; --green: #2d7a46; --gold: #a86a00; --violet: #7a3fa0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ea; --soft: #9aa4ae; --line: #3a424b; --page: #15181b; --tint: #1d2125;
  --red: #ff8a80; --blue: #7fb5f0; --green: #7fcf9a; --gold: #f0bd62; --violet: #cf9cf0; } }
body { font: 15px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 1120px; margin: 2em auto; padding: 0 1.2em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.2em; margin: 2.2em 0 0.4em; } h3 { font-size: 1em; margin: 1.4em 0 0.3em; }
p { max-width: 78ch; margin: 0.5em 0; }
.statement { background: var(--tint); border-left: 4px solid var(--blue); padding: 0.6em 1em; }
.statement p { max-width: none; } .statement .first { font-weight: 650; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; display: block; overflow-x: auto; }
th, td { text-align: right; padding: 3px 7px; vertical-align: top; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
table.words td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; white-space: normal; vertical-align: bottom; }
td:first-child { white-space: normal; min-width: 11em; }
table.changes td + td { white-space: normal; max-width: 8.5em; }
tr.chosen td { font-weight: 650; background: var(--tint); }
.soft { color: var(--soft); }
.plots { display: flex; flex-wrap: wrap; gap: 10px; } .plots svg { height: auto; max-width: 100%; }
.plots .small { width: 270px; } .plots .large { width: 545px; }
.legend { max-width: none; } .legend span { margin-right: 1.4em; white-space: nowrap; } .legend svg { vertical-align: -1px; }
svg text { font: 11px system-ui, sans-serif; fill: var(--soft); } svg .title { fill: var(--ink); font-weight: 600; font-size: 12px; }
svg .mark { fill: var(--ink); font-size: 10px; } svg .grid { stroke: var(--line); } svg .zero { stroke: var(--soft); }
.c-recipe { fill: var(--red); } .c-path { fill: var(--blue); } .c-factor { fill: var(--green); } .c-rival { fill: var(--gold); }
.c-control { fill: var(--violet); }
.l-recipe { stroke: var(--red); } .l-path { stroke: var(--blue); } .l-factor { stroke: var(--green); } .l-rival { stroke: var(--gold); }
svg circle { fill-opacity: 0.8; } svg .faint { fill-opacity: 0.45; } polyline, .l-path, .l-recipe, .l-factor, .l-rival { stroke-width: 1.5; }
"""

BASINS = (
    "The stage explains each embedding as an attention over the past plus noise of width sigma, and which of two explanations it "
    "finds depends on where it starts. Diffuse: attention spreads over many tokens, what it leaves unexplained is about as large as the "
    "embeddings themselves, and sigma stays near RMS_u. Sharp: attention copies the one token that predicts best, which leaves little "
    "unexplained, which makes sigma small, which makes attention sharper still. In the sharp basin most of what the barrier guards is a cliff "
    "that the model itself does not use; in the diffuse one it acts on how the embeddings lie to each other. Sigma is the noise one "
    "wants to be robust against: learned from above, or held up by a floor, it keeps the stage in the diffuse basin.")


@dataclass
class Section:
    name: str  # in the keys
    heading: str
    results: analysis.Results


@dataclass
class Story:
    title: str
    sections: list  # the one that decides comes first
    setting: str  # of the headline
    how_chosen: str
    about: list
    courses: list  # of figures.course_plots
    missing: list  # sentences


def replace_text(path, text):
    """Whole or not at all."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def section_body(section, story, numbers):
    tables = Tables(section.name, section.results, story.setting, numbers)
    out = [f"<h2>{escape(section.heading)}</h2>",
           "<h3>Change against the paired plain model</h3>",
           "<p>Percent of the cross-entropy: against the model without barrier that has the same head and seed. Mean, and 95 % interval "
           "(Student's t over the paired seeds). RMS noise is in units of RMS_tok, absolute noise per coordinate.</p>",
           tables.changes("paired").html()]
    if all(section.results.has(name) for name in analysis.PLAINS):
        out += ["<h3>Change against the best plain model</h3>",
                "<p>The same against whichever plain model, tied or with its own head, has less loss at that measure (\u201cthe best\u201d).</p>",
                tables.changes("best").html()]
    out += ["<h3>Nats</h3>", "<p>Cross-entropy, mean over the seeds; RMS_tok is that of the token embeddings over the text measured.</p>",
            tables.nats().html(),
            "<h3>Noise penalty</h3>", "<p>Noisy minus clean, and its change against the paired plain model.</p>", tables.penalties().html(),
            "<h3>Margins</h3>",
            "<p>Of a stage fitted afterwards, the same way for all models (sigma in closed form). Tail, median and volume belong together: "
            "log|det J| can grow while sigma_min falls. Singular margins are distances; the side is said by the share beyond.</p>",
            tables.margins().html()]
    return out


def plots_body(section, numbers):
    results = section.results
    out = []
    for heading, words, plots, items in (
            ("The path over lambda_m", "Change against the paired plain model; each dot a seed, the line the mean, bars its 95 % interval.",
             figures.path_plots(results), []),
            ("Cost and gain",
             "Every setting's mean, and small its seeds; the numbers are those of the tables, those without room left out. Left of a rival and below it is better.",
             figures.trade_plots(results, numbers), figures.trade_legend(results)),
            ("Geometry over lambda_m", "Of the stage fitted afterwards.", figures.geometry_plots(results), [])):
        if plots:
            out += [f"<h2>{heading}</h2>", f"<p>{words}</p>", side_by_side(plots), legend(items)]
    rows = analysis.correlations(results)
    if rows and any(rho is not None for _, row in rows for rho, _ in row.values()):
        out += ["<h2>What moved and what it bought</h2>",
                "<p>Spearman's rank correlation over all cells with a barrier: how far a quantity moved from the paired plain model's, against "
                "the change of the loss (negative: where it grew more, the loss fell more). Cells of one setting are not independent.</p>",
                correlation_table(section.name, rows, results.measures()).html()]
    return out


def basins_body(section, story):
    ends, course = figures.basin_plots(section.results), figures.course_plots(story.courses)
    body = [side_by_side(ends), legend(figures.HEADS)] if ends else []
    body += [side_by_side(course), legend(figures.course_legend(story.courses))] if course else []
    return ["<h2>Two basins</h2>", f"<p>{escape(BASINS)}</p>",
            *(body or ["<p>No cell here has recorded its sigma.</p>"])]


def recipe_words(story):
    return [f"The recipe: train {words}." for name, words in story.about if name == "recipe"]


def statement_body(deciding, story):
    """The first lines. Each control is told by the first section that has it: most are not measured again at the end."""
    if not deciding:
        return ["<p>No cell is finished yet.</p>"]
    of_setting = [section for section in deciding if section.results.has(story.setting)]
    if not of_setting:
        return ["<p>The setting of the headline is still to be measured.</p>"]
    head = of_setting[0]
    first, later, told = [], [], []
    for section in of_setting:
        of_section = control_lines(section.name, section.results, story.setting, told)
        first, later = first + of_section[0], later + of_section[1]
        told += section.results.names("control")
    lines = Statement(head.name, head.results, story.setting).lines()
    where = f"These figures: {head.heading[0].lower()}{head.heading[1:]}."
    if head.name == "choosing" and story.how_chosen.startswith("Chosen"):
        where += " The same seeds chose the setting, so they flatter it."
    return [*(f'<p class="first">{line}</p>' for line in [*first, lines[0]]), *(f"<p>{line}</p>" for line in [*lines[1:], *later]),
            *(f'<p class="soft">{escape(line)}</p>' for line in [where, story.how_chosen, *recipe_words(story), *story.missing])]


def numbers_of(sections):
    """The entries' numbers, the same in all tables and plots."""
    names = list(dict.fromkeys(name for section in sections for name in section.results.names()))
    return {name: k + 1 for k, name in enumerate(names)}


def widest_of(sections):
    """The section with the most settings, which the plots show."""
    return max(sections, key=lambda section: len(section.results.names()), default=None)


def write_report(path, story):
    deciding = [section for section in story.sections if section.results.by]
    body = [f"<h1>{escape(story.title)}</h1>", '<div class="statement">', *statement_body(deciding, story), "</div>"]
    numbers, widest = numbers_of(deciding), widest_of(deciding)
    if widest:
        body += [*plots_body(widest, numbers), *basins_body(widest, story)]
    for section in deciding:
        body += section_body(section, story, numbers)
    body += ["<h2>How it was made</h2>", Grid(["", ""], [("", name, [escape(words)]) for name, words in story.about], "words").html()]
    sections = {section.name: {"part": section.results.part, "seeds": list(section.results.seeds)} for section in deciding}
    page = ("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
            f"<title>{escape(story.title)}</title><style>{STYLE}</style></head><body>{''.join(body)}"
            f'<script type="application/json" id="sections">{json.dumps(sections)}</script></body></html>\n')
    replace_text(path, page)
