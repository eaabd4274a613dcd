"""What other pages take from a comparison: its plots as files, its tables as Markdown."""
from . import analysis, figures
from .plots import sheet
from .report import numbers_of, replace_text, widest_of
from .tables import Tables

COLUMNS = 4  # of small plots


def write_plots(folder, story):
    """path.svg, cost_and_gain.svg, basins.svg; a plot that has nothing to show is not written."""
    sections = [section for section in story.sections if section.results.by]
    widest = widest_of(sections)
    if widest is None:
        return
    results, numbers = widest.results, numbers_of(sections)
    trade = figures.trade_plots(results, numbers)
    ends, course = figures.basin_plots(results), figures.course_plots(story.courses)
    names = [f"{numbers[name]} {results.title(name)}" for name in results.names() if results.group(name) in figures.GROUPS]
    items = [*(figures.HEADS if ends else []), *((css, f"{words} (while training)") for css, words in figures.course_legend(story.courses))]
    for file, plots, columns, legend, below in (("path.svg", figures.path_plots(results), COLUMNS, [], []),
                                                ("cost_and_gain.svg", trade, 2, figures.trade_legend(results), names),
                                                ("basins.svg", ends + course, COLUMNS - 1, items, [])):
        if plots:
            replace_text(folder / file, sheet(plots, min(columns, len(plots)), legend, below))


def write_tables(path, story):
    """tables.md: what a page of documents quotes, with the text and the command that made it."""
    out = [f"# {story.title}", ""]
    out += [f"- {name}: {f'`{words}`' if name in ('command', 'recipe', 'every cell') else words}" for name, words in story.about]
    sections = [section for section in story.sections if section.results.by]
    for section in sections:
        tables = Tables(section.name, section.results, story.setting, {})
        out += ["", f"## {section.heading}", "",
                "Change against the plain model with the same head and seed: mean and 95 % interval over the paired seeds.", "",
                tables.changes("paired").markdown()]
        if all(section.results.has(name) for name in analysis.PLAINS):
            out += ["Change against the best plain model, tied or with its own head:", "", tables.changes("best").markdown()]
        out += ["Nats:", "", tables.nats().markdown(), "Noise penalty (noisy minus clean):", "", tables.penalties().markdown(),
                "Margins of a stage fitted afterwards:", "", tables.margins().markdown()]
    replace_text(path, "\n".join(out))
